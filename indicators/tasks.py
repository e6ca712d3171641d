"""What workers do for this room; each task takes ids, does one thing and may run twice."""

import logging

from celery import shared_task
from django.utils import timezone

from indicators import refresh
from indicators.models import Feed, Run

logger = logging.getLogger(__name__)


@shared_task(ignore_result=False)
def tick() -> list[int]:
    """Hand out every feed that is due; returns their ids."""
    due = list(Feed.objects.due(timezone.now()).values_list("pk", flat=True))
    for feed_id in due:
        run_feed.delay(feed_id)
    return due


@shared_task
def run_feed(feed_id: int, trigger: str = Run.Trigger.SCHEDULE) -> None:
    """Refresh one feed; a second delivery while the first works does nothing."""
    try:
        refresh.run(feed_id, trigger)
    except refresh.AlreadyRunning as reason:
        logger.info("%s", reason)
