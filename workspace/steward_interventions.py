"""What stewards do to what is public already: withdraw a sub-goal, correct an update, retract one.

Each goes the way the organization goes itself; the organization is told with the reason.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from goals.lifecycle import sub_goals, updates
from goals.lifecycle.steps import Row
from goals.models import SubGoal, Update
from stakeholders import rights
from workspace.fields import ReasonForm, VersionForm
from workspace.own import person_of
from workspace.steward_deciding import attempt
from workspace.steward_forms import CorrectionForm
from workspace.sub_goal_forms import Withdraw

page_methods = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True)
class Intervention:
    """The words of a step: what it does, its button, and what is said when it was taken."""

    heading: str | Promise
    explanation: str | Promise
    button: str | Promise
    done: str | Promise


WITHDRAW = Intervention(
    _("Withdraw this sub-goal"),
    _("It no longer counts and stays to be seen with its reason. This cannot be undone."),
    _("Withdraw this sub-goal"),
    _("The sub-goal was withdrawn."),
)
CORRECT = Intervention(
    _("Correct this update"),
    _(
        "Another steward approves your correction. Until then the published update stands; then the public "
        "sees it struck through and dated, and the organization gets a mail with your reason."
    ),
    _("Send the correction for review"),
    _("The correction was begun."),
)
RETRACT = Intervention(
    _("Retract this update"),
    _("It no longer counts and stays to be seen, struck through, with your reason. This cannot be undone."),
    _("Retract this update"),
    _("The update was retracted."),
)


@page_methods
@rights.rule("review", "create")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(SubGoal.objects.public().select_related("organization", "goal"), pk=pk)
    form = Withdraw(sent(request), initial={"version": row.version})

    def step() -> Row:
        return sub_goals.withdraw(row, by=person_of(request), version=form.seen_version, **form.given)

    return intervene(request, WITHDRAW, row, row, form, step)


@page_methods
@rights.rule("review", "create")
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    row = public_update(pk)
    form = CorrectionForm(sent(request), row)

    def step() -> Row:
        reason = form.cleaned_data["reason"]
        return updates.correct(row, form.given, person_of(request), form.seen_version, reason=reason)

    return intervene(request, CORRECT, row, row.sub_goal, form, step)


@page_methods
@rights.rule("review", "create")
def retract(request: HttpRequest, pk: int) -> HttpResponse:
    row = public_update(pk)
    form = ReasonForm(sent(request), initial={"version": row.version})

    def step() -> Row:
        return updates.retract(row, form.given["reason"], person_of(request), form.seen_version)

    return intervene(
        request, RETRACT, row, row.sub_goal, form, step, ends_with_it=updates.open_correction(row)
    )


def sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def public_update(pk: int) -> Update:
    return get_object_or_404(
        Update.objects.public().select_related("sub_goal__organization", "sub_goal__goal"), pk=pk
    )


def intervene(
    request: HttpRequest,
    what: Intervention,
    row: Row,
    sub_goal: SubGoal,
    form: VersionForm,
    step: Callable[[], Row],
    **more: Any,
) -> HttpResponse:
    """Ask for the reason, take the step and show what came of it; what was typed stays if it is refused."""
    status, changed = 200, row
    if request.method == "POST":

        def take() -> None:
            nonlocal changed
            changed = step()

        status = attempt(form, take) if form.is_valid() else 400
        if status == 200:
            messages.success(request, str(what.done))
            return redirect(address_of(changed))
        row.refresh_from_db()
        if status == 409:
            form.renew(row.version)
    context = {"what": what, "row": row, "sub_goal": sub_goal, "form": form, "back": address_of(row)}
    return render(
        request, "workspace/steward/intervention.html", {**context, **more, "at": "queue"}, status=status
    )


def address_of(row: Row) -> str:
    """Where a steward reads it; a draft is with the organization the steward reports for."""
    if isinstance(row, SubGoal):
        return reverse("workspace:review-sub-goal", args=[row.pk])
    name = "edit-update" if row.state == Update.State.DRAFT else "review-update"
    return reverse(f"workspace:{name}", args=[row.pk])
