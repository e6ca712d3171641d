"""A changed measure of a published sub-goal: proposed by its organization, seen before it is sent."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from goals.declarations.declaring import MovedSum
from goals.lifecycle import measures, proposing
from goals.models import MeasureProposal, Step, SubGoal
from goals.models.sub_goals import Measured
from stakeholders import rights
from stakeholders.versions import Stale
from workspace import actions
from workspace.actions import Action
from workspace.climb import lines
from workspace.own import sub_goal_of
from workspace.saving import Difference, attempt, tell_faults
from workspace.sub_goal_forms import Confirm, Measure
from workspace.talking import question_about
from workspace.templatetags.values import day, in_unit, number

PROPOSE = Action(
    _("Change how it is measured or what it contributes"),
    _(
        "Either moves numbers without anybody having got further, so a steward of the Project looks at it "
        "first. Until then all stays as it is. Once approved it is a new version with your reason, both "
        "shown to the public."
    ),
    _("Send to the stewards"),
    ("propose", "sub_goal_measure"),
    _("It was sent. All stays as it is until a steward approves the change."),
)
IN_UNIT = ("baseline_value", "target_value")


# --- Old and new --------------------------------------------------------------------------------
def compared(now: SubGoal | Measured, then: SubGoal | Measured) -> list[Difference]:
    """What differs of how it is measured and what it contributes, as a person reads it."""
    return [
        Difference(str(Measure.base_fields[name].label), shown(now, name), shown(then, name))
        for name in measures.MEASURE
        if getattr(now, name) != getattr(then, name)
    ]


def shown(row: SubGoal | Measured, name: str) -> str:
    value = getattr(row, name)
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return in_unit(value, row.unit) if name in IN_UNIT else number(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    word = getattr(row, f"get_{name}_display", None)
    return capfirst(str(word())) if word else str(value)


@dataclass(frozen=True)
class Foreseen:
    """What a change would put in place of what, the steps it would make and the sums it would move.

    The steps are None where they are not told.
    """

    differences: list[Difference]
    steps: list[Step] | None
    sums: list[MovedSum]


def foreseen(sub_goal: SubGoal, wanted: SubGoal) -> Foreseen:
    steps, sums = proposing.preview(wanted), proposing.preview_sums(wanted)
    return Foreseen(compared(sub_goal, wanted), steps, sums)


# --- The organization ---------------------------------------------------------------------------
def waiting_or_asked(found: SubGoal) -> dict[str, Any]:
    """The proposal that is open, for the page of the sub-goal."""
    proposal = proposing.open_of(found, found.proposals.select_related("proposed_by", "contributes_to"))
    if proposal is None:
        return {}
    return {
        "proposal": proposal,
        "differences": compared(found, proposal),
        "question": None if proposal.is_waiting else question_about(proposal),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@rights.rule("sub_goal", "see_draft")
def propose(request: HttpRequest, code: str) -> HttpResponse:
    """Send the change, or first see what it would move."""
    place, found = sub_goal_of(request.user, code, "parent", "contributes_to")
    place.require(*PROPOSE.right)
    form, asked = Measure(request.POST or None, place, found), asked_about(found)
    if asked and not form.is_bound:
        form.initial = {**form.initial, **measures.fields_of(asked), "reason": asked.reason}
    back = reverse("workspace:sub-goal", args=[code])
    about = {"about": found.title, "about_language": found.language, "is_previewed": True}
    about["question"] = question_about(asked) if asked else None
    if "preview" in request.POST:
        shown = {"action": PROPOSE, "place": place, "form": form, "back": back, **about}
        return render(request, actions.TEMPLATE, {**shown, **preview_of(found, form)})
    return actions.run(
        request, PROPOSE, place, form,
        lambda: proposing.propose(
            found, form.measure, form.given["reason"], place.person, form.seen_version
        ),
        back, **about,
    )  # fmt: skip


def asked_about(found: SubGoal) -> MeasureProposal | None:
    """What was proposed last, where the stewards asked about it: one goes on from there."""
    return found.proposals.asked_about().select_related("contributes_to").first()


def preview_of(found: SubGoal, form: Measure) -> dict[str, Any]:
    """A reason still to be given hides no step."""
    form.fields["reason"].required = False
    if not form.is_valid():
        return {}
    try:
        would_be = foreseen(found, proposing.changed(found, form.measure))
    except ValidationError as error:
        tell_faults(form, error)
        return {}
    return {"foreseen": would_be, "lines": lines(would_be.steps or [])}


@require_POST
@rights.rule("sub_goal", "see_draft")
def take_back(request: HttpRequest, code: str) -> HttpResponse:
    place, found = sub_goal_of(request.user, code)
    place.require(*PROPOSE.right)
    form = Confirm(request.POST)
    if form.is_valid():
        try:
            if attempt(form, lambda: proposing.take_back(found, place.person, form.seen_version)):
                messages.success(request, str(_("The change was taken back. Nothing was changed.")))
        except Stale:
            form.add_error(None, str(_("Somebody else has changed this in the meantime. Look at it again.")))
    for sentences in form.errors.values():
        messages.error(request, " ".join(map(str, sentences)))
    return redirect("workspace:sub-goal", code)
