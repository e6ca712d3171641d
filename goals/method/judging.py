"""Judge one target with one series: baseline, latest value, status, and what explains it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from goals.method.exact import ONE, clamp, exactly
from goals.method.outcomes import Judgement, MilestoneOutcome, Needed
from goals.method.pace import Standing, is_reached
from goals.method.parameters import Anchor, Point, TargetParameters
from goals.method.path import Path, build_path, worth
from goals.method.status import MONITORED, NEEDS_ACCELERATION, NOT_ENOUGH_DATA, ON_TRACK, status_of
from goals.method.time import Freshness, coordinate, in_order, judge_freshness
from goals.method.trends import is_worsening, median_slope, trend
from goals.method.vintages import as_known
from indicators import periods

BASELINE_YEARS = 3
SHIFTED = "baseline_shifted"


@exactly
def judge_reach(
    parameters: TargetParameters,
    observations: Iterable[Point],
    as_of: date | None = None,
    frequency: str | None = None,
    lag: Decimal | int | None = None,
) -> Judgement:
    """Judge reach_level, relative_change or rank at the latest observation.

    Freshness is judged when `as_of` and `frequency` are given: an outdated series has no verdict but
    keeps its `last_known`. Raises ValueError when the parameters lack what their kind needs.
    """
    points = as_known(observations)
    resolved, reason, flags = resolve(parameters, points)
    if reason:
        return Judgement(
            kind=parameters.kind, status=NOT_ENOUGH_DATA, reason=reason, flags=flags,
            baseline=resolved.baseline, target=resolved.target,
        )  # fmt: skip
    path = path_of(resolved)
    judged = _judge_on(path, resolved, points, flags)
    if as_of:
        judged = replace(judged, expected_today=path.value_at(coordinate(as_of.isoformat())))
    return with_freshness(judged, freshness_of(judged.latest, as_of, frequency, lag))


def judge_monitored(
    observations: Iterable[Point],
    as_of: date | None = None,
    frequency: str | None = None,
    lag: Decimal | int | None = None,
) -> Judgement:
    """An indicator without a target: its trend, never a score."""
    points = as_known(observations)
    latest = _anchor(points[-1]) if points else None
    fresh = freshness_of(latest, as_of, frequency, lag)
    judged = Judgement(
        kind="monitor", status=MONITORED, latest=latest, trend=trend(points), trend_slope=median_slope(points)
    )
    return _aged(judged, fresh)


@exactly
def resolve(
    parameters: TargetParameters, points: Sequence[Point]
) -> tuple[TargetParameters, str | None, tuple[str, ...]]:
    """Fill in baseline and target values; also return why there is none (or None), and flags."""
    if parameters.target is None:
        raise ValueError(f"a {parameters.kind} target needs a target period")
    baseline = _find_baseline(parameters.baseline, points)
    if baseline is None:
        return parameters, "no_baseline", ()
    assert parameters.baseline is not None
    shifted = not _lies_in(baseline.period, parameters.baseline.period)
    flags = (SHIFTED,) if shifted else ()
    resolved = replace(parameters, baseline=baseline)
    if parameters.kind == "rank":
        resolved = replace(resolved, direction="decrease", path="linear")
    if parameters.kind == "relative_change":
        if worth(baseline) <= 0:
            return resolved, "baseline_not_positive", flags
        resolved = _from_changes(resolved, worth(baseline))
    if resolved.target is None or resolved.target.value is None:
        raise ValueError(f"a {parameters.kind} target needs a value to reach")
    return resolved, None, flags


def _find_baseline(baseline: Anchor | None, points: Sequence[Point]) -> Anchor | None:
    """The stated baseline, else its period's observation, else the first within three years after."""
    if baseline is None or baseline.value is not None:
        return baseline
    own = [point for point in points if _lies_in(point.period, baseline.period)]
    last = baseline.t + BASELINE_YEARS
    after = [p for p in points if not in_order(p.t, baseline.t) and in_order(p.t, last)]
    found = own or after
    return _anchor(found[0]) if found else None


def _lies_in(period: str, interval: str) -> bool:
    inner, outer = periods.parse(period), periods.parse(interval)
    return outer.first_day <= inner.first_day and inner.last_day <= outer.last_day


def _from_changes(parameters: TargetParameters, y0: Decimal) -> TargetParameters:
    """Turn changes relative to the baseline value into levels."""
    if parameters.change is None or parameters.target is None:
        raise ValueError("a relative_change target needs its change")
    milestones = tuple(replace(m, value=y0 * (1 + worth(m))) for m in parameters.milestones)
    target = replace(parameters.target, value=y0 * (1 + parameters.change))
    return replace(parameters, milestones=milestones, target=target)


def path_of(resolved: TargetParameters) -> Path:
    """The path of parameters whose values are all filled in."""
    assert resolved.baseline is not None
    assert resolved.target is not None
    return build_path(resolved.baseline, resolved.milestones, resolved.target, resolved.path)


def _judge_on(
    path: Path, resolved: TargetParameters, points: Sequence[Point], flags: tuple[str, ...]
) -> Judgement:
    since = [point for point in points if in_order(path.baseline.t, point.t)]
    if not since:
        return Judgement(
            kind=resolved.kind, status=NOT_ENOUGH_DATA, reason="no_observation", flags=flags + path.flags,
            baseline=path.baseline, target=path.target, path_used=path.used,
            milestones=judge_milestones(path, resolved.direction, path.baseline.t, path.baseline, ()),
        )  # fmt: skip
    latest = _anchor(since[-1])
    standing = Standing(path, resolved.direction, latest.t, worth(latest))
    judged = describe(standing, resolved.kind, latest, points)
    return replace(judged, flags=flags + judged.flags)


@exactly
def verdict(standing: Standing, kind: str, latest: Anchor, points: Sequence[Point] = ()) -> Judgement:
    """Status and numbers of a standing alone; the points make no difference to them."""
    status = status_of(standing)
    progress, expected, schedule = numbers(standing, status)
    return Judgement(
        kind=kind,
        status=status,
        reason="too_early" if status == NOT_ENOUGH_DATA else None,
        progress=progress,
        expected=expected,
        schedule=schedule,
        latest=latest,
    )


@exactly
def describe(standing: Standing, kind: str, latest: Anchor, points: Sequence[Point]) -> Judgement:
    """The verdict on a standing, with its rates, milestones and what would change it."""
    judged = verdict(standing, kind, latest)
    upcoming = standing.path.next_after(standing.t)
    return replace(
        judged,
        flags=flags_of(standing, judged.status, points),
        progress_raw=standing.progress_raw,
        expected_value=standing.expected_value,
        pace=standing.pace,
        actual_rate=standing.actual_rate,
        required_rate=standing.required_rate,
        required_from_now=standing.rate_to(standing.path.target),
        required_to_next=standing.rate_to(upcoming),
        rates="growth" if standing.growth_rates else "linear",
        path_used=standing.path.used,
        baseline=standing.path.baseline,
        target=standing.path.target,
        next_milestone=upcoming,
        milestones=judge_milestones(standing.path, standing.direction, standing.t, latest, points),
        needed_for=needed_for(standing),
        trend=trend(points),
        trend_slope=median_slope(points),
    )


def numbers(standing: Standing, status: str) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Progress, expected and schedule, each in 0..1; all None without enough data."""
    if status == NOT_ENOUGH_DATA:
        return None, None, None
    if standing.keeps:
        return standing.schedule, ONE, standing.schedule
    return clamp(standing.progress_raw), standing.expected, standing.schedule


def flags_of(standing: Standing, status: str, points: Sequence[Point]) -> tuple[str, ...]:
    raw = standing.progress_raw
    named = {
        "keep_mode": standing.keeps,
        "provisional": status == "achieved" and not standing.keeps and not standing.is_due,
        "overshoot": raw is not None and raw > 1,
        "recent_worsening": is_worsening(points, standing.direction),
    }
    return standing.flags + tuple(name for name, holds in named.items() if holds)


def needed_for(standing: Standing) -> dict[str, Needed]:
    """Value and rate that would have earned the two better statuses at the moment judged."""
    bounds = {"on_track": ON_TRACK, "needs_acceleration": NEEDS_ACCELERATION}
    found = {status: standing.at_pace(bound) for status, bound in bounds.items()}
    return {status: Needed(*pair) for status, pair in found.items() if pair}


@exactly
def judge_milestones(
    path: Path, direction: str, t: Decimal, latest: Anchor, points: Sequence[Point]
) -> tuple[MilestoneOutcome, ...]:
    """Each milestone: once due by the first value from its period to a year after, before by the latest."""
    return tuple(
        MilestoneOutcome(m.period, m.value, _milestone_status(m, direction, t, latest, points))
        for m in path.anchors[1:-1]
    )


def _milestone_status(
    milestone: Anchor, direction: str, t: Decimal, latest: Anchor, points: Sequence[Point]
) -> str:
    wanted = worth(milestone)
    if not in_order(milestone.t, t):
        return "reached_early" if is_reached(worth(latest), wanted, direction) else "upcoming"
    window = [p for p in points if in_order(milestone.t, p.t) and in_order(p.t, milestone.t + 1)]
    if not window or window[0].value is None:
        return "unknown"
    return "met" if is_reached(window[0].value, wanted, direction) else "missed"


def freshness_of(
    latest: Anchor | None, as_of: date | None, frequency: str | None, lag: Decimal | int | None = None
) -> Freshness | None:
    if latest is None or as_of is None or frequency is None:
        return None
    return judge_freshness(latest.period, as_of, frequency, lag)


def with_freshness(judged: Judgement, freshness: Freshness | None) -> Judgement:
    """Flag a stale verdict; take an outdated one away but keep it as the last known."""
    aged = _aged(judged, freshness)
    if freshness is None or freshness.state != "outdated":
        return aged
    return replace(
        aged, status=NOT_ENOUGH_DATA, reason="outdated", last_known=judged, needed_for={},
        progress=None, expected=None, schedule=None, pace=None,
        flags=tuple(f for f in aged.flags if f not in ("provisional", "overshoot", "keep_mode")),
    )  # fmt: skip


def _aged(judged: Judgement, freshness: Freshness | None) -> Judgement:
    if freshness is None:
        return judged
    flags = (*judged.flags, "stale") if freshness.state == "stale" else judged.flags
    return replace(
        judged, flags=flags, freshness=freshness.state, age=freshness.age,
        soft=freshness.soft, hard=freshness.hard,
    )  # fmt: skip


def _anchor(point: Point) -> Anchor:
    return Anchor(point.period, point.value)
