"""Where a period lies on the axis of years, and how old the newest value of a series is."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache

from goals.method.described import Described
from goals.method.exact import exactly, rounded
from indicators import periods

DAYS_PER_MONTH = Decimal("30.4375")
USUAL_LAG = {"daily": 2, "monthly": 2, "quarterly": 3, "half_yearly": 6, "annual": 12, "biennial": 12}
"""Months between the end of a period and the publication of its value."""


@lru_cache(maxsize=4096)
@exactly
def coordinate(period: str) -> Decimal:
    """Return years on one axis; a whole year lies at its middle. Raises ValueError if unreadable."""
    span = periods.parse(period)
    year, month = span.first_day.year, span.first_day.month
    if span.frequency == "daily":
        return year + _share_of_year(span.first_day) - Decimal("0.5")
    months = periods.MONTHS[span.frequency]
    part, parts = (month - 1) // months + 1, 12 // months
    return year + (part - Decimal(parts + 1) / 2) / parts


def _share_of_year(day: date) -> Decimal:
    """The middle of the day as a share of its year."""
    days = 366 if date(day.year, 12, 31).timetuple().tm_yday == 366 else 365
    return (day.timetuple().tm_yday - Decimal("0.5")) / days


def period_end(period: str) -> date:
    return periods.last_day(period)


@exactly
def in_order(earlier: Decimal, later: Decimal) -> bool:
    """Tell whether `earlier` is not after `later`, blind to the rounding of thirds of a year."""
    return rounded(later - earlier) >= 0


@dataclass(frozen=True)
class Limits:
    """Ages in months: up to `soft` is fresh, up to `hard` stale, beyond it outdated."""

    soft: int
    hard: int


@dataclass(frozen=True)
class Freshness(Described):
    """How old the newest value is: `state` is fresh, stale or outdated; age and limits in months."""

    state: str
    age: Decimal
    age_days: int
    soft: int
    hard: int


@exactly
def freshness_limits(frequency: str, lag: Decimal | int | None = None) -> Limits:
    """Limits of a rhythm; sub-goals have lag 0. Daily series are held to the limits of monthly ones.

    Raises ValueError for an unknown frequency.
    """
    if frequency not in USUAL_LAG:
        raise ValueError(f"“{frequency}” is no frequency: one of {', '.join(USUAL_LAG)}")
    length = Decimal(periods.MONTHS.get(frequency, 1))
    months = length + (USUAL_LAG[frequency] if lag is None else lag) + length / 4
    soft = int(months.to_integral_value(ROUND_CEILING))
    return Limits(soft, soft + 2 * int(length))


@exactly
def judge_freshness(latest: str, as_of: date, frequency: str, lag: Decimal | int | None = None) -> Freshness:
    """Judge the age at `as_of` of a series whose newest value is for the period `latest`."""
    return freshness_since(period_end(latest), as_of, freshness_limits(frequency, lag))


@exactly
def freshness_since(end: date, as_of: date, limits: Limits) -> Freshness:
    """Judge the time since the day `end`; a day to come has a negative age and is fresh."""
    days = (as_of - end).days
    age = days / DAYS_PER_MONTH
    state = "fresh" if age <= limits.soft else "stale" if age <= limits.hard else "outdated"
    return Freshness(state, age, days, limits.soft, limits.hard)
