"""Loads what is asked of the agencies: sources, feeds and their series; may run again at any time.

A feed is active only where this installation follows agencies and has the key the feed wants, and unless the
catalogue says what it still waits for. What a person switched off stays off; what lacked something becomes
active once that is there.
"""

import json
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings

from indicators.catalogue.files import FOLDER, blank_to_none, read
from indicators.models import Feed, Indicator, Series, Source

INTERVAL = re.compile(r"(\d+) (hours|days)", re.ASCII)
CATALOGUE_FIELDS = ("source", "query", "interval", "is_active", "inactive_reason", "confirmed_at")
NOT_FOLLOWED = "This site follows no agencies: set FOLLOW_AGENCIES to true, then load the catalogue again."


def load() -> None:
    for row in read(FOLDER / "sources.csv"):
        Source.objects.update_or_create(code=row.pop("code"), defaults=row)
    sources = {source.code: source for source in Source.objects.all()}
    for row in read(FOLDER / "feeds.csv"):
        load_feed(row, sources[row["source"]])
    load_series()


# --- Feeds --------------------------------------------------------------------------------------
def load_feed(row: dict[str, str], source: Source) -> None:
    feed = Feed.objects.filter(code=row["code"]).first() or Feed(code=row["code"], is_active=False)
    query = json.loads(row["query"])
    if feed.pk and feed.query != query:
        feed.confirmed_at = None  # another question: what its series are must be seen anew
    feed.source, feed.query, feed.interval = source, query, interval(row["interval"])
    switch(feed, row.get("waits_for") or why_inactive(row["key_variable"]))
    # Never the claim of a worker who may be at it.
    feed.save(update_fields=CATALOGUE_FIELDS if feed.pk else None)


def interval(text: str) -> timedelta:
    """Read `24 hours` or `7 days`. Raises ValueError for anything else."""
    match = INTERVAL.fullmatch(text)
    if not match:
        raise ValueError(f"“{text}” is no interval: write 24 hours or 7 days")
    return timedelta(**{match[2]: int(match[1])})


def why_inactive(key_variable: str) -> str:
    """What this installation lacks to ask for a feed; empty when it lacks nothing."""
    if not settings.FOLLOW_AGENCIES:
        return NOT_FOLLOWED
    if key_variable and not settings.SOURCE_KEYS[key_variable]:
        return f"{key_variable} is not set: set it in the environment, then load the catalogue again."
    return ""


def switch(feed: Feed, reason: str) -> None:
    """Off while something is lacking, on once it is there; a feed that a person switched off stays off."""
    if reason:
        waits = feed.is_active or feed.inactive_reason or not feed.pk
        feed.is_active, feed.inactive_reason = False, reason if waits else ""
    elif feed.inactive_reason or not feed.pk:
        feed.is_active, feed.inactive_reason = True, ""


# --- Series -------------------------------------------------------------------------------------
def load_series(name: str = "series.csv") -> None:
    indicators = {indicator.code: indicator for indicator in Indicator.objects.all()}
    feeds = {feed.code: feed for feed in Feed.objects.select_related("source")}
    known = {subject(series): series for series in Series.objects.exclude(feed=None)}
    for row in read(FOLDER / name):
        wanted = Series(**fields(row, feeds[row["feed"]], indicators[row["indicator"]]))
        keep(wanted, known.get(subject(wanted)))


def fields(row: dict[str, str], feed: Feed, indicator: Indicator) -> dict[str, Any]:
    cells = blank_to_none(row, "source_decimals")
    decimals = cells["source_decimals"]
    return {
        **cells,
        "feed": feed,
        "source": feed.source,
        "indicator": indicator,
        "factor": Decimal(row["factor"]),
        "precedence": int(row["precedence"]),
        "source_decimals": None if decimals is None else int(decimals),
    }


def subject(series: Series) -> tuple:
    """What makes a series one and the same, whatever its feed calls it."""
    return (
        series.indicator_id, series.area, series.partner, series.product, series.source_id, series.frequency,
    )  # fmt: skip


NAMES = ("feed_id", "key", "factor", "source_unit", "source_decimals", "expected_title", "precedence")


def keep(wanted: Series, known: Series | None) -> None:
    """Store a series if it is new or differs; its feed is confirmed anew when it means something else."""
    if known is None:
        wanted.save()
        forget_confirmation(wanted)
        return
    changed = [name for name in NAMES if getattr(known, name) != getattr(wanted, name)]
    if changed:
        wanted.pk = known.pk
        wanted.save()
        forget_confirmation(wanted)


def forget_confirmation(series: Series) -> None:
    Feed.objects.filter(series=series).update(confirmed_at=None)
