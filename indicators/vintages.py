"""Earlier vintages that a source gives beside the newest: what it said when, each stored once.

The newest vintage of a period is judged and published like any other answer (indicators/storing.py). The
earlier ones fill the history: they are never current, unless the source went back to a former value since it
was read last; then that return is a vintage as well.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from indicators import clock, periods
from indicators.batches import Batch, Payloads, is_news
from indicators.models import Observation, Run, Series
from indicators.sources import Row

Place = tuple[Series, date]
Chains = dict[tuple[int, date], list[Observation]]
"""The vintages of each period of a series, oldest first."""


def store_earlier(rows: Iterable[Row], batch: Batch, kept: Payloads, record: Run) -> int:
    """Add what the older vintages say that is not known yet; return how many vintages were added.

    Call it in the transaction that stored the newest.
    """
    older = earlier(rows, batch)
    if not older:
        return 0
    chains, added, now = stored_chains(older), [], clock.now()
    for (series, period), found in older.items():
        whole, chain = [*found, batch[series][period]], chains[series.pk, period]
        place = Observation(series=series, period=period, run=record, recorded_at=now)
        added += missing(place, whole, chain, kept)
    replaced = [old.pk for chain in chains.values() for old in chain[:-1] if old.pk and old.is_current]
    Observation.objects.filter(pk__in=replaced).update(is_current=False)
    Observation.objects.bulk_create(added)
    return len(added)


def earlier(rows: Iterable[Row], batch: Batch) -> dict[Place, list[Row]]:
    """The rows that are older than the newest vintage of their period, in the order of their vintages."""
    published = {series.key: (series, by_period) for series, by_period in batch.items()}
    found: dict[Place, list[Row]] = defaultdict(list)
    for row in rows:
        series, by_period = published[row.key]
        period = periods.first_day(row.period)
        newest = by_period[period].vintage
        if row.vintage and newest and row.vintage < newest:
            found[series, period].append(row)
    return {place: sorted(older, key=by_vintage) for place, older in found.items()}


def by_vintage(row: Row | Observation) -> datetime:
    assert row.vintage
    return row.vintage


def stored_chains(places: Iterable[Place]) -> Chains:
    chains: Chains = defaultdict(list)
    series = {one for one, _period in places}
    for observation in Observation.objects.filter(series__in=series).order_by("vintage"):
        chains[observation.series_id, observation.period].append(observation)
    return chains


def missing(
    place: Observation, rows: list[Row], chain: list[Observation], kept: Payloads
) -> list[Observation]:
    """The vintages to add to the chain of a place, which takes them in; a new last one is current."""
    now, added = place.recorded_at, []
    for row in rows:
        before = [vintage for vintage in chain if row.vintage and vintage.vintage <= row.vintage]
        last = before[-1] if before else None
        is_there = last is not None and last.vintage == row.vintage
        if row.vintage and row.vintage <= now and not is_there and is_news(last, row):
            vintage = Observation(
                series=place.series, period=place.period, run=place.run, value=row.value, status=row.status,
                vintage=row.vintage, recorded_at=now, is_current=False, attribution=row.attribution,
                note=row.note, payload=kept.get((row.key, row.period)),
            )  # fmt: skip
            insort(chain, vintage, key=by_vintage)
            added.append(vintage)
    if added and chain[-1].pk is None:
        chain[-1].is_current = True
    return added
