"""When the next report on a sub-goal is due: one rhythm after the day its newest value describes."""

import calendar
from datetime import date

from indicators.periods import MONTHS


def due_on(since: date, cadence: str) -> date:
    """`since` is the day of the newest published value, or the start while there is none."""
    return months_later(since, MONTHS.get(cadence, 1))


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
