"""The one path from an agency's answer to a published value.

claim -> fetch -> keep the payload -> parse -> check against what is published -> publish, all or nothing.
A run that ends anywhere before the last step has changed no published value.
"""

import logging
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from indicators import checks, edition, payloads, periods
from indicators.models import Document, Feed, HeldBatch, Indicator, Observation, Run, Series
from indicators.queueing import reached
from indicators.signals import observations_published
from indicators.sources import Row, SourceChanged, SourceUnavailable
from indicators.sources.registry import module_of

logger = logging.getLogger(__name__)

Batch = dict[Series, dict[date, Row]]
RETRY_PAUSE = timedelta(minutes=5)


class AlreadyRunning(Exception):
    """Somebody else works on this feed; the message says since when."""


@dataclass(frozen=True)
class Change:
    """A value to publish: new, or other than the current vintage `replaces`."""

    series: Series
    period: date
    row: Row
    replaces: Observation | None


def run(feed_id: int, trigger: str) -> Run:
    """Refresh one feed and return the run with its verdict. Raises AlreadyRunning."""
    feed, claim = claim_feed(feed_id)
    record = Run.objects.create(feed=feed, trigger=trigger)
    changed: set[int] = set()
    try:
        changed = refresh(feed, claim, record)
    except SourceUnavailable as error:
        close(record, claim, Run.Verdict.RETRYING, str(error))
    except SourceChanged as error:
        close(record, claim, Run.Verdict.FAILED, str(error))
    except Exception:
        logger.exception("Run %s of %s broke", record.pk, feed.code)
        close(record, claim, Run.Verdict.FAILED, f"The program failed; the log names run {record.pk}.")
    if changed:
        reached(lambda: announce(changed, f"run:{record.pk}"))
    return record


def refresh(feed: Feed, claim: uuid.UUID, record: Run) -> set[int]:
    """Take one answer all the way; return the ids of the indicators with a new or revised value."""
    source = module_of(feed)
    answer = source.fetch(feed)
    record.address, record.payload = answer.address, payloads.keep(answer)
    batch = group(source.parse(answer, feed), feed)
    changes = find_changes(batch)
    record.unchanged_count = sum(len(rows) for rows in batch.values()) - len(changes)
    if reasons := find_doubts(batch):
        hold(record, claim, batch, reasons)
    elif changes:
        publish(record, claim, changes)
        return {change.series.indicator_id for change in changes}
    else:
        close(record, claim, Run.Verdict.UNCHANGED, "")
    return set()


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
    return feed, claim


def close(record: Run, claim: uuid.UUID, verdict: str, reason: str) -> None:
    """Write the verdict and give the feed back with its next due moment, in one transaction."""
    record.verdict, record.reason, record.ended_at = verdict, reason, timezone.now()
    with transaction.atomic():
        record.save()
        Feed.objects.filter(pk=record.feed_id, claim=claim).update(
            claim=None, lease_until=None, **after(record)
        )


def after(record: Run) -> dict:
    """What a verdict means for the feed: when it is due again, and whether its breaker opens."""
    feed, now = record.feed, record.ended_at or timezone.now()
    done: dict = {"last_run_at": now, "next_due_at": now + feed.interval}
    if record.verdict in (Run.Verdict.PUBLISHED, Run.Verdict.UNCHANGED):
        done |= {"failures": 0, "breaker_until": None, "last_success_at": now}
        if record.verdict == Run.Verdict.PUBLISHED:
            done["last_change_at"] = now
    elif record.verdict in (Run.Verdict.RETRYING, Run.Verdict.FAILED):
        done["failures"] = feed.failures + 1
        if record.verdict == Run.Verdict.RETRYING:
            done["next_due_at"] = now + RETRY_PAUSE * 2 ** min(feed.failures, 6)
        if feed.failures + 1 >= settings.BREAKER_FAILURES:
            done["breaker_until"] = done["next_due_at"] = now + settings.BREAKER_PAUSE
    return done


# --- From rows to changes -----------------------------------------------------------------------
def group(rows: Iterable[Row], feed: Feed) -> Batch:
    """The rows by series and period. Raises SourceChanged when a row is not what the catalogue expects."""
    known = {series.key: series for series in feed.series.select_related("indicator")}
    batch: Batch = defaultdict(dict)
    for row in rows:
        series, period = known.get(row.key), first_day(row)
        if series is None:
            raise SourceChanged(f"The answer holds “{row.key}”, which is not in the catalogue.")
        if row.unit != series.indicator.unit:
            raise SourceChanged(f"{series}: expected {series.indicator.unit}, got {row.unit}.")
        if periods.frequency(row.period) != series.frequency:
            raise SourceChanged(f"{series}: {row.period} is no {series.frequency} period.")
        twin = batch[series].setdefault(period, row)
        if twin.value != row.value:
            raise SourceChanged(f"{series}: {row.period} appears twice: {twin.value} and {row.value}.")
    if not batch:
        raise SourceChanged("The answer holds no values; the known ones stay.")
    return batch


def first_day(row: Row) -> date:
    try:
        day = periods.first_day(row.period)
    except ValueError as error:
        raise SourceChanged(f"“{row.period}” is no period.") from error
    if day.year > timezone.now().year + 1:
        raise SourceChanged(f"{row.period} lies beyond the coming year.")
    return day


def published_values(series: Iterable[Series]) -> dict[int, dict[date, Observation]]:
    """The current observations by series id and period."""
    known: dict[int, dict[date, Observation]] = defaultdict(dict)
    for observation in Observation.objects.current().filter(series__in=series):
        known[observation.series_id][observation.period] = observation
    return known


def find_changes(batch: Batch) -> list[Change]:
    known = published_values(batch)
    changes = []
    for series, rows in batch.items():
        for period, row in rows.items():
            current = known[series.pk].get(period)
            if current is None or differs(current, row):
                changes.append(Change(series, period, row, current))
    return changes


def differs(current: Observation, row: Row) -> bool:
    """A vintage differs by its value or its status; a better note alone is no new vintage."""
    return current.value != row.value or current.status != row.status


def find_doubts(batch: Batch) -> list[str]:
    known = published_values(batch)
    found = []
    for series, rows in batch.items():
        published = {period: observation.value for period, observation in known[series.pk].items()}
        read = {period: row.value for period, row in rows.items()}
        found += [f"{series}: {doubt}" for doubt in checks.doubts(published, read, limits(series.indicator))]
    return found + vanished_series(batch)


def vanished_series(batch: Batch) -> list[str]:
    feed_ids = {series.feed_id for series in batch}
    expected = Series.objects.filter(feed__in=feed_ids, observations__is_current=True).distinct()
    return [f"{series}: not in the answer." for series in expected if series not in batch]


def limits(indicator: Indicator) -> checks.Limits:
    return checks.Limits(indicator.lower_bound, indicator.upper_bound, indicator.change_limit)


# --- Publishing ---------------------------------------------------------------------------------
def publish(record: Run, claim: uuid.UUID, changes: list[Change]) -> None:
    """Store every change as a new vintage, move the edition on and close the run: one transaction."""
    with transaction.atomic():
        if not Feed.objects.select_for_update().filter(pk=record.feed_id, claim=claim).exists():
            raise SourceUnavailable("Another worker took over after the lease ran out; nothing was stored.")
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
            document_id=documents.get(change.row.document),
            attribution=change.row.attribution,
            note=change.row.note,
        )
        for change in changes
    )


def vintage_of(change: Change, now: datetime) -> datetime:
    """When the agency says it published; now if it does not say, says the future, or nothing newer."""
    stated = change.row.vintage
    if stated is None or stated > now or (change.replaces and stated <= change.replaces.vintage):
        return now
    return stated


def announce(indicator_ids: set[int], cause: str) -> None:
    """Tell the rooms above; a lost message is made good by the nightly reconcile."""
    observations_published.send(sender=Observation, indicator_ids=indicator_ids, cause=cause)


# --- Holding ------------------------------------------------------------------------------------
def hold(record: Run, claim: uuid.UUID, batch: Batch, reasons: list[str]) -> None:
    with transaction.atomic():
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
        changes = find_changes(group(map(from_text, held.rows), held.run.feed)) if approve else []
        if changes:
            store(changes, held.run)
            edition.advance()
    if changes:
        announce({change.series.indicator_id for change in changes}, f"held-batch:{held.pk}")
    return True


def is_overtaken(held: HeldBatch) -> bool:
    newer = Run.objects.filter(feed=held.run.feed_id, started_at__gt=held.run.started_at)
    return newer.filter(verdict=Run.Verdict.PUBLISHED).exists()
