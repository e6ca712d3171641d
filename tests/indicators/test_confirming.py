"""What an agency says its series are, against the catalogue, before their first values are believed."""

import pytest

from indicators import confirming, refresh
from indicators.models import Feed, Observation, Run, Series
from indicators.sources import SeriesMetadata, SourceChanged

pytestmark = pytest.mark.django_db

REAL_GDP = "worldbank-real-gdp"


def run(code: str) -> Run:
    return refresh.run(Feed.objects.get(code=code).pk, "command")


def stored(code: str) -> int:
    return Observation.objects.filter(series__feed__code=code).count()


def described(code: str, **fields: str) -> dict[str, SeriesMetadata]:
    """Every series of a feed as the catalogue expects it, but for what a test says."""
    return {
        series.key: SeriesMetadata(**{"title": series.expected_title, **fields})
        for series in Series.objects.filter(feed__code=code)
    }


def confirm(code: str, found: dict[str, SeriesMetadata], absent: str = "") -> None:
    feed = Feed.objects.get(code=code)
    keys = set(feed.series.values_list("key", flat=True)) - {absent}
    confirming.confirm(feed, found, keys)


# --- Over the wire ------------------------------------------------------------------------------
def test_a_series_of_another_title_is_refused_at_the_first_run(world_bank):
    world_bank.titles["NY.GDP.MKTP.KD"] = "GDP growth (annual %)"

    record = run(REAL_GDP)

    assert record.verdict == Run.Verdict.FAILED
    assert record.reason == (
        "NY.GDP.MKTP.KD:CAN is called “GDP growth (annual %)” by the source, expected “GDP (constant; US$”."
    )
    assert stored(REAL_GDP) == 0


def test_once_the_title_is_right_the_values_are_published_without_any_clearing_up(world_bank):
    world_bank.titles["NY.GDP.MKTP.KD"] = "GDP growth (annual %)"
    run(REAL_GDP)
    world_bank.titles["NY.GDP.MKTP.KD"] = "GDP (constant 2021 US$)"

    assert run(REAL_GDP).verdict == Run.Verdict.PUBLISHED
    assert Feed.objects.get(code=REAL_GDP).confirmed_at


def test_an_indicator_the_source_does_not_know_is_refused_in_its_words(world_bank, monkeypatch):
    unknown = '[{"message":[{"id":"120","key":"Invalid value","value":"No such indicator."}]}]'
    monkeypatch.setattr(world_bank, "body", lambda address: unknown)

    record = run(REAL_GDP)

    assert record.verdict == Run.Verdict.FAILED
    assert "does not know this indicator" in record.reason


def test_a_confirmed_feed_is_not_asked_again_whatever_its_title_becomes(world_bank):
    run(REAL_GDP)
    world_bank.titles["NY.GDP.MKTP.KD"] = "GDP (constant 2021 US$, chained)"

    assert run(REAL_GDP).verdict == Run.Verdict.UNCHANGED


def test_packaged_figures_are_described_by_nobody_and_pass():
    Feed.objects.filter(code="published-figures").update(confirmed_at=None)

    assert run("published-figures").verdict == Run.Verdict.UNCHANGED
    assert Feed.objects.get(code="published-figures").confirmed_at


# --- Each part of a description -----------------------------------------------------------------
@pytest.mark.parametrize(
    ("title", "expected", "agrees"),
    [
        ("GDP (constant 2015 US$)", "GDP (constant; US$", True),
        ("GDP per capita (constant 2015 US$)", "GDP (constant; US$", False),
        ("All Employees, Manufacturing, Seasonally Adjusted", "manufacturing, seasonally adjusted", True),
        ("All employees, thousands, manufacturing, not seasonally adjusted", "seasonally adjusted", False),
        ("Canada;Employment;Manufacturing;Seasonally adjusted", "Canada; Manufacturing", True),
        ("Canada;Employment;Construction", "Canada; Manufacturing", False),
        ("", "Manufacturing", False),
        ("Anything", "", True),
    ],
)  # fmt: skip
def test_a_title_must_hold_each_part_of_what_is_expected(title, expected, agrees):
    assert confirming.holds(title, expected) is agrees


def test_a_series_of_another_frequency_is_refused():
    with pytest.raises(SourceChanged, match="frequency “quarterly” by the source, expected “monthly”"):
        confirm("bls-sector-employment", described("bls-sector-employment", frequency="quarterly"))


def test_a_series_in_another_unit_is_refused():
    Series.objects.filter(feed__code="bls-sector-employment").update(source_unit="ALL EMPLOYEES, THOUSANDS")

    with pytest.raises(SourceChanged, match="counted in “HOURS” by the source, expected “ALL EMPLOYEES"):
        confirm("bls-sector-employment", described("bls-sector-employment", unit="HOURS"))


def test_a_source_that_does_not_say_what_a_series_is_is_not_believed(settings):
    settings.SOURCE_KEYS = {**settings.SOURCE_KEYS, "BLS_API_KEY": ""}

    with pytest.raises(
        SourceChanged, match=r"does not say what CES\d+ is, .* only with a key: set BLS_API_KEY"
    ):
        confirm("bls-sector-employment", {})


def test_a_key_that_brings_nothing_is_refused_rather_than_left_empty_for_ever():
    with pytest.raises(SourceChanged, match="holds nothing of US-Mexico Border:Trucks:2304"):
        confirm("bts-truck-crossings", {}, absent="US-Mexico Border:Trucks:2304")


def test_a_feed_that_agrees_is_confirmed():
    confirm("bls-sector-employment", described("bls-sector-employment", frequency="monthly"))

    assert Feed.objects.get(code="bls-sector-employment").confirmed_at
