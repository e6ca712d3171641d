"""What is published is followed by verdicts and roll-up: nothing is lost, and not once for each run."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from goals import following, rollup, tasks
from goals.models import Publication
from indicators import derived, queueing, refresh
from indicators.models import Feed, Run
from tests.faults.agency import KNOWN, answer, make_feed
from tests.faults.conftest import FaultyServer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def asked(monkeypatch) -> list[str]:
    """The tasks that were queued."""
    Publication.objects.all().delete()
    queued: list[str] = []
    monkeypatch.setattr(queueing.current_app, "send_task", lambda task, *rest, **more: queued.append(task))
    return queued


@pytest.fixture
def followed(monkeypatch) -> list[tuple[list[int], str]]:
    """The indicators calculated from and the cause, for each round; nothing is really calculated."""
    rounds: list[tuple[list[int], str]] = []
    ids: list[set[int]] = []
    monkeypatch.setattr(derived, "recompute", ids.append)
    monkeypatch.setattr(rollup, "refresh_upper", lambda day, cause: rounds.append((sorted(ids[-1]), cause)))
    return rounds


def test_many_runs_ask_for_one_roll_up(asked, followed, django_capture_on_commit_callbacks):
    for number in range(5):
        with django_capture_on_commit_callbacks(execute=True):
            following.note({number, 100}, f"run:{number}")

    assert asked == ["goals.tasks.follow_publications"]
    tasks.follow_publications()

    assert followed == [([0, 1, 2, 3, 4, 100], "run:0, run:1, run:2, run:3, run:4")]
    assert not Publication.objects.exists()


def test_a_run_published_while_a_roll_up_runs_leads_to_one_more(followed, monkeypatch):
    following.note({1}, "run:1")
    roll_up = rollup.refresh_upper

    def meanwhile(day, cause):
        roll_up(day, cause)
        if cause == "run:1":
            following.note({2}, "run:2")
            following.note({3}, "run:3")
            tasks.follow_publications()  # another worker, which leaves it to this one

    monkeypatch.setattr(rollup, "refresh_upper", meanwhile)

    tasks.follow_publications()

    assert followed == [([1], "run:1"), ([2, 3], "run:2, run:3")]


def test_who_publishes_after_a_worker_has_begun_asks_again(asked, django_capture_on_commit_callbacks):
    following.note({1}, "run:1")
    following.take()

    with django_capture_on_commit_callbacks(execute=True):
        following.note({2}, "run:2")

    assert len(asked) == 1
    assert following.take() == []


def test_what_a_dead_worker_had_taken_is_followed_when_its_lease_has_run_out(followed, settings):
    following.note({1}, "run:1")
    following.take()
    following.note({2}, "run:2")

    tasks.follow_publications()
    assert followed == []
    long_ago = timezone.now() - settings.REFRESH_LEASE - timedelta(seconds=1)
    Publication.objects.exclude(taken_at=None).update(taken_at=long_ago)
    tasks.follow_publications()

    assert followed == [([1, 2], "run:1, run:2")]


def test_what_could_not_be_followed_stays_noted(followed, monkeypatch):
    def breaks(day, cause):
        raise ArithmeticError

    following.note({1}, "run:1")
    monkeypatch.setattr(rollup, "refresh_upper", breaks)

    with pytest.raises(ArithmeticError):
        tasks.follow_publications()

    assert Publication.objects.get().cause == "run:1"


def test_with_nothing_to_follow_nothing_is_calculated(followed):
    tasks.follow_publications()

    assert followed == []


def test_many_causes_are_told_in_short():
    taken = [Publication(cause=f"run:{number:05}") for number in range(30)]

    assert following.cause_of(taken) == "run:00000 and 29 more"
    assert following.cause_of(taken[:2] + taken[:1]) == "run:00000, run:00001"


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    faulty = FaultyServer()
    yield faulty
    faulty.close()


def test_values_and_note_are_stored_together_or_not_at_all(server, settings, tmp_path, monkeypatch):
    settings.PAYLOAD_DIR, settings.SOURCE_URLS = tmp_path, {"worldbank": server.url}
    feed = make_feed()
    server.gives(answer(), Content_Type="application/json")

    with monkeypatch.context() as patch:
        patch.setattr(refresh, "close", breaks_when_published)
        with pytest.raises(ArithmeticError), transaction.atomic():
            refresh.run(feed.pk, Run.Trigger.COMMAND)
    assert not Publication.objects.exists()
    Feed.objects.filter(pk=feed.pk).update(claim=None, lease_until=None)
    run = refresh.run(feed.pk, Run.Trigger.COMMAND)

    assert run.new_count == len(KNOWN), run.reason
    noted = Publication.objects.get()
    assert (noted.cause, noted.indicator_ids) == (f"run:{run.pk}", [feed.series.get().indicator_id])


def breaks_when_published(*arguments, **options) -> None:
    raise ArithmeticError
