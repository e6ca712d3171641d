"""The one path from an agency's answer to a published value.

claim -> ask, keeping each payload -> parse -> check against what is published -> publish, all or nothing.
A run that ends anywhere before the last step has changed no published value.
"""

import logging
import random
import uuid
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from indicators import asking, confirming, edition
from indicators.batches import (
    Batch,
    Change,
    Payloads,
    find_changes,
    find_doubts,
    group,
    refuse_empty,
    wanted_rows,
)
from indicators.models import Document, Feed, HeldBatch, Observation, Run
from indicators.queueing import reached
from indicators.signals import observations_published
from indicators.sources import Row, SourceChanged, SourceUnavailable

logger = logging.getLogger(__name__)

RETRY_PAUSE = timedelta(minutes=5)
TRIES = 5
LONGEST_REASON = 2000
LONGEST_ADDRESS = 500


class AlreadyRunning(Exception):
    """Somebody else works on this feed; the message says since when."""


def run(feed_id: int, trigger: str) -> Run:
    """Refresh one feed and return the run with its verdict. Raises AlreadyRunning."""
    feed, claim = claim_feed(feed_id)
    record = Run.objects.create(feed=feed, trigger=trigger)
    changed: set[int] = set()
    try:
        changed = refresh(feed, claim, record)
    except asking.NothingNew as notice:
        close(record, claim, Run.Verdict.UNCHANGED, str(notice))
    except SourceUnavailable as error:
        postpone(record, claim, error)
    except SourceChanged as error:
        close(record, claim, Run.Verdict.FAILED, str(error))
    except Exception:
        logger.exception("Run %s of %s broke", record.pk, feed.code)
        close(record, claim, Run.Verdict.FAILED, f"The program failed; the log names run {record.pk}.")
    if changed:
        reached(lambda: announce(changed, f"run:{record.pk}"))
    return record


def refresh(feed: Feed, claim: uuid.UUID, record: Run) -> set[int]:
    """Take one feed all the way; return the ids of the indicators with a new or revised value."""
    batch, kept = read(feed, record)
    changes = find_changes(batch, kept)
    record.unchanged_count = sum(len(rows) for rows in batch.values()) - len(changes)
    if reasons := find_doubts(batch):
        hold(record, claim, batch, reasons)
        return set()
    if not changes:
        close(record, claim, Run.Verdict.UNCHANGED, "")
        return set()
    publish(record, claim, changes)
    return {change.series.indicator_id for change in changes}


# --- The claim ----------------------------------------------------------------------------------
def claim_feed(feed_id: int) -> tuple[Feed, uuid.UUID]:
    """Take the feed's lease in one statement, so that two workers never hold it."""
    now, claim = timezone.now(), uuid.uuid4()
    taken = (
        Feed.objects.filter(pk=feed_id)
        .unclaimed(now)
        .update(claim=claim, lease_until=now + settings.REFRESH_LEASE)
    )
    feed = Feed.objects.select_related("source").get(pk=feed_id)
    if not taken:
        since = (feed.lease_until or now) - settings.REFRESH_LEASE
        raise AlreadyRunning(f"A refresh of {feed} is already running since {since:%H:%M} UTC.")
    end_abandoned_runs(feed)
    return feed, claim


def end_abandoned_runs(feed: Feed) -> None:
    """Close what a worker left open that died or works longer than its lease; it stores nothing any more."""
    feed.runs.filter(verdict=Run.Verdict.RUNNING).update(
        verdict=Run.Verdict.FAILED,
        ended_at=timezone.now(),
        reason="Its worker stopped or took longer than its lease; the next run took over.",
    )


def refuse_lost_claim(record: Run, claim: uuid.UUID) -> None:
    """Raises SourceUnavailable when another worker holds the feed; call in the transaction that stores."""
    if not Feed.objects.select_for_update().filter(pk=record.feed_id, claim=claim).exists():
        raise SourceUnavailable("Another worker took over after the lease ran out; nothing was stored.")


def close(record: Run, claim: uuid.UUID, verdict: str, reason: str, due: datetime | None = None) -> None:
    """Write the verdict and give the feed back with its next due moment, in one transaction."""
    record.verdict, record.reason, record.ended_at = verdict, as_kept(reason), timezone.now()
    with transaction.atomic():
        record.save()
        Feed.objects.filter(pk=record.feed_id, claim=claim).update(
            claim=None, lease_until=None, **after(record, due)
        )


def as_kept(text: str) -> str:
    """What an agency said, in characters any database keeps, and not endless."""
    whole = text.encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")
    return whole[:LONGEST_REASON]


def postpone(record: Run, claim: uuid.UUID, error: SourceUnavailable) -> None:
    """Try again later, never earlier than the source asked; after the last try the run has failed."""
    number = record.feed.failures + 1
    tried = f"{str(error).rstrip('.')} (try {number} of {TRIES})."
    if number >= TRIES:
        close(record, claim, Run.Verdict.FAILED, tried)
        return
    due = timezone.now() + pause_after(number, error)
    close(record, claim, Run.Verdict.RETRYING, f"{tried} Next try at {due:%Y-%m-%d %H:%M} UTC.", due)


def pause_after(number: int, error: SourceUnavailable) -> timedelta:
    """Twice as long after each try, and up to a quarter more, so that not all feeds come back at once."""
    pause = max(RETRY_PAUSE * 2 ** (number - 1), error.retry_after or timedelta(0))
    return pause * random.uniform(1, 1.25)  # noqa: S311 - nothing secret hangs on it


def after(record: Run, due: datetime | None) -> dict:
    """What a verdict means for the feed: when it is due again, and whether its breaker opens."""
    feed, now = record.feed, record.ended_at or timezone.now()
    done: dict = {"last_run_at": now, "next_due_at": due or now + feed.interval}
    if record.verdict in (Run.Verdict.PUBLISHED, Run.Verdict.UNCHANGED):
        done |= {"failures": 0, "breaker_until": None, "last_success_at": now}
        if record.verdict == Run.Verdict.PUBLISHED:
            done["last_change_at"] = now
    elif record.verdict in (Run.Verdict.RETRYING, Run.Verdict.FAILED):
        done["failures"] = feed.failures + 1
        if feed.failures + 1 >= settings.BREAKER_FAILURES:
            done["breaker_until"] = done["next_due_at"] = now + settings.BREAKER_PAUSE
    return done


# --- From an answer to rows ---------------------------------------------------------------------
def read(feed: Feed, record: Run) -> tuple[Batch, Payloads]:
    """Everything the source gives for the feed's series, in our units."""
    rows: list[Row] = []
    kept: Payloads = {}
    described = confirming.descriptions(feed)
    for reading in asking.readings(feed, timezone.now().date()):
        note(record, reading)
        found = wanted_rows(feed, reading.rows())
        described |= confirming.beside_values(feed, reading)
        rows += found
        kept |= {(row.key, row.period): reading.payload for row in found}
    batch = group(rows, feed)
    refuse_empty(batch, feed.series.all())
    confirming.confirm(feed, described, {row.key for row in rows})
    return batch, kept


def note(record: Run, reading: asking.Reading) -> None:
    """Write down what was asked and which bytes came, before anything is believed of them."""
    record.payload, record.address = reading.payload, reading.address[:LONGEST_ADDRESS]
    record.payloads.add(reading.payload)


# --- Publishing ---------------------------------------------------------------------------------
def publish(record: Run, claim: uuid.UUID, changes: list[Change]) -> None:
    """Store every change as a new vintage, move the edition on and close the run: one transaction."""
    with transaction.atomic():
        refuse_lost_claim(record, claim)
        store(changes, record)
        record.new_count = sum(change.replaces is None for change in changes)
        record.revised_count = len(changes) - record.new_count
        edition.advance()
        close(record, claim, Run.Verdict.PUBLISHED, "")


def store(changes: list[Change], record: Run) -> None:
    now = timezone.now()
    documents = dict(Document.objects.values_list("code", "pk"))
    replaced = [change.replaces.pk for change in changes if change.replaces]
    Observation.objects.filter(pk__in=replaced).update(is_current=False)
    Observation.objects.bulk_create(
        Observation(
            series=change.series,
            period=change.period,
            value=change.row.value,
            status=change.row.status,
            vintage=vintage_of(change, now),
            recorded_at=now,
            run=record,
            payload=change.payload,
            document_id=documents.get(change.row.document),
            attribution=change.row.attribution,
            note=change.row.note,
        )
        for change in changes
    )


def vintage_of(change: Change, now: datetime) -> datetime:
    """When the agency says it published; now if it does not say, says the future, or nothing newer.

    Always later than the vintage it replaces, also where a clock went wrong when that was recorded.
    """
    stated, before = change.row.vintage, change.replaces
    earliest = before.vintage + timedelta(microseconds=1) if before else None
    if stated is None or stated > now or (earliest and stated < earliest):
        return max(now, earliest or now)
    return stated


def announce(indicator_ids: set[int], cause: str) -> None:
    """Tell the rooms above; a lost message is made good by the nightly reconcile."""
    observations_published.send(sender=Observation, indicator_ids=indicator_ids, cause=cause)


# --- Holding ------------------------------------------------------------------------------------
def hold(record: Run, claim: uuid.UUID, batch: Batch, reasons: list[str]) -> None:
    with transaction.atomic():
        refuse_lost_claim(record, claim)
        rows = [as_text(row) for by_period in batch.values() for row in by_period.values()]
        close(record, claim, Run.Verdict.HELD, " ".join(reasons))
        HeldBatch.objects.create(run=record, rows=rows, doubts=reasons)


def as_text(row: Row) -> dict:
    return {name: None if value is None else str(value) for name, value in asdict(row).items()}


def from_text(fields: dict) -> Row:
    value, vintage = fields["value"], fields["vintage"]
    return Row(
        **{
            **fields,
            "value": None if value is None else Decimal(value),
            "multiplier": Decimal(fields.get("multiplier", "1")),
            "vintage": None if vintage is None else datetime.fromisoformat(vintage),
        }
    )


def decide(held: HeldBatch, approve: bool, user, reason: str) -> bool:
    """Approve or reject a held batch, once.

    Return False if somebody else was first, or if newer values were published since: those stay.
    """
    decision = HeldBatch.Decision.APPROVED if approve else HeldBatch.Decision.REJECTED
    if approve and is_overtaken(held):
        user, decision = None, HeldBatch.Decision.OVERTAKEN
        reason = "Newer values were published after this batch was read."
    with transaction.atomic():
        first = HeldBatch.objects.filter(pk=held.pk, decision=HeldBatch.Decision.WAITING).update(
            decision=decision, decided_at=timezone.now(), decided_by=user, reason=reason
        )
        if not first or decision == HeldBatch.Decision.OVERTAKEN:
            return False
        changes = approved_changes(held) if approve else []
        if changes:
            store(changes, held.run)
            edition.advance()
    if changes:
        announce({change.series.indicator_id for change in changes}, f"held-batch:{held.pk}")
    return True


def approved_changes(held: HeldBatch) -> list[Change]:
    """What an approved batch changes against the values published now."""
    batch = group(map(from_text, held.rows), held.run.feed)
    changes = find_changes(batch, {})
    return [replace(change, payload=held.run.payload) for change in changes]


def is_overtaken(held: HeldBatch) -> bool:
    newer = Run.objects.filter(feed=held.run.feed_id, started_at__gt=held.run.started_at)
    return newer.filter(verdict=Run.Verdict.PUBLISHED).exists()
