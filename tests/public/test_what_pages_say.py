"""What pages say of the samples and the packaged figures, and what they must never say."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.html import escape

from goals import rollup
from goals.models import Assumption, Result, SubGoal, Update
from indicators import edition
from indicators.models import Payload, Series, Source
from public import contributions
from public.middleware import clock
from stakeholders.models import Organization


def test_home_names_every_goal_and_the_lowest(page):
    text = page("home").text
    for goal in (
        "Shared prosperity",
        "Economic growth",
        "Intraregional and global trade",
        "Sectoral, strategic",
    ):
        assert goal in text
    assert "the lowest is goal 3" in text


def test_home_says_why_there_is_no_overall_number(page):
    assert "There is no overall number yet" in page("home").text


def test_home_tells_the_latest_updates(page):
    newest = Update.objects.filter(state="published").order_by("-date", "-pk").first()
    assert escape(newest.sub_goal.title) in page("home").text


def test_a_goal_shows_both_layers_and_the_combined_number_after_them(page):
    text = page("goal", "g1").text
    indicators, organizations, combined = (
        text.index(one) for one in ("of 100 on the path", "What organizations do", "Combined:")
    )
    assert indicators < organizations < combined


def test_a_goal_says_its_coverage_and_names_what_holds_it_back(page):
    text = page("goal", "g1").text
    assert "Enough data for 3 of 4 indicators" in text
    assert "Held back most by:" in text


def test_an_indicator_says_its_numbers_as_stored(page):
    text = page("indicator", "intraregional-goods-trade").text
    assert "reached US$1,600 billion in 2025; the path asked for US$1,905 billion" in text
    assert "On track needs about 7.9% a year since 2022" in text
    assert "It rests on 7 values, up to 2025." in text


def test_an_indicator_brings_its_chart_in_two_layouts_with_a_table_of_the_same_numbers(page):
    text = page("indicator", "intraregional-goods-trade").text
    assert text.count('class="chart trajectory"') == 2
    assert "Data in this chart" in text
    assert "/data/indicators/intraregional-goods-trade.csv" in text
    assert "/data/indicators/intraregional-goods-trade.xlsx" in text


def test_an_indicator_without_values_says_what_is_missing_and_draws_nothing(page):
    text = page("indicator", "gdp-per-capita").text
    assert "It is expected from the World Bank." in text
    assert "<figure" not in text


def test_a_monitored_indicator_has_no_score(page):
    text = page("indicator", "population").text
    assert "Monitored, no target yet" in text
    assert "On the path, from 0 to 100" not in text


def test_several_countries_are_shown_with_the_one_that_determines_the_status(page):
    text = page("indicator", "hdi-rank").text
    assert text.count("determines the status") >= 1
    assert "Data overdue since August 31, 2026" in text


def test_the_largest_credits_are_named_and_the_others_counted(page, monkeypatch):
    """Of the samples the terminal's lead is credited with 301 jobs, its partner with 129, a third with 32."""
    monkeypatch.setattr(contributions, "CREDITED_SHOWN", 2)
    monkeypatch.setattr(contributions, "LEFT_OUT_SHOWN", 0)

    text = page("indicator", "export-supported-jobs").text

    assert text.index("301 people") < text.index("129 people")
    assert "32 people" not in text
    assert "And 1 more organization" in text


def test_declared_contributions_are_never_part_of_the_official_value(page):
    text = page("indicator", "export-supported-jobs").text
    assert "462 people" in text
    assert "never added to the official value" in text
    assert "Groupe Maple Freight (sample)</a>: 301 people" in text


def test_every_source_is_cited_once_with_its_checksum(page):
    text = page("indicator", "intraregional-goods-trade").text
    assert text.count('id="source-') == 5
    assert "Checksum of what was read" in text


def test_a_period_has_one_line_with_the_value_the_status_rests_on_and_names_what_another_source_gives(page):
    first = Series.objects.get(indicator__code="intraregional-goods-trade", area="NAM", partner="")
    second = Series.objects.create(
        indicator=first.indicator, area="NAM", source=Source.objects.get(code="worldbank"),
        frequency="annual", precedence=first.precedence + 1,
    )  # fmt: skip
    second.observations.create(
        period=date(2025, 1, 1), value=Decimal("1598.4"), vintage=datetime(2026, 3, 1, tzinfo=UTC)
    )
    edition.advance()
    clock.forget()

    text = page("indicator", "intraregional-goods-trade").text

    lines = re.findall(r'<tr><th scope="row">2025</th>.*?</tr>', text)
    assert len(lines) == 1
    assert '<td class="number">1,600</td>' in lines[0]
    assert re.search(r'<a href="#source-(\d)">Source \1</a>: <a href="[^"]*">1,598', lines[0])


@pytest.mark.parametrize("code", ["intraregional-goods-trade", "hdi-rank", "share-of-world-gdp"])
def test_every_value_of_the_table_leads_to_its_citation_its_retrieval_and_its_checksum(page, client, code):
    text = page("indicator", code).text
    observed = re.findall(r'<tr><th scope="row">[^<]*</th><td>(?:Observed|Calculated)</td>.*?</tr>', text)

    assert observed
    for line in observed:
        assert f'id="source-{re.search(r"#source-([0-9]+)", line)[1]}"' in text
        record = client.get(re.search(r"/api/v1/observations/[0-9]+/", line)[0]).json()
        assert record["citation"]
        assert record["recorded_at"]
        assert record["payload_sha256"] or record["inputs"]


def test_of_many_answers_of_one_source_the_newest_checksums_are_shown(page):
    series = Series.objects.filter(indicator__code="food-trade", feed__isnull=False).first()
    for number in range(5):
        series.observations.create(
            period=date(1990 + number, 1, 1), value=Decimal(number + 1),
            vintage=datetime(1995, 1, 1 + number, tzinfo=UTC),
            recorded_at=datetime(2026, 1, 1 + number, tzinfo=UTC),
            payload=Payload.objects.create(sha256=f"{number}" * 64, size=1, content_type="text/csv"),
        )  # fmt: skip
    edition.advance()
    clock.forget()

    text = page("indicator", "food-trade").text

    assert [number for number in range(5) if f'title="{number}{number}' in text] == [2, 3, 4]
    assert "2 earlier answers were read" in text


def test_the_explanation_lists_records_with_their_vintage(page):
    used = Result.objects.current().get(node="target:food-trade").explanation["input"]["observations"]
    text = page("indicator", "food-trade").text
    for point in used:
        assert f"record {point['observation']}, version of {point['vintage'][:10]}" in text


def test_assumptions_stand_on_the_page_of_their_indicator(page):
    assumption = Assumption.objects.filter(target__indicator__code="hdi-rank").first()
    assert escape(assumption.text) in page("indicator", "hdi-rank").text


def test_a_correction_stays_readable_struck_through_and_dated(page):
    text = page("sub-goal", "sample-graduates-placed").text
    assert "Corrected on" in text
    assert "<del>190 graduates placed. Placements of the first two job weeks.</del>" in text


def test_an_update_names_a_role_and_never_a_person(page):
    people = {"Marisol", "Reyes", "Sample Administrator"}
    text = page("sub-goal", "sample-graduates-placed").text
    assert "Reporting officer" in text
    assert not [name for name in people if name in text]


def test_a_withdrawn_sub_goal_stays_readable_with_its_reason(page):
    sub_goal = SubGoal.objects.filter(state="withdrawn").first()
    text = page("sub-goal", sub_goal.code).text
    assert "Withdrawn on" in text
    assert escape(sub_goal.withdrawal_reason) in text


def test_a_text_in_another_language_is_marked_and_announced(page):
    text = page("sub-goal", "sample-truck-waiting-time").text
    assert '<h1 lang="es">' in text
    assert "It is shown in its own language." in text
    assert '<h1 lang="es">' not in page("sub-goal", "sample-truck-waiting-time", "es").text


def test_samples_say_that_they_are_fictional(page):
    for name, code in (("organization", "sample-frontera-norte"), ("sub-goal", "sample-inspection-lanes")):
        assert "fictional sample" in page(name, code).text


def test_missing_numbers_are_read_out_and_never_zero(page):
    text = page("goal", "g2").text
    assert '<span aria-hidden="true">–</span><span class="visually-hidden">no data</span>' in text


# --- What strangers wrote -----------------------------------------------------------------------
ATTACK = '<script>alert(1)</script>"onmouseover="x'


@pytest.mark.parametrize(
    ("name", "code"),
    [("home", None), ("goal", "g3"), ("sub-goals", None), ("sub-goal", "sample-truck-waiting-time"),
     ("indicator", "intraregional-goods-trade"), ("organization", "sample-frontera-norte"),
     ("organizations", None)],
)  # fmt: skip
def test_what_organizations_write_stays_text(page, name, code):
    SubGoal.objects.filter(code="sample-truck-waiting-time").update(
        title=ATTACK, description=ATTACK, unit="<b>"
    )
    Organization.objects.filter(code="sample-frontera-norte").update(name=ATTACK, description=ATTACK)
    Update.objects.update(note=ATTACK)

    text = page(name, code).text

    assert "<script" not in text
    assert '"onmouseover' not in text
    assert "&lt;script&gt;alert(1)" in text


# --- Editions -----------------------------------------------------------------------------------
def test_a_page_stays_as_it_is_until_the_edition_moves_on(page):
    before = page("organization", "sample-frontera-norte").text
    Organization.objects.filter(code="sample-frontera-norte").update(name="Agency of the North")
    assert page("organization", "sample-frontera-norte").text == before

    edition.advance()
    clock.forget()

    assert "Agency of the North" in page("organization", "sample-frontera-norte").text


def test_a_new_day_changes_what_pages_say(page):
    page("goal", "g3")
    rollup.refresh(date(2026, 11, 23))
    clock.forget()

    assert "November 23, 2026" in page("goal", "g3").text


@pytest.mark.parametrize("name", ["home", "about", "sub-goals"])
def test_an_organization_finds_where_to_ask_to_join(page, name):
    assert f'href="{reverse("join:ask")}"' in page(name).text


def test_the_sign_in_page_says_where_to_ask_to_join(client, db):
    assert f'href="{reverse("join:ask")}"' in client.get(reverse("account_login")).content.decode()


def test_every_page_leads_to_the_organizations(page, kind):
    footer = page(*kind).text.partition("<footer")[2]

    assert f'href="{reverse("public:organizations")}"' in footer
