"""What the benchmarks share: a database that is thrown away, contestants that take turns, and the verdict.

Each benchmark starts itself once for each database, since the settings are read once in a process.
"""

import argparse
import gc
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

import psycopg

SERVER = os.environ.get("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
SIZES = [10_000, 100_000, 1_000_000]
Contestant = Callable[[], object]


# --- Where it runs ------------------------------------------------------------------------------
def on_each_database(module: str, measure: Callable[[argparse.Namespace], bool], only: str = "") -> None:
    """Run `measure` on SQLite and, where one answers, on PostgreSQL; exit with 1 unless all promises hold."""
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # so that the database goes as well
    if options.database:
        with throwaway(options.database):
            sys.exit(0 if measure(options) else 1)
    names = [name for name in databases() if only in ("", name)]
    sys.exit(max((child(module, name) for name in names), default=0))


def child(module: str, database: str) -> int:
    """Measure in a process of its own, which has time to clean up when this one is ended."""
    process = subprocess.Popen([sys.executable, "-m", module, *sys.argv[1:], "--database", database])
    try:
        return process.wait()
    finally:
        process.terminate()
        process.wait()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", default=",".join(map(str, SIZES)), help="how many, set apart by commas")
    parser.add_argument("--turns", type=int, default=3, help="how often each contestant has its turn")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], help="only this one")
    options = parser.parse_args()
    options.rows = [int(number) for number in options.rows.split(",")]
    return options


def databases() -> list[str]:
    try:
        psycopg.connect(SERVER, connect_timeout=3).close()
    except psycopg.Error as error:
        print(f"SKIPPED PostgreSQL: {str(error).splitlines()[0]}")
        return ["sqlite"]
    return ["postgresql", "sqlite"]


@contextmanager
def throwaway(name: str) -> Iterator[None]:
    """Set Django up on an empty database of that kind, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        os.environ |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "northamerica.settings"}
        if name == "sqlite":
            os.environ["DATABASE_URL"] = f"sqlite:///{folder}/benchmark.sqlite3"
            migrate()
            yield
            return
        database = f"benchmark_{uuid.uuid4().hex[:8]}"
        os.environ["DATABASE_URL"] = SERVER.rpartition("/")[0] + "/" + database
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {database}")
            try:
                migrate()
                yield
            finally:
                server.execute(f"DROP DATABASE {database} WITH (FORCE)")


def migrate() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


# --- Taking turns -------------------------------------------------------------------------------
def seconds(contestant: Contestant) -> float:
    """How long one turn takes, without what the collector of garbage would find of earlier ones."""
    gc.collect()
    gc.freeze()
    start = time.perf_counter()
    contestant()
    return time.perf_counter() - start


def ratio(turns: list[dict[str, float]], one: str, other: str) -> float:
    """The median of how often the second goes into the first, turn by turn, as the machine's mood changes."""
    return median(turn[one] / turn[other] for turn in turns)


def usual(turns: list[dict[str, float]], name: str) -> float:
    return median(turn[name] for turn in turns)


def judge(what: str, reached: float, at_least: float = 0, at_most: float = float("inf")) -> bool:
    """Print a ratio beside its promise, if it has one; whether it holds."""
    holds = at_least <= reached <= at_most
    limit = f"at least {at_least}" if at_least else f"at most {at_most}" if at_most < float("inf") else ""
    print(f"{what:64} {reached:6.2f}  {limit}{'' if holds else ', MISSED'}", flush=True)
    return holds
