"""A local source that misbehaves over real sockets."""

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.db import connection

from indicators import asking, refresh
from indicators.models import Feed, Run
from indicators.sources import Rate, http, worldbank
from tests.faults.agency import answer, make_feed


class FaultyServer:
    """Answers each connection with what `script(connection, number)` does."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/base"
        self.requests: list[bytes] = []
        self.script: Callable[[socket.socket, int], None] = lambda connection, number: None
        self.is_open = True
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while self.is_open:
            with contextlib.suppress(OSError):
                connection, _address = self.listener.accept()
                threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    def answer(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(10)
            self.requests.append(whole_request(connection))
            self.script(connection, len(self.requests))

    def close(self) -> None:
        self.is_open = False
        # Closing alone leaves the thread in accept, on a descriptor that the next server may get.
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    # --- Scripts -----------------------------------------------------------------------------------
    def gives(self, body: bytes = b"[]", status: str = "200 OK", **headers: str) -> None:
        """Answer every request with this response."""
        fields = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        fields |= {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        whole = f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body
        self.script = lambda connection, number: connection.sendall(whole)

    def drips(self, whole: bytes, seconds: float) -> None:
        def script(connection: socket.socket, number: int) -> None:
            for position in range(len(whole)):
                connection.sendall(whole[position : position + 1])
                time.sleep(seconds)

        self.script = script

    def sends(self, part: bytes) -> None:
        """Send these bytes and close, whatever is still owed."""
        self.script = lambda connection, number: connection.sendall(part)


def whole_request(connection: socket.socket) -> bytes:
    """What is asked, with the body that a POST sends after its head."""
    received = connection.recv(65536)
    announced = re.search(rb"(?i)content-length: (\d+)", received)
    while announced and len(received.partition(b"\r\n\r\n")[2]) < int(announced[1]):
        more = connection.recv(65536)
        if not more:
            break
        received += more
    return received


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    faulty = FaultyServer()
    yield faulty
    faulty.close()


# --- A published feed -----------------------------------------------------------------------------
IMPATIENT = http.Limits(connect_seconds=0.5, silence_seconds=0.4, total_seconds=0.5)


@dataclass
class Agency:
    """A published feed of 24 values, and the server it is read from."""

    server: FaultyServer
    feed: Feed
    address: str
    limits: http.Limits = IMPATIENT

    def run(self) -> Run:
        self.feed.refresh_from_db()
        run = refresh.run(self.feed.pk, Run.Trigger.COMMAND)  # at once, whenever it is due
        self.feed.refresh_from_db()
        return run

    def gives(self, body: bytes | str, status: str = "200 OK", **headers: str) -> None:
        self.server.gives(body.encode() if isinstance(body, str) else body, status, **headers)


@pytest.fixture
def agency(server, settings, tmp_path, monkeypatch) -> Iterator[Agency]:
    settings.PAYLOAD_DIR = tmp_path
    monkeypatch.setattr(worldbank, "RATE", Rate(requests=10_000, seconds=1))
    agency = Agency(server, make_feed(), server.url)
    monkeypatch.setattr(asking, "door", lambda code, module: http.Door(agency.address, agency.limits))
    agency.gives(answer())
    first = agency.run()
    assert first.new_count == 24, first.reason
    return agency


def fingerprint() -> list[tuple]:
    """Every published value with its history, as the database holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM indicators_observation ORDER BY id")
        return cursor.fetchall()
