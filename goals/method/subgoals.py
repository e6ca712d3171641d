"""Sub-goals of organizations: judged at a day, so that silence does not help."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import accumulate

from goals.method.exact import ONE, clamp, exactly
from goals.method.judging import describe
from goals.method.outcomes import Judgement, SubgoalJudgement
from goals.method.pace import Standing
from goals.method.parameters import Anchor, Point, SubgoalParameters
from goals.method.path import build_path, worth
from goals.method.status import NOT_ENOUGH_DATA
from goals.method.time import Freshness, coordinate, freshness_limits, freshness_since
from goals.method.vintages import as_known, in_time_order
from indicators import periods

Judging = Callable[[Standing, str, Anchor, Sequence[Point]], Judgement]
STATES = {"fresh": "current", "stale": "overdue", "outdated": "silent"}


@exactly
def judge_subgoal(
    parameters: SubgoalParameters,
    updates: Iterable[Point],
    as_of: date,
    known_on: date | None = None,
    judging: Judging = describe,
) -> SubgoalJudgement:
    """Judge a sub-goal on a day from its approved updates; the caller leaves out those not approved.

    Updates dated after `as_of`, before the start, or recorded after `known_on` do not count. With `verdict`
    for `judging` only status and numbers are worked out: a trend compares every update with every other.
    """
    points = values_of(parameters, updates, as_of, known_on)
    age = update_age(parameters, points, as_of)
    judged = _judge(parameters, points, as_of, judging)
    reason = uncounted_reason(parameters, as_of)
    return SubgoalJudgement(
        **vars(judged)
        | {"reason": reason or judged.reason, "age": age.age, "soft": age.soft, "hard": age.hard},
        counted=reason is None,
        update_state=_update_state(parameters, points, age, as_of),
        closed=is_completed(parameters, as_of),
    )


@exactly
def values_of(
    parameters: SubgoalParameters, updates: Iterable[Point], as_of: date, known_on: date | None = None
) -> tuple[Point, ...]:
    """The level after each update that counts, by date; increments are added up from the baseline."""
    start = periods.first_day(parameters.baseline.period)
    dated = [u for u in updates if start <= periods.last_day(u.period) <= as_of]
    if parameters.reporting != "increment":
        return as_known(dated, known_on)
    steps = _increments(dated, known_on)
    levels = accumulate((worth(Anchor(s.period, s.value)) for s in steps), initial=worth(parameters.baseline))
    return tuple(replace(step, value=level) for step, level in zip(steps, list(levels)[1:], strict=True))


def _increments(updates: Sequence[Point], known_on: date | None) -> tuple[Point, ...]:
    """Increments with a moment of record replace earlier records of their period; others all count."""
    recorded = as_known([u for u in updates if u.recorded is not None], known_on)
    others = [u for u in updates if u.recorded is None and u.value is not None]
    return in_time_order([*others, *recorded])


def uncounted_reason(parameters: SubgoalParameters, as_of: date) -> str | None:
    """Why a sub-goal does not enter the roll-up on a day; None when it does."""
    if parameters.draft:
        return "draft"
    if parameters.withdrawn_on is not None and parameters.withdrawn_on <= as_of:
        return "withdrawn"
    return "not_started" if as_of < periods.first_day(parameters.baseline.period) else None


def is_completed(parameters: SubgoalParameters, as_of: date) -> bool:
    return parameters.completed_on is not None and parameters.completed_on <= as_of


@exactly
def update_age(parameters: SubgoalParameters, points: Sequence[Point], as_of: date) -> Freshness:
    """Time since the end of the latest update's period, or since the start while there is none."""
    since = periods.last_day(points[-1].period) if points else periods.first_day(parameters.baseline.period)
    return freshness_since(since, as_of, freshness_limits(parameters.cadence, lag=0))


def _update_state(parameters: SubgoalParameters, points: Sequence[Point], age: Freshness, as_of: date) -> str:
    if is_completed(parameters, as_of):
        return "closed"
    if not points and age.state == "fresh":
        return "awaiting_first"
    return STATES[age.state]


def _judge(
    parameters: SubgoalParameters, points: Sequence[Point], as_of: date, judging: Judging
) -> Judgement:
    baseline = parameters.baseline
    if baseline.value is None:
        return Judgement(kind="subgoal", status=NOT_ENOUGH_DATA, reason="no_baseline")
    now = coordinate(as_of.isoformat())
    path = build_path(baseline, parameters.milestones, parameters.target, parameters.path)
    latest = Anchor(points[-1].period, points[-1].value) if points else baseline
    standing = Standing(path, parameters.direction, now, worth(latest))
    judged = judging(standing, "subgoal", latest, points)
    judged = replace(judged, expected_today=judged.expected_value)
    if as_of < periods.first_day(baseline.period):
        return Judgement(kind="subgoal", status=NOT_ENOUGH_DATA, reason="not_started", baseline=baseline,
                         target=parameters.target, path_used=path.used)  # fmt: skip
    if is_completed(parameters, as_of):
        return _close(judged, standing)
    return _as_subgoal(judged, standing)


def _as_subgoal(judged: Judgement, standing: Standing) -> Judgement:
    """What a sub-goal does differently: progress counts when too early, a missed one keeps its share."""
    if judged.status == NOT_ENOUGH_DATA:
        return replace(judged, progress=clamp(standing.progress_raw), expected=standing.expected)
    if judged.status == "missed":
        return replace(judged, expected=ONE, schedule=judged.progress)
    return judged


def _close(judged: Judgement, standing: Standing) -> Judgement:
    """A completed sub-goal has reached its target or missed it; nothing about it is provisional."""
    progress = standing.schedule if standing.keeps else clamp(standing.progress_raw)
    flags = tuple(flag for flag in judged.flags if flag != "provisional")
    if standing.is_reached:
        return replace(judged, flags=flags)
    return replace(
        judged, status="missed", reason=None, flags=flags, progress=progress, expected=ONE, schedule=progress,
        expected_value=standing.target, needed_for={},
    )  # fmt: skip
