"""The stored results put together as the tree they are: overall, goals, layers, targets and sub-goals."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber

from goals import upper
from goals.models import Result, Standing
from goals.models.sub_goals import is_public

SUB_GOALS_SHOWN = 200
LAYER_FIELDS = (
    "progress", "expected", "schedule", "coverage", "mark", "status", "binding", "reporting_rate",
)  # fmt: skip

Nodes = dict[tuple[int | None, str], list[Any]]
"""Results and standings by goal id and level."""


def progress_tree() -> Result | None:
    """The overall result with its `goals`, each with both layers; None before anything was judged.

    Five queries whatever the size of the tree: each goal brings along at most 200 of its sub-goals.
    """
    nodes: Nodes = defaultdict(list)
    overall: Any = None
    for result in [*upper_nodes(), *sub_goal_nodes()]:
        if result.level == Result.Level.OVERALL:
            overall = result
        else:
            nodes[result.goal_id, result.level].append(result)
    if overall:
        overall.goals = goals_of(nodes, sub_goal_totals())
    return overall


def upper_nodes() -> Iterator[Result | Standing]:
    yield from upper.completed(
        Result.objects.current()
        .filter(sub_goal=None)
        .defer("explanation")
        .select_related("goal", "target__indicator")
        .order_by("goal__number", "-target__is_headline", "target__position", "node")
    )
    yield from (
        Standing.objects.filter(level=Result.Level.ORGANIZATION, organization__is_active=True)
        .select_related("organization")
        .order_by("node")
    )


def sub_goal_nodes() -> QuerySet[Standing]:
    place = Window(RowNumber(), partition_by=F("goal_id"), order_by=F("node").asc())
    shown = public_standings().annotate(place=place).filter(place__lte=SUB_GOALS_SHOWN)
    return shown.select_related("sub_goal__parent__organization", "organization").order_by("node")


def public_standings() -> QuerySet[Standing]:
    return Standing.objects.filter(is_public("sub_goal__"), level=Result.Level.SUB_GOAL)


def sub_goal_totals() -> dict[int | None, int]:
    rows = public_standings().order_by().values("goal_id").annotate(total=Count("pk"))
    return {row["goal_id"]: row["total"] for row in rows}


def goals_of(nodes: Nodes, totals: dict[int | None, int]) -> list[Result]:
    goals = [result for (_, level), rows in nodes.items() if level == Result.Level.GOAL for result in rows]
    for goal in goals:
        goal.indicator_layer = layer(goal, "indicator_layer") | {
            "targets": nodes[goal.goal_id, Result.Level.TARGET],
        }
        goal.stakeholder_layer = layer(goal, "stakeholder_layer") | {
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
