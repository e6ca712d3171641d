"""Series that come as dates: their frequency by the spacing of the dates, and their rows."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from math import gcd

from indicators import periods
from indicators.sources import Row, SourceChanged
from indicators.sources.parts import period_starting
from indicators.sources.tables import one_value_a_period

STEPS = {12: "annual", 6: "half_yearly", 3: "quarterly", 1: "monthly"}


@dataclass(frozen=True)
class Point:
    """A value with the first day of its period, and the vintage if the source gives several."""

    day: date
    value: Decimal | None
    vintage: datetime | None = None


def frequency_of(days: Iterable[date]) -> str:
    """The coarsest frequency that all the days fit; empty where fewer than two days tell nothing."""
    ordered = sorted(set(days))
    if any(day.day != 1 for day in ordered):
        return "daily"
    months = [12 * day.year + day.month for day in ordered]
    step = gcd(*(later - earlier for earlier, later in pairwise(months)))
    return next((name for months, name in STEPS.items() if step % months == 0), "") if step else ""


def settled(points: Collection[Point], asked: str, key: str) -> str:
    """The frequency of a series. Raises SourceChanged when it is unclear, or another than asked."""
    filled = frequency_of(point.day for point in points if point.value is not None)
    found = filled or frequency_of(point.day for point in points)
    if asked and found and asked != found:
        raise SourceChanged(f"{key}: asked for {asked} values, the dates are {found}.")
    if not asked and not found:
        raise SourceChanged(f"{key}: too few dates to tell the frequency; name it in the feed's query.")
    return asked or found


def rows(key: str, points: Collection[Point], asked: str = "") -> list[Row]:
    """The rows of a series, vintage by vintage.

    A file with series of several frequencies has empty cells between the periods of the slower ones; those
    are nothing missing and are left out.
    """
    frequency = settled(points, asked, key)
    by_vintage: dict[datetime | None, list[Row]] = {}
    for point in points:
        if point.value is not None or starts_period(point.day, frequency):
            period = period_starting(point.day, frequency, key)
            row = Row(key, period, point.value, vintage=point.vintage)
            by_vintage.setdefault(point.vintage, []).append(row)
    return [row for seen in by_vintage.values() for row in one_value_a_period(seen)]


def starts_period(day: date, frequency: str) -> bool:
    return periods.first_day(periods.label(day, frequency)) == day
