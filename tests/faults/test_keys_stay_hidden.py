"""R29, R33: one door leads out, and the keys of sources appear in no log, run, payload or exception."""

import ast
import gzip
import json
import logging
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings as project
from django.db import connection
from django.utils import timezone

from indicators import asking, refresh
from indicators.models import Feed, Indicator, Series, Source
from indicators.sources import Rate, SourceError, http
from indicators.sources.registry import connector
from tests.faults.conftest import FaultyServer

pytestmark = pytest.mark.django_db

MARKER = "Marked0Key0Marked0Key0Marked0Key"
LIMITS = http.Limits(connect_seconds=0.5, silence_seconds=0.3, total_seconds=0.4)
HEAD = b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
QUERIES: dict[str, dict] = {
    "fred": {"series": ["MANEMP"]},
    "bls": {"series": ["CES3000000001"], "from": "2020"},
    "inegi": {"indicators": ["910392"]},
    "census": {"flow": "exports", "dataset": "hs", "values": ["ALL_VAL_MO"], "from": "2024-01"},
    "bts": {"border": "US-Mexico Border", "measures": ["Trucks"], "from": "2024-01"},
    "comtrade": {"reporters": ["842"], "partners": ["484"], "flows": ["M"], "from": "2023"},
}


# --- Ways to fail, each telling all it was asked -----------------------------------------------------
def echo(status: bytes, content_type: bytes = b"application/json") -> Callable[[FaultyServer], None]:
    """Answer with everything the request held, as careless error pages do."""

    def fault(server: FaultyServer) -> None:
        def script(connection, number: int) -> None:
            asked = server.requests[number - 1]
            body = asked if b"html" in content_type else json.dumps({"error": asked.decode()}).encode()
            connection.sendall(HEAD % (status, content_type, len(body)) + body)

        server.script = script

    return fault


def echo_in_headers(server: FaultyServer) -> None:
    named = f"text/html; {MARKER}".encode()
    server.sends(HEAD % (b"200 OK", named, 2) + b"{}")


def redirect(server: FaultyServer) -> None:
    server.gives(b"", "302 Found", Location=f"http://127.0.0.1:9/?api_key={MARKER}")


def redirect_in_a_circle(server: FaultyServer) -> None:
    server.gives(b"", "302 Found", Location=f"/base?api_key={MARKER}")


def broken_redirect(server: FaultyServer) -> None:
    server.gives(b"", "302 Found", Location=f"http://[{MARKER}")


def closed(server: FaultyServer) -> None:
    server.close()


def silence(server: FaultyServer) -> None:
    server.drips(b"HTTP/1.1 200 OK\r\n", 0.1)


FAULTS: dict[str, Callable[[FaultyServer], None]] = {
    "closed": closed,
    "silence": silence,
    "nothing": lambda server: server.sends(b""),
    "no http": lambda server: server.sends(MARKER.encode() + b"\r\n\r\n"),
    "cut": lambda server: server.sends(HEAD % (b"200 OK", b"application/json", 500) + b"[{"),
    "page": echo(b"200 OK", b"text/html"),
    "200": echo(b"200 OK"),
    "400": echo(b"400 Bad Request"),
    "403": echo(b"403 Forbidden"),
    "404": echo(b"404 Not Found"),
    "429": echo(b"429 Too Many Requests"),
    "500": echo(b"500 Internal Server Error", b"text/html"),
    "headers": echo_in_headers,
    "redirect": redirect,
    "circle": redirect_in_a_circle,
    "broken redirect": broken_redirect,
}


@pytest.fixture
def keyed(settings, tmp_path, monkeypatch, server):
    """Every source that takes a key has the marked one, and answers from this machine."""
    settings.PAYLOAD_DIR = tmp_path
    settings.SOURCE_KEYS = dict.fromkeys(settings.KEY_VARIABLES, MARKER)
    settings.SOURCE_URLS = dict.fromkeys(QUERIES, server.url)

    def door(code: str, module) -> http.Door:
        follows = getattr(module, "FOLLOWS_REDIRECTS", True)
        return http.Door(settings.SOURCE_URLS[code], LIMITS, follows)

    monkeypatch.setattr(asking, "door", door)
    for code in QUERIES:
        monkeypatch.setattr(connector(code), "RATE", Rate(requests=10_000, seconds=1))


def make_feed(code: str) -> Feed:
    source, _ = Source.objects.get_or_create(code=code, defaults={"name": code})
    feed = Feed(code=f"keyed-{code}", source=source, query=QUERIES[code])
    feed.confirmed_at = timezone.now()
    feed.save()
    indicator = Indicator.objects.create(code=f"keyed-{code}", name=code, unit="percent")
    Series.objects.create(
        indicator=indicator, area="MEX", source=source, frequency="monthly", feed=feed, key="anything"
    )
    return feed


def stored() -> str:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        tables = [model._meta.db_table for model in apps.get_app_config("indicators").get_models()]
        return "".join(str(rows(cursor, table)) for table in tables)


def rows(cursor, table: str) -> list[tuple]:
    cursor.execute(f"SELECT * FROM {table} ORDER BY id DESC LIMIT 50")
    return cursor.fetchall()


def kept(folder: Path) -> bytes:
    return b"".join(gzip.decompress(file.read_bytes()) for file in folder.rglob("*.gz"))


def arrives(text: str, server: FaultyServer) -> bool:
    """Whether a request has it; on a busy machine the run may give up before the server has looked."""
    until = time.monotonic() + 5
    while text.encode() not in b"".join(server.requests) and time.monotonic() < until:
        time.sleep(0.02)
    return text.encode() in b"".join(server.requests)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("code", QUERIES)
def test_a_key_is_sent_and_shown_nowhere(keyed, server, tmp_path, caplog, code, fault):
    caplog.set_level(logging.DEBUG)
    FAULTS[fault](server)

    run = refresh.run(make_feed(code).pk, "schedule")

    assert run.verdict in ("retrying", "failed")
    assert fault == "closed" or arrives(MARKER, server)
    assert MARKER.casefold() not in (caplog.text + stored() + run.reason + run.address).casefold()
    assert MARKER.encode() not in kept(tmp_path)


@pytest.mark.parametrize("fault", ["closed", "silence", "cut", "no http", "redirect", "circle"])
@pytest.mark.parametrize("code", QUERIES)
def test_a_key_is_in_no_exception(keyed, server, code, fault):
    FAULTS[fault](server)
    feed = make_feed(code)

    with pytest.raises(SourceError) as caught:
        for reading in asking.readings(feed, timezone.now().date()):
            reading.rows()

    shown = "".join(traceback.format_exception(caught.value))
    assert MARKER not in shown + repr(caught.value)


def test_every_source_with_a_key_is_tried_here():
    modules = [connector(code) for code in project.AGENCIES]
    variables = {module.KEY_VARIABLE for module in modules} - {None}

    assert variables == set(project.KEY_VARIABLES) == {connector(code).KEY_VARIABLE for code in QUERIES}


def test_a_key_is_never_mistaken_for_data():
    """A key of a few letters stands in many a text by chance, so nothing is blotted out for it."""
    answer = asking.Answer(b'{"a": 1}', "text/csv", headers={"content-type": "text/csv"})

    assert asking.cleaned(answer, "a") == answer
    assert asking.cleaned(answer, "") == answer


# --- One door (R29) -----------------------------------------------------------------------------------
DOOR = {"indicators/sources/http.py", "indicators/sources/connections.py"}
PORT_PROBE = "northamerica/management/commands/demo.py"
"""Looks on this machine alone whether the demo's port is free and answers."""
MAILERS = {"workspace/account_mail.py", "stakeholders/sending.py"}
ONLY_AN_ERROR = {"smtplib", "smtplib.SMTPException"}
"""What a mail server's refusal is called; the connection is Django's mail backend's."""
OUTWARD = {
    "httpx", "httpcore", "requests", "urllib.request", "urllib3", "http.client", "socket", "ssl", "aiohttp",
    "ftplib", "smtplib", "telnetlib", "xmlrpc", "asyncio", "websockets", "socketserver", "pycurl",
}  # fmt: skip


def imported(path: Path) -> set[str]:
    """Every module a file imports, by any way of writing it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_no_other_module_can_open_a_connection():
    root = Path(project.BASE_DIR)
    rooms = ["northamerica", "public", "workspace", "goals", "indicators", "stakeholders"]
    files = [path for room in rooms for path in (root / room).rglob("*.py")]
    outward = {
        str(path.relative_to(root)): names
        for path in files
        if (names := {name for name in imported(path) if name in OUTWARD or name.split(".")[0] in OUTWARD})
    }

    mailers = [file for file, names in outward.items() if names == ONLY_AN_ERROR]
    assert {file: outward.pop(file) for file in mailers}.keys() == MAILERS
    assert len(files) > 80
    assert outward.pop(PORT_PROBE) == {"socket"}
    assert set(outward) == DOOR
