"""Requests to join, with what may be there already, and two organizations made one."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from stakeholders.models import JoinRequest, Organization
from workspace.steward_forms import text

MOST_DUPLICATES = 10
TELLING = 4
"""Letters a word of a name has at least, to be looked for in other names."""
COMMON = {
    "asociación", "association", "conseil", "consejo", "council", "fondation", "foundation", "fundación",
    "group", "groupe", "grupo", "institut", "institute", "instituto", "national", "nacional", "universidad",
    "university", "université",
}  # fmt: skip


def duplicates(request: JoinRequest) -> QuerySet[Organization]:
    """Organizations that may be the same: a telling word of the name in common, or the same website."""
    same = Q(name__iexact=request.organization_name)
    for word in telling_words(request.organization_name):
        same |= Q(name__icontains=word)
    if host := host_of(request.website):
        same |= Q(website__icontains=host)
    return Organization.objects.filter(same, merged_into=None)[:MOST_DUPLICATES]


def telling_words(name: str) -> list[str]:
    """The longest words that not every other organization has in its name."""
    words = {word.strip(".,()").lower() for word in name.split()}
    telling = [word for word in words if len(word) >= TELLING and word not in COMMON]
    return sorted(telling, key=lambda word: (-len(word), word))[:3]


def host_of(website: str) -> str:
    try:
        host = urlsplit(website).hostname or ""
    except ValueError:  # kept as it was sent, and no address after all
        return ""
    return host.removeprefix("www.")


def twins(request: JoinRequest) -> QuerySet[JoinRequest]:
    """Other requests that wait under the same name or from the same address."""
    others = JoinRequest.objects.filter(state=JoinRequest.State.WAITING).exclude(pk=request.pk)
    return others.filter(
        Q(organization_name__iexact=request.organization_name) | Q(email__iexact=request.email)
    )[:MOST_DUPLICATES]


class RejectForm(forms.Form):
    reason = text(_("Reason"), hint=_("Sent to the person who asked."))


# --- Two that are one ---------------------------------------------------------------------------
class MergeForm(forms.Form):
    """Which two; by their codes, as they stand in addresses."""

    source = forms.SlugField(
        label=_("This organization"), max_length=50, help_text=_("Its code; it is merged into the other.")
    )
    into = forms.SlugField(
        label=_("is merged into"), max_length=50, help_text=_("The code of the one that stays.")
    )

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or self.cleaned_data
        for name in ("source", "into"):
            if code := fields.get(name):
                fields[name] = Organization.objects.filter(code=code).first()
                if fields[name] is None:
                    self.add_error(name, _("There is no organization with this code."))
        return fields


class ConfirmMergeForm(MergeForm):
    fingerprint = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reason = text(_("Reason"))

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in ("source", "into"):
            self.fields[name].widget = forms.HiddenInput()
