"""At most a source's published rate, across all workers: each request books its moment in the database."""

import time
from datetime import datetime, timedelta

from django.db import transaction

from indicators import clock
from indicators.models import Source
from indicators.sources import NotNow, Rate

LONGEST_WAIT = timedelta(seconds=30)


def wait_for_turn(source_id: int, rate: Rate) -> None:
    """Sleep until the moment booked for this request.

    Raises NotNow when that moment is too far away to hold a worker for it.
    """
    pause = (book(source_id, rate) - clock.now()).total_seconds()
    if pause > 0:
        time.sleep(pause)


def book(source_id: int, rate: Rate) -> datetime:
    """Reserve the next free moment for one request to a source and return it."""
    with transaction.atomic():
        source = Source.objects.select_for_update().get(pk=source_id)
        now = clock.now()
        moment = max(now, source.next_request_at or now)
        if moment - now > LONGEST_WAIT:
            raise NotNow("We have asked this source as often as it allows; nothing was asked.", moment - now)
        source.next_request_at = moment + timedelta(seconds=rate.seconds) / rate.requests
        source.save(update_fields=["next_request_at"])
    return moment
