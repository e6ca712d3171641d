"""A goal with its two layers side by side, and all goals together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from goals.method.described import Described
from goals.method.exact import ONE, at_nine, exactly, rounded, weighted_mean
from goals.method.layers import (
    PARTIAL,
    IndicatorLayer,
    IndicatorRow,
    Numbers,
    OrganizationNode,
    Rolled,
    StakeholderLayer,
    combine,
    indicator_layer,
    layer_status,
    mark_of,
    mean_numbers,
    stakeholder_layer,
)


@dataclass(frozen=True)
class GoalNode:
    """A goal with its judged indicators and its organizations."""

    id: str
    indicators: tuple[IndicatorRow, ...] = ()
    organizations: tuple[OrganizationNode, ...] = ()
    weight: Decimal = ONE


@dataclass(frozen=True)
class GoalOutcome(Described):
    """A goal rolled up; its status is the indicator layer's alone.

    `combined` has nine decimals, so that sums of it are exact and move by difference.
    `indicators` and `stakeholders` are the layers' progress, shown beside `combined` (0..1).
    """

    id: str
    weight: Decimal
    status: str
    reason: str | None
    flags: tuple[str, ...]
    indicators: Decimal | None
    stakeholders: Decimal | None
    combined: Decimal | None
    coverage: Decimal | None
    mark: str
    binding: str | None
    reporting_rate: Decimal | None
    indicator_layer: IndicatorLayer
    stakeholder_layer: StakeholderLayer


@dataclass(frozen=True)
class OverallOutcome(Described):
    """All goals together; `lowest_goal` has the lowest combined number, whatever the mean says."""

    status: str
    indicators: Decimal | None
    stakeholders: Decimal | None
    combined: Decimal | None
    coverage: Decimal | None
    mark: str
    lowest_goal: str | None
    flags: tuple[str, ...]
    indicator_layer: Numbers
    stakeholder_layer: Rolled
    goals: Mapping[str, GoalOutcome]


@exactly
def roll_goal(goal: GoalNode) -> GoalOutcome:
    return goal_outcome(
        goal.id, indicator_layer(goal.indicators), stakeholder_layer(goal.organizations), goal.weight
    )


@exactly
def goal_outcome(
    goal_id: str, indicators: IndicatorLayer, stakeholders: StakeholderLayer, weight: Decimal = ONE
) -> GoalOutcome:
    """Set the two layers of a goal beside each other and combine their schedules."""
    combined, flag = combine(indicators.schedule, stakeholders.schedule)
    return GoalOutcome(
        id=goal_id,
        weight=weight,
        status=indicators.status,
        reason=indicators.reason,
        flags=(flag,) if flag else (),
        indicators=indicators.progress,
        stakeholders=stakeholders.progress,
        combined=at_nine(combined),
        coverage=indicators.coverage,
        mark=indicators.mark,
        binding=indicators.binding,
        reporting_rate=stakeholders.reporting_rate,
        indicator_layer=indicators,
        stakeholder_layer=stakeholders,
    )


@exactly
def roll_overall(goals: Iterable[GoalNode]) -> OverallOutcome:
    return overall_outcome([roll_goal(goal) for goal in goals])


@exactly
def overall_outcome(goals: Sequence[GoalOutcome]) -> OverallOutcome:
    """Weighted means over goals; under half coverage there is no indicator and no combined number."""
    coverage = weighted_mean((goal.weight, goal.coverage) for goal in goals)
    coverage = None if coverage is None else rounded(coverage)
    is_covered = coverage is not None and coverage >= PARTIAL
    outcomes = mean_numbers((goal.weight, goal.indicator_layer.numbers) for goal in goals if is_covered)
    efforts = _efforts(goals)
    return OverallOutcome(
        status=layer_status(outcomes.schedule, [goal.status for goal in goals]),
        indicators=outcomes.progress,
        stakeholders=efforts.progress,
        combined=at_nine(weighted_mean((goal.weight, goal.combined) for goal in goals if is_covered)),
        coverage=coverage,
        mark=mark_of(coverage),
        lowest_goal=lowest_goal((goal.id, goal.combined, goal.stakeholder_layer.schedule) for goal in goals),
        flags=() if is_covered else ("no_outcome_data",),
        indicator_layer=outcomes,
        stakeholder_layer=efforts,
        goals={goal.id: goal for goal in goals},
    )


def _efforts(goals: Sequence[GoalOutcome]) -> Rolled:
    mean = mean_numbers((goal.weight, goal.stakeholder_layer.numbers) for goal in goals)
    rate = weighted_mean((goal.weight, goal.reporting_rate) for goal in goals)
    return Rolled(at_nine(mean.progress), at_nine(mean.expected), at_nine(mean.schedule), at_nine(rate))


def lowest_goal(goals: Iterable[tuple[str, Decimal | None, Decimal | None]]) -> str | None:
    """Of goals with their combined number and their effort, the lowest one; None where none has a number.

    By the combined number where there is one, else by the effort; ties by id.
    """
    keys = [key for goal in goals if (key := _lowest_first(*goal)) is not None]
    return min(keys)[-1] if keys else None


def _lowest_first(goal: str, combined: Decimal | None, effort: Decimal | None) -> tuple[Any, ...] | None:
    if combined is not None:
        return 0, combined, goal
    return None if effort is None else (1, effort, goal)
