"""Registering a sub-goal: four short steps, each kept as a draft, a look at the whole, and sending it."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goals.due import due_on
from goals.lifecycle import checking, sub_goals
from goals.lifecycle.sub_goals import FORM_STEPS
from goals.models import Review, SubGoal
from stakeholders import rights
from stakeholders.versions import Stale
from workspace.own import Place, place_of, sub_goal_of
from workspace.saving import attempt, conflict
from workspace.sub_goal_forms import STEPS, CommentForm, Confirm, SubGoalForm, step_of
from workspace.talking import conversation

LAST = len(STEPS)
FORM_PAGE = ["GET", "HEAD", "POST"]


@require_http_methods(FORM_PAGE)
@rights.rule("sub_goal", "see_draft")
def begin(request: HttpRequest, organization: str) -> HttpResponse:
    """The first step of a new one; there is a draft from its first save on."""
    place = place_of(request.user, organization)
    place.require("create", "sub_goal")
    form = STEPS[1][1](request.POST.copy() if request.method == "POST" else None, place)
    form.fields["version"].required = False
    made: list[SubGoal] = []

    def make() -> None:
        made.append(sub_goals.create_draft(place.organization, form.given, place.person))

    if request.method == "POST" and form.is_valid() and attempt(form, make):
        return after_step(request, place, made[0], 1, form)
    return render(request, "workspace/step.html", page(place, None, 1, form))


@require_http_methods(FORM_PAGE)
@rights.rule("sub_goal", "see_draft")
def step(request: HttpRequest, code: str, number: int) -> HttpResponse:
    place, sub_goal = sub_goal_of(request.user, code, "target__indicator", "parent", "contributes_to")
    place.require("edit", "sub_goal")
    if sub_goal.state not in SubGoal.OPEN_STATES or number not in STEPS:
        return redirect("workspace:sub-goal", code)
    form = STEPS[number][1](request.POST or None, place, sub_goal)
    if request.method == "POST" and form.is_valid():
        return save_step(request, place, sub_goal, number, form)
    return render(request, "workspace/step.html", page(place, sub_goal, number, form))


def save_step(
    request: HttpRequest, place: Place, sub_goal: SubGoal, number: int, form: SubGoalForm
) -> HttpResponse:
    stored, before = form.seen_version, form.current
    try:
        done = attempt(form, lambda: sub_goals.save_step(sub_goal, number, form.given, place.person, stored))
    except Stale as error:
        return conflict(request, "workspace/step.html", error, before, page(place, sub_goal, number, form))
    if done:
        return after_step(request, place, sub_goal, number, form)
    return render(request, "workspace/step.html", page(place, sub_goal, number, form))


def after_step(
    request: HttpRequest, place: Place, sub_goal: SubGoal, number: int, form: SubGoalForm
) -> HttpResponse:
    """On, back or out; whoever goes on fills in first what this step still needs. All of it is saved."""
    if "leave" in request.POST:
        messages.success(request, _("The draft is saved. Go on with it whenever you like."))
        return redirect("workspace:dashboard", place.organization.code)
    if "back" in request.POST:
        return redirect("workspace:step", sub_goal.code, max(1, number - 1))
    if faults := needed_here(sub_goal, number):
        for name, sentence in faults.items():
            form.add_error(name, sentence)
        form.renew(sub_goal.version)
        shown = page(place, sub_goal, number, form) | {"is_saved": True}
        return render(request, "workspace/step.html", shown)
    if number == LAST or "check" in request.POST:
        return redirect("workspace:check", sub_goal.code)
    return redirect("workspace:step", sub_goal.code, number + 1)


def needed_here(sub_goal: SubGoal, number: int) -> dict[str, str]:
    faults = checking.sub_goal_faults(sub_goal)
    return {name: sentence for name, sentence in faults.items() if name in FORM_STEPS[number]}


def page(place: Place, sub_goal: SubGoal | None, number: int, form: SubGoalForm) -> dict[str, Any]:
    return {
        "place": place,
        "sub_goal": sub_goal,
        "number": number,
        "last": LAST,
        "name": STEPS[number][0],
        "form": form,
    }


# --- A look at the whole ------------------------------------------------------------------------
@require_http_methods(FORM_PAGE)
@rights.rule("sub_goal", "see_draft")
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Everything on one page with what is still missing; from here it is sent."""
    place, sub_goal = sub_goal_of(
        request.user, code, "target__indicator", "parent", "contributes_to", "answers_user"
    )
    place.require("submit", "sub_goal")
    if sub_goal.state not in SubGoal.OPEN_STATES:
        return redirect("workspace:sub-goal", code)
    form = Confirm(request.POST or None, initial={"version": sub_goal.version})
    if request.method == "POST" and form.is_valid():
        return send(request, place, sub_goal, form)
    return render(request, "workspace/check.html", whole(place, sub_goal, form))


def send(request: HttpRequest, place: Place, sub_goal: SubGoal, form: Confirm) -> HttpResponse:
    try:
        if attempt(form, lambda: sub_goals.submit(sub_goal, place.person, form.seen_version)):
            return redirect("workspace:sub-goal", sub_goal.code)
    except Stale as error:
        return conflict(request, "workspace/check.html", error, {}, whole(place, sub_goal, form))
    return render(request, "workspace/check.html", whole(place, sub_goal, form))


def whole(place: Place, sub_goal: SubGoal, form: Confirm) -> dict[str, Any]:
    faults = checking.sub_goal_faults(sub_goal)
    asked = sub_goal.reviews.filter(decision=Review.Decision.SENT_BACK).order_by("-decided_at", "-pk").first()
    return {
        "place": place,
        "sub_goal": sub_goal,
        "form": form,
        "steps": summary(place, sub_goal, faults),
        "faults": [(step_of(name), label_of(name), sentence) for name, sentence in faults.items()],
        "first_due": first_due(sub_goal),
        "question": asked if sub_goal.state == SubGoal.State.SENT_BACK else None,
        "texts": list(sub_goal.texts.all()),
        "comment": CommentForm(label_suffix=""),
        "talk": conversation(sub_goal, place),
    }


def first_due(sub_goal: SubGoal) -> date | None:
    """By the method reports count from the start, whenever it is published."""
    if sub_goal.start_date is None or sub_goal.progress_from != SubGoal.ProgressFrom.OWN:
        return None
    return due_on(sub_goal.start_date, sub_goal.cadence)


def summary(place: Place, sub_goal: SubGoal, faults: dict[str, str]) -> list[dict[str, Any]]:
    """Each step with its labels and what was entered, in words."""
    return [
        {"number": number, "name": name, "rows": rows(form_class, sub_goal, faults)}
        for number, (name, form_class) in STEPS.items()
    ]


def rows(form_class: type[SubGoalForm], sub_goal: SubGoal, faults: dict[str, str]) -> list[dict[str, Any]]:
    hidden = ("version",) if sub_goal.shared_effort else ("version", "leads_shared_effort")
    return [
        {"label": field.label, "value": in_words(sub_goal, name), "fault": faults.get(name, "")}
        for name, field in form_class.base_fields.items()
        if name not in hidden
    ]


def in_words(sub_goal: SubGoal, name: str) -> Any:
    value = getattr(sub_goal, name)
    if name == "is_deliverable":
        return _("Done or not done") if value else _("By a number that moves")
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    named = getattr(sub_goal, f"get_{name}_display", None)
    return capfirst(named()) if named else value


def label_of(name: str) -> Any:
    form_class = STEPS[step_of(name)][1]
    field = form_class.base_fields.get(name)
    return field.label if field else ""


@require_POST
@rights.rule("sub_goal", "see_draft")
def discard(request: HttpRequest, code: str) -> HttpResponse:
    """Throw a draft away that nobody outside the organization has seen."""
    place, sub_goal = sub_goal_of(request.user, code)
    place.require("delete_draft", "sub_goal")
    form = Confirm(request.POST)
    if not form.is_valid():
        return redirect("workspace:check", code)
    try:
        if attempt(form, lambda: sub_goals.discard(sub_goal, place.person, form.seen_version)):
            messages.success(request, _("The draft was thrown away."))
            return redirect("workspace:dashboard", place.organization.code)
    except Stale as error:
        return conflict(request, "workspace/check.html", error, {}, whole(place, sub_goal, form))
    return render(request, "workspace/check.html", whole(place, sub_goal, form))
