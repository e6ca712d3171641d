"""The forms of allauth that ask for an address, with the word the other pages have for it."""

from allauth.account import forms
from django.utils.translation import gettext_lazy as _

ADDRESS = _("E-mail address")


class LoginForm(forms.LoginForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = ADDRESS


class SignupForm(forms.SignupForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = ADDRESS


class AddEmailForm(forms.AddEmailForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = ADDRESS


class ResetPasswordForm(forms.ResetPasswordForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = ADDRESS
