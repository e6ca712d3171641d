"""Addresses of the form by which an organization asks to take part."""

from django.urls import path
from django.utils.translation import pgettext_lazy

from workspace import joining

app_name = "join"

urlpatterns = [
    path("", joining.ask, name="ask"),
    path(pgettext_lazy("address", "thanks/"), joining.thanks, name="thanks"),
]
