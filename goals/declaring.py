"""Keeps the sums of what sub-goals declare for indicators in step with every change (method, section 10).

The sum stands beside the official value and is never part of it: the verdict on the indicator, what was drawn
from it and when it was recorded stay as they are.
"""

from collections.abc import Collection, Iterable
from decimal import Decimal

from goals import evaluation, known, rows
from goals.models import Result, SubGoal

Declared = list[tuple[SubGoal, Decimal | None]]
READ = (
    "code", "state", "baseline_value", "contribution_factor", "attribution", "delivered_stands",
    "shared_effort", "shared_effort_share", "leads_shared_effort", "contributes_to", "organization__code",
    "parent__code", "parent__state", "standing__latest_value",
)  # fmt: skip


def follow(sub_goals: Iterable[SubGoal]) -> None:
    """Count anew what is declared for the indicators these sub-goals declare something for.

    Call it in the transaction of the change, with the edition's lock held and the standings written. Three
    statements for an indicator, however many declare something for it, and one for each further level of
    parents that declare nothing.
    """
    indicators = {one.contributes_to_id for one in sub_goals if one.contributes_to_id}
    if not indicators:
        return
    declared = known.declared_by_indicator(values(indicators))
    results = Result.objects.current().filter(target__indicator__in=indicators).select_related("target")
    changed = [result for result in results if is_other(result, declared)]
    rows.change(changed, ("outcome", "explanation"))


def values(indicators: Collection[int] | None = None) -> Declared:
    """The sub-goals that declare a quantity, for all indicators or for some, each with its latest value."""
    declaring = SubGoal.objects.public().exclude(standing=None).exclude(contributes_to=None)
    if indicators is not None:
        declaring = declaring.filter(contributes_to__in=indicators)
    declaring = declaring.select_related("organization", "parent", "standing").only(*READ).order_by("code")
    return [(one, one.standing.latest_value) for one in declaring]


def drifted() -> list[tuple[str, Decimal | None, Decimal | None]]:
    """Targets whose stored sum is not what sub-goals declare: node, stored total and counted one."""
    declared, found = known.declared_by_indicator(values()), []
    for result in Result.objects.current().exclude(target=None).select_related("target"):
        before = total_of(result)
        if is_other(result, declared):
            found.append((result.node, before, total_of(result)))
    return found


def total_of(result: Result) -> Decimal | None:
    return (result.outcome.get("contributions") or {}).get("total")


def is_other(result: Result, declared: dict[int, list[dict]]) -> bool:
    """Put what is declared into the stored result; whether that changed anything."""
    assert result.target is not None
    case, before = result.explanation["input"], result.outcome.get("contributions")
    case_before = case.get("contributions")
    evaluation.put_contributions(case, result.outcome, declared.get(result.target.indicator_id))
    return (before, case_before) != (result.outcome.get("contributions"), case.get("contributions"))
