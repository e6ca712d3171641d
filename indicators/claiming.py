"""One refresh of a feed at a time: a claim is a lease in the feed's row, taken and lost in one statement."""

import uuid
from datetime import datetime
from typing import NoReturn

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from indicators import clock
from indicators.models import Feed, Run
from indicators.sources import SourceUnavailable
from indicators.sources.registry import takes_uploads


class AlreadyRunning(Exception):
    """Somebody else works on this feed; the message says since when."""


class NotDue(Exception):
    """The schedule asked for a feed whose time has not come, as a message does that is delivered late."""


class NeedsFile(Exception):
    """There is nobody to ask for this feed's values; the message says what to do instead."""


@transaction.atomic
def claim_feed(feed_id: int, trigger: str = Run.Trigger.COMMAND) -> tuple[Feed, uuid.UUID]:
    """Take the feed's lease in one statement, so that two workers never hold it.

    The schedule gets only what is due at that moment. Raises AlreadyRunning, NotDue, or NeedsFile unless
    somebody hands a file in.
    """
    now, claim = clock.now(), uuid.uuid4()
    free = Feed.objects.due(now) if trigger == Run.Trigger.SCHEDULE else Feed.objects.unclaimed(now)
    taken = free.filter(pk=feed_id).update(claim=claim, lease_until=now + settings.REFRESH_LEASE)
    feed = Feed.objects.select_related("source").get(pk=feed_id)
    if trigger != Run.Trigger.UPLOAD:
        refuse_without_file(feed)
    if not taken:
        refuse(feed, trigger, now)
    end_abandoned_runs(feed)
    return feed, claim


def refuse_without_file(feed: Feed) -> None:
    """Raises NeedsFile for a feed that nobody can be asked for."""
    if takes_uploads(feed.source):
        text = _("The values of %(feed)s are handed in as files: upload one on the page of the feed.")
        raise NeedsFile(text % {"feed": feed})


def refuse(feed: Feed, trigger: str, now: datetime) -> NoReturn:
    since = running_since(feed, now)
    if trigger == Run.Trigger.SCHEDULE and not since:
        raise NotDue(f"{feed} is not due; the schedule left it to {feed.next_due_at:%Y-%m-%d %H:%M} UTC.")
    raise already_running(feed, since or now)


def refuse_running(feed: Feed) -> None:
    """Raises AlreadyRunning while somebody holds the feed."""
    if since := running_since(feed, clock.now()):
        raise already_running(feed, since)


def already_running(feed: Feed, since: datetime) -> AlreadyRunning:
    text = _("A refresh of %(feed)s is already running since %(since)s UTC.")
    return AlreadyRunning(text % {"feed": feed, "since": f"{since:%H:%M}"})


def running_since(feed: Feed, now: datetime) -> datetime | None:
    """When the refresh began that holds the feed now; None when nobody does."""
    if feed.lease_until is None or feed.lease_until <= now:
        return None
    return feed.lease_until - settings.REFRESH_LEASE


def end_abandoned_runs(feed: Feed) -> None:
    """Close what a worker left open that died or works longer than its lease; it stores nothing any more."""
    feed.runs.filter(verdict=Run.Verdict.RUNNING).update(
        verdict=Run.Verdict.FAILED,
        ended_at=clock.now(),
        reason="Its worker stopped or took longer than its lease; the next run took over.",
    )


def refuse_lost_claim(record: Run, claim: uuid.UUID) -> None:
    """Raises SourceUnavailable when another worker holds the feed; call in the transaction that stores."""
    if not Feed.objects.select_for_update().filter(pk=record.feed_id, claim=claim).exists():
        raise SourceUnavailable("Another worker took over after the lease ran out; nothing was stored.")
