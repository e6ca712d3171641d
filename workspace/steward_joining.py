"""Requests to join, with what may be there already, and two organizations made one."""

from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from stakeholders.models import JoinRequest, Organization
from workspace.steward_forms import text

MOST_DUPLICATES = 10
MOST_OFFERED = 1_000
"""Organizations in a list to choose from; others are named by code or name."""
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
def from_list() -> forms.TextInput:
    return forms.TextInput(attrs={"list": "organizations", "autocomplete": "off"})


def organization_named(text: str) -> Organization:
    """By its code, or by its name where that is the only one. Raises ValidationError otherwise."""
    if found := Organization.objects.filter(code=text).first():
        return found
    named = list(Organization.objects.filter(name__iexact=text, merged_into=None)[:2])
    if len(named) > 1:
        raise ValidationError(_("Several have this name. Choose one by its code."))
    if not named:
        raise ValidationError(_("There is no organization with this code or name."))
    return named[0]


class MergeForm(forms.Form):
    """Which two; chosen from a list by name, or named by code or name."""

    source = forms.CharField(
        label=_("This organization"), max_length=200, widget=from_list(),
        help_text=_("It goes: all it has moves to the other. Begin to type its name or code."),
    )  # fmt: skip
    into = forms.CharField(
        label=_("is merged into"), max_length=200, widget=from_list(),
        help_text=_("The one that stays. Begin to type its name or code."),
    )  # fmt: skip

    @property
    def organizations(self) -> QuerySet[Organization]:
        """What browsers offer while somebody types."""
        return Organization.objects.filter(merged_into=None).order_by("name", "code")[:MOST_OFFERED]

    def clean_source(self) -> Organization:
        return organization_named(self.cleaned_data["source"])

    def clean_into(self) -> Organization:
        return organization_named(self.cleaned_data["into"])


class ConfirmMergeForm(MergeForm):
    fingerprint = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reason = text(_("Reason"))

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in ("source", "into"):
            self.fields[name].widget = forms.HiddenInput()
