"""Handing work to a worker by name, so that no web process imports a worker's modules."""

import logging
from collections.abc import Callable

from celery import current_app
from kombu.exceptions import ChannelError, KombuError

logger = logging.getLogger(__name__)

BROKER_ERRORS = (KombuError, ChannelError, OSError)


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
