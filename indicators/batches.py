"""What a source gave, in our units, by series and period: refused, doubted, or held against the published."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from django.db.models import F, Max
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


class Known(NamedTuple):
    """What is published for a period, as far as doubts need it."""

    value: Decimal | None
    status: str


# --- From rows to a batch -----------------------------------------------------------------------
def wanted_rows(feed: Feed, rows: Iterable[Row]) -> list[Row]:
    """The rows of the feed's series. Projections stay in their payload: only what happened is published."""
    known = {series.key: series for series in feed.series.select_related("indicator")}
    wanted = [row for row in rows if row.key in known and row.status != PROJECTION]
    return [in_our_unit(row, known[row.key]) for row in wanted]


def in_our_unit(row: Row, series: Series) -> Row:
    """The row counted in the indicator's unit, rounded once to what the source really gives."""
    if row.value is None or (row.multiplier == series.factor == 1 and series.source_decimals is None):
        return row
    value = row.value * row.multiplier * series.factor
    if series.source_decimals is not None:
        value = value.quantize(Decimal(1).scaleb(-series.source_decimals), ROUND_HALF_EVEN)
    return row._replace(value=value, multiplier=Decimal(1))


def group(rows: Iterable[Row], feed: Feed) -> Batch:
    """The newest rows by series and period.

    Raises SourceChanged when a row is not what the catalogue expects.
    """
    known: dict[str, tuple[Series, dict[date, Row]]] = {
        series.key: (series, {}) for series in feed.series.select_related("indicator")
    }
    has_vintages, last_year = accepts_vintages(feed), timezone.now().year + 1
    first: dict[tuple[str, date, datetime], Row] = {}
    for row in rows:
        if row.key not in known:
            raise SourceChanged(f"The answer holds “{row.key}”, which is not in the catalogue.")
        series, by_period = known[row.key]
        written = written_period(row, last_year)
        if written.frequency != WRITTEN_AS.get(series.frequency, series.frequency):
            raise SourceChanged(f"{series}: {row.period} is no {series.frequency} period.")
        period = written.first_day
        newest = by_period.setdefault(period, row)
        # Only who asks for vintages gets several; elsewhere two values for a period are a fault.
        vintage = row.vintage if newest.vintage and has_vintages else None
        twin = first.setdefault((row.key, period, vintage), row) if vintage else newest
        if twin.value != row.value:
            raise SourceChanged(f"{series}: {row.period} appears twice: {twin.value} and {row.value}.")
        if vintage and newest.vintage and vintage > newest.vintage:
            by_period[period] = row
    return {series: by_period for series, by_period in known.values() if by_period}


def accepts_vintages(feed: Feed) -> bool:
    """Whether its answers may tell several vintages of a period; a query spoiled by hand says nothing."""
    return isinstance(feed.query, dict) and bool(feed.query.get("vintages"))


def first_day(row: Row) -> date:
    return written_period(row, timezone.now().year + 1).first_day


def written_period(row: Row, last_year: int) -> periods.Period:
    try:
        period = periods.parse(row.period)
    except ValueError as error:
        raise SourceChanged(f"“{row.period}” is no period.") from error
    if period.first_day.year > last_year:
        raise SourceChanged(f"{row.period} lies beyond the coming year.")
    return period


def refuse_empty(batch: Batch, expected: Iterable[Series]) -> None:
    """Raises SourceChanged when nothing arrived, or nothing but missing values for a series."""
    if not batch:
        raise SourceChanged("The answer holds no values; the known ones stay.")
    empty = [one for one in expected if all(row.value is None for row in batch.get(one, {}).values())]
    known = published_values(empty)
    for series in empty:
        if count := len(known[series.pk]):
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


def is_news(current: Observation | Known | None, row: Row) -> bool:
    """A vintage differs by its value or its status; a better note alone is no new vintage."""
    if current is None:
        return row.value is not None
    return current.value != row.value or current.status != row.status


def known_values(series: Iterable[Series]) -> dict[int, dict[date, Known]]:
    """The current values and their status by series id and period."""
    known: dict[int, dict[date, Known]] = defaultdict(dict)
    current = Observation.objects.current().filter(series__in=list(series)).order_by()
    for place, period, value, status in current.values_list("series", "period", "value", "status"):
        known[place][period] = Known(value, status)
    return known


def stated_vintages(series: Iterable[Series]) -> dict[int, datetime]:
    """The newest vintage that the agency itself stated, by series id.

    One it did not state is the moment of recording, and says nothing of the agency's days.
    """
    current = Observation.objects.current().filter(series__in=list(series), vintage__lt=F("recorded_at"))
    return dict(current.order_by().values_list("series").annotate(newest=Max("vintage")))


def find_doubts(batch: Batch) -> list[str]:
    known, stated, today = known_values(batch), stated_vintages(batch), timezone.localdate()
    found = []
    for series, rows in batch.items():
        published = {period: one.value for period, one in known[series.pk].items()}
        readings = {period: row.value for period, row in rows.items()}
        doubts = [
            *unit_doubts(series, rows),
            *checks.doubts(published, readings, limits(series.indicator, today)),
            *vintage_doubts(stated.get(series.pk), known[series.pk], rows),
        ]
        found += [f"{series}: {doubt}" for doubt in doubts]
    return found


def vintage_doubts(stated: datetime | None, known: dict[date, Known], rows: dict[date, Row]) -> list[str]:
    """What an old answer would change is doubted; one that changes nothing is no harm."""
    read = [row.vintage for row in rows.values() if row.vintage]
    doubt = checks.older_vintage(stated, max(read, default=None))
    return [doubt] if doubt and any(is_news(known.get(day), row) for day, row in rows.items()) else []


def unit_doubts(series: Series, rows: dict[date, Row]) -> list[str]:
    expected = series.source_unit or (series.indicator.unit if not series.feed_id else "")
    others = {row.unit for row in rows.values() if row.unit and row.unit != expected}
    return [f"The unit is now “{unit}”, expected was “{expected}”." for unit in sorted(others) if expected]


def limits(indicator: Indicator, today: date) -> checks.Limits:
    return checks.Limits(
        indicator.lower_bound,
        indicator.upper_bound,
        indicator.change_limit,
        indicator.believable_revision(today),
    )
