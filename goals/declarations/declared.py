"""Reads what is declared for indicators: in short beside a result, and in full as its explanation."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet

from goals import evaluation, known
from goals.method.contributions import share_of_need
from goals.models import Declaration, DeclaredSum, Result, Standing, SubGoal

READ = (
    "code", "state", "baseline_value", "contribution_factor", "attribution", "delivered_stands",
    "shared_effort", "shared_effort_share", "leads_shared_effort", "contributes_to", "organization__code",
    "parent__code", "parent__state", "standing__latest_value",
)  # fmt: skip


# --- In short -----------------------------------------------------------------------------------
def beside(target: str) -> tuple[Prefetch, Prefetch]:
    """What `summary` needs, for rows from which `target` leads to their targets, such as `target__`."""
    sums = DeclaredSum.objects.filter(organization=None)
    return (
        Prefetch(f"{target}indicator__declared_sums", sums, to_attr="declared_in_all"),
        Prefetch(f"{target}indicator__declarations", disagreeing(), to_attr="disagreeing"),
    )


def disagreeing() -> QuerySet[Declaration]:
    """Those that count for a shared effort whose reports lie apart."""
    return Declaration.objects.filter(disagrees=True).exclude(shared_effort="").order_by("sub_goal__code")


def summary(result: Result | Standing) -> dict[str, Any] | None:
    """Sum, share of what is needed, flags and counts for a result that came `beside` them; None without."""
    if isinstance(result, Standing):
        return None
    indicator: Any = result.target and result.target.indicator
    if indicator is None or not indicator.declared_in_all:
        return None
    [whole] = indicator.declared_in_all
    counts = {"counted": whole.counted, "left_out": whole.left_out}
    return in_short(whole, result, indicator.disagreeing) | counts


def in_short(whole: DeclaredSum, result: Result, disagreeing: Iterable[Declaration]) -> dict[str, Any]:
    return {
        "total": evaluation.stored(whole.amount),
        "share_of_need": evaluation.stored(share(whole, result)),
        "flags": [f"shared_effort_disagrees:{one.shared_effort}" for one in disagreeing],
    }


def share(whole: DeclaredSum, result: Result) -> Decimal | None:
    """Of the change the target needs, as it was last judged."""
    anchors = evaluation.anchors_of(result.outcome)
    return share_of_need(whole.amount, anchors["baseline"], anchors["target"])


# --- In full ------------------------------------------------------------------------------------
def contributions(result: Result) -> dict[str, Any] | None:
    """The stored sum with every part of it, in the words of an outcome of the method; None without."""
    if result.target is None:
        return None
    indicator = result.target.indicator
    sums = list(DeclaredSum.objects.filter(indicator=indicator).select_related("organization"))
    whole = next((one for one in sums if one.organization is None), None)
    if whole is None:
        return None
    listed = of_indicator(indicator.pk).select_related("sub_goal").order_by("sub_goal__code")
    short = in_short(whole, result, [one for one in listed if one.disagrees])
    return short | {
        "credit": {
            one.organization.code: evaluation.stored(one.amount)
            for one in sums
            if one.organization and one.credited
        },
        "quantities": {one.sub_goal.node: evaluation.stored(one.amount) for one in listed if not one.reason},
        "excluded": {one.sub_goal.node: one.reason for one in listed if one.reason},
    }


def of_indicator(indicator: int) -> QuerySet[Declaration]:
    """By the index of sub-goals: declarations have none that all of them are in."""
    return Declaration.objects.filter(indicator=indicator, sub_goal__contributes_to=indicator)


def case(result: Result) -> dict[str, Any] | None:
    """The input of the method that gives the same; None where nobody declares anything."""
    if result.target is None:
        return None
    indicator = result.target.indicator_id
    listed = known.declared_by_indicator(values(indicator)).get(indicator)
    return evaluation.contributions_case(result.outcome, listed) if listed else None


def values(indicator: int) -> list[tuple[SubGoal, Decimal | None]]:
    """The sub-goals that declare a quantity for an indicator, each with its latest value."""
    declaring = SubGoal.objects.public().exclude(standing=None).filter(contributes_to=indicator)
    declaring = declaring.select_related("organization", "parent", "standing").only(*READ).order_by("code")
    return [(one, one.standing.latest_value) for one in declaring]
