"""`manage.py demo`: the whole monitor on this machine, from an empty folder to a served site."""

import contextlib
import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

from celery.result import AsyncResult
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from goals import sample_work, samples
from goals.tasks import reconcile
from indicators.models import Feed
from indicators.tasks import tick

HOST = "127.0.0.1"
LONGEST_STEP_SECONDS = 300
WORKER = ["celery", "-A", "northamerica", "worker", "--beat", "--pool", "threads", "--concurrency", "4"]
WORKER += ["--loglevel", "ERROR", "--without-gossip", "--without-mingle"]


class Command(BaseCommand):
    help = "Prepare the database, load goals, figures and samples, refresh, judge and serve until Ctrl-C."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-serve", action="store_true", help="stop after printing the summary")

    def handle(self, *args, port: int, no_serve: bool, **options) -> None:
        self.started = time.monotonic()
        if not settings.IS_LOCAL_ONLY:
            raise CommandError("The demo loads sample organizations: unset ALLOWED_HOSTS to run it here.")
        if not no_serve:
            refuse_taken_port(port)
        for ending in (signal.SIGINT, signal.SIGTERM):  # also where a script started it with SIGINT ignored
            signal.signal(ending, signal.default_int_handler)
        with contextlib.suppress(KeyboardInterrupt), contextlib.ExitStack() as processes:
            self.prepare()
            # Mails name the address the site is served at; what the environment says goes first.
            os.environ.setdefault("SITE_URL", f"http://{HOST}:{port}")
            worker = processes.enter_context(running("worker", WORKER))
            self.refresh(worker)
            web = None if no_serve else processes.enter_context(running("web server", web_command(port)))
            self.summarize(port, web)
            if web:
                watch(worker, web)
        self.stdout.write("Stopped." if not no_serve else "Done.")

    def prepare(self) -> None:
        with self.step("Preparing the database"):
            call_command("migrate", verbosity=0)
        with self.step("Loading goals, indicators, targets and sample organizations"):
            call_command("load_catalogue", stdout=io.StringIO())
            samples.load(timezone.now().date())
        with self.step("Collecting style sheets and fonts"):
            call_command("collectstatic", interactive=False, verbosity=0)

    def refresh(self, worker: "Process") -> None:
        with self.step("Refreshing the packaged figures through Celery"):
            begun = timezone.now()
            Feed.objects.filter(is_active=True).update(next_due_at=begun)
            wait_for(tick.delay(), worker)
            wait_until_refreshed(begun, worker)
        with self.step("Judging, rolling up and drawing charts in three languages"):
            wait_for(reconcile.delay(), worker)
        with self.step("Letting the sample organizations report, wait and be asked"):
            sample_work.load(timezone.now().date())

    @contextlib.contextmanager
    def step(self, text: str) -> Iterator[None]:
        self.stdout.write(f"{text} ...", ending=" ")
        self.stdout.flush()
        begun = time.monotonic()
        yield
        self.stdout.write(f"{time.monotonic() - begun:.1f} s")

    def summarize(self, port: int, web: "Process | None") -> None:
        if web:
            wait_for_port(port, web)
        self.stdout.write("")
        call_command("progress", stdout=self.stdout)
        self.stdout.write(f"\nReady after {time.monotonic() - self.started:.1f} s.")
        if web:
            address = f"http://{HOST}:{port}"
            self.stdout.write(f"  Public pages   {address}/")
            self.stdout.write(f"  Workspace      {address}/en/my/")
            self.stdout.write(f"  API            {address}/api/v1/docs/")
            self.stdout.write(f"  Administration {address}/admin/")
        self.stdout.write(f"Sample sign-ins (this machine only), all with the password {samples.PASSWORD}:")
        self.stdout.write(f"  {samples.OFFICER}   owner of an organization")
        self.stdout.write(f"  {sample_work.STEWARD}   steward of the Project")
        self.stdout.write(f"  {samples.ADMINISTRATOR}   administrator")
        if web:
            self.stdout.write("Ctrl-C ends it.")
        self.stdout.flush()


class Process:
    """A process of the demo that must live as long as it is needed."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name = name
        self.log = settings.DATA_DIR / f"{name.replace(' ', '-')}.log"
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C reaches this command alone, which then ends the others in order.
            self.popen = subprocess.Popen(  # noqa: S603 - our own command line
                [sys.executable, "-m", *command], stdout=log, stderr=log, start_new_session=True
            )

    def refuse_if_gone(self) -> None:
        if self.popen.poll() is not None:
            raise CommandError(f"The {self.name} ended by itself; {self.log} says why.")

    def stop(self) -> None:
        self.popen.terminate()
        try:
            self.popen.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()


@contextlib.contextmanager
def running(name: str, command: list[str]) -> Iterator[Process]:
    process = Process(name, command)
    try:
        yield process
    finally:
        process.stop()


def web_command(port: int) -> list[str]:
    bind = ["--bind", f"{HOST}:{port}", "--workers", "2", "--threads", "4", "--log-level", "warning"]
    return ["gunicorn", "northamerica.wsgi", *bind, "--graceful-timeout", "10"]


def refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be used ({error.strerror}): end what runs there, "
                "or choose another, e.g. make demo PORT=8001."
            ) from error


def wait_for(result: AsyncResult, worker: Process) -> None:
    """Wait for a task's result as long as the worker lives."""
    until = time.monotonic() + LONGEST_STEP_SECONDS
    while time.monotonic() < until:
        worker.refuse_if_gone()
        if result.failed():
            raise CommandError(f"A step failed: {result.result}. {worker.log} says more.")
        if result.successful():
            return
        time.sleep(0.05)
    raise CommandError(f"The worker did not finish a step within {LONGEST_STEP_SECONDS} s.")


def wait_until_refreshed(begun, worker: Process) -> None:
    """Wait until every feed was refreshed; one that failed ends the demo with its reason."""
    until = time.monotonic() + LONGEST_STEP_SECONDS
    while Feed.objects.filter(is_active=True).exclude(last_success_at__gte=begun).exists():
        worker.refuse_if_gone()
        for feed in Feed.objects.filter(last_run_at__gte=begun).exclude(last_success_at__gte=begun):
            raise CommandError(f"{feed}: {feed.runs.latest('started_at').reason}")
        if time.monotonic() > until:
            raise CommandError(f"The refresh did not end within {LONGEST_STEP_SECONDS} s.")
        time.sleep(0.05)


def wait_for_port(port: int, web: Process) -> None:
    while True:
        web.refuse_if_gone()
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.05)


def watch(*processes: Process) -> None:
    """Stay until Ctrl-C, or until a process ends by itself."""
    while True:
        for process in processes:
            process.refuse_if_gone()
        time.sleep(0.5)
