"""How the monitor is doing in numbers, on an address closed to the public (R34), in Prometheus' text format.

A further figure is a function from the moment to a Figure, named in FIGURES.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from celery import current_app
from django.conf import settings
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from goals.models import SubGoal, Update
from indicators.models import Feed, HeldBatch, Run
from indicators.queueing import BROKER_ERRORS
from northamerica.health import BROKER_SECONDS
from workspace.models import SignInFailures

logger = logging.getLogger(__name__)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
NEVER = float("inf")
PROXY_HEADERS = ("X-Forwarded-Proto", "X-Forwarded-For", "Forwarded")

Sample = tuple[Mapping[str, str], float]


@dataclass(frozen=True)
class Figure:
    """One gauge: a number, or a number for each of several labels."""

    name: str
    help: str
    samples: Sequence[Sample]


# --- Who may ask --------------------------------------------------------------------------------
@never_cache
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """All figures; for everybody else there is nothing at this address."""
    if not (has_token(request) or is_from_this_machine(request)):
        raise Http404
    now = timezone.now()
    return HttpResponse(written(figure(now) for figure in FIGURES), content_type=CONTENT_TYPE)


def has_token(request: HttpRequest) -> bool:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.METRICS_TOKEN
    return bool(wanted) and scheme.lower() == "bearer" and constant_time_compare(token, wanted)


def is_from_this_machine(request: HttpRequest) -> bool:
    """Asked directly: a proxy on this machine has its address too, but says for whom it asks."""
    if any(header in request.headers for header in PROXY_HEADERS):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:  # a socket file has no address
        return False


# --- The figures --------------------------------------------------------------------------------
def feed_ages(now: datetime) -> Figure:
    ages = [
        (labels_of(feed), (now - feed.last_success_at).total_seconds() if feed.last_success_at else NEVER)
        for feed in active_feeds()
    ]
    return Figure("monitor_feed_age_seconds", "Since an active feed was last read without an error.", ages)


def feed_intervals(now: datetime) -> Figure:
    intervals = [(labels_of(feed), feed.interval.total_seconds()) for feed in active_feeds()]
    return Figure("monitor_feed_interval_seconds", "How often an active feed is to be read.", intervals)


def open_breakers(now: datetime) -> Figure:
    paused = active_feeds().filter(breaker_until__gt=now).count()
    return Figure("monitor_feeds_with_open_breaker", "Feeds paused after failures in a row.", [({}, paused)])


def runs_by_verdict(now: datetime) -> Figure:
    lately = Run.objects.filter(started_at__gt=now - timedelta(days=1)).order_by()
    counts = dict(lately.values_list("verdict").annotate(Count("pk")))
    samples = [({"verdict": verdict.value}, counts.get(verdict.value, 0)) for verdict in Run.Verdict]
    return Figure("monitor_runs_last_day", "Runs begun in the last 24 hours.", samples)


def held_batches(now: datetime) -> Figure:
    waiting = HeldBatch.objects.filter(decision=HeldBatch.Decision.WAITING).count()
    return Figure("monitor_held_batches", "Batches that wait for a person's decision.", [({}, waiting)])


def awaiting_review(now: datetime) -> Figure:
    waiting = {
        "update": Update.objects.awaiting_review().count(),
        "sub_goal": SubGoal.objects.awaiting_review().count(),
    }
    samples = [({"kind": kind}, count) for kind, count in waiting.items()]
    return Figure("monitor_awaiting_review", "What organizations sent and no steward has decided.", samples)


def failed_sign_ins(now: datetime) -> Figure:
    """By days of UTC, as they are counted: today's and yesterday's."""
    failed = SignInFailures.objects.since((now - timedelta(days=1)).date())
    return Figure("monitor_failed_sign_ins", "Sign-ins failed since yesterday's start (UTC).", [({}, failed)])


def queue_age(now: datetime) -> Figure:
    """Whatever the broker has lost or holds: how long a feed that is due has been waiting for a worker."""
    since = Feed.objects.due(now).aggregate(since=Min("next_due_at"))["since"]
    age = (now - since).total_seconds() if since else 0
    return Figure("monitor_queue_age_seconds", "Since the longest waiting feed became due.", [({}, age)])


def queued_tasks(now: datetime) -> Figure:
    """No number while the broker is away."""
    samples: list[Sample] = []
    try:
        with current_app.connection_for_read() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_SECONDS)
            queue = current_app.conf.task_default_queue
            samples.append(({}, broker.default_channel.queue_declare(queue).message_count))
    except BROKER_ERRORS as error:
        logger.warning("The broker cannot be reached: %s", error)
    return Figure("monitor_queued_tasks", "Tasks no worker has taken yet.", samples)


FIGURES: tuple[Callable[[datetime], Figure], ...] = (
    feed_ages, feed_intervals, open_breakers, runs_by_verdict, held_batches, awaiting_review, failed_sign_ins,
    queue_age, queued_tasks,
)  # fmt: skip


def active_feeds():
    return Feed.objects.filter(is_active=True).select_related("source")


def labels_of(feed: Feed) -> Mapping[str, str]:
    return {"feed": feed.code, "source": feed.source.code}


# --- How they are written -----------------------------------------------------------------------
def written(found: Iterable[Figure]) -> str:
    return "".join(f"{line}\n" for figure in found for line in lines_of(figure))


def lines_of(figure: Figure) -> Iterable[str]:
    yield f"# HELP {figure.name} {figure.help}"
    yield f"# TYPE {figure.name} gauge"
    for labels, value in figure.samples:
        named = ",".join(f'{name}="{escaped(text)}"' for name, text in labels.items())
        number = "+Inf" if value == NEVER else f"{value:.0f}"
        yield f"{figure.name}{{{named}}} {number}" if named else f"{figure.name} {number}"


def escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
