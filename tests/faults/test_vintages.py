"""R4: a source may give several vintages of a period at once; each is stored, only the newest is current."""

from decimal import Decimal

import pytest
from django.utils import timezone

from indicators import refresh
from indicators.held import comparisons
from indicators.models import Feed, Indicator, Observation, Run, Series, Source
from indicators.sources import Rate, fredgraph

pytestmark = pytest.mark.django_db

HEAD = "observation_date,GDP_20260101,GDP_20260201,GDP_20260301"


@pytest.fixture
def feed(server, settings, tmp_path, monkeypatch) -> Feed:
    settings.PAYLOAD_DIR, settings.SOURCE_URLS = tmp_path, {"alfredgraph": server.url}
    monkeypatch.setattr(fredgraph, "RATE", Rate(requests=10_000, seconds=1))
    monkeypatch.setattr("indicators.sources.alfredgraph.RATE", Rate(requests=10_000, seconds=1))
    source = Source.objects.create(code="alfredgraph", name="ALFRED")
    query = {
        "series": "GDP",
        "vintages": ["2026-01-01", "2026-02-01", "2026-03-01"],
        "frequency": "quarterly",
    }
    feed = Feed.objects.create(code="vintages", source=source, query=query, confirmed_at=timezone.now())
    indicator = Indicator.objects.create(code="vintages", name="Tested", unit="percent")
    Series.objects.create(
        indicator=indicator, area="USA", source=source, frequency="quarterly", feed=feed, key="GDP"
    )
    return feed


def answers(server, feed: Feed, *lines: str, head: str = HEAD) -> Run:
    server.gives("\n".join([head, *lines]).encode() + b"\n", Content_Type="text/csv")
    run = refresh.run(feed.pk, Run.Trigger.COMMAND)
    assert run.verdict in ("published", "unchanged"), run.reason
    return run


def history(period: str) -> list[tuple[str, Decimal | None, bool]]:
    rows = Observation.objects.filter(series__key="GDP", period=period).order_by("vintage")
    return [(f"{row.vintage:%m-%d}", row.value, row.is_current) for row in rows]


def test_every_vintage_is_stored_and_the_newest_is_current(server, feed):
    run = answers(server, feed, "2025-07-01,100,101,101", "2025-10-01,,110,112")

    assert history("2025-07-01") == [("01-01", 100, False), ("02-01", 101, False), ("03-01", 101, True)]
    assert history("2025-10-01") == [("02-01", 110, False), ("03-01", 112, True)]
    assert (run.new_count, run.verdict) == (2, "published")
    again = answers(server, feed, "2025-07-01,100,101,101", "2025-10-01,,110,112")
    assert (again.verdict, again.new_count, again.revised_count) == ("unchanged", 0, 0)


def test_the_past_can_be_asked_for_as_it_was_known(server, feed):
    answers(server, feed, "2025-07-01,100,101,101", "2025-10-01,,110,112")
    series = Series.objects.get(key="GDP")

    def known(day: str) -> list[Decimal]:
        rows = series.observations.as_of(timezone.datetime.fromisoformat(day).date())
        return list(rows.order_by("period").values_list("value", flat=True))

    assert known("2026-01-15") == [100]
    assert known("2026-02-15") == [101, 110]
    assert known("2026-03-15") == [101, 112]


def test_a_return_to_a_former_value_is_a_vintage_too(server, feed):
    Feed.objects.filter(pk=feed.pk).update(query={**feed.query, "vintages": ["2026-01-01"]})
    answers(server, feed, "2025-07-01,100", head="observation_date,GDP_20260101")
    Feed.objects.filter(pk=feed.pk).update(query=feed.query)

    answers(server, feed, "2025-07-01,100,105,100")

    assert history("2025-07-01") == [("01-01", 100, False), ("02-01", 105, False), ("03-01", 100, True)]


def test_two_values_of_one_vintage_are_refused(server, feed):
    before = Observation.objects.count()
    head = "observation_date,GDP_20260101,GDP_20260201"
    server.gives(f"{head}\n2025-07-01,100,101\n2025-07-01,100,102\n".encode(), Content_Type="text/csv")

    run = refresh.run(feed.pk, Run.Trigger.COMMAND)

    assert (run.verdict, Observation.objects.count()) == ("failed", before)
    assert "appears twice: 101 and 102" in run.reason


def test_an_approved_batch_stores_every_vintage_as_an_unheld_answer_would(server, feed, admin_user):
    Indicator.objects.filter(code="vintages").update(change_limit=Decimal("1.5"))
    answers(server, feed, "2025-07-01,100,101,101")
    lines = ["2025-07-01,100,101,300", "2025-10-01,,290,310"]
    server.gives("\n".join([HEAD, *lines]).encode() + b"\n", Content_Type="text/csv")
    run = refresh.run(feed.pk, Run.Trigger.COMMAND)
    assert run.verdict == "held", run.reason

    assert refresh.decide(run.held_batch, approve=True, user=admin_user, reason="The agency confirmed it.")

    assert [row[1:] for row in history("2025-07-01")] == [
        (100, False), (101, False), (101, False), (300, True),
    ]  # fmt: skip
    assert history("2025-10-01") == [("02-01", 290, False), ("03-01", 310, True)]
    added = Observation.objects.filter(run=run)
    assert added.count() == 3
    assert {row.payload for row in added} == {run.payload}
    again = answers(server, feed, *lines)
    assert (again.verdict, Observation.objects.filter(run=again).count()) == ("unchanged", 0)


def test_a_doubtful_answer_of_several_vintages_shows_each_period_once(server, feed):
    Indicator.objects.filter(code="vintages").update(change_limit=Decimal("1.5"))
    answers(server, feed, "2025-07-01,100,101,101")
    server.gives(f"{HEAD}\n2025-07-01,100,101,300\n".encode(), Content_Type="text/csv")
    held = refresh.run(feed.pk, Run.Trigger.COMMAND).held_batch
    assert len(held.rows) == 3

    [one] = comparisons(held)

    assert [(row.published, row.read) for row in one.rows] == [(101, 300)]
    assert refresh.run(feed.pk, Run.Trigger.COMMAND).reason.startswith("The same values wait")
