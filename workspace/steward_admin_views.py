"""Pages of administrators beside the queue: requests to join, organizations, people, the trail."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stakeholders import inviting, joining, merging, organizations, people, rights
from stakeholders.models import Invitation, JoinRequest, Organization, User
from workspace import file_pages, people_pages, steward_joining, steward_people, steward_trail
from workspace.own import person_of
from workspace.sign_in import reauthentication_required
from workspace.steward_deciding import attempt
from workspace.steward_queue import Kind

page_methods = require_http_methods(["GET", "HEAD", "POST"])


# --- Requests to join ---------------------------------------------------------------------------
@page_methods
@rights.rule("join_request", "see")
def join_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Stewards read it; administrators decide, once."""
    asked = get_object_or_404(JoinRequest.objects.select_related("decided_by", "organization"), pk=pk)
    form = steward_joining.RejectForm(request.POST if "reject" in request.POST else None)
    status = 200
    if request.method == "POST":
        rights.require(request.user, "approve", "join_request")
        status = decide(request, asked, form)
        if status == 200:
            return redirect(Kind.JOINS.address)
        asked = get_object_or_404(JoinRequest.objects.select_related("decided_by"), pk=pk)
    context = {
        "asked": asked,
        "form": form,
        "duplicates": steward_joining.duplicates(asked),
        "twins": steward_joining.twins(asked),
        "may_decide": rights.may(request.user, "approve", "join_request"),
        "at": "queue",
    }
    return render(request, "workspace/steward/join.html", context, status=status)


def decide(request: HttpRequest, asked: JoinRequest, form: steward_joining.RejectForm) -> int:
    if form.is_bound and not form.is_valid():
        return 400
    try:
        if form.is_bound:
            joining.reject(asked, person_of(request), form.cleaned_data["reason"])
        else:
            joining.approve(asked, person_of(request))
    except joining.AlreadyDecided as error:
        messages.error(request, str(error))
        return 409
    words = _("Rejected: %(name)s.") if form.is_bound else _("Approved and invited: %(name)s.")
    messages.success(request, words % {"name": asked.organization_name})
    return 200


# --- Merging ------------------------------------------------------------------------------------
@page_methods
@rights.rule("merge", "create")
@reauthentication_required(allow_get=True)
def merge(request: HttpRequest) -> HttpResponse:
    """First which two, then what it would move, then the merge."""
    if request.method == "POST":
        return do_merge(request)
    asked = request.GET
    form = steward_joining.MergeForm(asked if "into" in asked else None, initial=asked.dict())
    context: dict[str, Any] = {"form": form, "at": "organizations"}
    if form.is_bound and form.is_valid():
        context |= previewed(form)
    return render(request, "workspace/steward/merge.html", context, status=400 if form.errors else 200)


def previewed(form: steward_joining.MergeForm) -> dict[str, Any]:
    """The preview with the form that confirms it; nothing where these two cannot be merged."""
    try:
        return confirming(form.cleaned_data["source"], form.cleaned_data["into"])
    except merging.NotMergeable as error:
        form.add_error(None, str(error))
        return {}


def confirming(source: Organization, into: Organization, **typed: str) -> dict[str, Any]:
    """Raises NotMergeable if these two cannot be merged."""
    preview = merging.preview(source, into)
    shown = {"source": source.code, "into": into.code, "fingerprint": preview.fingerprint} | typed
    confirm = steward_joining.ConfirmMergeForm(initial=shown)
    return {"preview": preview, "both": (source, into), "confirm": confirm}


def do_merge(request: HttpRequest) -> HttpResponse:
    form = steward_joining.ConfirmMergeForm(request.POST)
    status = 400
    if form.is_valid():
        given = form.cleaned_data
        try:
            merging.merge(
                given["source"], given["into"], person_of(request),
                fingerprint=given["fingerprint"], reason=given["reason"],
            )  # fmt: skip
        except merging.NotMergeable as error:
            form.add_error(None, str(error))
            status = 409
        else:
            messages.success(request, _("Merged into %(name)s.") % {"name": given["into"]})
            return redirect("workspace:review-organization", given["into"].code)
    context: dict[str, Any] = {"form": form, "at": "organizations"}
    if chosen := both(form):
        context |= previewed_again(form, *chosen)
    return render(request, "workspace/steward/merge.html", context, status=status)


def both(form: steward_joining.ConfirmMergeForm) -> tuple[Organization, Organization] | None:
    source, into = form.cleaned_data.get("source"), form.cleaned_data.get("into")
    return (source, into) if source and into else None


def previewed_again(
    form: steward_joining.ConfirmMergeForm, source: Organization, into: Organization
) -> dict[str, Any]:
    """What it would move now, beside the reason as it was typed."""
    try:
        return confirming(source, into, reason=form.data.get("reason", ""))
    except merging.NotMergeable:
        return {}


# --- Organizations ------------------------------------------------------------------------------
@require_safe
@rights.rule("organization", "switch_off")
def organization_list(request: HttpRequest) -> HttpResponse:
    chosen = steward_people.OrganizationFilter(request.GET)
    return listed(request, chosen, "workspace/steward/organizations.html", "organizations")


def listed(
    request: HttpRequest,
    chosen: steward_people.OrganizationFilter | steward_people.PersonFilter,
    template: str,
    at: str,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    page = Paginator(chosen.rows(), steward_people.A_PAGE).get_page(request.GET.get("page"))
    context = {"filter": chosen, "pager": page, "query": chosen.query, "at": at, **more}
    return render(request, template, context, status=status)


@page_methods
@rights.rule("organization", "switch_off")
def organization(request: HttpRequest, code: str) -> HttpResponse:
    """Its facts over the version that was read; what differs is shown beside what was typed (R10)."""
    row = get_object_or_404(Organization.objects.select_related("merged_into"), code=code)
    form, status = steward_people.OrganizationForm(request.POST or None, initial=facts(row)), 200
    if request.method == "POST":
        status = save(form, row, person_of(request)) if form.is_valid() else 400
        if status == 200:
            messages.success(request, _("Saved."))
            return redirect(request.path)
        row.refresh_from_db()
        if status == 409:
            form.renew(row.version)
    return organization_page(request, row, status, edit=form)


def organization_page(
    request: HttpRequest, row: Organization, status: int = 200, **sent: forms.Form
) -> HttpResponse:
    """`sent` is the form that was filled in, by its name on the page."""
    blank = {
        "edit": steward_people.OrganizationForm(initial=facts(row)),
        "switch": steward_people.SwitchForm(auto_id="switch_%s"),
        "invite": steward_people.InviteForm(),
    }
    context = {
        "row": row,
        "form": next(iter(sent.values()), None),
        **blank,
        **sent,
        "members": row.memberships.select_related("user").order_by("user__email"),
        "invitations": people_pages.open_invitations(row),
        "now": timezone.now(),
        "at": "organizations",
    }
    return render(request, "workspace/steward/organization.html", context, status=status)


def facts(row: Organization) -> dict[str, Any]:
    return {name: getattr(row, name) for name in steward_people.OrganizationForm.base_fields}


def save(form: steward_people.OrganizationForm, row: Organization, by: User) -> int:
    return attempt(form, lambda: organizations.edit(row, by, version=form.seen_version, **form.given))


@page_methods
@rights.rule("organization", "switch_off")
@reauthentication_required(allow_get=True)
def switch_organization(request: HttpRequest, code: str) -> HttpResponse:
    """Off: hidden, and its people may do nothing any more; on again the same way."""
    row = get_object_or_404(Organization, code=code, merged_into=None)
    if request.method != "POST":
        return redirect("workspace:review-organization", code)
    form = steward_people.SwitchForm(request.POST, auto_id="switch_%s")
    wanted = "on" in request.POST
    status = 400
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        status = attempt(form, lambda: organizations.set_active(row, wanted, person_of(request), reason))
    if status == 200:
        messages.success(request, _("Switched on.") if wanted else _("Switched off."))
        return redirect("workspace:review-organization", code)
    row.refresh_from_db()
    return organization_page(request, row, status, switch=form)


@require_safe
@rights.rule("organization", "switch_off")
def everything(request: HttpRequest, code: str) -> HttpResponse:
    """What its people take away for it themselves, of whatever organization."""
    return file_pages.packed(get_object_or_404(Organization, code=code), person_of(request))


@page_methods
@rights.rule("organization", "switch_off")
@reauthentication_required(allow_get=True)
def invite(request: HttpRequest, code: str) -> HttpResponse:
    """As its owners do: their first one comes this way. Whether there is an account shows nowhere."""
    row = get_object_or_404(Organization.objects.public(), code=code)
    if request.method != "POST":
        return redirect("workspace:review-organization", code)
    form = steward_people.InviteForm(request.POST)
    status = 400
    if form.is_valid():
        by = person_of(request)
        status = attempt(form, lambda: inviting.invite(row, by=by, **form.cleaned_data))
    if status == 200:
        messages.success(request, people_pages.invited(form))
        return redirect("workspace:review-organization", code)
    return organization_page(request, row, status, invite=form)


@require_POST
@rights.rule("organization", "switch_off")
def withdraw_invitation(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    row = get_object_or_404(Invitation.objects.select_related("organization"), pk=pk, organization__code=code)
    inviting.withdraw(row, person_of(request))
    messages.success(request, _("The invitation was withdrawn; its link no longer works."))
    return redirect("workspace:review-organization", code)


# --- People -------------------------------------------------------------------------------------
@require_safe
@rights.rule("person", "see")
def person_list(request: HttpRequest) -> HttpResponse:
    return people_list(request)


def people_list(
    request: HttpRequest, form: steward_people.ProjectInviteForm | None = None, status: int = 200
) -> HttpResponse:
    chosen = steward_people.PersonFilter(request.GET)
    inviting_form = form or steward_people.ProjectInviteForm()
    more = {
        "form": form,
        "invite": inviting_form,
        "invitations": people_pages.open_invitations(None),
        "now": timezone.now(),
    }
    return listed(request, chosen, "workspace/steward/people.html", "people", status, **more)


@page_methods
@rights.rule("person", "edit")
@reauthentication_required(allow_get=True)
def invite_to_project(request: HttpRequest) -> HttpResponse:
    """A steward or administrator who may have no account yet; whether there is one shows nowhere."""
    if request.method != "POST":
        return redirect("workspace:review-people")
    form = steward_people.ProjectInviteForm(request.POST)
    status = 400
    if form.is_valid():
        by = person_of(request)
        status = attempt(form, lambda: inviting.invite_to_project(by=by, **form.cleaned_data))
    if status != 200:
        return people_list(request, form, status)
    messages.success(request, people_pages.invited(form))
    return redirect("workspace:review-people")


@require_POST
@rights.rule("person", "edit")
def withdraw_from_project(request: HttpRequest, pk: int) -> HttpResponse:
    inviting.withdraw(get_object_or_404(Invitation, pk=pk, organization=None), person_of(request))
    messages.success(request, _("The invitation was withdrawn; its link no longer works."))
    return redirect("workspace:review-people")


@page_methods
@rights.rule("person", "edit")
@reauthentication_required(allow_get=True)
def person_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What the person does for the Project, and whether they may sign in at all."""
    row = get_object_or_404(User, pk=pk, erased_at=None)
    shown = {"role": row.project_role, "seen": row.project_role}
    form = steward_people.ProjectRoleForm(request.POST or None, initial=shown)
    status = 200
    if request.method == "POST":
        status = change_person(request, row, form) if form.is_valid() else 400
        if status == 200:
            messages.success(request, _("Saved."))
            return redirect(request.path)
        row.refresh_from_db()
        form.renew(row.project_role)
    memberships = row.memberships.select_related("organization").order_by("organization__name")
    context = {"row": row, "form": form, "memberships": memberships, "at": "people"}
    return render(request, "workspace/steward/person.html", context, status=status)


def change_person(request: HttpRequest, row: User, form: steward_people.ProjectRoleForm) -> int:
    by, reason = person_of(request), form.cleaned_data["reason"]
    if "switch_off" in request.POST:
        return attempt(form, lambda: people.switch_off(row, by, reason))
    if "switch_on" in request.POST:
        return attempt(form, lambda: people.switch_on(row, by, reason))
    given = form.cleaned_data
    return attempt(form, lambda: people.give_project_role(row, given["role"], by, reason, seen=given["seen"]))


# --- The trail ----------------------------------------------------------------------------------
@require_safe
@rights.rule("trail", "see")
def trail_page(request: HttpRequest) -> HttpResponse:
    """Administrators read every chain, owners those of their organizations."""
    context = steward_trail.trail_page(request.GET, person_of(request))
    return render(request, "workspace/steward/trail.html", context)
