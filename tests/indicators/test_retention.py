"""Raw answers that values rest on stay for ever; others lose their file after a time, and it is said."""

import io
from datetime import timedelta
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from indicators import payloads, retention, tasks
from indicators.models import Feed, HeldBatch, Observation, Payload, Run
from indicators.sources import Answer

YEAR = timedelta(days=400)


def kept(body: bytes, seen_ago: timedelta = 2 * YEAR) -> Payload:
    """An answer that came for the last time so long ago."""
    payload = payloads.keep(Answer(body, "application/json", "https://agency.example/"))
    Payload.objects.filter(pk=payload.pk).update(last_seen_at=timezone.now() - seen_ago)
    return payload


def run_with(payload: Payload, verdict: str, decision: str = "") -> Run:
    """A run whose only or last answer was the payload."""
    run = Run.objects.create(feed=Feed.objects.first(), trigger="schedule", verdict=verdict, payload=payload)
    run.payloads.add(payload)
    if decision:
        HeldBatch.objects.create(run=run, rows=[], doubts=["Odd."], decision=decision)
    return run


def has_file(payload: Payload) -> bool:
    return payloads.path_of(payload.sha256).exists()


def remove() -> int:
    return retention.remove(YEAR)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("verdict", "decision"),
    [("unchanged", ""), ("failed", ""), ("retrying", ""), ("held", "rejected"), ("held", "overtaken")],
)
def test_an_old_answer_that_no_value_rests_on_loses_its_file_and_keeps_its_record(verdict, decision):
    payload = kept(b"nothing new")
    run_with(payload, verdict, decision)

    assert remove() == 1

    payload.refresh_from_db()
    assert not has_file(payload)
    assert payload.removed_at is not None
    assert (payload.size, len(payload.sha256)) == (11, 64)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("verdict", "decision"),
    [("published", ""), ("running", ""), ("held", "waiting"), ("held", "approved")],
)
def test_what_a_published_or_waiting_value_rests_on_stays_for_ever(verdict, decision):
    payload = kept(b"values")
    run_with(payload, verdict, decision)
    run_with(payload, "unchanged")

    assert remove() == 0
    assert has_file(payload)


@pytest.mark.django_db
def test_every_answer_of_a_run_that_published_stays_and_not_only_the_last():
    first, last = kept(b"page 1"), kept(b"page 2")
    run_with(last, "published").payloads.add(first)

    assert remove() == 0


@pytest.mark.django_db
def test_every_value_of_the_monitor_can_still_be_traced_to_its_bytes():
    """R1: any value leads to the answer it was read from."""
    Payload.objects.update(last_seen_at=timezone.now() - 10 * YEAR)
    remove()

    traced = Payload.objects.filter(pk__in=Observation.objects.exclude(payload=None).values("payload"))
    assert traced.count() >= 1
    assert all(payloads.read(payload) for payload in traced)


@pytest.mark.django_db
def test_an_answer_that_came_again_lately_stays():
    payload = kept(b"the same every day")
    run_with(payload, "unchanged")
    payloads.keep(Answer(b"the same every day", "application/json", "https://agency.example/"))

    assert remove() == 0
    assert has_file(payload)


@pytest.mark.django_db
def test_an_answer_that_comes_again_after_its_removal_is_kept_anew():
    payload = kept(b"back again")
    remove()

    again = payloads.keep(Answer(b"back again", "application/json", "https://agency.example/"))

    assert again == payload
    assert payloads.read(Payload.objects.get(pk=payload.pk)) == b"back again"


@pytest.mark.django_db
def test_zero_days_keep_everything(settings):
    payload = kept(b"old")
    settings.PAYLOAD_RETENTION = timedelta(0)

    tasks.remove_old_payloads()

    assert has_file(payload)


@pytest.mark.django_db
def test_a_night_takes_the_oldest_first_and_no_more_than_its_share():
    answers = [kept(b"answer %d" % number, seen_ago=(9 - number) * YEAR) for number in range(3)]

    assert retention.remove(YEAR, most=2) == 2
    assert [has_file(payload) for payload in answers] == [False, False, True]
    assert retention.remove(YEAR, most=2) == 1
    assert retention.remove(YEAR, most=2) == 0


@pytest.mark.django_db
def test_who_is_killed_between_file_and_record_is_made_good_the_next_night():
    """R2: the file is gone, its record does not say so yet."""
    payload = kept(b"half removed")
    payloads.remove_file(payload)

    assert remove() == 1
    payload.refresh_from_db()
    assert payload.removed_at is not None


@pytest.mark.django_db
def test_reading_a_removed_answer_again_says_under_which_rule_it_went():
    feed = Feed.objects.get(code="published-figures")
    payload = kept(b"old and without news")
    run = run_with(payload, "unchanged")
    Run.objects.filter(pk=run.pk).update(feed=feed, started_at=timezone.now())
    remove()

    with pytest.raises(CommandError, match=r"was removed on .* under the retention rule"):
        call_command("reread", "published-figures")


@pytest.mark.django_db
def test_the_command_says_first_what_it_would_remove():
    payload = kept(b"eleven byte")
    out = io.StringIO()

    call_command("remove_old_payloads", "--dry-run", stdout=out)
    assert out.getvalue() == "Would be removed: 1, 11 bytes before compression.\n"
    assert has_file(payload)

    call_command("remove_old_payloads", stdout=out)
    assert out.getvalue().endswith("Removed: 1.\n")
    assert not has_file(payload)


def test_an_answer_that_comes_while_its_file_is_removed_has_a_file_afterwards(transactional_db, monkeypatch):
    """R2: real transactions; the newcomer waits for the retention, then writes the file anew."""
    payload, unlink = kept(b"in the same moment"), payloads.remove_file
    newcomer = Thread(target=come_again)

    def remove_slowly(removed: Payload) -> None:
        newcomer.start()
        newcomer.join(timeout=0.5)
        unlink(removed)

    monkeypatch.setattr(payloads, "remove_file", remove_slowly)
    assert remove() == 1
    newcomer.join()

    assert payloads.read(Payload.objects.get(pk=payload.pk)) == b"in the same moment"


def come_again() -> None:
    try:
        payloads.keep(Answer(b"in the same moment", "application/json", "https://agency.example/"))
    finally:
        connection.close()
