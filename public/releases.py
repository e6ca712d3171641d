"""When the next value of a series is expected: the end of its next period and the usual lag. Days only."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from goals.method.time import DAYS_PER_MONTH, USUAL_LAG
from indicators import periods


@dataclass(frozen=True, order=True)
class Release:
    """A value that is expected: by which day, and for which period."""

    day: date
    period: str


def next_release(latest: str, frequency: str, lag: Decimal | None = None) -> Release:
    """What follows the period `latest` in that rhythm; without a lag, the method's for the frequency."""
    following = period_after(latest, frequency)
    months = Decimal(USUAL_LAG[frequency]) if lag is None else lag
    return Release(day_after_months(periods.last_day(following), months), following)


def period_after(latest: str, frequency: str) -> str:
    """One step of the rhythm later, written as `latest` is: March 2025 counted yearly leads to March 2026."""
    first = periods.first_day(latest)
    return periods.label(months_later(first, periods.MONTHS[frequency]), periods.frequency(latest))


def day_after_months(end: date, months: Decimal) -> date:
    """Whole months from the last day of a period end on the last day of a month; half a month is 15 days."""
    whole = int(months)
    days = int((months - whole) * DAYS_PER_MONTH)
    return months_later(end + timedelta(days=1), whole) + timedelta(days=days - 1)


def months_later(day: date, months: int) -> date:
    """The first day of the month so many months on; of days inside a month only the month counts."""
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return date(year, month + 1, 1)
