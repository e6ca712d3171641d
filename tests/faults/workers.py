"""Real workers and schedulers on the test database, with a queue of their own, to be killed."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import redis
from celery import Celery
from django.conf import settings
from django.db import connection

THREADS = ["celery", "-A", "tests.faults.worker_app", "worker", "--pool", "threads", "--loglevel", "INFO"]


def database_url() -> str:
    """The address of the database the tests run on."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + name


class Workers:
    """The processes of one test; `data` is their folder."""

    def __init__(self, data: Path, source_url: str, lease: int) -> None:
        self.data, self.queue = data, f"kills-{uuid.uuid4().hex[:8]}"
        self.processes: list[subprocess.Popen] = []
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "northamerica.settings",
            "DATABASE_URL": database_url(),
            "DATA_DIR": str(data),
            "SOURCE_WORLDBANK_URL": source_url,
            "REFRESH_LEASE": str(lease),
            "LOG_LEVEL": "INFO",
            "TEST_QUEUE": self.queue,
        }
        self.client = Celery("tests", set_as_current=False)
        self.client.conf.update(self.broker())

    def broker(self) -> dict:
        if settings.REDIS_URL:
            options = {"global_keyprefix": self.queue}
            return {"broker_url": settings.REDIS_URL, "broker_transport_options": options}
        queue = self.data / "queue"
        for folder in ("messages", "control", "results"):
            (queue / folder).mkdir(parents=True)
        folders = {"data_folder_in": str(queue / "messages"), "data_folder_out": str(queue / "messages")}
        folders["control_folder"] = str(queue / "control")
        return {"broker_url": "filesystem://localhost//", "broker_transport_options": folders}

    def send(self, feed_id: int, trigger: str = "schedule") -> None:
        task = "indicators.tasks.run_feed"
        self.client.send_task(task, (feed_id, trigger), queue=self.queue, ignore_result=True)

    def empty_broker(self) -> None:
        """Forget every message that waits."""
        if settings.REDIS_URL:
            redis.from_url(settings.REDIS_URL).delete(self.queue + self.queue)
        for message in (self.data / "queue" / "messages").glob("*"):
            message.unlink(missing_ok=True)

    def start(self, *command: str) -> subprocess.Popen:
        with (self.data / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command], env=self.environment, cwd=settings.BASE_DIR, stdout=log,
                stderr=log, start_new_session=True,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def crew(self, *roles: str) -> subprocess.Popen:
        """Workers with one task at a time, and schedulers, each replaced when it dies."""
        return self.start("tests.faults.crew", *roles)

    def threads(self, number: int) -> subprocess.Popen:
        """One worker with many tasks at a time."""
        return self.start(*THREADS, "--concurrency", str(number), "--hostname", f"threads@{self.queue}")

    def log(self) -> str:
        return (self.data / "log").read_text()

    def end(self) -> None:
        for process in self.processes:
            kill_all(process)
        if settings.REDIS_URL:
            server = redis.from_url(settings.REDIS_URL)
            for key in server.scan_iter(f"{self.queue}*"):
                server.delete(key)


def kill_all(process: subprocess.Popen) -> None:
    """SIGKILL a process and its children at once."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def children(process: subprocess.Popen) -> list[int]:
    with contextlib.suppress(OSError):
        found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        return [int(pid) for pid in found.split()]
    return []


def wait_until(is_so: Callable[[], bool], seconds: float, why: Callable[[], str]) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, why()
        time.sleep(0.1)
