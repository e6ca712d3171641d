"""What does the queue add to refreshing feeds, and does a slow source hold up the others?

Through Redis and one worker process the refresh of all feeds takes at most 1.3 times as long as the same
tasks called one after another: of a source that answers at once, which none does, and of one that answers
after 50 ms, sooner than any agency. And with the worker as it runs in production (see docker-compose.yml),
the feeds of one source end at most a quarter later while another one, with more feeds than there are
threads, takes five seconds for each answer. The sources are a server on this machine; needs PostgreSQL and
Redis.

    python -m benchmarks.queueing
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
import uuid
from argparse import Namespace
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import redis

from benchmarks.measuring import judge, on_each_database, ratio, seconds, usual

MOST_OF_TASKS = 1.3
MOST_OF_ALONE = 1.25
FEEDS = 60
SLOW_FEEDS = 20
SLOW_SECONDS = 5
PAUSES = {"/indicator/AT.ONCE": 0.0, "/indicator/": 0.05}
"""Seconds before an answer, by what is asked; anything else is the slow source."""
REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/15")
AREAS = ("MEX", "USA", "CAN")
ONE = ["--pool", "threads", "--concurrency", "1"]
PRODUCTION = ["--pool", "threads", "--concurrency", "16"]


class Agency(BaseHTTPRequestHandler):
    """A World Bank that answers soon, and beside it a source that takes its time."""

    def do_GET(self) -> None:
        time.sleep(next((pause for asked, pause in PAUSES.items() if asked in self.path), SLOW_SECONDS))
        code = self.path.partition("/indicator/")[2].partition("?")[0]
        rows = [
            {
                "country": {"id": area[:2], "value": area}, "countryiso3code": area, "date": str(year),
                "decimal": 0, "indicator": {"id": code, "value": code}, "obs_status": "", "unit": "",
                "value": 100 + year - 1960,
            }
            for area in AREAS for year in range(1960, 2025)
        ]  # fmt: skip
        meta = {"lastupdated": "2026-07-01", "page": 1, "pages": 1, "per_page": 1000, "total": len(rows)}
        body = json.dumps([meta, rows]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):  # whoever asked may have been ended meanwhile
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def measure(options: Namespace) -> bool:
    from benchmarks.worker_app import ask_at_any_rate
    from indicators.models import Feed

    ask_at_any_rate()
    fast = [feed(f"fast-{number}", "worldbank", f"NY.{number:03}").pk for number in range(FEEDS)]
    soon = [feed(f"soon-{number}", "worldbank", f"AT.ONCE.{number:03}").pk for number in range(FEEDS)]
    slow = [feed(f"slow-{number}", "imf_datamapper", f"NY.{number:03}").pk for number in range(SLOW_FEEDS)]
    Feed.objects.update(is_active=True)
    directly([*fast, *soon])
    # The targets that these first values call for are not what is measured.
    forget_queue(os.environ["BENCHMARK_QUEUE"])
    holds = True
    for feeds, when in ((soon, "at once"), (fast, "after 50 ms")):
        turns = in_turns(feeds, options.turns)
        what = f"{FEEDS} feeds answered {when}, by the queue {usual(turns, 'queue'):.2f} s, to bare tasks"
        holds &= judge(what, ratio(turns, "queue", "directly"), at_most=MOST_OF_TASKS)
    with worker(PRODUCTION):
        by_schedule(fast, [])
        turns = [
            {"alone": by_schedule(fast, []), "beside": by_schedule(fast, slow)}
            for _turn in range(options.turns)
        ]
    what = f"{FEEDS} feeds beside a slow source, {usual(turns, 'beside'):.2f} s, to alone"
    return judge(what, ratio(turns, "beside", "alone"), at_most=MOST_OF_ALONE) and holds


def in_turns(feeds: list[int], count: int) -> list[dict[str, float]]:
    with worker(ONE):
        through_queue(feeds)
        return [
            {"directly": seconds(lambda: directly(feeds)), "queue": seconds(lambda: through_queue(feeds))}
            for _turn in range(count)
        ]


def feed(code: str, source: str, name: str):
    from benchmarks.world import PUBLISHED_AT
    from indicators.models import Feed, Indicator, Series, Source

    agency, _ = Source.objects.get_or_create(code=source, defaults={"name": source})
    query = {"indicator": name, "areas": list(AREAS), "from": "1960"}
    if source != "worldbank":
        query.pop("from")
    one = Feed.objects.create(code=code, source=agency, query=query, confirmed_at=PUBLISHED_AT)
    indicator = Indicator.objects.create(code=code, name=code, unit="usd")
    for area in AREAS:
        Series.objects.create(
            indicator=indicator, area=area, source=agency, frequency="annual", feed=one, key=f"{name}:{area}"
        )
    return one


# --- Ways to refresh ----------------------------------------------------------------------------
def directly(feeds: list[int]) -> None:
    from indicators.tasks import run_feed

    for feed_id in feeds:
        run_feed(feed_id, "command")


def through_queue(feeds: list[int]) -> None:
    from indicators.tasks import run_feed

    begun = runs_ended(feeds)
    for feed_id in feeds:
        run_feed.delay(feed_id, "command")
    wait_for(feeds, begun + len(feeds))


def by_schedule(fast: list[int], slow: list[int]) -> float:
    """Seconds until the fast feeds have ended that are due together with the slow ones."""
    from django.utils import timezone

    from indicators.models import Feed
    from indicators.tasks import tick

    later = timezone.now() + timedelta(days=1)
    Feed.objects.update(next_due_at=later, failures=0, breaker_until=None)
    while Feed.objects.filter(claim__isnull=False).exists():
        time.sleep(0.1)
    begun = runs_ended(fast)
    Feed.objects.filter(pk__in=slow).update(next_due_at=timezone.now() - timedelta(hours=1))
    Feed.objects.filter(pk__in=fast).update(next_due_at=timezone.now())
    start = time.perf_counter()
    tick()
    wait_for(fast, begun + len(fast))
    return time.perf_counter() - start


def runs_ended(feeds: list[int]) -> int:
    from indicators.models import Run

    return Run.objects.filter(feed__in=feeds).exclude(verdict="running").count()


def wait_for(feeds: list[int], count: int) -> None:
    while runs_ended(feeds) < count:
        time.sleep(0.05)


@contextlib.contextmanager
def worker(options: list[str]) -> Iterator[None]:
    name = f"{uuid.uuid4().hex[:6]}@{os.environ['BENCHMARK_QUEUE']}"
    quiet = ["--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--hostname", name]
    command = ["celery", "--quiet", "-A", "benchmarks.worker_app", "worker", *quiet, *options]
    process = subprocess.Popen([sys.executable, "-W", "ignore", "-m", *command])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def served(options: Namespace) -> bool:
    """Measure, and leave nothing of the queue behind."""
    try:
        return measure(options)
    finally:
        forget_queue()


def forget_queue(what: str = "*") -> None:
    server = redis.from_url(os.environ["REDIS_URL"])
    for key in server.scan_iter(os.environ["BENCHMARK_QUEUE"] + what):
        server.delete(key)


def serve() -> str:
    """Start the sources beside whoever measures; return their address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Agency)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


if __name__ == "__main__":
    if "BENCHMARK_QUEUE" not in os.environ:
        address = serve()
        os.environ |= {
            "SOURCE_WORLDBANK_URL": address, "SOURCE_IMF_DATAMAPPER_URL": address, "REDIS_URL": REDIS_URL,
            "BENCHMARK_QUEUE": f"benchmark-{uuid.uuid4().hex[:8]}", "LOG_LEVEL": "ERROR",
        }  # fmt: skip
    on_each_database("benchmarks.queueing", served, only="postgresql")
