"""What an organization contributes: from its sub-goals and updates up to the overall number."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from goals.models import Result, Standing, Step, Update
from stakeholders import rights
from stakeholders.models import Organization
from workspace.climb import Line, lines
from workspace.own import place_of

A_PAGE = 20


@require_safe
@rights.rule("contribution", "see")
def contribution(request: HttpRequest, organization: str) -> HttpResponse:
    place = place_of(request.user, organization)
    place.require("see", "contribution")
    pager = Paginator(own_steps(place.organization), A_PAGE).get_page(request.GET.get("page"))
    shown = {
        "place": place,
        "shares": shares(place.organization),
        "pager": pager,
        "changes": changes(list(pager)),
    }
    return render(request, "workspace/contribution.html", shown)


# --- Shares -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class InGoal:
    """The organization in one goal; `share` is its part of the weight of all that report there."""

    standing: Standing
    whole: Standing
    sub_goals: list[tuple[Standing, Decimal | None]]

    @property
    def share(self) -> Decimal | None:
        return part(self.standing.weight, self.whole.progress_weight) if self.standing.counted else None


def shares(organization: Organization) -> list[InGoal]:
    rows = Standing.objects.filter(organization=organization, level=Result.Level.ORGANIZATION)
    found = list(rows.select_related("goal", "enters").order_by("goal__number"))
    entering: dict[int, list[Standing]] = {row.pk: [] for row in found}
    for one in (
        Standing.objects.filter(enters__in=found).select_related("sub_goal").order_by("-weight", "node")[:200]
    ):
        entering[one.enters_id or 0].append(one)
    return [InGoal(row, row.enters, inside(row, entering[row.pk])) for row in found if row.enters]


def inside(row: Standing, entering: list[Standing]) -> list[tuple[Standing, Decimal | None]]:
    return [(one, part(one.weight, row.progress_weight) if one.counted else None) for one in entering]


def part(weight: Any, whole: Any) -> Decimal | None:
    return weight / whole if whole else None


# --- What moved ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class Change:
    """One cause with every step it made, from the leaf up."""

    step: Step
    lines: list[Line]
    words: str
    update: int | None


def own_steps(organization: Organization) -> Any:
    """The leaves of what changed, the newest first; time moves everything and is not listed."""
    rows = Step.objects.filter(organization=organization, level=Result.Level.SUB_GOAL).exclude(cause="time")
    return rows.select_related("sub_goal").order_by("-at", "-pk")


def changes(leaves: list[Step]) -> list[Change]:
    """Each leaf's step with those above it, made by the same cause at the same moment."""
    causes = {leaf.cause for leaf in leaves}
    above = Step.objects.filter(cause__in=causes, at__in={leaf.at for leaf in leaves}).order_by("pk")
    found = list(above.select_related("goal", "organization", "sub_goal"))
    updates = Update.objects.in_bulk([number for leaf in leaves if (number := update_of(leaf))])
    return [
        Change(leaf, lines(way_up(leaf, found)), words_of(leaf, updates), update_of(leaf)) for leaf in leaves
    ]


def way_up(leaf: Step, steps: list[Step]) -> list[Step]:
    same = [one for one in steps if (one.cause, one.at) == (leaf.cause, leaf.at)]
    above = [
        one for one in same if one.level != Result.Level.SUB_GOAL and one.goal_id in (leaf.goal_id, None)
    ]
    own = [one for one in above if one.organization_id in (leaf.organization_id, None)]
    return [leaf, *own]


def update_of(step: Step) -> int | None:
    kind, _colon, key = step.cause.partition(":")
    return int(key) if kind == "update" and key.isdecimal() else None


def words_of(step: Step, updates: Mapping[int, Update]) -> str:
    """What happened, in words."""
    if update := updates.get(update_of(step) or 0):
        texts = {
            "published": _("An update was published"),
            "corrected": _("An update was corrected"),
            "retracted": _("An update was retracted"),
        }
        return texts[update.happened(step.at)]
    if step.cause.startswith("merge:"):
        return _("Two organizations became one")
    happened = {
        "published": _("The sub-goal was published"),
        "completed": _("The sub-goal was completed"),
        "withdrawn": _("The sub-goal was withdrawn"),
        "reparented": _("The sub-goal was put elsewhere"),
        "reweighed": _("The sub-goal got another weight"),
        "measure": _("The way it is measured was changed"),
    }
    return happened.get(step.cause.rpartition(":")[2], _("The numbers were worked out again"))
