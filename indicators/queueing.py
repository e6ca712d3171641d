"""Handing work to a worker by name, so that no web process imports a worker's modules."""

import logging
from collections.abc import Callable

from celery import current_app
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import ChannelError, KombuError

from indicators.claiming import refuse_running, refuse_without_file
from indicators.models import Feed

logger = logging.getLogger(__name__)

FOLLOW = "goals.tasks.follow_publications"
"""The task of the room above, which brings up to date what rests on published values."""
RECONCILE = "goals.tasks.reconcile"
"""The task that brings everything up to date from scratch."""
BROKER_ERRORS = (KombuError, ChannelError, OSError)
NOT_QUEUED = _("Refresh could not be queued; it will run on schedule.")


class NotQueued(Exception):
    """The broker cannot be reached; the schedule will do what was asked."""


def refresh(feed: Feed, trigger: str) -> None:
    """Have a worker refresh the feed soon.

    Raises NeedsFile, AlreadyRunning or, within three seconds, NotQueued.
    """
    refuse_without_file(feed)
    refuse_running(feed)
    if not enqueue("indicators.tasks.run_feed", feed.pk, str(trigger)):
        raise NotQueued(NOT_QUEUED)


def enqueue(task: str, *args) -> bool:
    """Queue a task; False within three seconds if the broker cannot be reached: the schedule will do it."""
    # Without ignore_result Celery first subscribes to the result store and tries that for 20 seconds.
    return reached(lambda: current_app.send_task(task, args, ignore_result=True))


def reached(send: Callable[[], object]) -> bool:
    """Whether what `send` hands on found the broker."""
    try:
        send()
    except BROKER_ERRORS as error:
        logger.warning("The broker cannot be reached: %s", error)
        return False
    return True
