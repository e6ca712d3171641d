"""The project's Celery application as tests start it: ticks every second, and dies at the point a feed names.

Used through `celery -A tests.faults.worker_app`; production code knows nothing of it.
"""

# ruff: noqa: E402 - models can be imported once the applications are set up
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

from northamerica.celery import app

django.setup()

from django.conf import settings

from indicators import asking, refresh
from indicators.models import Feed, Run
from indicators.sources import Rate, worldbank

worldbank.RATE = Rate(requests=10_000, seconds=1)
app.conf.task_default_queue = os.environ["TEST_QUEUE"]
app.conf.beat_schedule = {"tick": {"task": "indicators.tasks.tick", "schedule": 1.0}}
if settings.REDIS_URL:
    app.conf.broker_transport_options |= {"global_keyprefix": os.environ["TEST_QUEUE"]}

POINTS = {
    "before-claiming": (refresh, "claim_feed", "before"),
    "after-claiming": (refresh, "claim_feed", "after"),
    "before-the-fetch": (asking, "ask", "before"),
    "after-the-fetch": (asking, "ask", "after"),
    "before-writing": (refresh, "publish", "before"),
    "in-the-transaction": (refresh, "store", "after"),
    "before-acknowledging": (refresh, "publish", "after"),
}
"""By the code of the feed whose refresh dies there, the first time."""


def code_in(things: tuple) -> str | None:
    """The code of the feed a function was called for."""
    for thing in things:
        if isinstance(thing, Run | Feed):
            return (thing.feed if isinstance(thing, Run) else thing).code
    return Feed.objects.get(pk=things[0]).code if isinstance(things[0], int) else None


def die_once(point: str) -> None:
    """End this process as `kill -9` does, unless one has died here before."""
    try:
        (Path(settings.DATA_DIR) / f"died-{point}").touch(exist_ok=False)
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def deadly(function: Callable, point: str, moment: str) -> Callable:
    def wrapped(*arguments: Any, **options: Any) -> Any:
        is_meant = code_in(arguments) == point
        if is_meant and moment == "before":
            die_once(point)
        result = function(*arguments, **options)
        if is_meant and moment == "after":
            die_once(point)
        return result

    return wrapped


for point, (module, name, moment) in POINTS.items():
    setattr(module, name, deadly(getattr(module, name), point, moment))
