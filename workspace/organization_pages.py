"""What an organization says of itself."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from stakeholders import organizations, rights
from stakeholders.models import Organization
from stakeholders.organizations import OWNERS_EDIT
from stakeholders.versions import Stale
from workspace.fields import VersionForm, long_text
from workspace.own import Place, place_of
from workspace.saving import attempt, conflict

TEMPLATE = "workspace/organization.html"


class ProfileForm(VersionForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    description = forms.CharField(
        label=gettext_lazy("Description"), required=False, max_length=5_000, widget=long_text(5),
        help_text=gettext_lazy("Who you are and what you do, in a few sentences."),
    )  # fmt: skip
    website = forms.URLField(
        label=gettext_lazy("Website"), required=False, max_length=200, assume_scheme="https"
    )
    contact_email = forms.EmailField(
        label=gettext_lazy("E-mail address for the public"), required=False, max_length=254,
        help_text=gettext_lazy("For readers with questions; a shared address is better than a person's."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@rights.rule("membership", "see")
def organization(request: HttpRequest, organization: str) -> HttpResponse:
    """Everybody of the organization reads it, owners change it."""
    place = place_of(request.user, organization)
    found = place.organization
    form = ProfileForm(request.POST or None, initial=kept(found) | {"version": found.version})
    if request.method == "POST":
        place.require("edit", "organization")
        if form.is_valid():
            return save(request, place, form)
    return render(request, TEMPLATE, {"place": place, "form": form})


def kept(organization: Organization) -> dict[str, Any]:
    return {name: getattr(organization, name) for name in OWNERS_EDIT}


def save(request: HttpRequest, place: Place, form: ProfileForm) -> HttpResponse:
    found = place.organization
    try:
        version = form.seen_version
        if attempt(form, lambda: organizations.edit(found, place.person, version=version, **form.given)):
            messages.success(request, _("The organization's page was changed."))
            return redirect("workspace:organization", found.code)
    except Stale as error:
        current = kept(error.current) if isinstance(error.current, Organization) else {}
        found.refresh_from_db()
        return conflict(request, TEMPLATE, error, current, {"place": place, "form": form})
    return render(request, TEMPLATE, {"place": place, "form": form})
