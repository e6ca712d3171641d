from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override

from goals import findings, sentences, words
from goals.method.countries import judge_countries, judge_target
from goals.method.parameters import Anchor, Entity, Point, TargetParameters
from goals.method.projection import project
from goals.sentences import Facts

TRADE = Facts("Trade", "usd_billion")
TRADE_TARGET = TargetParameters(
    kind="reach_level",
    path="constant_growth",
    baseline=Anchor("2022", Decimal(1500)),
    milestones=(Anchor("2040", Decimal(6300)),),
    target=Anchor("2050", Decimal(14000)),
)
LADDER = TargetParameters(
    kind="reach_level", baseline=Anchor("2020", Decimal(10)), target=Anchor("2030", Decimal(20))
)
JOBS = Facts("Jobs", "million_persons", decimals=1)
MARGIN = Facts(
    "Growth above world growth", "percent", decimals=1, margin=Decimal(1), hold_from=2024, hold_to=2050
)


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


def points(**by_year):
    return tuple(Point(year[1:], Decimal(str(value))) for year, value in by_year.items())


def judged(parameters, as_of=None, **by_year):
    frequency = "annual" if as_of else None
    return judge_target(parameters, points(**by_year), as_of=as_of, frequency=frequency).as_dict()


def held(region, world, **changes):
    parameters = TargetParameters(kind="sustain", margin=Decimal(1), hold_from=2024, hold_to=2050)
    return judge_target(replace(parameters, **changes), points(**region), points(**world)).as_dict()


def by_country(parameters, **series):
    entities = {code: Entity(points(**values)) for code, values in series.items()}
    return judge_countries(parameters, entities).as_dict()


def test_a_growing_amount_says_value_path_growth_and_what_is_needed():
    assert sentences.lead(judged(TRADE_TARGET, y2025=1800), TRADE) == (
        "Trade reached US$1,800 billion in 2025; the path asked for US$1,905 billion. "
        "It grew 6.3% a year since 2022; 8.6% a year is needed from now on."
    )


def test_a_falling_amount_stood_there_and_needs_growth():
    food = replace(
        TRADE_TARGET,
        baseline=Anchor("2022", Decimal(140)),
        milestones=(Anchor("2040", Decimal(170)),),
        target=Anchor("2050", Decimal(210)),
    )
    said = sentences.lead(judged(food, y2025=139), replace(TRADE, name="Food trade"))
    assert said.startswith("Food trade stood at US$139 billion in 2025; the path asked for US$145 billion.")
    assert "It fell 0.2% a year since 2022; growth of 1.7% a year is needed from now on." in said


def test_a_straight_path_says_steps_in_the_unit():
    assert (
        "It rose by 0.5 million people a year since 2020; a rise of 1.5 million people a year is needed"
        in (sentences.lead(judged(LADDER, y2025=12.5), JOBS))
    )


def test_a_share_moves_by_percentage_points():
    share = Facts("Share", "percent", decimals=1)
    assert "It rose by 0.5 percentage points a year" in sentences.lead(judged(LADDER, y2025=12.5), share)


def test_a_reached_target_says_that_it_can_be_lost_while_its_year_has_not_come():
    said = sentences.lead(judged(LADDER, y2026=21), JOBS)
    assert said == (
        "Jobs stood at 21.0 million people in 2026; the target for 2030 is 20.0 million people. "
        "The target year has not come yet: the status holds while the value does."
    )


def test_a_missed_target_says_that_the_year_has_passed():
    outcome = judged(LADDER, y2030=19)
    assert sentences.lead(outcome, JOBS) == (
        "Jobs stood at 19.0 million people in 2030; the target for 2030 was 20.0 million people. "
        "The target year has passed."
    )
    assert words.status_tag(outcome).note == "The target year has passed."


def test_a_target_already_met_at_the_baseline_has_to_be_kept():
    kept = replace(LADDER, baseline=Anchor("2020", Decimal(22)))
    assert "already at the target of 20.0 million people in 2020" in sentences.lead(
        judged(kept, y2025=21), JOBS
    )
    assert "no longer is" in sentences.lead(judged(kept, y2025=19), JOBS)


def test_a_flat_stretch_asks_for_nothing_yet():
    flat = replace(LADDER, milestones=(Anchor("2026", Decimal(10)),))
    assert "up to then the path asked for 10.0 million people, as in 2020." in sentences.lead(
        judged(flat, y2025=11), JOBS
    )


def test_a_decrease_needs_a_fall():
    poverty = replace(LADDER, direction="decrease", target=Anchor("2030", Decimal(5)))
    said = sentences.lead(judged(poverty, y2025=11), replace(JOBS, direction="decrease"))
    assert "Jobs stood at 11.0 million people" in said
    assert "It rose by 0.2 million people a year since 2020; a fall of 1.2 million people a year" in said


GDP = TargetParameters(
    kind="relative_change",
    path="constant_growth",
    change=Decimal("0.25"),
    baseline=Anchor("2023"),
    target=Anchor("2050"),
)
GDP_FACTS = Facts("GDP per capita", "index", decimals=1, change=Decimal("0.25"))


def test_countries_that_must_all_hold_name_the_one_that_decides():
    outcome = by_country(
        GDP,
        CAN={"y2023": 100, "y2026": 100.6},
        MEX={"y2023": 100, "y2026": 102},
        USA={"y2023": 100, "y2026": 104},
    )
    assert sentences.lead(outcome, GDP_FACTS) == (
        "GDP per capita has to be 25% above its 2023 level in all 3 countries by 2050; so far it is in 0 of "
        "them. Canada determines the status: 100.6 in 2026; the path asked for 102.5. "
        "It grew 0.2% a year since 2023; 0.9% a year is needed from now on."
    )
    assert findings.finding(outcome, GDP_FACTS).startswith("Canada is furthest from the target")
    assert findings.what_would_change(outcome, GDP_FACTS) == "The status changes when Canada does better."


def test_a_country_without_data_is_named():
    outcome = by_country(GDP, CAN={"y2023": 100, "y2026": 102.5}, MEX={})
    assert outcome["status"] == "not_enough_data"
    assert "There is not enough data for Mexico." in sentences.lead(outcome, GDP_FACTS)
    assert findings.finding(outcome, GDP_FACTS) == "Not enough data for Mexico"
    assert findings.what_would_change(outcome, GDP_FACTS) == "A status needs newer data for Mexico."


def test_ranks_move_by_places():
    ranks = TargetParameters(kind="rank", baseline=Anchor("2022"), target=Anchor("2050", Decimal(10)))
    outcome = by_country(ranks, MEX={"y2022": 77, "y2024": 76}, USA={"y2022": 20, "y2024": 19})
    said = sentences.lead(outcome, Facts("World rank", "rank", direction="decrease"))
    assert said == (
        "World rank has to be rank 10 or better in all 2 countries by 2050; so far it is in 0 of them. "
        "Mexico determines the status: rank 76 in 2024; the path asked for rank 72. "
        "It moved up 0.5 places a year since 2022; a move up of 2.5 places a year is needed from now on."
    )


REGION = {"y2024": 3.6, "y2025": 4.1, "y2026": 3.9, "y2027": 4.4}
WORLD = {"y2024": 2.8, "y2025": 2.9, "y2026": 2.9, "y2027": 3.1}


def test_a_level_to_hold_says_how_many_years_met_it_and_the_first_that_did_not():
    outcome = held(REGION, WORLD)
    assert sentences.lead(outcome, MARGIN) == (
        "Growth above world growth has to be at least 1.0 percentage points above the value compared with, "
        "every year from 2024 to 2050. Years known so far: 4; it was met in 3 of them. "
        "The value in 2027 is 0.3 percentage points better than asked. "
        "The first year that did not meet it is 2024."
    )
    assert findings.finding(outcome, MARGIN) == "Met in 3 of 4 years known so far"
    assert words.status_tag(outcome).note == "Met now, not every year."
    assert "2024 did not" in findings.what_would_change(outcome, MARGIN)


def test_a_threshold_to_hold_says_how_far_short_the_latest_year_is():
    facts = Facts("Share", "percent", decimals=1, threshold=Decimal("33.3"), hold_from=2024, hold_to=2050)
    outcome = held({"y2024": 30, "y2025": 30.4}, {}, margin=None, threshold=Decimal("33.3"))
    said = sentences.lead(outcome, facts)
    assert said.startswith("Share has to be at least 33.3% every year from 2024 to 2050.")
    assert "The value in 2025 is 2.9 percentage points short of what is asked." in said


def test_the_way_to_the_first_year_to_hold_is_judged_like_a_level_to_reach():
    way = {"threshold": Decimal(20), "margin": None, "baseline": Anchor("2015", Decimal(10))}
    outcome = held({"y2020": 12}, {}, **way)
    facts = replace(JOBS, threshold=Decimal(20), hold_from=2024, hold_to=2050)
    assert sentences.lead(outcome, facts).endswith("It has to be held every year from 2024 to 2050.")


def test_a_monitored_indicator_has_a_trend_and_no_verdict():
    monitor = TargetParameters(kind="monitor")
    rising = judged(monitor, y2021=10.2, y2022=10.9, y2023=11.5)
    facts = Facts("Share of imports", "percent", decimals=1)
    assert sentences.lead(rising, facts) == (
        "Share of imports stood at 11.5% in 2023; it is monitored without a target. "
        "Over the last five years the values rose."
    )
    assert "too few to tell a trend" in sentences.lead(judged(monitor, y2023=11.5), facts)
    assert (
        sentences.lead(judged(monitor), facts)
        == "Share of imports has no value yet; it is monitored without a target."
    )
    assert findings.finding(judged(monitor), facts) == "No values yet"
    assert findings.what_would_change(rising, facts) == ""


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (judged(TRADE_TARGET), "no value since 2022 yet; the target for 2050 is US$14,000 billion."),
        (judged(TRADE_TARGET, y2022=1500), "too soon after the baseline of 2022 to judge"),
        (judged(TRADE_TARGET, as_of=date(2035, 1, 1), y2025=1800), "is US$1,800 billion in 2025, too old"),
        (judged(GDP), "no value for the baseline yet"),
        (judged(GDP, y2023=-3, y2025=1), "cannot be counted from zero or below"),
    ],
    ids=["no observation", "too early", "outdated", "no baseline", "baseline not positive"],
)
def test_not_enough_data_says_which_data_is_missing(outcome, said):
    assert outcome["status"] == "not_enough_data"
    assert said in sentences.lead(outcome, TRADE)
    assert words.status_tag(outcome).note == words.reason_text(outcome["reason"])
    assert words.reason_text(outcome["reason"]) in findings.what_would_change(outcome, TRADE)


def test_unknown_years_are_counted():
    outcome = held({"y2025": 5}, {"y2025": 4}, hold_to=2025)
    assert outcome["reason"] == "years_unknown"
    assert "known for 1 of the 2 years from 2024 to 2025" in sentences.lead(
        outcome, replace(MARGIN, hold_to=2025)
    )


def test_what_would_change_names_the_rate_that_earns_on_track():
    assert findings.what_would_change(judged(TRADE_TARGET, y2025=1600), TRADE) == (
        "On track needs about 7.9% a year since 2022; it has been 2.2%."
    )
    assert findings.what_would_change(judged(TRADE_TARGET, y2025=1950), TRADE) == (
        "It stays on track with at least about 7.9% a year since 2022."
    )


def test_what_would_change_names_a_value_where_rates_are_steps():
    assert findings.what_would_change(judged(LADDER, y2025=12.5), JOBS) == (
        "On track needed 14.8 million people in 2025."
    )


def test_a_verdict_says_on_how_many_values_it_rests():
    assert findings.rests_on(1, "2024") == "It rests on 1 value, up to 2024."
    assert findings.rests_on(12, "2024-Q3") == "It rests on 12 values, up to third quarter of 2024."


SLOW = points(y2021=1400, y2022=1450, y2023=1480, y2024=1530, y2025=1600)


def test_the_chart_title_is_the_share_of_the_target_the_pace_leads_to():
    outcome, projection = judge_target(TRADE_TARGET, SLOW).as_dict(), project(TRADE_TARGET, SLOW).as_dict()
    assert Decimal(3700) > projection["projection"] > Decimal(3600)
    assert findings.finding(outcome, TRADE, projection) == (
        "At the current pace, about a quarter of the 2050 target is reached"
    )
    assert findings.outlook(projection, outcome, TRADE).startswith(
        "At the current pace it reaches about US$3,600 billion in 2050 (80% range "
    )


def test_without_a_projection_the_title_sets_the_value_against_the_path():
    projection = project(TRADE_TARGET, SLOW[-2:]).as_dict()
    outcome = judge_target(TRADE_TARGET, SLOW[-2:]).as_dict()
    assert findings.finding(outcome, TRADE, projection) == (
        "US$1,600 billion in 2025; the path asked for US$1,905 billion"
    )
    assert findings.outlook(projection, outcome, TRADE) == (
        "There are too few values to project; at least five are needed."
    )


def test_a_pace_that_arrives_names_the_year():
    steady = points(y2020=10, y2021=12, y2022=14, y2023=16, y2024=18)
    outcome, projection = judge_target(LADDER, steady).as_dict(), project(LADDER, steady).as_dict()
    assert findings.finding(outcome, JOBS, projection) == (
        "At the current pace, the target of 2030 is reached in 2025"
    )


def test_the_wrong_way_is_said_without_a_share():
    down = points(y2020=10, y2021=9, y2022=8, y2023=7, y2024=6)
    outcome, projection = judge_target(LADDER, down).as_dict(), project(LADDER, down).as_dict()
    assert findings.finding(outcome, JOBS, projection) == "The values move away from the 2030 target"


@pytest.mark.parametrize("status", words.STATUSES)
def test_every_status_has_a_word_and_all_but_monitored_a_shape(status):
    tag = words.status_tag({"status": status})
    assert tag.word
    assert bool(tag.shape) == (status != "monitored")


def test_moving_away_is_getting_worse_and_direction_follows_what_counts_as_better():
    assert words.direction_word({"status": "moving_away", "trend": "rising"}, "increase") == "Getting worse"
    assert words.direction_word({"status": "off_track", "trend": "rising"}, "increase") == "Improving"
    assert words.direction_word({"status": "off_track", "trend": "rising"}, "decrease") == "Getting worse"
    assert words.direction_word({"status": "off_track", "trend": "flat"}, "increase") == "No clear change"
    assert words.direction_word({"status": "monitored", "trend": "rising"}, "") == "Rising"
    assert words.direction_word({"status": "on_track", "trend": None}, "increase") == ""


def test_old_values_are_flagged_with_the_day_or_the_year():
    stale = {"status": "on_track", "freshness": "stale", "latest": {"period": "2024"}}
    assert words.freshness_word(stale) == "Data overdue"
    assert words.freshness_word(stale, date(2026, 3, 1)) == "Data overdue since March 1, 2026"
    assert words.freshness_word(stale | {"freshness": "outdated"}) == "Last known: 2024"
    assert words.freshness_word(stale | {"freshness": "fresh"}) == ""


def test_flags_are_said_without_the_record_they_name():
    assert words.flag_texts(["overshoot", "shared_effort_disagrees:E1"]) == [
        "The value lies beyond the target.",
        "Organizations of one shared effort report different amounts.",
    ]
