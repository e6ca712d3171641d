"""What workers do for this room; each task takes ids, does one thing and may run twice."""

import logging
from collections import Counter
from functools import partial
from itertools import groupby, islice
from operator import itemgetter

from celery import shared_task
from django.conf import settings

from indicators import clock, refresh, retention
from indicators.models import Feed, FeedQuerySet, Run
from indicators.queueing import reached
from indicators.sources.registry import HANDED_IN

logger = logging.getLogger(__name__)

AT_ONCE = 3
"""Feeds of one source refreshed at the same time, so that a slow source leaves workers to the others."""


@shared_task(ignore_result=False)
def tick() -> list[int]:
    """Hand out what is due, a few feeds of each source; returns their ids. The others follow as these end."""
    handed_out = in_turn(Feed.objects.all())
    for feed_id in handed_out:
        run_feed.delay(feed_id)
    return handed_out


@shared_task
def run_feed(feed_id: int, trigger: str = Run.Trigger.SCHEDULE) -> None:
    """Refresh one feed; a second delivery, while the first works or after it, does nothing."""
    try:
        refresh.run(feed_id, trigger)
    except (refresh.AlreadyRunning, refresh.NeedsFile, refresh.NotDue) as reason:
        logger.info("%s", reason)
    if trigger == Run.Trigger.SCHEDULE:
        for following in in_turn(Feed.objects.filter(source__feeds=feed_id))[:1]:
            reached(partial(run_feed.delay, following))


def in_turn(feeds: FeedQuerySet) -> list[int]:
    """The ids of the feeds that are due, longest first, as many of each source as it has free places."""
    now = clock.now()
    busy = Counter(feeds.filter(lease_until__gt=now).values_list("source", flat=True))
    asked = feeds.due(now).exclude(source__code__in=HANDED_IN)
    due = asked.order_by("source", "next_due_at", "pk").values_list("source", "pk")
    chosen: list[int] = []
    for source, found in groupby(due, key=itemgetter(0)):
        chosen += [pk for _source, pk in islice(found, max(0, AT_ONCE - busy[source]))]
    return chosen


@shared_task
def remove_old_payloads() -> None:
    """Free the room of raw answers that no value rests on."""
    removed = retention.remove(settings.PAYLOAD_RETENTION)
    logger.info("Raw answers removed under the retention rule: %s", removed)
