"""R9: what a worker's own clock says neither repeats nor skips a run, nor reorders history."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from indicators import clock, refresh
from indicators.claiming import NotDue
from indicators.models import Edition, Feed, Observation
from tests.faults.agency import changed

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no clock but this machine's"),
]

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
wrong_by_a_day = pytest.mark.parametrize("wrong_by", [DAY, -DAY], ids=["ahead", "behind"])


@pytest.fixture
def wrong_clock(monkeypatch):
    """Sets this worker's clock wrong by so much."""
    right = timezone.now

    def set_by(wrong_by: timedelta) -> None:
        monkeypatch.setattr(timezone, "now", lambda: right() + wrong_by)

    return set_by


def due(feed: Feed, moment) -> None:
    Feed.objects.filter(pk=feed.pk).update(next_due_at=moment)


def test_a_worker_that_is_ahead_runs_nothing_before_its_time(agency, wrong_clock):
    due(agency.feed, clock.now() + HOUR)
    wrong_clock(DAY)

    with pytest.raises(NotDue):
        refresh.run(agency.feed.pk, "schedule")


def test_a_worker_that_is_behind_skips_nothing(agency, wrong_clock):
    due(agency.feed, clock.now() - HOUR)
    wrong_clock(-DAY)

    assert refresh.run(agency.feed.pk, "schedule").verdict == "unchanged"


@wrong_by_a_day
def test_the_next_run_is_one_interval_away_by_the_right_clock(agency, wrong_clock, wrong_by):
    before = clock.now()
    wrong_clock(wrong_by)

    run = agency.run()

    assert before <= run.started_at <= run.ended_at <= clock.now()
    assert before <= agency.feed.next_due_at - agency.feed.interval <= clock.now()


@wrong_by_a_day
def test_what_a_worker_with_a_wrong_clock_published_stands_in_its_place(agency, wrong_clock, wrong_by):
    before = clock.now()
    wrong_clock(wrong_by)
    agency.gives(changed("2024", "61.7"))
    agency.run()
    wrong_clock(-wrong_by)
    agency.gives(changed("2024", "61.9"))
    agency.run()

    rows = Observation.objects.filter(series__feed=agency.feed, period="2024-01-01")
    assert [row.value for row in rows.order_by("recorded_at")][-2:] == [Decimal("61.7"), Decimal("61.9")]
    newest = rows.get(is_current=True)
    assert newest.value == Decimal("61.9")
    assert before <= newest.vintage <= newest.recorded_at <= clock.now()
    assert before <= Edition.objects.get().published_at <= clock.now()
