"""R2: what is due is handed out once, and a slow source leaves workers to the others."""

from datetime import timedelta

import pytest
from django.utils import timezone

from indicators import tasks
from indicators.models import Feed, Run, Source

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def handed(monkeypatch) -> list[int]:
    """The feeds for which a refresh was queued, in that order."""
    queued: list[int] = []
    Feed.objects.update(next_due_at=timezone.now() + timedelta(days=1))
    monkeypatch.setattr(tasks.run_feed, "delay", queued.append)
    return queued


def due_feeds(source: str, count: int) -> list[int]:
    """So many feeds of a source that are due, the one that waits longest first."""
    owner, _ = Source.objects.get_or_create(code=source, defaults={"name": source})
    moments = [timezone.now() - timedelta(hours=count - number) for number in range(count)]
    return [
        Feed.objects.create(code=f"{source}-{number}", source=owner, next_due_at=moment).pk
        for number, moment in enumerate(moments)
    ]


def test_each_source_gets_three_places(handed):
    many, few = due_feeds("many", 5), due_feeds("few", 2)

    assert set(tasks.tick()) == {*many[:3], *few}
    assert sorted(handed) == sorted([*many[:3], *few])


def test_a_feed_whose_values_are_handed_in_is_never_handed_out(handed):
    [handed_in] = due_feeds("oica", 1)

    assert tasks.tick() == []
    tasks.run_feed(handed_in, Run.Trigger.BUTTON)

    feed = Feed.objects.get(pk=handed_in)
    assert (feed.claim, feed.lease_until, feed.runs.count()) == (None, None, 0)


def test_a_source_whose_places_are_taken_gets_none(handed):
    many = due_feeds("many", 5)
    Feed.objects.filter(pk__in=many[:3]).update(lease_until=timezone.now() + timedelta(minutes=5))

    assert tasks.tick() == []


def test_the_next_of_the_source_follows_when_a_refresh_ends(handed, monkeypatch):
    first, second = due_feeds("many", 2)
    monkeypatch.setattr(tasks.refresh, "run", lambda feed_id, trigger: put_off(feed_id))

    tasks.run_feed(first)
    tasks.run_feed(second)

    assert handed == [second]


def put_off(feed_id: int) -> None:
    Feed.objects.filter(pk=feed_id).update(next_due_at=timezone.now() + timedelta(days=1))


def test_a_refresh_by_hand_leaves_the_schedule_alone(handed, monkeypatch):
    first, _second = due_feeds("many", 2)
    monkeypatch.setattr(tasks.refresh, "run", lambda feed_id, trigger: put_off(feed_id))

    tasks.run_feed(first, Run.Trigger.BUTTON)

    assert handed == []
