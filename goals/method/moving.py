"""What time alone moves of a sub-goal on a straight path that is under way: the case most of them are in.

`judge_subgoal` gives the same numbers for every case; tests hold the two together. This one is for a night
in which a million are judged, and for the moment in which somebody waits for an update to count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from inspect import unwrap

from goals.method.exact import ONE, ZERO, at_nine, clamp, exactly, rounded
from goals.method.outcomes import SubgoalJudgement
from goals.method.pace import is_reached
from goals.method.parameters import Anchor, Point, SubgoalParameters
from goals.method.path import worth
from goals.method.status import NOT_ENOUGH_DATA, status_by_pace
from goals.method.subgoals import STATES
from goals.method.time import coordinate, freshness_limits, freshness_since

TOO_EARLY = "too_early"
# Called a million times in a decimal context that is set already; each would set it again.
reached, status_at = unwrap(is_reached), unwrap(status_by_pace)


@dataclass(frozen=True)
class Course:
    """How far a straight path leads from start to target by a day, as a share of the way."""

    expected: Decimal
    expected_at_nine: Decimal
    is_too_early: bool


@lru_cache(maxsize=65536)
@exactly
def course(start: date, target: date, as_of: date) -> Course:
    """For a day from the start on and before the target date."""
    begin, end, now = (coordinate(day.isoformat()) for day in (start, target, as_of))
    wait = min(ONE, (end - begin) / 10)
    expected = (now - begin) / (end - begin)
    return Course(expected, at_nine(expected) or ZERO, rounded(now - begin - wait) < 0)


def is_plain(baseline: Decimal, target: Decimal, direction: str) -> bool:
    """Whether there is a way to go at all: the baseline is not at or beyond the target already."""
    return not reached(baseline, target, direction)


def judge_plain(
    baseline: Decimal, target: Decimal, value: Decimal, direction: str, on: Course
) -> tuple[Decimal | None, str, str]:
    """Schedule with nine decimals, status and its reason; call within the method's decimal context."""
    is_there = reached(value, target, direction)
    if on.is_too_early:
        return (ONE, "achieved", "") if is_there else (None, NOT_ENOUGH_DATA, TOO_EARLY)
    pace = (value - baseline) / (target - baseline) / on.expected
    return at_nine(pace), "achieved" if is_there else status_at(pace), ""


@lru_cache(maxsize=65536)
def update_state(was: str, since: date, as_of: date, cadence: str) -> str:
    """Where reports stand whose latest is from `since`; a first one (`awaiting_first`) is awaited a while."""
    state = freshness_since(since, as_of, freshness_limits(cadence, lag=0)).state
    return was if was == "awaiting_first" and state == "fresh" else STATES[state]


@exactly
def judge_under_way(
    parameters: SubgoalParameters, updates: Sequence[Point], as_of: date
) -> SubgoalJudgement | None:
    """Status and numbers from updates up to the day, oldest first; None for what is not such a case.

    Start, target and updates are of days.
    """
    start, target, day = parameters.baseline, parameters.target, as_of.isoformat()
    latest = updates[-1] if updates and is_straight(parameters) else None
    if latest is None or not start.period <= min(day, latest.period) <= day < target.period:
        return None
    if start.value is None or target.value is None or latest.value is None:
        return None
    y0, y1, value = worth(start), worth(target), Decimal(latest.value)
    if not is_plain(y0, y1, parameters.direction):
        return None
    on = course(date.fromisoformat(start.period), date.fromisoformat(target.period), as_of)
    schedule, status, reason = judge_plain(y0, y1, value, parameters.direction, on)
    return SubgoalJudgement(
        kind="subgoal", status=status, reason=reason or None, latest=Anchor(latest.period, value),
        progress=clamp((value - y0) / (y1 - y0)), expected=on.expected, schedule=schedule, counted=True,
        update_state=update_state("", date.fromisoformat(latest.period), as_of, parameters.cadence),
    )  # fmt: skip


def is_straight(parameters: SubgoalParameters) -> bool:
    """On a straight path, told in levels, and neither draft nor ended."""
    ended = parameters.withdrawn_on or parameters.completed_on
    straight = parameters.path == "linear" and not parameters.milestones
    return straight and parameters.reporting == "level" and not parameters.draft and not ended
