"""Addresses of the workspace; those of sign-in and of one's account are in `account_urls`."""

from django.urls import include, path
from django.utils.translation import pgettext_lazy

from workspace import invitations, mail_settings

app_name = "workspace"

urlpatterns = [
    path(pgettext_lazy("address", "mail/"), mail_settings.choose, name="mail-settings"),
    path(pgettext_lazy("address", "mail/stop/<str:key>/"), mail_settings.stop, name="stop-mail"),
    path("", include("workspace.own_urls")),
    path(pgettext_lazy("address", "invitation/<str:token>/"), invitations.accept, name="accept-invitation"),
    path(pgettext_lazy("address", "review/"), include("workspace.steward_urls")),
]
