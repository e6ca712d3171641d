"""Addresses of Django's admin that sign in and out or change one's password: all lead to the one door."""

from allauth.account import views as account
from django.urls import path
from django.views.generic import RedirectView

from workspace import account_views

urlpatterns = [
    path("login/", account_views.admin_sign_in, name="account_admin_sign_in"),
    path("logout/", account.logout, name="account_admin_sign_out"),
    path(
        "password_change/",
        RedirectView.as_view(pattern_name="account_change_password"),
        name="account_admin_change_password",
    ),
]
