"""R3, R8, R30: a refresh asked for through the API is queued once, by those who may, and never in silence."""

import threading
import time

import pytest
from django.db import connection
from django.test import Client
from kombu.exceptions import OperationalError

from indicators import queueing, refresh, tasks
from indicators.models import Feed, Run, Source
from stakeholders.models import User
from tests.faults.agency import answer, make_feed
from tests.faults.conftest import FaultyServer

TRIGGERS = ("button", "schedule", "command", "api")
ADDRESS = "/api/v1/feeds/published-figures/refresh/"


def problem(response) -> tuple[int, str]:
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "no-store"
    return response.status_code, response.json()["code"]


def person(**fields) -> Client:
    client = Client()
    client.force_login(User.objects.create_user(email=f"{len(fields)}@example.org", password=None, **fields))
    return client


@pytest.fixture
def administrator(db) -> Client:
    return person(is_superuser=True, is_staff=True)


@pytest.fixture
def queued(monkeypatch) -> list:
    """What was handed to the broker."""
    sent: list = []
    monkeypatch.setattr(queueing.current_app, "send_task", lambda *task, **options: sent.append(task))
    return sent


def test_an_administrator_has_a_feed_refreshed(administrator, queued):
    response = administrator.post(ADDRESS)

    assert (response.status_code, response["Cache-Control"]) == (202, "no-store")
    assert response.json() == {"feed": "published-figures", "detail": "Queued for refresh."}
    pk = Feed.objects.get(code="published-figures").pk
    assert queued == [("indicators.tasks.run_feed", (pk, "api"))]


def test_a_feed_at_work_is_not_queued_again(administrator, queued, settings):
    feed, _claim = refresh.claim_feed(Feed.objects.get(code="published-figures").pk)

    response = administrator.post(ADDRESS)

    assert problem(response) == (409, "already_running")
    began = f"{feed.lease_until - settings.REFRESH_LEASE:%H:%M}"
    told = f"A refresh of published-figures is already running since {began} UTC."
    assert response.json()["detail"] == told
    assert queued == []


def test_a_feed_whose_values_are_handed_in_is_refused_with_what_to_do(administrator, queued):
    owner = Source.objects.get_or_create(code="oica", defaults={"name": "OICA"})[0]
    feed = Feed.objects.create(code="handed-in", source=owner)

    response = administrator.post("/api/v1/feeds/handed-in/refresh/")

    assert problem(response) == (409, "needs_file")
    told = "The values of handed-in are handed in as files: upload one on the page of the feed."
    assert response.json()["detail"] == told
    assert (queued, feed.runs.count()) == ([], 0)


def test_a_broker_that_is_down_is_said_at_once(administrator, monkeypatch):
    """R8"""

    def down(*args, **options):
        raise OperationalError("nobody there")

    monkeypatch.setattr(queueing.current_app, "send_task", down)

    response = administrator.post(ADDRESS)

    assert problem(response) == (503, "not_queued")
    assert response.json()["detail"] == "Refresh could not be queued; it will run on schedule."


@pytest.mark.parametrize("fields", [None, {}, {"is_staff": True}])
def test_others_may_not(db, queued, fields):
    client = Client() if fields is None else person(**fields)

    status, code = problem(client.post(ADDRESS))

    assert (status, code) == (403, "not_authenticated" if fields is None else "permission_denied")
    assert problem(client.post("/api/v1/feeds/nowhere/refresh/"))[0] == 403
    assert queued == []


def test_a_session_needs_its_token_against_forgery(administrator, queued):
    """R30"""
    forged = Client(enforce_csrf_checks=True)
    forged.cookies = administrator.cookies

    assert problem(forged.post(ADDRESS)) == (403, "permission_denied")
    assert queued == []

    forged.cookies["csrftoken"] = "a" * 32
    assert forged.post(ADDRESS, headers={"X-CSRFToken": "a" * 32}).status_code == 202


@pytest.mark.parametrize(
    ("method", "path", "sent", "expected"),
    [
        ("get", ADDRESS, {}, (405, "method_not_allowed")),
        ("put", ADDRESS, {}, (405, "method_not_allowed")),
        ("post", "/api/v1/feeds/nowhere/refresh/", {}, (404, "not_found")),
        ("post", f"{ADDRESS}?force=1", {}, (400, "unknown_parameter")),
        ("post", ADDRESS, {"data": '{"force": 1}', "content_type": "application/json"}, (400, "invalid")),
        ("post", ADDRESS, {"data": "{}", "content_type": "text/plain"}, (415, "unsupported_media_type")),
        ("post", ADDRESS, {"data": "{", "content_type": "application/json"}, (400, "parse_error")),
        ("post", "/api/v1/goals/", {}, (405, "method_not_allowed")),
    ],
)
def test_anything_else_is_refused_in_words(administrator, queued, method, path, sent, expected):
    """R24, R25, R30"""
    response = getattr(administrator, method)(path, **sent)

    assert problem(response) == expected
    if expected[0] == 405:
        assert response["Allow"] == ("OPTIONS, POST" if path == ADDRESS else "GET, HEAD, OPTIONS")
    assert queued == []


@pytest.mark.django_db(transaction=True)
def test_button_schedule_command_and_api_at_once(loaded, settings, tmp_path, monkeypatch, caplog):
    """R3: one works and all others are told since when."""
    server, is_open = FaultyServer(), threading.Event()
    settings.SOURCE_URLS, settings.PAYLOAD_DIR = {"worldbank": server.url}, tmp_path
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"

    def slow(connection, number: int) -> None:
        is_open.wait(20)
        connection.sendall(head % len(answer()) + answer())

    server.script = slow
    feed = make_feed("at-once")
    told: list[str] = []
    start = threading.Barrier(4)

    def asks(trigger: str) -> None:
        start.wait()
        try:
            refresh.run(feed.pk, trigger)
        except refresh.AlreadyRunning as reason:
            told.append(str(reason))
        finally:
            connection.close()

    threads = [threading.Thread(target=asks, args=(trigger,)) for trigger in TRIGGERS]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 20
    while len(told) < 3 and time.monotonic() < until:
        time.sleep(0.05)

    admin = person(is_superuser=True, is_staff=True)
    queued: list = []
    monkeypatch.setattr(queueing.current_app, "send_task", lambda *task, **options: queued.append(task))
    by_api = admin.post("/api/v1/feeds/at-once/refresh/")
    chosen = {"action": "refresh_now", "_selected_action": [feed.pk]}
    by_button = admin.post("/admin/indicators/feed/", chosen, follow=True)
    with caplog.at_level("INFO"):
        tasks.run_feed(feed.pk)
    assert queued == []
    is_open.set()
    for thread in threads:
        thread.join()

    feed.refresh_from_db()
    began = f"{feed.runs.get().started_at:%H:%M}"
    sentence = f"A refresh of at-once is already running since {began} UTC."
    assert told == [sentence] * 3
    assert (by_api.status_code, by_api.json()["detail"]) == (409, sentence)
    assert sentence in by_button.content.decode()
    assert sentence in caplog.text
    assert feed.runs.get().verdict == Run.Verdict.PUBLISHED
    assert len(server.requests) == 1
    server.close()
