"""What the monitor says of the packaged figures: the numbers a reader can check by hand."""

from datetime import date
from decimal import Decimal

import pytest

from goals.evaluation import evaluate
from goals.known import Moment
from goals.models import Assumption, Goal, Target

pytestmark = pytest.mark.django_db


@pytest.fixture
def nodes(today):
    return evaluate(Moment(today, today))


def outcome(nodes, code):
    return nodes[f"target:{code}"].outcome


def test_goods_trade_grows_too_slowly_for_its_path(nodes):
    trade = outcome(nodes, "intraregional-goods-trade")

    assert trade["baseline"] == {"period": "2022", "value": 1500}
    assert trade["latest"] == {"period": "2025", "value": 1600}
    assert round(trade["expected_value"], 1) == Decimal("1905.3")  # 1500 x 4.2^(3/18)
    assert round(trade["pace"], 2) == Decimal("0.26")  # 2.174 % a year of 8.299 %
    assert trade["status"] == "off_track"
    assert trade["path_used"] == "constant_growth"


def test_employment_in_trade_linked_sectors_is_a_little_behind(nodes):
    jobs = outcome(nodes, "trade-linked-employment")

    assert jobs["baseline"] == {"period": "2023", "value": 55}
    assert jobs["latest"]["value"] == Decimal("56.2")
    assert jobs["status"] == "needs_acceleration"


def test_the_share_of_world_gdp_met_one_third_in_no_year_to_hold(nodes):
    share = outcome(nodes, "share-of-world-gdp")

    assert share["years_met"] == 0
    assert share["first_unmet"] == 2024
    assert share["status"] == "off_track"  # 30 in 2025 after 29 in 2024: short, but nearer
    assert share["latest"] == {"period": "2025", "value": 30}


def test_the_hdi_rank_moves_away_because_mexico_does(nodes):
    rank = outcome(nodes, "hdi-rank")

    assert rank["binding"] == "MEX"
    assert rank["status"] == "moving_away"
    mexico = rank["entities"]["MEX"]
    assert (mexico["baseline"]["value"], mexico["latest"]["value"]) == (77, 81)
    assert "stale" in rank["flags"]  # the ranks of 2023 are the latest in 2026


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("gdp-per-capita", "no_baseline"),
        ("regional-growth-premium", "no_observation"),
        ("food-trade", "too_early"),
        ("agroindustry-trade", "too_early"),
    ],
)
def test_what_cannot_be_judged_says_why(nodes, code, reason):
    judged = outcome(nodes, code)

    assert (judged["status"], judged["reason"]) == ("not_enough_data", reason)
    assert judged["schedule"] is None


def test_a_target_without_data_says_which_data_is_missing():
    for code in ("gdp-per-capita", "regional-growth-premium"):
        note = Target.objects.get(indicator__code=code).indicator.missing_data_note
        assert "World Bank" in note or "real GDP" in note


def test_goal_four_has_no_published_target_so_all_its_indicators_are_monitored(nodes):
    statuses = {
        node.outcome["status"] for node in nodes.values() if node.target and node.target.goal.code == "g4"
    }

    assert statuses == {"monitored"}
    assert nodes["goal:g4"].outcome["combined"] is None
    assert nodes["goal:g4"].outcome["flags"] == ["no_outcome_data"]


def test_every_goal_shows_its_coverage_and_what_binds_it(nodes):
    prosperity = nodes["goal:g1"].outcome
    assert prosperity["coverage"] == Decimal("0.75")  # three of four: GDP per capita has no data
    assert prosperity["mark"] == "partial"
    assert prosperity["binding"] == "target:hdi-rank"
    assert nodes["goal:g3"].outcome["coverage"] == Decimal("0.5")


def test_under_half_coverage_there_is_no_overall_number(nodes):
    overall = nodes["overall"].outcome

    assert overall["coverage"] == Decimal("0.416666667")  # (3/4 + 0 + 1/2) / 3; goal 4 has nothing to judge
    assert overall["combined"] is None
    assert overall["lowest_goal"] == "g3"


def test_an_earlier_day_is_judged_with_what_was_known_then():
    then = evaluate(Moment(date(2025, 6, 30), date(2025, 6, 30)))
    trade = outcome(then, "intraregional-goods-trade")
    assert (trade["status"], trade["reason"]) == (
        "not_enough_data",
        "too_early",
    )  # 2024 came out in November 2025

    hindsight = evaluate(Moment(date(2025, 6, 30), date(2026, 11, 22)))
    assert outcome(hindsight, "intraregional-goods-trade")["latest"]["period"] == "2024"


def test_before_the_targets_were_published_nothing_is_judged():
    assert not any(node.target for node in evaluate(Moment(date(2020, 1, 1), date(2020, 1, 1))).values())


def test_supporting_indicators_hang_under_a_goal_and_carry_no_weight(nodes):
    supporting = [node for node in nodes.values() if node.target and not node.target.is_headline]

    assert len(supporting) == 63
    assert {node.outcome["status"] for node in supporting} == {"monitored"}


def test_assumptions_stand_with_the_targets_that_rest_on_them():
    assert Assumption.objects.filter(target__indicator__code="trade-linked-employment").exists()
    assert all(assumption.text_es and assumption.text_fr for assumption in Assumption.objects.all())


def test_goals_have_their_texts_in_three_languages():
    for goal in Goal.objects.all():
        assert all((goal.name_en, goal.name_es, goal.name_fr, goal.statement_es, goal.statement_fr))
