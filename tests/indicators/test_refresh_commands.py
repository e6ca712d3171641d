"""`manage.py refresh`, `sources` and `reread`: the feeds from the shell."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from django.core.management import CommandError, call_command
from django.utils import timezone

from indicators import payloads, queueing, refresh
from indicators.models import Feed, HeldBatch, Observation, Run, Series, Source

pytestmark = pytest.mark.django_db

REAL_GDP = "worldbank-real-gdp"


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def refused(*arguments: str) -> tuple[str, str]:
    """What a failing command printed, and its last sentence."""
    out = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command(*arguments, stdout=out)
    return out.getvalue(), str(error.value)


def health(code: str) -> str:
    return next(line for line in run("sources").splitlines() if line.split()[1] == code)


@pytest.fixture
def messages(settings) -> Callable[[], list[str]]:
    """What waits in the queue, oldest first: files, or Redis where the suite runs on it."""
    if settings.REDIS_URL:
        broker = redis.from_url(settings.REDIS_URL)
        broker.delete("celery")
        return lambda: [message.decode() for message in broker.lrange("celery", 0, -1)]
    folder = Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"])
    before = set(folder.iterdir())
    return lambda: [path.read_text() for path in set(folder.iterdir()) - before]


# --- refresh ------------------------------------------------------------------------------------
def test_waiting_refreshes_here_and_says_what_came_of_it(world_bank):
    assert run("refresh", REAL_GDP, "--wait") == (
        "worldbank-real-gdp: published, 12 new, 0 revised, 0 unchanged.\n"
    )
    assert Run.objects.latest("pk").trigger == Run.Trigger.COMMAND


def test_a_failed_refresh_ends_with_an_error_and_the_others_are_done(world_bank):
    world_bank.titles["NY.GDP.MKTP.KD"] = "Something else"

    printed, sentence = refused("refresh", REAL_GDP, "published-figures", "--wait")

    assert "worldbank-real-gdp: failed" in printed
    assert "published-figures: unchanged" in printed
    assert sentence == "Not refreshed: worldbank-real-gdp."


@pytest.mark.parametrize("way", [(), ("--wait",)])
def test_a_feed_whose_values_are_handed_in_is_refused_in_words(messages, way):
    owner = Source.objects.get_or_create(code="oica", defaults={"name": "OICA"})[0]
    feed = Feed.objects.create(code="handed-in", source=owner)

    printed, sentence = refused("refresh", "handed-in", *way)

    assert printed == "The values of handed-in are handed in as files: upload one on the page of the feed.\n"
    assert sentence == "Not refreshed: handed-in."
    assert (messages(), feed.runs.count()) == ([], 0)


def test_without_waiting_the_feeds_are_queued(messages):
    assert run("refresh", "published-figures") == "published-figures: queued\n"

    [added] = messages()
    assert "indicators.tasks.run_feed" in added


def test_a_queue_that_cannot_be_reached_is_said(monkeypatch):
    monkeypatch.setattr(queueing, "enqueue", lambda *task: False)

    _printed, sentence = refused("refresh", "published-figures")

    assert sentence == "Refresh could not be queued; it will run on schedule."


def test_due_takes_only_what_the_schedule_would_take(world_bank):
    Feed.objects.update(next_due_at=timezone.now() + timedelta(hours=1))
    assert run("refresh", "--due", "--wait") == "No feed is due.\n"

    Feed.objects.update(next_due_at=timezone.now() - timedelta(hours=1))
    assert run("refresh", "--due", "--wait").splitlines() == [
        "published-figures: unchanged, 0 new, 0 revised, 393 unchanged."
    ]
    assert not world_bank.asked  # due as well, but not active


def test_all_means_all_active_feeds():
    assert run("refresh", "--wait").startswith("published-figures: unchanged")


def test_a_feed_somebody_is_at_is_left_to_them():
    refresh.claim_feed(Feed.objects.get(code="published-figures").pk)

    assert "is already running since" in run("refresh", "published-figures", "--wait")


def test_an_unknown_feed_is_named():
    _printed, sentence = refused("refresh", "published-figures", "nonsense", "--wait")

    assert sentence == "No feed is called nonsense; see manage.py sources."


# --- sources ------------------------------------------------------------------------------------
def test_the_table_has_a_line_for_every_feed():
    assert len(run("sources").splitlines()) == Feed.objects.count() + 1


def test_an_inactive_feed_says_why():
    assert "FOLLOW_AGENCIES" in health("census-goods-exports")

    Feed.objects.filter(code="published-figures").update(is_active=False)
    assert "Switched off by hand." in health("published-figures")


def test_what_is_wrong_with_a_feed_stands_in_its_line():
    feed = Feed.objects.get(code=REAL_GDP)
    Feed.objects.filter(pk=feed.pk).update(
        failures=5, breaker_until=timezone.now() + timedelta(hours=1), is_active=True
    )
    failed = Run.objects.create(
        feed=feed, trigger="command", verdict="failed", reason="The answer is\na web page."
    )
    HeldBatch.objects.create(run=failed, rows=[], doubts=[])

    line = health(REAL_GDP)

    assert line.split()[2] == "yes"
    assert "until " in line
    assert line.endswith("1     The answer is a web page.")


# --- reread -------------------------------------------------------------------------------------
def test_reading_again_with_the_same_parser_changes_nothing():
    assert run("reread", "published-figures").endswith(
        "Would be: 0 new, 0 revised, 393 unchanged. Nothing was written.\n"
    )


def test_reading_again_shows_what_today_would_be_read_otherwise_and_writes_nothing(world_bank):
    world_bank.values["NY.GDP.MKTP.KD"]["CAN"][2025] = "103.4e9"
    refresh.run(Feed.objects.get(code=REAL_GDP).pk, "command")
    Series.objects.filter(feed__code=REAL_GDP, area="CAN").update(source_decimals=0)
    before = list(Observation.objects.order_by("pk").values()), Run.objects.count()

    text = run("reread", REAL_GDP)

    assert "real-gdp · CAN 2025: 103.400000 -> 103\n" in text
    assert "Would be: 0 new, 1 revised, 11 unchanged. Nothing was written." in text
    assert (list(Observation.objects.order_by("pk").values()), Run.objects.count()) == before


def test_all_pages_of_a_run_are_read_again(world_bank):
    world_bank.per_page = 5
    refresh.run(Feed.objects.get(code=REAL_GDP).pk, "command")

    assert "answers 3, values 12." in run("reread", REAL_GDP)


def test_what_would_be_doubted_today_is_said(world_bank):
    refresh.run(Feed.objects.get(code=REAL_GDP).pk, "command")
    Series.objects.filter(feed__code=REAL_GDP, area="USA").update(factor="0.000001")

    assert "Doubtful: real-gdp · USA: The values are about 1000 times the former" in run("reread", REAL_GDP)


def test_an_answer_that_is_gone_is_said(world_bank):
    record = refresh.run(Feed.objects.get(code=REAL_GDP).pk, "command")
    payloads.path_of(record.payload.sha256).unlink()

    _printed, sentence = refused("reread", REAL_GDP)

    assert sentence.startswith("A kept answer cannot be read")


def test_a_feed_that_was_never_asked_has_nothing_to_read_again():
    assert refused("reread", REAL_GDP)[1] == "No run of worldbank-real-gdp has kept an answer."
    assert refused("reread", "nonsense")[1] == "No feed is called nonsense; see manage.py sources."
