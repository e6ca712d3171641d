"""What a source gave, in our units, by series and period: refused, doubted, or held against the published."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from django.utils import timezone

from indicators import checks, periods
from indicators.models import Feed, Indicator, Observation, Payload, Series
from indicators.sources import Row, SourceChanged

Batch = dict[Series, dict[date, Row]]
Payloads = dict[tuple[str, str], Payload]
"""The kept answer a row stands in, by its key and period."""

PROJECTION = "projection"
WRITTEN_AS = {"biennial": "annual"}
"""Frequencies whose periods are written like those of another one."""


@dataclass(frozen=True)
class Change:
    """A value to publish: new, or other than the current vintage `replaces`."""

    series: Series
    period: date
    row: Row
    replaces: Observation | None
    payload: Payload | None = None


# --- From rows to a batch -----------------------------------------------------------------------
def wanted_rows(feed: Feed, rows: Iterable[Row]) -> list[Row]:
    """The rows of the feed's series. Projections stay in their payload: only what happened is published."""
    known = {series.key: series for series in feed.series.select_related("indicator")}
    wanted = [row for row in rows if row.key in known and row.status != PROJECTION]
    return [in_our_unit(row, known[row.key]) for row in wanted]


def in_our_unit(row: Row, series: Series) -> Row:
    """The row counted in the indicator's unit, rounded once to what the source really gives."""
    if row.value is None:
        return row
    value = row.value * row.multiplier * series.factor
    if series.source_decimals is not None:
        value = value.quantize(Decimal(1).scaleb(-series.source_decimals), ROUND_HALF_EVEN)
    return replace(row, value=value, multiplier=Decimal(1))


def group(rows: Iterable[Row], feed: Feed) -> Batch:
    """The rows by series and period. Raises SourceChanged when a row is not what the catalogue expects."""
    known = {series.key: series for series in feed.series.select_related("indicator")}
    batch: Batch = defaultdict(dict)
    for row in rows:
        series, period = known.get(row.key), first_day(row)
        if series is None:
            raise SourceChanged(f"The answer holds “{row.key}”, which is not in the catalogue.")
        if periods.frequency(row.period) != WRITTEN_AS.get(series.frequency, series.frequency):
            raise SourceChanged(f"{series}: {row.period} is no {series.frequency} period.")
        twin = batch[series].setdefault(period, row)
        if twin.value != row.value:
            raise SourceChanged(f"{series}: {row.period} appears twice: {twin.value} and {row.value}.")
    return batch


def first_day(row: Row) -> date:
    try:
        day = periods.first_day(row.period)
    except ValueError as error:
        raise SourceChanged(f"“{row.period}” is no period.") from error
    if day.year > timezone.now().year + 1:
        raise SourceChanged(f"{row.period} lies beyond the coming year.")
    return day


def refuse_empty(batch: Batch, expected: Iterable[Series]) -> None:
    """Raises SourceChanged when nothing arrived, or nothing but missing values for a series."""
    if not batch:
        raise SourceChanged("The answer holds no values; the known ones stay.")
    known = published_values(expected)
    for series in expected:
        rows = batch.get(series, {})
        if known[series.pk] and all(row.value is None for row in rows.values()):
            count = len(known[series.pk])
            raise SourceChanged(f"{series} came empty; the {count} known values stay.")


# --- Comparing with what is published -----------------------------------------------------------
def published_values(series: Iterable[Series]) -> dict[int, dict[date, Observation]]:
    """The current observations by series id and period."""
    known: dict[int, dict[date, Observation]] = defaultdict(dict)
    for observation in Observation.objects.current().filter(series__in=list(series)):
        known[observation.series_id][observation.period] = observation
    return known


def find_changes(batch: Batch, kept: Payloads) -> list[Change]:
    known = published_values(batch)
    changes = []
    for series, rows in batch.items():
        for period, row in rows.items():
            current = known[series.pk].get(period)
            if is_news(current, row):
                changes.append(Change(series, period, row, current, kept.get((row.key, row.period))))
    return changes


def is_news(current: Observation | None, row: Row) -> bool:
    """A vintage differs by its value or its status; a better note alone is no new vintage."""
    if current is None:
        return row.value is not None
    return current.value != row.value or current.status != row.status


def find_doubts(batch: Batch) -> list[str]:
    known = published_values(batch)
    found = []
    for series, rows in batch.items():
        published = {period: observation.value for period, observation in known[series.pk].items()}
        readings = {period: row.value for period, row in rows.items()}
        doubts = [*unit_doubts(series, rows), *checks.doubts(published, readings, limits(series.indicator))]
        doubts += vintage_doubts(known[series.pk], rows)
        found += [f"{series}: {doubt}" for doubt in doubts]
    return found


def vintage_doubts(known: dict[date, Observation], rows: dict[date, Row]) -> list[str]:
    """What an old answer would change is doubted; one that changes nothing is no harm."""
    # A vintage the agency did not state is the moment of recording, and says nothing of the agency's days.
    published = [row.vintage for row in known.values() if row.vintage < row.recorded_at]
    stated = [row.vintage for row in rows.values() if row.vintage]
    doubt = checks.older_vintage(max(published, default=None), max(stated, default=None))
    return [doubt] if doubt and any(is_news(known.get(day), row) for day, row in rows.items()) else []


def unit_doubts(series: Series, rows: dict[date, Row]) -> list[str]:
    expected = series.source_unit or (series.indicator.unit if not series.feed_id else "")
    others = {row.unit for row in rows.values() if row.unit and row.unit != expected}
    return [f"The unit is now “{unit}”, expected was “{expected}”." for unit in sorted(others) if expected]


def limits(indicator: Indicator) -> checks.Limits:
    return checks.Limits(indicator.lower_bound, indicator.upper_bound, indicator.change_limit)
