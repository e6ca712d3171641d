"""The stored results put together as the tree they are: overall, goals, layers, targets and sub-goals."""

from collections import defaultdict
from typing import Any

from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber

from goals.models import Result, SubGoal

SUB_GOALS_SHOWN = 200
LAYER_FIELDS = (
    "progress", "expected", "schedule", "coverage", "mark", "status", "binding", "reporting_rate",
)  # fmt: skip

Nodes = dict[tuple[int | None, str], list[Result]]
"""Results by goal id and level."""


def progress_tree() -> Result | None:
    """The overall result with its `goals`, each with both layers; None before anything was judged.

    Three queries whatever the size of the tree: each goal brings along at most 200 of its sub-goals.
    """
    nodes: Nodes = defaultdict(list)
    overall = None
    for result in [*upper_nodes(), *sub_goal_nodes()]:
        if result.level == Result.Level.OVERALL:
            overall = result
        else:
            nodes[result.goal_id, result.level].append(result)
    if overall:
        overall.goals = goals_of(nodes, sub_goal_totals())
    return overall


def upper_nodes():
    return (
        Result.objects.current()
        .exclude(level=Result.Level.SUB_GOAL)
        .defer("explanation")
        .select_related("goal", "target__indicator", "organization")
        .order_by("goal__number", "-target__is_headline", "target__position", "node")
    )


def sub_goal_nodes():
    place = Window(RowNumber(), partition_by=F("goal_id"), order_by=F("node").asc())
    shown = (
        Result.objects.current()
        .filter(level=Result.Level.SUB_GOAL, sub_goal__state__in=SubGoal.PUBLIC_STATES)
        .annotate(place=place)
        .filter(place__lte=SUB_GOALS_SHOWN)
    )
    return shown.defer("explanation").select_related("sub_goal__parent", "organization").order_by("node")


def sub_goal_totals() -> dict[int | None, int]:
    counted = Count("pk", filter=Q(sub_goal__state__in=SubGoal.PUBLIC_STATES))
    rows = Result.objects.current().filter(level=Result.Level.SUB_GOAL).order_by().values("goal_id")
    return {row["goal_id"]: row["total"] for row in rows.annotate(total=counted)}


def goals_of(nodes: Nodes, totals: dict[int | None, int]) -> list[Result]:
    goals = [result for (_, level), rows in nodes.items() if level == Result.Level.GOAL for result in rows]
    for goal in goals:
        goal.indicator_layer = layer(goal, "indicator_layer") | {  # type: ignore[attr-defined]
            "targets": nodes[goal.goal_id, Result.Level.TARGET],
        }
        goal.stakeholder_layer = layer(goal, "stakeholder_layer") | {  # type: ignore[attr-defined]
            "organizations": nodes[goal.goal_id, Result.Level.ORGANIZATION],
            "sub_goals": nodes[goal.goal_id, Result.Level.SUB_GOAL],
            "sub_goals_total": totals.get(goal.goal_id, 0),
            "goal": goal.goal,
        }
    return goals


def layer(goal: Result, name: str) -> dict[str, Any]:
    """The numbers of one layer as the goal's outcome holds them."""
    found = goal.outcome.get(name) or {}
    return {field: found.get(field) for field in LAYER_FIELDS}
