"""From an answer to published values, and nothing published from a bad one."""

import csv
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from indicators import asking, payloads, queueing, refresh, tasks
from indicators.catalogue import FIGURES_FEED, FOLDER
from indicators.models import AppendOnlyError, Edition, Feed, HeldBatch, Observation, Run, Series

pytestmark = pytest.mark.django_db

TRADE = ("intraregional-goods-trade", "NAM", "", "")


@pytest.fixture
def feed() -> Feed:
    return Feed.objects.get(code=FIGURES_FEED)


@pytest.fixture
def figures(settings, tmp_path):
    """A copy of the packaged figures that a test may edit: call it with a function from rows to rows."""
    original = list(csv.DictReader((FOLDER / "figures.csv").open(encoding="utf-8", newline="")))
    path = tmp_path / "figures.csv"
    settings.PUBLISHED_FIGURES = path

    def write(change) -> None:
        rows = change([dict(row) for row in original])
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, original[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    write(lambda rows: rows)
    return write


def with_value(period: str, value: str):
    """Change the goods-trade figure of one period."""

    def change(rows):
        for row in rows:
            if (row["indicator"], row["period"]) == (TRADE[0], period):
                row["value"] = value
        return rows

    return change


def without(indicator: str, area: str, period: str):
    """Leave one line out."""
    gone = (indicator, area, period)
    return lambda rows: [row for row in rows if (row["indicator"], row["area"], row["period"]) != gone]


def fingerprint() -> list[tuple]:
    """Every published value with its history."""
    return list(
        Observation.objects.order_by("pk").values_list("series", "period", "value", "vintage", "is_current")
    )


def trade(period: int) -> Observation:
    series = Series.objects.get(indicator__code=TRADE[0], area="NAM")
    return series.observations.current().get(period=date(period, 1, 1))


def test_every_packaged_figure_is_published_with_its_citation():
    with (FOLDER / "figures.csv").open(encoding="utf-8", newline="") as file:
        count = sum(1 for _row in csv.DictReader(file))

    published = Observation.objects.current().filter(series__source__code="published-figures")

    assert published.count() == count == 393
    assert not published.filter(document=None).exists()
    assert not published.filter(attribution="").exists()


def test_a_value_can_be_traced_to_the_bytes_it_was_read_from():
    traced = trade(2025)

    assert payloads.read(traced.payload) == (FOLDER / "figures.csv").read_bytes()
    assert traced.run.address == "file:figures.csv"


def test_refreshing_again_changes_nothing(feed):
    before, edition = fingerprint(), Edition.objects.get().number

    run = refresh.run(feed.pk, "command")

    assert run.verdict == Run.Verdict.UNCHANGED
    assert run.unchanged_count == 393
    assert (fingerprint(), Edition.objects.get().number) == (before, edition)


def test_a_changed_figure_becomes_a_revision_and_the_earlier_value_can_still_be_asked_for(feed, figures):
    earlier = trade(2024)
    figures(with_value("2024", "1620"))

    run = refresh.run(feed.pk, "command")

    assert (run.verdict, run.new_count, run.revised_count) == (Run.Verdict.PUBLISHED, 0, 1)
    assert trade(2024).value == Decimal("1620")
    assert trade(2024).vintage > earlier.vintage
    history = earlier.series.observations.filter(period=date(2024, 1, 1))
    before_the_revision = earlier.vintage.date()
    assert history.as_of(before_the_revision).get().value == Decimal("1600")
    assert history.as_of(timezone.now().date()).get().value == Decimal("1620")


def test_a_new_figure_stands_under_the_date_its_document_was_published():
    assert trade(2025).vintage.date() == date(2026, 4, 30)
    assert trade(2022).vintage.date() == date(2023, 12, 31)


def test_a_document_of_this_year_is_known_from_the_moment_it_was_read():
    gdp = Observation.objects.get(
        series__indicator__code="gdp-current", series__area="MEX", period=date(2023, 1, 1)
    )

    assert gdp.vintage <= gdp.recorded_at


@pytest.mark.parametrize(
    ("period", "value", "reason"),
    [
        ("2024", "61,9", "“61,9” is no number"),
        ("2024", "1_600", "“1_600” is no number"),
        ("2024", "NaN", "“NaN” is no number"),
        ("2024", "Infinity", "“Infinity” is no number"),
        ("2024", "", "“” is no number"),
        ("2024", "١٦٠٠", "“١٦٠٠” is no number"),
    ],
)
def test_what_is_no_number_fails_the_whole_batch(feed, figures, period, value, reason):
    before = fingerprint()
    figures(with_value(period, value))

    run = refresh.run(feed.pk, "command")

    assert run.verdict == Run.Verdict.FAILED
    assert reason in run.reason
    assert fingerprint() == before


def changed_row(**fields):
    def change(rows):
        row = next(row for row in rows if row["indicator"] == TRADE[0] and row["period"] == "2024")
        row.update(fields)
        return rows

    return change


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"period": "2024-13"}, "2024-13"),
        ({"period": "2099"}, "beyond the coming year"),
        ({"unit": "USD million"}, "expected usd_billion, got usd_million"),
        ({"document": "nowhere"}, "“nowhere” is not in the catalogue"),
        ({"area": "ATL"}, "which is not in the catalogue"),
        ({"period": "2022", "value": "1510"}, "2022 appears twice"),
    ],
)
def test_an_answer_that_is_not_as_expected_fails_and_says_where(feed, figures, fields, reason):
    before = fingerprint()
    figures(changed_row(**fields))

    run = refresh.run(feed.pk, "command")

    assert run.verdict == Run.Verdict.FAILED
    assert reason in run.reason
    assert fingerprint() == before


def test_a_series_that_came_empty_fails_and_its_known_values_stay(feed, figures):
    before = fingerprint()
    figures(without("food-trade", "NAM", "2022"))

    run = refresh.run(feed.pk, "command")

    assert run.verdict == Run.Verdict.FAILED
    assert "came empty; the 1 known values stay" in run.reason
    assert fingerprint() == before


def test_equal_values_given_twice_fold_into_one(feed, figures):
    figures(lambda rows: [*rows, rows[0]])

    assert refresh.run(feed.pk, "command").verdict == Run.Verdict.UNCHANGED


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        (without("gdp-current", "CAN", "1993"), "1 known period is not in the answer"),
        (with_value("2024", "3600"), "more than the believable change"),
        (with_value("2024", "-1600"), "below the lowest possible value"),
    ],
)
def test_a_doubtful_batch_is_held_and_publishes_nothing(feed, figures, change, doubt):
    before = fingerprint()
    figures(change)

    run = refresh.run(feed.pk, "command")

    assert run.verdict == Run.Verdict.HELD
    assert doubt in run.reason
    assert fingerprint() == before


def test_an_approved_batch_is_published_and_decided_once(feed, figures, admin_user):
    figures(with_value("2024", "3600"))
    held = refresh.run(feed.pk, "command").held_batch

    assert refresh.decide(held, approve=True, user=admin_user, reason="The agency confirmed it.")
    assert not refresh.decide(held, approve=False, user=admin_user, reason="Second thought.")

    held.refresh_from_db()
    assert held.decision == HeldBatch.Decision.APPROVED
    assert trade(2024).value == Decimal("3600")


def test_an_old_held_batch_never_overtakes_newer_published_values(feed, figures, admin_user):
    figures(with_value("2024", "3600"))
    held = refresh.run(feed.pk, "command").held_batch
    figures(with_value("2024", "1610"))
    refresh.run(feed.pk, "command")

    assert not refresh.decide(held, approve=True, user=admin_user, reason="Confirmed.")

    held.refresh_from_db()
    assert held.decision == HeldBatch.Decision.OVERTAKEN
    assert trade(2024).value == Decimal("1610")


def test_a_broker_that_is_down_does_not_undo_a_publication(
    feed, figures, monkeypatch, django_capture_on_commit_callbacks
):
    def down(*args, **kwargs):
        raise ConnectionRefusedError("nobody there")

    monkeypatch.setattr(queueing.current_app, "send_task", down)
    figures(with_value("2024", "1620"))

    with django_capture_on_commit_callbacks(execute=True) as called:
        run = refresh.run(feed.pk, "command")

    assert called
    run.refresh_from_db()

    assert run.verdict == Run.Verdict.PUBLISHED
    assert trade(2024).value == Decimal("1620")


def test_a_rejected_batch_leaves_every_value(feed, figures, admin_user):
    before = fingerprint()
    figures(with_value("2024", "3600"))
    held = refresh.run(feed.pk, "command").held_batch

    assert refresh.decide(held, approve=False, user=admin_user, reason="A slip of the keyboard.")

    assert fingerprint() == before


def test_after_any_fault_a_good_answer_is_published_without_clearing_up(feed, figures):
    figures(with_value("2024", "nonsense"))
    refresh.run(feed.pk, "command")
    figures(with_value("2024", "1610"))

    assert refresh.run(feed.pk, "command").verdict == Run.Verdict.PUBLISHED
    assert trade(2024).value == Decimal("1610")


def test_a_missing_file_is_tried_again_later(feed, settings, tmp_path):
    settings.PUBLISHED_FIGURES = tmp_path / "gone.csv"

    run = refresh.run(feed.pk, "command")

    feed.refresh_from_db()
    assert run.verdict == Run.Verdict.RETRYING
    assert feed.next_due_at > run.ended_at
    assert feed.failures == 1


def test_five_failures_in_a_row_open_the_breaker_and_a_success_closes_it(feed, figures, settings):
    figures(with_value("2024", "nonsense"))
    for _time in range(5):
        refresh.run(feed.pk, "command")
    feed.refresh_from_db()
    assert feed.breaker_until > timezone.now() + timedelta(minutes=50)
    assert not Feed.objects.due(timezone.now()).filter(pk=feed.pk).exists()

    figures(lambda rows: rows)
    refresh.run(feed.pk, "command")

    feed.refresh_from_db()
    assert (feed.failures, feed.breaker_until) == (0, None)


def test_a_feed_somebody_works_on_is_left_alone(feed):
    claimed, _claim = refresh.claim_feed(feed.pk)

    with pytest.raises(refresh.AlreadyRunning, match="already running since"):
        refresh.run(feed.pk, "button")

    assert claimed.runs.filter(trigger="button").count() == 0


def test_a_dead_workers_claim_runs_out(feed):
    refresh.claim_feed(feed.pk)
    Feed.objects.filter(pk=feed.pk).update(
        lease_until=timezone.now() - timedelta(seconds=1), next_due_at=timezone.now()
    )

    assert refresh.run(feed.pk, "schedule").verdict == Run.Verdict.UNCHANGED


@pytest.mark.parametrize(
    "late", [{}, {"is_active": False}, {"breaker_until": timezone.now() + timedelta(hours=1)}]
)
def test_a_late_delivery_of_the_schedule_does_not_ask_again(feed, late):
    """R2: a message that comes once more after the refresh has ended finds the feed no longer due."""
    if late:
        Feed.objects.filter(pk=feed.pk).update(next_due_at=timezone.now(), **late)
    else:
        refresh.run(feed.pk, "command")
    before = feed.runs.count()

    tasks.run_feed(feed.pk)

    with pytest.raises(refresh.NotDue, match=r"published-figures is not due; the schedule left it to \d{4}-"):
        refresh.run(feed.pk, "schedule")
    assert feed.runs.count() == before
    feed.refresh_from_db()
    assert (feed.claim, feed.lease_until) == (None, None)


@pytest.mark.parametrize("trigger", ["button", "command"])
def test_a_person_who_asks_is_served_whether_the_feed_is_due_or_not(feed, trigger):
    """R3"""
    Feed.objects.filter(pk=feed.pk).update(next_due_at=timezone.now() + timedelta(days=1), is_active=False)

    assert refresh.run(feed.pk, trigger).verdict == Run.Verdict.UNCHANGED


def test_a_worker_whose_lease_was_taken_over_stores_nothing(feed, figures):
    before = fingerprint()
    figures(with_value("2024", "1620"))
    stale, claim = refresh.claim_feed(feed.pk)
    Feed.objects.filter(pk=feed.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    refresh.claim_feed(feed.pk)
    run = Run.objects.create(feed=stale, trigger="schedule")

    with pytest.raises(refresh.SourceUnavailable, match="took over"):
        refresh.refresh(stale, claim, run, asking.readings)

    assert fingerprint() == before


def test_a_published_observation_cannot_be_changed_or_deleted():
    observation = trade(2024)
    observation.value = Decimal(1)

    with pytest.raises(AppendOnlyError):
        observation.save()
    with pytest.raises(AppendOnlyError):
        observation.delete()
    with pytest.raises(AppendOnlyError):
        Observation.objects.filter(pk=observation.pk).update(value=Decimal(1))
    with pytest.raises(AppendOnlyError):
        Observation.objects.filter(pk=observation.pk).delete()


def test_a_value_withdrawn_later_is_known_before_and_gone_after():
    series = trade(2024).series
    day = datetime(2027, 1, 15, tzinfo=UTC)
    series.observations.filter(period=date(2024, 1, 1), is_current=True).update(is_current=False)
    Observation.objects.create(series=series, period=date(2024, 1, 1), value=None, vintage=day)

    known = series.observations.filter(period=date(2024, 1, 1))

    assert known.as_of(date(2027, 1, 14)).get().value == Decimal("1600")
    assert known.as_of(date(2027, 1, 15)).get().value is None
