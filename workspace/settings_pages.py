"""What a person decides for themselves: name, language of mails, and deleting the account."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from stakeholders import accounts, people, rights
from stakeholders.models import User
from workspace.fields import capital
from workspace.own import person_of
from workspace.saving import attempt
from workspace.sign_in import reauthentication_required

FORM_PAGE = ["GET", "HEAD", "POST"]


class PersonForm(forms.Form):
    first_name = forms.CharField(
        label=gettext_lazy("First name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=gettext_lazy("Last name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of mails"), choices=capital(settings.LANGUAGES))


class DeleteForm(forms.Form):
    sure = forms.BooleanField(label=gettext_lazy("Yes, delete my account for good"))


@require_http_methods(FORM_PAGE)
@rights.rule("account", "edit")
def person(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    initial = {name: getattr(user, name) for name in PersonForm.base_fields}
    form = PersonForm(request.POST or None, initial=initial, label_suffix="")
    if request.method == "POST" and form.is_valid():
        accounts.describe(user, **form.cleaned_data)
        messages.success(request, _("Your settings were saved."))
        return redirect("workspace:person")
    return render(request, "workspace/person.html", {"form": form})


@require_http_methods(FORM_PAGE)
@rights.rule("account", "delete")
@reauthentication_required(allow_get=True)
def delete(request: HttpRequest) -> HttpResponse:
    """The account goes, the reports stay under “a former member” (R12)."""
    user = person_of(request)
    form = DeleteForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: people.erase(user)):
        logout(request)
        return render(request, "workspace/deleted.html")
    return render(request, "workspace/delete_account.html", {"form": form, "alone_in": owned_alone(user)})


def owned_alone(user: User) -> list[str]:
    """Organizations in which the person is the only owner; others there need one first."""
    return [
        membership.organization.name
        for membership in user.memberships.filter(role="owner").select_related("organization")
        if not people.other_owners(membership).exists()
    ]
