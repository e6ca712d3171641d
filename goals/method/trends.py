"""Slopes of the values there are; missing years are never filled in."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations
from statistics import median

from goals.method.exact import exactly
from goals.method.parameters import Point
from goals.method.time import in_order

TREND_YEARS = 5
TREND_POINTS = 3

Coordinates = Sequence[tuple[Decimal, Decimal]]


def last_years(points: Sequence[Point], years: int) -> tuple[Point, ...]:
    """The points of the `years` years up to the latest: of annual values, at most that many."""
    if not points:
        return ()
    start = points[-1].t - years
    return tuple(point for point in points if not in_order(point.t, start))


def coordinates(points: Sequence[Point]) -> list[tuple[Decimal, Decimal]]:
    return [(point.t, point.value) for point in points if point.value is not None]


@exactly
def pairwise_slopes(at: Coordinates) -> list[Decimal]:
    """Slopes of all pairs of points at different times, in units a year, sorted upwards."""
    return sorted((y - x) / (u - t) for (t, x), (u, y) in combinations(at, 2) if u != t)


@exactly
def median_slope(points: Sequence[Point]) -> Decimal | None:
    """Median slope over the last five years, in units a year; None under three points."""
    recent = last_years(points, TREND_YEARS)
    return median(pairwise_slopes(coordinates(recent))) if len(recent) >= TREND_POINTS else None


def trend(points: Sequence[Point]) -> str | None:
    """Rising, falling or flat over the last five years; None under three points."""
    slope = median_slope(points)
    if slope is None:
        return None
    return "rising" if slope > 0 else "falling" if slope < 0 else "flat"


def is_worsening(points: Sequence[Point], direction: str) -> bool:
    return trend(points) == ("falling" if direction == "increase" else "rising")
