"""The case files, and how cases are read and compared."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from goals.method.case_inputs import CaseError
from goals.method.cases import check_case, run
from goals.method.comparing import agrees, differences, look_up

TOLERANCE = Decimal("1e-6")


def cases():
    for file in sorted((Path(__file__).parent / "cases").glob("*.json")):
        content = json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
        yield from (pytest.param(case, id=case["id"]) for case in content["cases"])


@pytest.mark.parametrize("case", list(cases()))
def test_a_worked_case_comes_out_as_worked(case):
    assert [str(difference) for difference in check_case(case)] == []


def test_a_difference_names_field_expectation_and_outcome():
    [difference] = differences({"pace": Decimal("0.75")}, {"pace": Decimal("0.74")}, TOLERANCE)
    assert str(difference) == "pace: expected 0.75, got 0.74"


@pytest.mark.parametrize(
    ("expected", "got", "is_same"),
    [
        (Decimal("1000"), Decimal("1000.0009"), True),
        (Decimal("1000"), Decimal("1000.002"), False),
        (Decimal("0"), Decimal("0.000001"), True),
        (0, None, False),
        (None, 0, False),
        (None, None, True),
        (True, True, True),
        (True, Decimal(1), False),
        (["stale", "overshoot"], ["overshoot", "stale"], True),
        (["stale"], ["stale", "stale"], False),
        ([1, 2], [2, 1], False),
        ({"a": 1}, {"a": Decimal(1), "b": 2}, True),
        ({"a": 1}, [1], False),
        ("met", {"period": "2040", "status": "met"}, True),
        ("2024", 2024, True),
    ],
)
def test_values_agree_within_tolerance_and_null_only_with_null(expected, got, is_same):
    assert agrees(expected, got, TOLERANCE) is is_same


def test_a_dotted_name_walks_into_objects_lists_and_named_items():
    outcome = {
        "steps": [{"node": "b1", "delta": {"progress": 1}}],
        "indicators": 0.2,
        "indicator_layer": {"mark": "full"},
    }
    assert look_up(outcome, "steps.0.delta.progress") == 1
    assert look_up(outcome, "steps.b1.delta.progress") == 1
    assert look_up(outcome, "indicators") == 0.2
    assert look_up(outcome, "indicators.mark") == "full"
    assert look_up(outcome, "steps.7") == "nothing of that name"


def test_a_missing_field_is_a_difference_even_where_null_is_expected():
    assert differences({"pace": None}, {}, TOLERANCE)


@pytest.mark.parametrize(
    ("op", "given", "sentence"),
    [
        ("guess", {}, "“guess” is no operation"),
        ("target", None, "lacks “input”"),
        ("time", {"period": "2024-Q5"}, "is no period"),
        ("target", {"kind": "reach_level", "observations": []}, "needs a target period"),
        ("target", {"observations": [{"period": "2024", "value": "many"}]}, "is no number"),
        ("subgoal", {"as_of": "2024-01-01"}, "lacks its period"),
        ("delta", {"goals": [], "change": {"id": "x"}}, "no leaf “x”"),
        ("freshness", {"frequency": "hourly", "latest": "2024", "as_of": "2025-01-01"}, "is no frequency"),
        ("contributions", {"subgoals": [{"value": 1}]}, "lacks 'id'"),
    ],
)
def test_a_case_that_cannot_be_run_says_why(op, given, sentence):
    with pytest.raises(CaseError, match=sentence):
        run(op, given)


def test_observations_may_be_unsorted_a_mapping_or_pairs():
    target = {"baseline": {"period": "2020", "value": 0}, "target": {"period": "2030", "value": 100}}
    as_objects = [
        {"period": 2025, "value": 50},
        {"period": "2022", "value": 20},
        {"period": "2026", "value": None},
    ]
    for observations in (as_objects, {"2025": 50, "2022": 20, "2026": None}, [["2025", 50], ["2022", 20]]):
        assert run("target", {**target, "observations": observations})["pace"] == 1


def test_time_answers_for_one_period_or_several():
    assert run("time", {"period": "2024-S2"})["t"] == Decimal("2024.25")
    assert run("time", {"periods": ["2024", "2024-Q1"]})["values"] == [2024, Decimal("2023.625")]


def test_freshness_reads_a_period_observations_or_the_start_of_a_sub_goal():
    on = {"as_of": "2025-06-30"}
    assert run("freshness", {"latest": 2024, **on})["freshness"] == "fresh"
    listed = [{"period": "2024-Q1", "value": 1}, {"period": "2025-Q1", "value": None}]
    assert run("freshness", {"observations": listed, **on})["freshness"] == "outdated"
    waiting = run("freshness", {"cadence": "quarterly", "start": "2025-05-01", **on})
    assert (waiting["update_state"], waiting["soft"]) == ("awaiting_first", 4)
    assert run("freshness", {"frequency": "annual", "latest": None, **on})["reason"] == "no_observation"


def test_goals_may_be_given_as_numbers_already_rolled_up():
    outcome = run(
        "overall",
        {
            "goals": [
                {"id": "a", "indicators": {"progress": 0, "schedule": 1}, "combined": Decimal("0.9")},
                {"id": "b", "combined": Decimal("0.5"), "coverage": Decimal("0.6")},
                {"id": "c", "coverage": 0},
            ]
        },
    )
    assert outcome["combined"] == Decimal("0.7")
    assert outcome["lowest_goal"] == "b"
    assert outcome["coverage"] == Decimal("0.533333333")


def test_observations_recorded_after_the_evaluation_day_are_not_known_unless_with_hindsight():
    given = {
        "baseline": {"period": "2020", "value": 0},
        "target": {"period": "2030", "value": 100},
        "observations": [
            {"period": "2022", "value": 10},
            {"period": "2022", "value": 20, "recorded": "2024-01-01"},
        ],
        "as_of": "2023-06-30",
    }
    assert run("target", given)["pace"] == Decimal("0.5")
    assert run("target", {**given, "hindsight": True})["pace"] == 1
