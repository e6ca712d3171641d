"""`manage.py demo` as a newcomer runs it: real processes, a folder and a database of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path
from urllib.request import Request, urlopen

import psycopg
import pytest
from django.conf import settings

MANAGE = str(Path(settings.BASE_DIR) / "manage.py")


@pytest.fixture(scope="module")
def database_url():
    """A new database where the tests run on PostgreSQL; nothing on SQLite, whose file lies in the folder."""
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        yield None
        return
    name = f"monitor_demo_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        yield server.rpartition("/")[0] + "/" + name
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def environment(tmp_path_factory, database_url) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("DJANGO_SETTINGS_MODULE",)}
    kept["DATA_DIR"] = str(tmp_path_factory.mktemp("demo"))
    return kept | ({"DATABASE_URL": database_url} if database_url else {})


@pytest.fixture(scope="module")
def first(environment) -> subprocess.CompletedProcess:
    """The first run, which ends once everything is there."""
    return manage(environment, "demo", "--no-serve")


def manage(environment, *args, timeout: float = 120) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, MANAGE, *args], env=environment, capture_output=True, text=True, timeout=timeout
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def values(environment) -> list:
    tree = json.loads(manage(environment, "progress", "--json").stdout)
    return [tree["overall"], tree["goals"]]


def get(url: str, **headers) -> tuple[int, str]:
    with urlopen(Request(url, headers=headers), timeout=60) as response:
        return response.status, response.read().decode()


def test_one_command_prepares_everything(first):
    assert first.returncode == 0, first.stderr
    assert "Refreshing the packaged figures through Celery" in first.stdout
    assert "Goal 3: Intraregional and global trade" in first.stdout
    assert "admin@sample.example" in first.stdout
    assert "sample-frontera-norte@sample.example" in first.stdout
    assert "steward@sample.example" in first.stdout
    assert "Letting the sample organizations report" in first.stdout


def test_a_second_run_changes_no_value_and_serves_until_it_is_interrupted(environment, first):
    before, port = values(environment), free_port()
    demo = subprocess.Popen(
        [sys.executable, MANAGE, "demo", "--port", str(port)], env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        printed = read_until(demo, "Ctrl-C ends it.")
        assert f"http://127.0.0.1:{port}/" in printed
        status, page = get(f"http://127.0.0.1:{port}/en/")
        assert status == 200
        assert "North America" in page
        assert f'<link rel="canonical" href="http://127.0.0.1:{port}/en/">' in page
        children = children_of(demo.pid)
        assert len(children) >= 2

        demo.send_signal(signal.SIGINT)

        assert demo.wait(timeout=40) == 0
        assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
    finally:
        demo.kill()
    assert values(environment) == before


def read_until(process: subprocess.Popen, end: str) -> str:
    assert process.stdout is not None
    printed, until = "", time.monotonic() + 120
    while end not in printed and time.monotonic() < until:
        line = process.stdout.readline()
        assert line, printed
        printed += line
    return printed


def children_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_a_taken_port_is_refused_in_one_sentence(environment):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]

        refused = manage(environment, "demo", "--port", str(port))

    assert refused.returncode == 1
    assert refused.stderr.strip().splitlines() == [
        f"CommandError: Port {port} cannot be used (Address already in use): end what runs there, "
        "or choose another, e.g. make demo PORT=8001."
    ]


def test_a_site_that_answers_others_gets_no_demo(environment):
    public = environment | {"ALLOWED_HOSTS": "progress.example.org", "SECRET_KEY": "0123456789abcdef" * 5}

    refused = manage(public, "demo", "--no-serve")

    assert refused.returncode == 1
    assert "unset ALLOWED_HOSTS" in refused.stderr


def test_a_folder_that_cannot_be_written_stops_the_start_in_one_sentence(environment, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")

    refused = manage(environment | {"DATA_DIR": str(blocked / "var")}, "check")

    assert refused.returncode == 1
    assert refused.stderr.startswith("Cannot start: ")
    assert "Traceback" not in refused.stderr
