"""Periods as written (2024, 2024-S1, 2024-Q3, 2024-07, 2024-07-15), their days and their frequency."""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

MONTHS = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "annual": 12, "biennial": 24}
"""Length in months of each frequency a series can have."""

WRITTEN = re.compile(r"(\d{4})(?:-(?:S([12])|Q([1-4])|(\d{2})(?:-(\d{2}))?))?", re.ASCII)


@dataclass(frozen=True)
class Period:
    """An interval of whole days, both ends included; a period is stored as its first day."""

    first_day: date
    last_day: date
    frequency: str


@lru_cache(maxsize=4096)
def parse(text: str) -> Period:
    """Read a period. A year is annual whatever the rhythm of its series. Raises ValueError if unreadable."""
    match = WRITTEN.fullmatch(text)
    try:
        if match:
            return _read(match)
    except ValueError:
        pass  # the thirteenth month, or the thirtieth of February
    raise ValueError(f"“{text}” is no period: write 2024, 2024-S1, 2024-Q3, 2024-07 or 2024-07-15")


def _read(match: re.Match[str]) -> Period:
    year, half, quarter, month, day = (int(part) if part else 0 for part in match.groups())
    if day:
        return Period(date(year, month, day), date(year, month, day), "daily")
    if half:
        return _months(year, 6 * half - 5, "half_yearly")
    if quarter:
        return _months(year, 3 * quarter - 2, "quarterly")
    return _months(year, month, "monthly") if match[4] else _months(year, 1, "annual")


def _months(year: int, month: int, frequency: str) -> Period:
    last = month + MONTHS[frequency] - 1
    return Period(date(year, month, 1), date(year, last, calendar.monthrange(year, last)[1]), frequency)


def first_day(period: str) -> date:
    return parse(period).first_day


def last_day(period: str) -> date:
    return parse(period).last_day


def frequency(period: str) -> str:
    """Return annual, half_yearly, quarterly, monthly or daily, by the form of the period alone."""
    return parse(period).frequency


def label(day: date, frequency: str) -> str:
    """Write the period of that frequency `day` lies in; biennial series name their periods by year."""
    if frequency in ("annual", "biennial"):
        return f"{day.year:04}"
    if frequency == "half_yearly":
        return f"{day.year:04}-S{(day.month + 5) // 6}"
    if frequency == "quarterly":
        return f"{day.year:04}-Q{(day.month + 2) // 3}"
    if frequency == "monthly":
        return f"{day.year:04}-{day.month:02}"
    if frequency == "daily":
        return day.isoformat()
    raise ValueError(f"“{frequency}” is no frequency")
