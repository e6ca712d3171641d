"""How people sign in: what django-allauth is told, and what the other pages of the workspace use.

`@login_required` (django.contrib.auth.decorators) sends strangers to the one sign-in page.
`@reauthentication_required` asks for the password (or a code or key) again when that is more than five
minutes ago: put it below `@login_required` on every step that changes mail, second steps, tokens or rights.
A form sent in between is kept and goes on by itself afterwards; `allow_get=True` asks only when the form is
sent. `needs_second_step(user)` tells whether an administrator still has to set one up.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.account.models import EmailAddress
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stakeholders.models import User
from workspace import account_mail, invitations, limits
from workspace.models import SignInFailures

__all__ = ["AccountAdapter", "is_administrator", "needs_second_step", "reauthentication_required"]


def is_administrator(user: User | AnonymousUser) -> bool:
    return user.is_staff or user.is_superuser


def needs_second_step(user: User | AnonymousUser) -> bool:
    """An administrator without a second step; asked for only where settings.MFA_REQUIRED holds."""
    return is_administrator(user) and not is_mfa_enabled(user)


def count_failure(**signal: Any) -> None:
    """One more sign-in that failed today (R34)."""
    SignInFailures.objects.add_one(timezone.now().date())


class AccountAdapter(DefaultAccountAdapter):
    """What this site decides where allauth asks."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": gettext_lazy(
            "This e-mail address and this password do not belong together."
        ),
        "email_taken": gettext_lazy("A person with this e-mail address exists."),
        "duplicate_email": gettext_lazy("This is the e-mail address of your account already."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """An account comes by invitation only; its link proves the address."""
        invitation = invitations.waiting(request)
        if invitation:
            self.stash_verified_email(request, invitation.email)
        return invitation is not None

    def clean_email(self, email: str) -> str:
        """The account of somebody invited gets the address the invitation came to."""
        invited = self.request.session.get("account_verified_email") if self.is_signing_up() else None
        if invited and invited.lower() != email.lower():
            raise ValidationError(_("Your invitation came to %(email)s.") % {"email": invited})
        return super().clean_email(email)

    def is_signing_up(self) -> bool:
        return self.request.resolver_match.url_name == "account_signup"

    def is_ajax(self, request: HttpRequest) -> bool:
        """Pages only: there is no second way in for scripts."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Only own paths after sign-in (R22)."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_client_ip(self, request: HttpRequest) -> str:
        return limits.client_address(request)

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        user.language = translation.get_language()
        return super().save_user(request, user, form, commit)

    # --- Tries that fail --------------------------------------------------------------------------

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """By account alone: another name of the site gives no further tries."""
        return credentials.get("email", "").lower()

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:  # a pause holds; the right password is refused as well
            count_failure()
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        count_failure()

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Whoever made an administrator at the shell vouches for the address: mail may not work yet then."""
        if user.is_superuser and not EmailAddress.objects.filter(user=user).exists():
            EmailAddress.objects.create(user=user, email=user.email.lower(), verified=True, primary=True)
        return super().pre_login(request, user, **kwargs)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        response = super().post_login(request, user, **kwargs)
        if kwargs["signup"] and self.is_signing_up():  # the password was given in this very request
            reauthenticate_by_password(request)
        invitations.accept_waiting(request, user)
        return response

    # --- Mail -------------------------------------------------------------------------------------

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """An address that is somebody else's by now is not confirmed."""
        others = User.objects.exclude(pk=email_address.user_id)
        if others.filter(email__iexact=email_address.email).exists():
            template, context = (
                "account/messages/email_confirmation_failed.txt",
                {"email": email_address.email},
            )
            self.add_message(request, messages.ERROR, template, context)
            return False
        return super().confirm_email(request, email_address)

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        to = [email] if isinstance(email, str) else email
        return account_mail.compose(template_prefix, to, context, headers)

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        account_mail.send(self.render_mail(template_prefix, email, {"email": email, **context}))

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """What was changed stays changed when the mail about it cannot be sent."""
        told = {"user": user, "timestamp": timezone.now(), **(context or {})}
        notify = super().send_notification_mail

        def send() -> None:
            with account_mail.failing_quietly():
                notify(template_prefix, user, told, email)

        account_mail.tell(send)

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        parts = {"uidb36": context["uid"], "key": context["key"]}
        url = account_mail.address_for(user, "account_reset_password_from_key", **parts)
        super().send_password_reset_mail(user, email, {**context, "password_reset_url": url})

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        user = emailconfirmation.email_address.user
        return account_mail.address_for(user, "account_confirm_email", key=emailconfirmation.key)

    def send_account_already_exists_mail(self, email: str) -> None:
        url = settings.SITE_URL + reverse("account_reset_password")
        self.send_mail("account/email/account_already_exists", email, {"password_reset_url": url})
