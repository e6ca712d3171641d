"""The feeds of the catalogue, and one agency followed from its answer to a verdict."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.utils import timezone

from goals import rollup
from goals.models import Result
from indicators import batches, catalogue, derived, refresh
from indicators.catalogue import agencies
from indicators.fields import validate_months
from indicators.models import Feed, Indicator, Observation, Run, Series
from indicators.sources import Rate, registry, undp
from tests.faults.conftest import FaultyServer
from tests.loading import TODAY

pytestmark = pytest.mark.django_db

ROWS = [row for row in agencies.read(agencies.FOLDER / "feeds.csv") if row["source"] in configured.AGENCIES]
AGENCY_FEEDS = [row["code"] for row in ROWS if not row["waits_for"]]
WAITING_FEEDS = [row["code"] for row in ROWS if row["waits_for"]]


def follow(*codes: str) -> list[Run]:
    """Refresh feeds and bring everything up to date that rests on them, as the worker does."""
    runs = [refresh.run(Feed.objects.get(code=code).pk, "command") for code in codes]
    derived.recompute()
    rollup.refresh(TODAY, cause="test")
    return runs


@pytest.fixture
def undp_edition(settings, monkeypatch) -> Iterator[Callable[..., None]]:
    """A UNDP on this machine; each call publishes an edition of one year."""
    server = FaultyServer()
    settings.SOURCE_URLS = {**settings.SOURCE_URLS, "undp": server.url}
    monkeypatch.setattr(undp, "RATE", Rate(requests=1000, seconds=1))

    def publish(rank_of_mexico: int) -> None:
        lines = [
            "iso3,country,hdi_2022,hdi_rank_2022",
            f"MEX,Mexico,0.78,{rank_of_mexico}",
            "USA,United States,0.93,20",
            "CAN,Canada,0.94,16",
        ]
        server.gives("\n".join(lines).encode(), Content_Type="text/csv")

    yield publish
    server.close()


def current(indicator: str, area: str) -> dict[str, Decimal]:
    rows = Observation.objects.current().filter(series__indicator__code=indicator, series__area=area)
    return {row.period_label: row.value for row in rows.select_related("series")}


def outcome(indicator: str) -> dict:
    return Result.objects.current().get(target__indicator__code=indicator).outcome


# --- The catalogue ------------------------------------------------------------------------------
@pytest.mark.parametrize("code", AGENCY_FEEDS)
def test_every_feed_asks_what_its_connector_understands(code):
    feed = Feed.objects.get(code=code)
    module = registry.module_of(feed)

    assert module.requests(feed.query, TODAY)
    assert feed.series.exists()
    assert feed.source.code in configured.AGENCIES
    assert feed.source.attribution and feed.source.licence


@pytest.mark.parametrize("code", AGENCY_FEEDS)
def test_every_series_is_part_of_what_its_feed_asks_for(code):
    feed = Feed.objects.get(code=code)
    asked = json.dumps(feed.query)
    parts = "[:=.]" if feed.source.code in ("imf", "oecd", "comtrade") else "[:=]"

    for series in feed.series.all():
        assert all(part in asked for part in re.split(parts, series.key)), series.key


@pytest.mark.parametrize("code", WAITING_FEEDS)
def test_a_feed_of_which_something_is_not_known_yet_is_off_and_says_what(code, settings):
    settings.FOLLOW_AGENCIES = True
    settings.SOURCE_KEYS = dict.fromkeys(settings.SOURCE_KEYS, "some-key")
    catalogue.load()

    feed = Feed.objects.get(code=code)

    assert not feed.is_active
    assert feed.inactive_reason == next(row["waits_for"] for row in ROWS if row["code"] == code)


def test_a_feed_names_the_key_its_connector_cannot_do_without():
    for row in ROWS:
        module = registry.connector(row["source"])
        needed = module.KEY_VARIABLE and not getattr(module, "KEY_IS_OPTIONAL", False)
        assert row["key_variable"] in ({module.KEY_VARIABLE} if needed else {module.KEY_VARIABLE, ""}), row


def test_no_series_mixes_its_indicators_frequency():
    """A month stored beside a year of the same first day would pass for it."""
    for series in Series.objects.filter(feed__code__in=AGENCY_FEEDS).select_related("indicator"):
        assert series.frequency == series.indicator.frequency, series


def test_loading_again_changes_no_series():
    before = list(Series.objects.order_by("pk").values())

    catalogue.load()

    assert list(Series.objects.order_by("pk").values()) == before


def table_rows(name: str) -> list[list[str]]:
    """The cells of the table between two marks of docs/data.md, without its head."""
    text = (Path(configured.BASE_DIR) / "docs" / "data.md").read_text(encoding="utf-8")
    table = text.partition(f"<!-- {name} -->")[2].partition(f"<!-- end of {name} -->")[0]
    lines = [line.strip("|").split("|") for line in table.strip().splitlines()[2:]]
    return [[cell.strip(" `") for cell in cells] for cells in lines]


def test_the_documentation_names_every_feed_with_its_agency_its_rhythm_and_its_key():
    sources = {row["code"]: row["name"] for row in agencies.read(agencies.FOLDER / "sources.csv")}

    documented = [(code, agency, every, key) for code, agency, _what, every, _lag, key in table_rows("feeds")]

    assert sorted(documented) == sorted(
        (row["code"], sources[row["source"]], row["interval"], row["key_variable"]) for row in ROWS
    )


def test_the_documentation_names_the_licence_of_every_agency_that_is_asked():
    sources = {row["code"]: row for row in agencies.read(agencies.FOLDER / "sources.csv")}
    asked = [sources[code] for code in {row["source"] for row in ROWS}]

    assert sorted(table_rows("licences")) == sorted(
        [row["name"], row["licence"], row["attribution"]] for row in asked
    )


# --- When the sources revise --------------------------------------------------------------------
def test_a_wider_limit_names_its_months_and_is_wider():
    for indicator in Indicator.objects.exclude(revision_limit=None):
        validate_months(indicator.revision_months)
        assert indicator.change_limit < indicator.revision_limit, indicator.code


def test_a_new_edition_that_moves_ranks_far_is_published_in_its_months_and_held_in_others(
    undp_edition, monkeypatch
):
    """R1: a source that recalculates its whole series once a year is not held for that."""
    undp_edition(rank_of_mexico=70)
    assert follow("undp-hdi")[0].verdict == Run.Verdict.PUBLISHED

    monkeypatch.setattr(batches.timezone, "localdate", lambda: date(2026, 1, 15))
    undp_edition(rank_of_mexico=130)
    assert follow("undp-hdi")[0].verdict == Run.Verdict.HELD

    monkeypatch.setattr(batches.timezone, "localdate", lambda: date(2026, 5, 6))
    assert follow("undp-hdi")[0].verdict == Run.Verdict.PUBLISHED


# --- Who is asked -------------------------------------------------------------------------------
def test_a_site_that_answers_only_itself_asks_nobody_and_says_why():
    assert set(Feed.objects.filter(is_active=True).values_list("code", flat=True)) == {"published-figures"}
    assert "FOLLOW_AGENCIES" in Feed.objects.get(code="worldbank-real-gdp").inactive_reason


def test_a_feed_waits_for_its_key_and_becomes_active_with_it(settings):
    settings.FOLLOW_AGENCIES = True
    settings.SOURCE_KEYS = dict.fromkeys(settings.SOURCE_KEYS, "")
    catalogue.load()
    feed = Feed.objects.get(code="census-goods-exports")
    assert Feed.objects.get(code="worldbank-real-gdp").is_active
    assert not feed.is_active
    assert feed.inactive_reason.startswith("CENSUS_API_KEY is not set")

    settings.SOURCE_KEYS = {**settings.SOURCE_KEYS, "CENSUS_API_KEY": "some-key"}
    catalogue.load()

    feed.refresh_from_db()
    assert (feed.is_active, feed.inactive_reason) == (True, "")


def test_what_a_person_switched_off_stays_off(settings):
    settings.FOLLOW_AGENCIES = True
    catalogue.load()
    Feed.objects.filter(code="worldbank-real-gdp").update(is_active=False)

    catalogue.load()

    assert not Feed.objects.get(code="worldbank-real-gdp").is_active


def test_loading_leaves_the_claim_of_a_worker_alone():
    feed, claim = refresh.claim_feed(Feed.objects.get(code="worldbank-real-gdp").pk)

    catalogue.load()

    feed.refresh_from_db()
    assert feed.claim == claim


def test_without_its_key_a_refresh_says_which_one_to_set(settings):
    settings.SOURCE_KEYS = {**settings.SOURCE_KEYS, "CENSUS_API_KEY": ""}

    [run] = follow("census-goods-exports")

    assert run.verdict == Run.Verdict.FAILED
    assert run.reason == "The source wants a key: set CENSUS_API_KEY in the environment."


# --- From the World Bank's answer to a verdict --------------------------------------------------
def test_growth_above_the_worlds_is_followed_from_the_answer_to_the_verdict(world_bank):
    [run] = follow("worldbank-real-gdp")

    assert (run.verdict, run.new_count) == (Run.Verdict.PUBLISHED, 12)
    assert current("real-gdp", "USA")["2024"] == Decimal("826")
    # (102 + 826 + 102) / 1000 = 3 %, the world 1.5 %; then 1050 / 1030 = 1.941748 % and 1 %
    assert current("real-gdp-region", "NAM") == {"2023": 1000, "2024": 1030, "2025": 1050}
    premium = current("regional-growth-premium", "NAM")
    assert premium["2024"] == Decimal("1.5")
    assert round(premium["2025"], 6) == Decimal("0.941748")
    judged = outcome("regional-growth-premium")
    assert judged["latest"]["period"] == "2025"
    assert judged["status"] == "moving_away"  # below one point, and below the year before


def test_gdp_per_capita_of_the_three_is_followed_from_the_answer_to_the_verdict(world_bank):
    [run] = follow("worldbank-gdp-per-capita")

    assert (run.verdict, run.new_count) == (Run.Verdict.PUBLISHED, 9)
    judged = outcome("gdp-per-capita")
    assert judged["entities"]["MEX"]["status"] == "on_track"
    assert judged["entities"]["CAN"]["progress"] == 0
    assert judged["status"] == "off_track"  # all three must hold


def test_every_value_can_be_traced_to_the_answer_and_its_day_of_publication(world_bank):
    follow("worldbank-real-gdp")

    row = Observation.objects.get(series__key="NY.GDP.MKTP.KD:CAN", period=date(2024, 1, 1))

    assert row.vintage.date() == date(2026, 7, 1)
    assert row.payload in row.run.payloads.all()
    assert "country/MEX;USA;CAN;WLD" in row.run.address.replace("%3B", ";")


def test_a_second_refresh_changes_nothing_and_does_not_ask_again_what_the_series_are(world_bank):
    follow("worldbank-real-gdp")
    count, questions = Observation.objects.count(), len(world_bank.asked)

    [run] = follow("worldbank-real-gdp")

    assert (run.verdict, run.unchanged_count) == (Run.Verdict.UNCHANGED, 12)
    assert Observation.objects.count() == count
    assert len(world_bank.asked) == questions + 1


def test_a_revision_moves_the_verdict_and_keeps_the_earlier_vintage(world_bank):
    follow("worldbank-real-gdp")
    world_bank.values["NY.GDP.MKTP.KD"]["USA"][2025] = "853e9"
    world_bank.updated = "2026-10-01"

    [run] = follow("worldbank-real-gdp")

    assert (run.verdict, run.revised_count) == (Run.Verdict.PUBLISHED, 1)
    premium = Series.objects.get(indicator__code="regional-growth-premium")
    history = premium.observations.filter(period=date(2025, 1, 1))
    assert round(history.as_of(date(2026, 9, 30)).get().value, 6) == Decimal("0.941748")
    # 1060 / 1030 = 2.912621 %, less 1 %
    assert round(history.as_of(date(2026, 11, 22)).get().value, 6) == Decimal("1.912621")
    assert outcome("regional-growth-premium")["latest"]["value"] > 1


def test_the_world_bank_stands_before_the_published_figures(world_bank):
    published = Series.objects.get(
        indicator__code="gdp-current", area="MEX", source__code="published-figures"
    )
    followed = Series.objects.get(feed__code="worldbank-gdp-current", area="MEX")

    assert followed.precedence < published.precedence


def test_pages_are_put_together_and_each_is_kept(world_bank):
    world_bank.per_page = 5

    [run] = follow("worldbank-real-gdp")

    assert (run.verdict, run.new_count) == (Run.Verdict.PUBLISHED, 12)
    assert run.payloads.count() == 3


def test_a_new_question_of_the_catalogue_is_confirmed_anew():
    Feed.objects.filter(code="worldbank-real-gdp").update(query={}, confirmed_at=timezone.now())

    catalogue.load()

    assert Feed.objects.get(code="worldbank-real-gdp").confirmed_at is None


def test_new_indicators_have_their_texts_in_three_languages():
    for series in Series.objects.filter(feed__code__in=AGENCY_FEEDS).select_related("indicator"):
        indicator: Indicator = series.indicator
        for language in ("en", "es", "fr"):
            assert getattr(indicator, f"name_{language}"), indicator.code
            assert getattr(indicator, f"description_{language}"), indicator.code
