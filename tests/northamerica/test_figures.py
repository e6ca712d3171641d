"""Figures on a closed address: ages, verdicts, what waits, failed sign-ins and the queue (R34)."""

from datetime import timedelta

import pytest
from celery import current_app
from django.utils import timezone

from goals.models import SubGoal, Update
from indicators.models import Feed, HeldBatch, Run
from workspace.models import SignInFailures

TOKEN = "a-token-of-more-than-twenty-characters"
CLOSED_PORT = "redis://127.0.0.1:9/0"

pytestmark = pytest.mark.django_db


@pytest.fixture
def feed() -> Feed:
    """The only active feed; it succeeded two hours ago, is to be read hourly and is due since 30 minutes."""
    now = timezone.now()
    Feed.objects.update(is_active=False)
    Feed.objects.filter(code="published-figures").update(
        is_active=True, interval=timedelta(hours=1), last_success_at=now - timedelta(hours=2),
        next_due_at=now - timedelta(minutes=30),
    )  # fmt: skip
    return Feed.objects.get(code="published-figures")


@pytest.fixture
def figures(client):
    """Asks from this machine and returns the numbers by name and labels."""

    def asked() -> dict[str, float]:
        text = client.get("/figures").content.decode()
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}

    return asked


def test_the_age_of_each_active_feed_stands_beside_its_rhythm(figures, feed):
    found, labels = figures(), '{feed="published-figures",source="published-figures"}'

    assert found[f"monitor_feed_age_seconds{labels}"] == pytest.approx(7200, abs=60)
    assert found[f"monitor_feed_interval_seconds{labels}"] == 3600
    assert len([name for name in found if name.startswith("monitor_feed_age_seconds")]) == 1


def test_a_feed_that_never_succeeded_is_endlessly_old(figures, feed):
    Feed.objects.filter(pk=feed.pk).update(last_success_at=None)

    assert float("inf") in figures().values()


def test_runs_of_the_last_day_are_counted_by_verdict(figures, feed):
    Run.objects.update(started_at=timezone.now() - timedelta(hours=25))
    for verdict in ("failed", "failed", "held"):
        Run.objects.create(feed=feed, trigger="schedule", verdict=verdict)

    found = figures()

    verdicts = {
        verdict.value: found[f'monitor_runs_last_day{{verdict="{verdict}"}}'] for verdict in Run.Verdict
    }
    assert verdicts == {"running": 0, "published": 0, "unchanged": 0, "retrying": 0, "failed": 2, "held": 1}


def test_held_batches_open_breakers_and_the_wait_of_what_is_due_are_told(figures, feed):
    run = Run.objects.create(feed=feed, trigger="schedule", verdict="held")
    HeldBatch.objects.create(run=run, rows=[], doubts=["Odd."])
    assert figures()["monitor_queue_age_seconds"] == pytest.approx(1800, abs=60)

    Feed.objects.filter(pk=feed.pk).update(breaker_until=timezone.now() + timedelta(hours=1))
    found = figures()
    assert (found["monitor_held_batches"], found["monitor_feeds_with_open_breaker"]) == (1, 1)
    assert found["monitor_queue_age_seconds"] == 0


def test_what_waits_for_a_steward_is_counted_by_kind(figures):
    SubGoal.objects.update(state="published")
    Update.objects.filter(state="submitted").update(state="published")
    reported, other = SubGoal.objects.filter(updates__isnull=False).distinct()[:2]
    SubGoal.objects.filter(pk=other.pk).update(state="submitted")
    Update.objects.filter(pk=reported.updates.first().pk).update(state="submitted")

    found = figures()

    kinds = ("update", "sub_goal")
    assert [found[f'monitor_awaiting_review{{kind="{kind}"}}'] for kind in kinds] == [1, 1]


def test_failed_sign_ins_of_today_and_yesterday_are_counted(figures):
    today = timezone.now().date()
    for days, count in ((0, 3), (1, 4), (2, 50)):
        SignInFailures.objects.create(day=today - timedelta(days=days), count=count)

    assert figures()["monitor_failed_sign_ins"] == 7


def test_without_a_broker_everything_else_is_still_told(figures, feed, monkeypatch):
    assert "monitor_queued_tasks" in figures()

    connect = current_app.connection_for_read
    monkeypatch.setattr(current_app, "connection_for_read", lambda: connect(CLOSED_PORT))
    found = figures()

    assert "monitor_queued_tasks" not in found
    assert "monitor_held_batches" in found


@pytest.mark.parametrize(
    "headers",
    [
        {"REMOTE_ADDR": "203.0.113.7"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_PROTO": "https"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"REMOTE_ADDR": "203.0.113.7", "HTTP_AUTHORIZATION": "Bearer"},
        {"REMOTE_ADDR": "203.0.113.7", "HTTP_AUTHORIZATION": "Bearer wrong"},
        {"REMOTE_ADDR": "203.0.113.7", "HTTP_AUTHORIZATION": f"Basic {TOKEN}"},
    ],
)
def test_for_others_there_is_nothing_at_this_address(client, settings, headers):
    settings.METRICS_TOKEN = TOKEN

    assert client.get("/figures", **headers).status_code == 404


def test_without_a_token_set_an_empty_one_opens_nothing(client):
    asked = client.get("/figures", REMOTE_ADDR="203.0.113.7", HTTP_AUTHORIZATION="Bearer ")
    assert asked.status_code == 404


def test_who_has_the_token_may_ask_from_anywhere_and_nothing_keeps_the_answer(client, settings):
    settings.METRICS_TOKEN = TOKEN

    answer = client.get("/figures", REMOTE_ADDR="203.0.113.7", HTTP_AUTHORIZATION=f"Bearer {TOKEN}")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "no-store" in answer.headers["Cache-Control"]
    assert client.post("/figures").status_code == 405


def test_the_number_of_queries_does_not_grow_with_the_feeds(client, django_assert_max_num_queries):
    Feed.objects.update(is_active=True)
    with django_assert_max_num_queries(9):
        client.get("/figures")
