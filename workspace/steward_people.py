"""Organizations and people as administrators see and change them."""

from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from goals.choices import ALL, QueryFilter
from goals.words import language
from indicators.areas import area_name
from stakeholders.models import Membership, Organization, User
from workspace import people_pages
from workspace.fields import VersionForm
from workspace.joining import areas
from workspace.steward_forms import text

STATES = [ALL, ("active", _("Taking part")), ("off", _("Switched off")), ("merged", _("Merged"))]
IN_STATE = {
    "active": Q(is_active=True, merged_into=None),
    "off": Q(is_active=False, merged_into=None),
    "merged": Q(merged_into__isnull=False),
}
A_PAGE = 50


class OrganizationFilter(QueryFilter):
    search = forms.CharField(label=_("Name or code"), required=False, max_length=200)
    type = forms.ChoiceField(
        label=_("Kind of organization"), required=False, choices=[ALL, *Organization.Type.choices]
    )
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)

    def rows(self) -> QuerySet[Organization]:
        found = Organization.objects.annotate(people=Count("memberships")).select_related("merged_into")
        if search := self.chosen("search"):
            found = found.filter(Q(name__icontains=search) | Q(code__icontains=search))
        if kind := self.chosen("type"):
            found = found.filter(type=kind)
        return found.filter(IN_STATE.get(self.chosen("state"), Q())).order_by("name", "pk")


def areas_in_use() -> list[tuple[str, str]]:
    """What may be chosen when asking to join, and every other region that an organization has already."""
    offered = areas()
    known = {code for code, _name in offered}
    used = Organization.objects.exclude(area__in=known).order_by("area").values_list("area", flat=True)
    return [*offered, *((code, area_name(code, language())) for code in used.distinct())]


class OrganizationForm(VersionForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    type = forms.ChoiceField(
        label=_("Kind of organization"), choices=Organization.Type,
        help_text=_("Decides in which totals it counts."),
    )  # fmt: skip
    area = forms.ChoiceField(label=_("Country or region"), choices=areas_in_use)
    website = forms.URLField(label=_("Website"), required=False, max_length=200, assume_scheme="https")
    contact_email = forms.EmailField(label=_("E-mail address of the organization"), required=False)


class SwitchForm(forms.Form):
    """Off or on, with the reason."""

    reason = text(_("Reason"))


class InviteForm(people_pages.InviteForm):
    """Beside the other forms of the page; whoever answers for an organization first is its owner."""

    def __init__(self, data: Any = None) -> None:
        initial = {"role": Membership.Role.OWNER}
        super().__init__(data, initial=initial, auto_id="invite_%s", label_suffix="")


class PersonFilter(QueryFilter):
    search = forms.CharField(label=_("Name or e-mail address"), required=False, max_length=200)
    role = forms.ChoiceField(
        label=_("Role for the Project"), required=False, choices=[ALL, *User.ProjectRole.choices]
    )

    def rows(self) -> QuerySet[User]:
        found = User.objects.filter(erased_at=None).annotate(organizations=Count("memberships"))
        for word in self.chosen("search").split()[:5]:
            found = found.filter(
                Q(email__icontains=word) | Q(first_name__icontains=word) | Q(last_name__icontains=word)
            )
        if role := self.chosen("role"):
            found = found.filter(project_role=role)
        return found.order_by("email")


class ProjectInviteForm(forms.Form):
    """Somebody who has no account yet, or has one: the link is the same."""

    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(
        label=_("Role for the Project"), choices=User.ProjectRole,
        help_text=_("Stewards review what organizations report; administrators may do everything."),
    )  # fmt: skip

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="invite_%s", label_suffix="")


class ProjectRoleForm(people_pages.SeenForm):
    role = forms.ChoiceField(
        label=_("Role for the Project"), required=False,
        choices=[("", _("None")), *User.ProjectRole.choices],
        help_text=_("Stewards review what organizations report; administrators may do everything."),
    )  # fmt: skip
    reason = text(_("Reason"))
