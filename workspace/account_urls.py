"""Addresses of sign-in and of one's account: allauth's views and names under words of each language.

Those that change how somebody signs in are `traced`: the change and its trail are one transaction.
"""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as security_keys
from allauth.usersessions import views as sessions
from django.urls import include, path
from django.utils.translation import pgettext_lazy

from workspace.account_trail import traced
from workspace.account_views import end_session

confirmations = [
    path("", account.email_verification_sent, name="account_email_verification_sent"),
    path("<str:key>/", traced(account.confirm_email), name="account_confirm_email"),
]
password = [
    path("", traced(account.password_change), name="account_change_password"),
    path(pgettext_lazy("address", "first/"), traced(account.password_set), name="account_set_password"),
    path(pgettext_lazy("address", "reset/"), account.password_reset, name="account_reset_password"),
    path(
        pgettext_lazy("address", "reset/sent/"),
        account.password_reset_done,
        name="account_reset_password_done",
    ),
    path(
        pgettext_lazy("address", "reset/done/"),
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path(
        pgettext_lazy("address", "reset/<slug:uidb36>/<str:key>/"),
        traced(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
]
keys = [
    path("", security_keys.list_webauthn, name="mfa_list_webauthn"),
    path(pgettext_lazy("address", "add/"), traced(security_keys.add_webauthn), name="mfa_add_webauthn"),
    path(
        pgettext_lazy("address", "confirm/"),
        security_keys.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        pgettext_lazy("address", "<int:pk>/remove/"),
        traced(security_keys.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
    path(pgettext_lazy("address", "<int:pk>/rename/"), security_keys.edit_webauthn, name="mfa_edit_webauthn"),
]
second_step = [
    path("", factors.index, name="mfa_index"),
    path(pgettext_lazy("address", "code/"), factors.authenticate, name="mfa_authenticate"),
    path(pgettext_lazy("address", "confirm/"), factors.reauthenticate, name="mfa_reauthenticate"),
    path(pgettext_lazy("address", "app/"), traced(totp.activate_totp), name="mfa_activate_totp"),
    path(pgettext_lazy("address", "app/remove/"), traced(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        pgettext_lazy("address", "recovery-codes/"),
        recovery_codes.view_recovery_codes,
        name="mfa_view_recovery_codes",
    ),
    path(
        pgettext_lazy("address", "recovery-codes/new/"),
        traced(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        pgettext_lazy("address", "recovery-codes/download/"),
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path(pgettext_lazy("address", "keys/"), include(keys)),
]

urlpatterns = [
    path(pgettext_lazy("address", "sign-in/"), account.login, name="account_login"),
    path(pgettext_lazy("address", "sign-out/"), account.logout, name="account_logout"),
    path(pgettext_lazy("address", "sign-up/"), traced(account.signup), name="account_signup"),
    path(pgettext_lazy("address", "switched-off/"), account.account_inactive, name="account_inactive"),
    path(pgettext_lazy("address", "confirm/"), account.reauthenticate, name="account_reauthenticate"),
    path(pgettext_lazy("address", "e-mail/"), traced(account.email), name="account_email"),
    path(pgettext_lazy("address", "e-mail/confirm/"), include(confirmations)),
    path(pgettext_lazy("address", "password/"), include(password)),
    path(pgettext_lazy("address", "second-step/"), include(second_step)),
    path(pgettext_lazy("address", "sessions/"), traced(sessions.list_usersessions), name="usersessions_list"),
    path(pgettext_lazy("address", "sessions/<int:pk>/end/"), traced(end_session), name="usersessions_end"),
]
