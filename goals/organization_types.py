"""How far each kind of organization is toward each goal: the mean of its organizations, as they stand."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, Sum

from goals.method.sums import NUMBERS, Shares, Sums
from goals.models import FixedPointField, Goal, Result, Standing


@dataclass(frozen=True)
class TypeStanding:
    """One kind of organization within one goal: how many organizations count, and their weighted mean."""

    goal_id: int
    type: str
    organizations: int
    shares: Shares


def by_type(goal: Goal | None = None) -> list[TypeStanding]:
    """Of one goal or of all; kinds of which no organization counts are left out."""
    rows = Standing.objects.filter(level=Result.Level.ORGANIZATION, counted=True)
    rows = rows.filter(goal=goal) if goal else rows
    grouped = rows.order_by("goal__number", "organization__type").values_list("goal", "organization__type")
    return [
        standing_of(goal_id, kind, sums)
        for goal_id, kind, *sums in grouped.annotate(members=Count("pk"), **sum_expressions())
    ]


def standing_of(goal_id: int, kind: str, counted: list[Any]) -> TypeStanding:
    known: list[Any] = [value or 0 for value in counted]
    sums = Sums(*known)
    return TypeStanding(goal_id, kind, sums.members, sums.mean or Shares())


def sum_expressions() -> dict[str, Sum]:
    """Of each share the sums of w·x and of w, in the order of the fields of Sums."""
    found: dict[str, Sum] = {}
    for name in NUMBERS:
        found[f"{name}_sum"] = Sum(F("weight") * F(name), output_field=FixedPointField(places=11))
        known = Q(**{f"{name}__isnull": False})
        found[f"{name}_weight"] = Sum("weight", filter=known, output_field=FixedPointField(places=2))
    return found
