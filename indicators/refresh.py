"""The one path from an agency's answer to a published value.

claim -> ask, keeping each payload -> parse -> check against what is published -> publish, all or nothing.
A run that ends anywhere before the last step has changed no published value.
"""

import contextlib
import logging
import random
import uuid
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from indicators import asking, clock, collecting, confirming, edition
from indicators.batches import (
    Batch,
    Payloads,
    find_changes,
    find_doubts,
    group,
    refuse_empty,
    wanted_rows,
)
from indicators.claiming import AlreadyRunning, NeedsFile, NotDue, claim_feed, refuse_lost_claim
from indicators.models import Feed, HeldBatch, Observation, Payload, Run
from indicators.signals import batch_decided, observations_published
from indicators.sources import NotNow, Row, SourceChanged, SourceUnavailable
from indicators.storing import indicators_of, store
from indicators.vintages import earlier, store_earlier

__all__ = ["AlreadyRunning", "NeedsFile", "NotDue", "decide", "run"]

logger = logging.getLogger(__name__)

RETRY_PAUSE = timedelta(minutes=5)
TRIES = 5
LONGEST_REASON = 2000
LONGEST_ADDRESS = 500

Readings = Callable[[Feed, date], Iterable[asking.Reading]]
"""Gives every answer there is for a feed on a day."""


def run(feed_id: int, trigger: str, readings: Readings = asking.readings, started_by=None) -> Run:
    """Refresh one feed and return the run with its verdict. Raises AlreadyRunning, NeedsFile or NotDue.

    `readings` gives other answers than the source's own: those that a person handed in.
    """
    feed, claim = claim_feed(feed_id, trigger)
    record = Run.objects.create(feed=feed, trigger=trigger, started_by=started_by, started_at=clock.now())
    try:
        refresh(feed, claim, record, readings)
    except asking.NothingNew as notice:
        close(record, claim, Run.Verdict.UNCHANGED, str(notice))
    except SourceUnavailable as error:
        postpone(record, claim, error)
    except NotNow as error:
        wait(record, claim, error)
    except SourceChanged as error:
        close(record, claim, Run.Verdict.FAILED, str(error))
    except Exception:
        logger.exception("Run %s of %s broke", record.pk, feed.code)
        close(record, claim, Run.Verdict.FAILED, f"The program failed; the log names run {record.pk}.")
    return record


def refresh(feed: Feed, claim: uuid.UUID, record: Run, readings: Readings) -> None:
    """Take one feed all the way; where a held batch was approved meanwhile, compare with that (R5)."""
    batch, kept, rows = read(feed, record, readings)
    is_over = False
    while not is_over:
        with collecting.paused(), contextlib.suppress(ApprovedMeanwhile):
            approved, reasons = approvals(feed), find_doubts(batch)
            if reasons:
                hold(record, claim, batch, approved, reasons, as_texts(rows, batch, kept))
            else:
                publish(record, claim, batch, approved, kept, rows)
            is_over = True


# --- The verdict --------------------------------------------------------------------------------
def close(
    record: Run, claim: uuid.UUID, verdict: str, reason: str, due: datetime | None = None,
    is_counted: bool = True,
) -> None:  # fmt: skip
    """Write the verdict and give the feed back with its next due moment, in one transaction.

    What is not counted touches neither failures nor breaker.
    """
    record.verdict, record.reason, record.ended_at = verdict, as_kept(reason), clock.now()
    with transaction.atomic():
        record.save()
        Feed.objects.filter(pk=record.feed_id, claim=claim).update(
            claim=None, lease_until=None, **after(record, due, is_counted)
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
    due = clock.now() + pause_after(number, error)
    close(record, claim, Run.Verdict.RETRYING, with_next_try(tried, due), due)


def wait(record: Run, claim: uuid.UUID, error: NotNow) -> None:
    """Come back when we ourselves are able to; the source's tries are not used up by that."""
    due = clock.now() + error.retry_after
    close(record, claim, Run.Verdict.RETRYING, with_next_try(str(error), due), due, is_counted=False)


def with_next_try(sentence: str, due: datetime) -> str:
    return f"{sentence} Next try at {due:%Y-%m-%d %H:%M} UTC."


def pause_after(number: int, error: SourceUnavailable) -> timedelta:
    """Twice as long after each try, and up to a quarter more, so that not all feeds come back at once."""
    pause = max(RETRY_PAUSE * 2 ** (number - 1), error.retry_after or timedelta(0))
    return pause * random.uniform(1, 1.25)  # noqa: S311 - nothing secret hangs on it


def after(record: Run, due: datetime | None, is_counted: bool) -> dict:
    """What a verdict means for the feed: when it is due again, and whether its breaker opens."""
    feed, now = record.feed, record.ended_at or clock.now()
    done: dict = {"last_run_at": now, "next_due_at": due or now + feed.interval}
    if record.verdict in (Run.Verdict.PUBLISHED, Run.Verdict.UNCHANGED):
        done |= {"failures": 0, "breaker_until": None, "last_success_at": now}
        if record.verdict == Run.Verdict.PUBLISHED:
            done["last_change_at"] = now
    elif is_counted and record.verdict in (Run.Verdict.RETRYING, Run.Verdict.FAILED):
        done["failures"] = feed.failures + 1
        if feed.failures + 1 >= settings.BREAKER_FAILURES:
            done["breaker_until"] = done["next_due_at"] = now + settings.BREAKER_PAUSE
    return done


# --- From an answer to rows ---------------------------------------------------------------------
def read(feed: Feed, record: Run, readings: Readings) -> tuple[Batch, Payloads, list[Row]]:
    """Everything the source gives for the feed's series, in our units: the newest, and all vintages."""
    rows: list[Row] = []
    kept: Payloads = {}
    count = 0
    described = confirming.descriptions(feed)
    for reading in readings(feed, clock.now().date()):
        note(record, reading)
        answered = reading.rows()
        asking.refuse_too_many(count := count + len(answered))
        found = wanted_rows(feed, answered)
        described |= confirming.beside_values(feed, reading)
        rows += found
        kept |= {(row.key, row.period): reading.payload for row in found}
    batch = group(rows, feed)
    refuse_empty(batch, feed.series.all())
    confirming.confirm(feed, described, {row.key for row in rows})
    return batch, kept, rows


def note(record: Run, reading: asking.Reading) -> None:
    """Write down what was asked and which bytes came, before anything is believed of them."""
    record.payload, record.address = reading.payload, reading.address[:LONGEST_ADDRESS]
    record.payloads.add(reading.payload)


# --- What a person approved meanwhile -----------------------------------------------------------
class ApprovedMeanwhile(Exception):
    """The batch was compared with values that are no longer those published."""


def approvals(feed: Feed) -> int:
    """How many held batches were approved so far; nothing else publishes beside the claim."""
    return HeldBatch.objects.filter(run__feed=feed, decision=HeldBatch.Decision.APPROVED).count()


def refuse_old_comparison(feed: Feed, approved: int) -> None:
    """Raises ApprovedMeanwhile; call it under the feed's lock, which who decides takes too."""
    if approvals(feed) != approved:
        raise ApprovedMeanwhile


# --- Publishing ---------------------------------------------------------------------------------
def publish(
    record: Run, claim: uuid.UUID, batch: Batch, approved: int, kept: Payloads, rows: list[Row]
) -> None:
    """Store what differs as new vintages, move the edition on, tell it and close the run: one transaction."""
    with transaction.atomic():
        refuse_lost_claim(record, claim)
        refuse_old_comparison(record.feed, approved)
        stored = store(batch, kept, record)
        earlier = store_earlier(rows, batch, kept, record)
        record.new_count, record.revised_count = stored.new, stored.revised + earlier
        record.unchanged_count = size(batch) - stored.new - stored.revised
        is_news = bool(stored or earlier)
        if is_news:
            tell(record, f"run:{record.pk}")
        close(record, claim, Run.Verdict.PUBLISHED if is_news else Run.Verdict.UNCHANGED, "")


def size(batch: Batch) -> int:
    return sum(map(len, batch.values()))


def tell(record: Run, cause: str) -> None:
    """Move the edition on for what the run stored; call it in the transaction that stores."""
    edition.advance()
    announce(indicators_of(record), cause)


def announce(indicator_ids: set[int], cause: str) -> None:
    """Tell the rooms above."""
    observations_published.send(sender=Observation, indicator_ids=indicator_ids, cause=cause)


# --- Holding ------------------------------------------------------------------------------------
def hold(
    record: Run, claim: uuid.UUID, batch: Batch, approved: int, reasons: list[str], rows: list[dict]
) -> None:
    """Leave the batch to a person, unless the very same one waits already or was rejected."""
    record.unchanged_count = size(batch) - len(find_changes(batch, {}))
    with transaction.atomic():
        refuse_lost_claim(record, claim)
        refuse_old_comparison(record.feed, approved)
        first = same_batch(record.feed, rows)
        if first is None:
            close(record, claim, Run.Verdict.HELD, " ".join(reasons))
            HeldBatch.objects.create(run=record, rows=rows, doubts=reasons)
        elif first.decision == HeldBatch.Decision.WAITING:
            since = f"{first.run.started_at:%Y-%m-%d %H:%M} UTC (run {first.run_id})"
            close(record, claim, Run.Verdict.HELD, f"The same values wait for a decision since {since}.")
        else:
            day = f"{first.decided_at:%Y-%m-%d}"
            sentence = f"The source still gives the values rejected on {day}; the published ones stay."
            close(record, claim, Run.Verdict.UNCHANGED, sentence)


def same_batch(feed: Feed, rows: list[dict]) -> HeldBatch | None:
    """The batch of these very rows that waits or was rejected, if nothing was published since it was read."""
    published = Observation.objects.filter(series__feed=feed).aggregate(last=Max("recorded_at"))["last"]
    undone = (HeldBatch.Decision.WAITING, HeldBatch.Decision.REJECTED)
    candidates = HeldBatch.objects.filter(run__feed=feed, decision__in=undone).select_related("run")
    if published:
        candidates = candidates.filter(run__started_at__gt=published)
    return next((held for held in candidates if in_order(held.rows) == in_order(rows)), None)


def in_order(rows: Iterable[dict]) -> list[dict]:
    """What the rows say, wherever they stood."""
    said = [{name: text for name, text in row.items() if name != "payload"} for row in rows]
    return sorted(said, key=lambda row: (row["key"], row["period"], row["vintage"] or ""))


def as_texts(rows: Iterable[Row], batch: Batch, kept: Payloads) -> list[dict]:
    """The newest vintage of every period, then the earlier ones, each with the answer it stands in."""
    newest = [row for by_period in batch.values() for row in by_period.values()]
    older = [row for found in earlier(rows, batch).values() for row in found]
    return [as_text(row, kept.get((row.key, row.period))) for row in [*newest, *older]]


def as_text(row: Row, payload: Payload | None) -> dict:
    said = {name: None if value is None else str(value) for name, value in row._asdict().items()}
    return {**said, "payload": payload and payload.pk}


def from_text(fields: dict) -> Row:
    value, vintage = fields["value"], fields["vintage"]
    said = {name: text for name, text in fields.items() if name != "payload"}
    return Row(
        **{
            **said,
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
    with transaction.atomic():
        Feed.objects.select_for_update().get(pk=held.run.feed_id)  # as who publishes does
        if approve and is_overtaken(held):
            user, decision = None, HeldBatch.Decision.OVERTAKEN
            reason = "Newer values were published after this batch was read."
        first = HeldBatch.objects.filter(pk=held.pk, decision=HeldBatch.Decision.WAITING).update(
            decision=decision, decided_at=clock.now(), decided_by=user, reason=reason
        )
        if not first or decision == HeldBatch.Decision.OVERTAKEN:
            return False
        batch_decided.send(HeldBatch, held=held, by=user, decision=decision.value, reason=reason)
        if approve:
            publish_held(held)
    return True


def publish_held(held: HeldBatch) -> None:
    """Store the batch with every vintage that was read, as if it had not been doubted."""
    rows = [from_text(fields) for fields in held.rows]
    batch, kept = group(rows, held.run.feed), answers_of(held)
    stored = store(batch, kept, held.run)
    added = store_earlier(rows, batch, kept, held.run)
    if stored or added:
        tell(held.run, f"held-batch:{held.pk}")


def answers_of(held: HeldBatch) -> Payloads:
    """The answer each row stands in; a batch of before these were noted came with one."""
    noted = {(row["key"], row["period"]): row.get("payload") or held.run.payload_id for row in held.rows}
    found = Payload.objects.in_bulk({pk for pk in noted.values() if pk})
    return {place: found[pk] for place, pk in noted.items() if pk}


def is_overtaken(held: HeldBatch) -> bool:
    newer = Run.objects.filter(feed=held.run.feed_id, pk__gt=held.run_id)
    return newer.filter(verdict=Run.Verdict.PUBLISHED).exists()
