"""R2 and R3 with real workers: whoever dies, whatever comes twice, each value stands once and all arrive."""

import contextlib
import os
import random
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from subprocess import Popen

import pytest
from django.utils import timezone

from indicators import refresh
from indicators.models import Feed, HeldBatch, Observation, Run
from tests.faults.agency import CODE, KNOWN, answer, make_feed
from tests.faults.conftest import FaultyServer
from tests.faults.workers import Workers, children, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

LEASE_SECONDS = 2
PATIENCE_SECONDS = 120
"""On a busy machine; idle, each test is done in a fraction of it."""
KILLS = 30
POINTS = [
    "before-claiming", "after-claiming", "before-the-fetch", "during-the-fetch", "after-the-fetch",
    "before-writing", "in-the-transaction", "before-acknowledging",
]  # fmt: skip


@pytest.fixture
def workers(tmp_path, server) -> Iterator[Workers]:
    started = Workers(tmp_path, server.url, LEASE_SECONDS)
    yield started
    started.end()


class Releases:
    """Answers for every feed; each release revises 2024 by a tenth."""

    def __init__(self, server: FaultyServer) -> None:
        self.server, self.number, self.pause = server, 0, 0.0
        self.crew_to_strike: Popen | None = None
        self.lock = threading.Lock()
        self.is_open = threading.Event()
        self.is_open.set()
        server.script = self.answer

    @property
    def newest(self) -> str:
        return f"{Decimal('61.5') + Decimal(self.number) / 10}"

    def answer(self, connection: socket.socket, number: int) -> None:
        asked = re.search(rb"indicator/([\w.-]+)", self.server.requests[number - 1])
        assert asked
        body = answer(KNOWN | {"2024": self.newest}).replace(CODE.encode(), asked[1])
        self.is_open.wait(PATIENCE_SECONDS)
        time.sleep(self.pause)
        with self.lock:
            if self.crew_to_strike and kill_asking(connection, self.crew_to_strike):
                self.crew_to_strike = None
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)


@pytest.fixture
def releases(server) -> Releases:
    return Releases(server)


def feed_named(code: str, **fields: object) -> Feed:
    feed = make_feed(code, f"NV.{code}")
    Feed.objects.filter(pk=feed.pk).update(**fields)
    return feed


def is_whole(feed: Feed, newest: str) -> bool:
    current = dict(
        Observation.objects.current().filter(series__feed=feed).values_list("period__year", "value")
    )
    return current == {int(year): Decimal(value) for year, value in (KNOWN | {"2024": newest}).items()}


def check_history(feed: Feed) -> None:
    """Each value once, each change once, the newest current, and as many of them as the runs say."""
    rows = list(Observation.objects.filter(series__feed=feed).order_by("vintage"))
    revised = [row for row in rows if row.period.year == 2024]
    others = [row for row in rows if row.period.year != 2024]
    assert len({row.period for row in others}) == len(others) == 23
    assert all(before.value < after.value for before, after in pairwise(revised))
    assert [row.is_current for row in revised] == [False] * (len(revised) - 1) + [True]
    counted = feed.runs.filter(verdict=Run.Verdict.PUBLISHED).values_list("new_count", "revised_count")
    assert sum(map(sum, counted)) == len(rows)


def waits(workers: Workers, feeds: list[Feed], newest: str) -> None:
    """Wait until every series is whole and nobody works on it."""

    def is_done() -> bool:
        idle = not Feed.objects.filter(pk__in=[feed.pk for feed in feeds], claim__isnull=False).exists()
        return idle and all(is_whole(feed, newest) for feed in feeds)

    wait_until(is_done, PATIENCE_SECONDS, lambda: state(workers, feeds))


def state(workers: Workers, feeds: list[Feed]) -> str:
    runs = [f"{run} {run.reason}" for feed in feeds for run in feed.runs.all()[:3]]
    return "\n".join([*runs, workers.log()[-3000:]])


# --- At named points -----------------------------------------------------------------------------------
def test_a_worker_that_dies_anywhere_loses_and_doubles_nothing(workers, releases, server, tmp_path):
    feeds = [feed_named(code) for code in POINTS]
    crew = workers.crew("worker", "worker", "beat")
    serve = server.script

    def kills_whoever_asks(connection: socket.socket, number: int) -> None:
        """In the middle of the answer to one feed, the worker that asked for it is killed."""
        marker = tmp_path / "died-during-the-fetch"
        if b"NV.during-the-fetch" not in server.requests[number - 1] or marker.exists():
            return serve(connection, number)
        marker.touch()
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n[{")
        kill_asking(connection, crew)
        return None

    server.script = kills_whoever_asks
    waits(workers, feeds, "61.5")

    assert {marker.name.removeprefix("died-") for marker in tmp_path.glob("died-*")} == set(POINTS)
    for feed in feeds:
        check_history(feed)
    ended = Run.objects.filter(reason__startswith="Its worker stopped")
    before_there_was_a_run = {"before-claiming", "after-claiming", "before-acknowledging"}
    assert {run.feed.code for run in ended} == set(POINTS) - before_there_was_a_run


def kill_asking(connection: socket.socket, crew: Popen) -> bool:
    """Kill the worker at the other end of a connection; False if it is dead already."""
    port = connection.getpeername()[1]
    sockets = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    inodes = [fields[9] for fields in sockets if fields[1].endswith(f":{port:04X}")]
    victims = [pid for pid in children(crew) for inode in inodes if holds(pid, inode)]
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    return bool(victims)


def holds(pid: int, inode: str) -> bool:
    with contextlib.suppress(OSError):  # it may end meanwhile
        handles = Path(f"/proc/{pid}/fd").iterdir()
        return any(str(handle.readlink()) == f"socket:[{inode}]" for handle in handles)
    return False


# --- At random -----------------------------------------------------------------------------------------
def test_thirty_kills_two_schedulers_and_an_emptied_broker(workers, releases):
    feeds = [feed_named(f"random-{number}", interval=timedelta(0)) for number in range(6)]
    releases.pause = 0.1
    crew = workers.crew("worker", "worker", "worker", "beat", "beat")
    chance = random.Random(2026)
    wait_until(
        lambda: all(is_whole(feed, "61.5") for feed in feeds), PATIENCE_SECONDS, lambda: state(workers, feeds)
    )

    for kill in range(KILLS):
        time.sleep(chance.uniform(0, 0.5))
        releases.number += 1
        if kill % 2:  # whoever it is, perhaps while it starts, ends or does nothing
            os.kill(chance.choice(children(crew)), signal.SIGKILL)
        else:  # whoever asks next
            releases.crew_to_strike = crew
            wait_until(lambda: not releases.crew_to_strike, PATIENCE_SECONDS, workers.log)
        if kill == 20:
            workers.empty_broker()
    releases.number += 1

    waits(workers, feeds, releases.newest)
    Feed.objects.update(is_active=False)
    for feed in feeds:
        check_history(feed)
    assert Run.objects.filter(reason__startswith="Its worker stopped").count() >= KILLS // 2
    assert not HeldBatch.objects.exists()


# --- Asked to stop --------------------------------------------------------------------------------------
@pytest.fixture
def stopping(workers, releases, server) -> Popen:
    """A worker that was asked to stop while a source kept it waiting; another message waits behind."""
    begun, behind = feed_named("begun"), feed_named("behind")
    releases.is_open.clear()
    worker = workers.threads(1)
    workers.send(begun.pk)
    wait_until(lambda: len(server.requests) == 1, PATIENCE_SECONDS, workers.log)
    workers.send(behind.pk)
    worker.send_signal(signal.SIGTERM)
    wait_until(lambda: "Warm shutdown" in workers.log(), PATIENCE_SECONDS, workers.log)
    return worker


def test_a_worker_that_is_asked_to_stop_ends_its_run_and_loses_no_other(stopping, workers, releases):
    """R35"""
    releases.is_open.set()
    assert stopping.wait(PATIENCE_SECONDS) == 0, workers.log()
    feeds = list(Feed.objects.filter(code__in=["begun", "behind"]))
    [begun] = [feed for feed in feeds if feed.code == "begun"]
    assert is_whole(begun, "61.5")

    workers.threads(1)
    waits(workers, feeds, "61.5")

    for feed in feeds:
        check_history(feed)
        assert [run.verdict for run in feed.runs.all()] == [Run.Verdict.PUBLISHED]


def test_the_run_of_a_worker_that_had_no_time_to_end_it_is_taken_up_by_the_next(stopping, workers, releases):
    """R35: whoever stops workers kills them when their time is over."""
    stopping.kill()
    stopping.wait()
    releases.is_open.set()
    feeds = list(Feed.objects.filter(code__in=["begun", "behind"]))

    workers.crew("worker", "beat")
    waits(workers, feeds, "61.5")

    for feed in feeds:
        check_history(feed)
    assert Run.objects.filter(feed__code="begun", reason__startswith="Its worker stopped").count() == 1


# --- At once ---------------------------------------------------------------------------------------------
def test_twenty_deliveries_schedule_button_and_command_at_once(workers, releases, server):
    """R2, R3: one works; all others are told since when."""
    feed = feed_named("at-once")
    releases.is_open.clear()
    workers.environment["REFRESH_LEASE"] = str(2 * PATIENCE_SECONDS)
    workers.threads(20)
    for number in range(20):
        workers.send(feed.pk, ["schedule", "button", "command"][number % 3])
    told = "A refresh of at-once is already running since "
    wait_until(lambda: workers.log().count(told) == 19, PATIENCE_SECONDS, workers.log)

    with pytest.raises(refresh.AlreadyRunning, match=rf"{told}\d\d:\d\d UTC\."):
        refresh.run(feed.pk, Run.Trigger.COMMAND)
    releases.is_open.set()

    waits(workers, [feed], "61.5")
    assert len(server.requests) == feed.runs.count() == 1
    check_history(feed)


def test_two_schedulers_at_once_hand_out_the_same_feeds_without_harm(releases, settings, server):
    """Two ticks read the same due feeds; both hand them out, and each is claimed once."""
    settings.SOURCE_URLS = {"worldbank": server.url}
    settings.REFRESH_LEASE = timedelta(minutes=10)
    feed = feed_named("twice")
    due = [list(Feed.objects.due(timezone.now()).values_list("pk", flat=True)) for _tick in range(2)]
    assert due == [[feed.pk], [feed.pk]]

    refresh.claim_feed(feed.pk)

    assert not Feed.objects.due(timezone.now()).exists()
    with pytest.raises(refresh.AlreadyRunning):
        refresh.run(feed.pk, Run.Trigger.SCHEDULE)
