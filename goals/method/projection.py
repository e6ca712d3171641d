"""Where the values of the last ten years lead: shown beside a verdict, never part of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from statistics import median

from goals.method.described import Described
from goals.method.exact import exactly, rounded
from goals.method.judging import path_of, resolve
from goals.method.pace import is_reached
from goals.method.parameters import Point, TargetParameters
from goals.method.path import Path, worth
from goals.method.time import in_order
from goals.method.trends import coordinates, last_years, pairwise_slopes
from goals.method.vintages import as_known

YEARS = 10
LEAST_POINTS = 5
LEAST_SPAN = 4
LAST_YEAR = 2100
NORMAL_80 = Decimal("1.2815515655")

Bounds = tuple[Decimal | None, Decimal | None]


@dataclass(frozen=True, kw_only=True)
class Projection(Described):
    """Value projected to the target's time with its 80 % interval, and the year the line crosses the target.

    All None with a `reason` when there is nothing to project from. Slopes are per year, in the unit
    or, on the scale `logs`, in natural logarithms. `points` are those the projection rests on.
    """

    reason: str | None = None
    projection: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    outlook: str | None = None
    year_at_this_pace: int | None = None
    note: str | None = None
    scale: str | None = None
    slope: Decimal | None = None
    slope_low: Decimal | None = None
    slope_high: Decimal | None = None
    crossing: Decimal | None = None
    points: tuple[Point, ...] = ()


@exactly
def project(
    parameters: TargetParameters, observations: Iterable[Point], bounds: Bounds = (None, None)
) -> Projection:
    """Project a reach target. Ranks, sustained and monitored targets, and those without a path, are not."""
    if parameters.kind not in ("reach_level", "relative_change"):
        return Projection(reason="not_projected")
    known = as_known(observations)
    points = last_years(known, YEARS)
    resolved, reason, _ = resolve(parameters, known)
    if len(points) < LEAST_POINTS:
        return Projection(reason="too_few_points", points=points)
    if reason:
        return Projection(reason=reason, points=points)
    return _project(points, path_of(resolved), resolved.direction, bounds)


def _spans_too_little(points: Sequence[Point], path: Path) -> bool:
    span = min(Decimal(LEAST_SPAN), (path.target.t - path.baseline.t) / 5)
    return not in_order(span, points[-1].t - points[0].t)


def _project(points: tuple[Point, ...], path: Path, direction: str, bounds: Bounds) -> Projection:
    if _spans_too_little(points, path):
        return Projection(reason="too_few_points", points=points)
    target = worth(path.target)
    logs = path.grows and min(target, *(value for _, value in coordinates(points))) > 0
    at = [(t, y.ln() if logs else y) for t, y in coordinates(points)]
    slopes = pairwise_slopes(at)
    slope, (slope_low, slope_high) = median(slopes), _interval(slopes, len(at))
    values = [_value_at(path.target.t, s, at, logs, bounds) for s in (slope, slope_low, slope_high)]
    crossing = _crossing(at, slope, target.ln() if logs else target)
    year, note = _year(crossing, slope, direction == "increase", points[-1].t)
    return Projection(
        projection=values[0],
        low=min(values),
        high=max(values),
        outlook=_outlook([is_reached(value, target, direction) for value in values]),
        year_at_this_pace=year,
        note=note,
        scale="logs" if logs else "levels",
        slope=slope,
        slope_low=slope_low,
        slope_high=slope_high,
        crossing=crossing,
        points=points,
    )


def _interval(slopes: Sequence[Decimal], n: int) -> tuple[Decimal, Decimal]:
    """The slopes that bound the 80 % interval of the median slope (Sen 1968)."""
    m = len(slopes)
    c = NORMAL_80 * (Decimal(n * (n - 1) * (2 * n + 5)) / 18).sqrt()
    low = max(1, int(((m - c) / 2).to_integral_value(ROUND_FLOOR)))
    high = min(m, int(((m + c) / 2).to_integral_value(ROUND_CEILING)) + 1)
    return slopes[low - 1], slopes[high - 1]


def _value_at(
    t: Decimal, slope: Decimal, at: Sequence[tuple[Decimal, Decimal]], logs: bool, bounds: Bounds
) -> Decimal:
    value = median(y + slope * (t - u) for u, y in at)
    value = value.exp() if logs else value
    lowest, highest = bounds
    value = value if lowest is None else max(value, lowest)
    return value if highest is None else min(value, highest)


def _outlook(reached: Sequence[bool]) -> str:
    if all(reached):
        return "reaches"
    return "uncertain" if any(reached) else "falls_short"


def _crossing(at: Sequence[tuple[Decimal, Decimal]], slope: Decimal, target: Decimal) -> Decimal | None:
    """The time the line meets the target, in years; None for a level line."""
    return (target - median(y - slope * t for t, y in at)) / slope if slope else None


def _year(
    crossing: Decimal | None, slope: Decimal, increase: bool, latest: Decimal
) -> tuple[int | None, str | None]:
    """First whole year at or after the crossing and after the latest value, or why there is none."""
    if crossing is None or (slope > 0) != increase:
        return None, "never"
    soonest = int(latest.to_integral_value(ROUND_FLOOR)) + 1
    year = max(soonest, int(rounded(crossing).to_integral_value(ROUND_CEILING)))
    return (None, "after_2100") if year > LAST_YEAR else (year, None)
