"""The people of an organization: their roles, invitations, and going."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stakeholders import inviting, people, rights
from stakeholders.models import Invitation, Membership, Organization
from workspace.fields import long_text
from workspace.own import Place, place_in, place_of
from workspace.saving import attempt
from workspace.sign_in import reauthentication_required

FORM_PAGE = ["GET", "HEAD", "POST"]
A_PAGE = 50


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=Membership.Role.choices, initial=Membership.Role.EDITOR,
        help_text=gettext_lazy("Viewers read, editors write sub-goals and updates, owners invite people."),
    )  # fmt: skip


class SeenForm(forms.Form):
    """A form that says which role its author has seen (R10); roles have no version."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)

    def clean_seen(self) -> str:
        if "seen" not in self.data:
            raise forms.ValidationError(gettext_lazy("The form was not whole. Open the page again."))
        return self.cleaned_data["seen"]

    def renew(self, seen: str) -> None:
        """What was chosen stays; the next try is over the role as it is now."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["seen"] = seen
        self.data = data


class RoleForm(SeenForm):
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Membership.Role.choices)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason (optional)"), required=False, max_length=2_000, widget=long_text(2),
        help_text=gettext_lazy("Kept in the record of changes."),
    )  # fmt: skip


@require_safe
@rights.rule("membership", "see")
def people_page(request: HttpRequest, organization: str) -> HttpResponse:
    place = place_of(request.user, organization)
    place.require("see", "membership")
    return render(request, "workspace/people.html", shown(place, request.GET.get("page")))


def shown(place: Place, page: str | None = None, form: forms.Form | None = None) -> dict[str, Any]:
    members = place.organization.memberships.filter(user__is_active=True).select_related("user")
    members = members.order_by("user__last_name", "user__first_name", "pk")
    sees = place.may("see", "invitation")
    return {
        "place": place,
        "pager": Paginator(members, A_PAGE).get_page(page),
        "invitations": open_invitations(place.organization) if sees else [],
        "form": form or InviteForm(label_suffix=""),
        "now": timezone.now(),
    }


def open_invitations(organization: Organization | None) -> list[Invitation]:
    waiting = inviting.still_open(organization).select_related("made_by")
    return list(waiting.order_by("-made_at", "-pk")[:A_PAGE])


@require_POST
@rights.rule("membership", "see")
@reauthentication_required
def invite(request: HttpRequest, organization: str) -> HttpResponse:
    """Whether the address has an account shows nowhere (R21)."""
    place = place_of(request.user, organization)
    place.require("create", "invitation")
    form = InviteForm(request.POST, label_suffix="")
    if form.is_valid() and attempt(
        form, lambda: inviting.invite(place.organization, by=place.person, **form.cleaned_data)
    ):
        messages.success(request, invited(form))
        return redirect("workspace:people", organization)
    return render(request, "workspace/people.html", shown(place, form=form))


def invited(form: forms.Form) -> str:
    words = {"email": form.cleaned_data["email"]}
    return _("An invitation was sent to %(email)s. Its link works for 14 days.") % words


@require_POST
@rights.rule("membership", "see")
def withdraw(request: HttpRequest, organization: str, pk: int) -> HttpResponse:
    place = place_of(request.user, organization)
    place.require("withdraw", "invitation")
    inviting.withdraw(get_object_or_404(Invitation, pk=pk, organization=place.organization), place.person)
    messages.success(request, _("The invitation was withdrawn; its link no longer works."))
    return redirect("workspace:people", organization)


# --- One member ---------------------------------------------------------------------------------
@require_http_methods(FORM_PAGE)
@rights.rule("membership", "see")
@reauthentication_required(allow_get=True)
def member(request: HttpRequest, organization: str, pk: int) -> HttpResponse:
    """Another role for one member."""
    place = place_of_members(request.user, organization)
    place.require("edit", "membership")
    found = member_of(place, pk)
    form = RoleForm(request.POST or None, initial={"role": found.role, "seen": found.role}, label_suffix="")
    if filled(request, form) and attempt(form, lambda: give_role(found, form, place)):
        messages.success(request, _("The role was changed. It holds from now on."))
        return redirect(back_to(place))
    if form.is_bound:
        found.refresh_from_db()
        form.renew(found.role)
    shown = {"place": place, "member": found, "form": form, "back": back_to(place)}
    return render(request, "workspace/member.html", shown)


def give_role(membership: Membership, form: RoleForm, place: Place) -> None:
    given = form.cleaned_data
    people.change_role(membership, given["role"], place.person, seen=given["seen"])


@require_http_methods(FORM_PAGE)
@rights.rule("membership", "see")
@reauthentication_required(allow_get=True)
def remove(request: HttpRequest, organization: str, pk: int) -> HttpResponse:
    place = place_of_members(request.user, organization)
    place.require("delete", "membership")
    found = member_of(place, pk)
    form = ReasonForm(request.POST or None, label_suffix="")
    if filled(request, form) and attempt(
        form, lambda: people.remove(found, place.person, form.cleaned_data["reason"])
    ):
        told = _("%(name)s no longer belongs to the organization.") % {"name": found.user}
        messages.success(request, told)
        return redirect(back_to(place))
    shown = {"place": place, "member": found, "form": form, "back": back_to(place)}
    return render(request, "workspace/remove_member.html", shown)


def place_of_members(person: Any, code: str) -> Place:
    """One's own organization; administrators change members of any."""
    place = place_in(person, get_object_or_404(Organization.objects.public(), code=code))
    if not place.may("see", "membership"):
        raise Http404
    return place


def back_to(place: Place) -> str:
    """Where this person sees the members."""
    is_own = place.roles & rights.MEMBERS
    name = "people" if is_own else "review-organization"
    return reverse(f"workspace:{name}", args=[place.organization.code])


def filled(request: HttpRequest, form: forms.Form) -> bool:
    return request.method == "POST" and form.is_valid()


def member_of(place: Place, pk: int) -> Membership:
    return get_object_or_404(
        Membership.objects.select_related("user"), pk=pk, organization=place.organization
    )


@require_http_methods(FORM_PAGE)
@rights.rule("membership", "leave")
def leave(request: HttpRequest, organization: str) -> HttpResponse:
    place = place_of(request.user, organization)
    form = forms.Form(request.POST if request.method == "POST" else None)
    if filled(request, form) and attempt(form, lambda: people.leave(place.person, place.organization)):
        told = _("You no longer belong to %(organization)s. What you wrote stays.")
        messages.success(request, told % {"organization": place.organization})
        return redirect(reverse("workspace:home"))
    return render(request, "workspace/leave.html", {"place": place, "form": form})
