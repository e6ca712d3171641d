"""Reads the kept answers of a run once more with today's parser; writes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from indicators import asking, payloads
from indicators.batches import Change, find_changes, find_doubts, group, wanted_rows
from indicators.models import Feed, Payload, Run
from indicators.sources import Answer, Request
from indicators.sources.registry import module_of


class NothingKept(Exception):
    """There is no answer to read again."""


@dataclass(frozen=True)
class Reread:
    """What would come of a run's answers today, against what is published now."""

    run: Run
    answers: int
    rows: int
    changes: list[Change]
    doubts: list[str]


def reread(feed: Feed) -> Reread:
    """Parse the kept answers of the feed's newest run.

    Raises SourceError for what today's parser refuses, and NothingKept, OSError or ValueError when an answer
    is not there, gone or altered.
    """
    run = feed.runs.exclude(payload=None).select_related("payload").first()
    if run is None:
        raise NothingKept(f"No run of {feed} has kept an answer.")
    readings = list(kept_readings(run))
    rows = [row for reading in readings for row in wanted_rows(feed, reading.rows())]
    batch = group(rows, feed)
    return Reread(run, len(readings), len(rows), find_changes(batch, {}), find_doubts(batch))


def kept_readings(run: Run) -> Iterator[asking.Reading]:
    module, query = module_of(run.feed), run.feed.query
    kept = payloads_of(run)
    for payload, request in zip(kept, requests_of(run, len(kept)), strict=True):
        answer = Answer(payloads.read(payload), payload.content_type, run.address, request=request)
        yield asking.Reading(answer, payload, module, query)


def payloads_of(run: Run) -> list[Payload]:
    """The answers of a run in the order in which they came."""
    links = Run.payloads.through.objects.filter(run=run).order_by("pk").select_related("payload")
    return [link.payload for link in links] or [kept for kept in [run.payload] if kept]


def requests_of(run: Run, count: int) -> list[Request | None]:
    """What was asked for each answer; unknown where one question had several pages."""
    asked = module_of(run.feed).requests(run.feed.query, run.started_at.date())
    return list(asked) if len(asked) == count else [None] * count
