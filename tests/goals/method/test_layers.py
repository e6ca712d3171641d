from decimal import Decimal

import pytest

from goals.method import (
    GoalNode,
    IndicatorRow,
    Numbers,
    OrganizationNode,
    SubgoalNode,
    combine,
    indicator_layer,
    roll_goal,
    roll_overall,
    roll_subgoal,
    stakeholder_layer,
)


def numbers(schedule, progress=None, expected=None):
    return Numbers(*(None if v is None else Decimal(str(v)) for v in (progress, expected, schedule)))


def row(name, schedule, status="on_track", weight=1, progress=None):
    return IndicatorRow(name, status, numbers(schedule, progress), Decimal(weight))


def leaf(name, progress, schedule=None, weight=1, **others):
    return SubgoalNode(name, numbers(schedule, progress), Decimal(weight), **others)


def test_the_layer_is_the_weighted_mean_of_rows_with_a_number():
    layer = indicator_layer([row("a", "0.5", weight=3), row("b", 1)])
    assert (layer.schedule, layer.coverage, layer.mark) == (Decimal("0.625"), 1, "full")


@pytest.mark.parametrize(
    ("with_number", "without", "mark"),
    [
        (4, 1, "full"),
        (79, 21, "partial"),
        (1, 1, "partial"),
        (49, 51, "insufficient"),
        (0, 1, "insufficient"),
    ],
)
def test_the_mark_follows_coverage_and_lower_bounds_belong_to_the_better_mark(with_number, without, mark):
    layer = indicator_layer(
        [row("a", 1, weight=with_number), row("b", None, "not_enough_data", weight=without)]
    )
    assert layer.mark == mark
    assert (layer.schedule is None) is (mark == "insufficient")
    assert (layer.status == "not_enough_data") is (mark == "insufficient")


def test_monitored_indicators_are_in_no_denominator():
    layer = indicator_layer([row("a", "0.7"), row("m", None, "monitored", weight=9)])
    assert (layer.coverage, layer.excluded) == (1, {"m": "monitored"})
    assert indicator_layer([row("m", None, "monitored")]).coverage is None


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        ([("0.95", "on_track")], "on_track"),
        ([("0.9499999999", "needs_acceleration")], "on_track"),
        ([("0.949", "needs_acceleration")], "needs_acceleration"),
        ([("0.6", "needs_acceleration")], "needs_acceleration"),
        ([("0.599", "off_track")], "off_track"),
        ([("0", "moving_away")], "off_track"),
        ([("1", "achieved"), ("1", "achieved")], "achieved"),
        ([("1", "achieved"), ("1", "on_track")], "on_track"),
        ([("1", "achieved"), ("1", "achieved"), (None, "not_enough_data")], "on_track"),
        ([("1", "on_track")] * 30 + [("0", "moving_away")], "needs_acceleration"),
        ([("1", "on_track")] * 30 + [("1", "missed")], "needs_acceleration"),
        ([("1", "on_track")] * 30 + [(None, "moving_away")], "needs_acceleration"),
        ([("1", "on_track")] * 30 + [("0", "off_track")], "on_track"),
    ],
)
def test_the_status_of_the_layer(rows, status):
    assert indicator_layer([row(str(n), *pair) for n, pair in enumerate(rows)]).status == status


def test_the_binding_indicator_is_the_worst_then_the_least_far_then_the_first_by_id():
    assert indicator_layer([row("a", 0, "moving_away"), row("b", 0, "missed")]).binding == "b"
    tied = [row("a", 0, "off_track", progress="0.2"), row("b", 0, "off_track", progress="0.1")]
    assert indicator_layer(tied).binding == "b"
    assert indicator_layer([row("b", 0, "off_track"), row("a", 0, "off_track")]).binding == "a"
    unknown = [row("a", None, "not_enough_data", weight=9), row("b", 1, "on_track")]
    assert indicator_layer(unknown).binding == "b"


def test_a_row_is_cut_before_the_mean_so_one_overachiever_hides_no_failure():
    layer = indicator_layer([row("a", 1, progress=5), row("b", 0, "off_track", progress=-3)])
    assert layer.progress == Decimal("0.5")


def test_splitting_one_sub_goal_into_ten_gains_nothing():
    split = [leaf(str(n), "0.2", "0.4") for n in range(10)]
    layer = stakeholder_layer(
        [OrganizationNode("A", tuple(split)), OrganizationNode("B", (leaf("b", "0.6", 1),))]
    )
    assert (layer.progress, layer.schedule) == (Decimal("0.4"), Decimal("0.7"))


def test_a_parent_shows_its_children_or_itself_never_both():
    children = (leaf("c", "0.2", 0), leaf("d", "0.4", 1))
    assert roll_subgoal(leaf("p", "0.9", 1, children=children)).progress == Decimal("0.9")
    assert roll_subgoal(leaf("p", "0.9", 1, children=children, progress_from="children")).progress == Decimal(
        "0.3"
    )


def test_a_parent_none_of_whose_children_count_does_not_count_either():
    children = (leaf("c", "0.2", 0, counted=False),)
    assert roll_subgoal(leaf("p", "0.9", 1, children=children, progress_from="children")) is None
    organizations = [
        OrganizationNode("A", (leaf("a", "0.2", 0, counted=False),)),
        OrganizationNode("B", (leaf("b", 1, 1),)),
    ]
    assert stakeholder_layer(organizations).progress == 1


def test_a_sub_goal_too_early_for_a_schedule_counts_with_its_progress_only():
    layer = stakeholder_layer([OrganizationNode("A", (leaf("a", 0), leaf("b", "0.5", "0.8")))])
    assert (layer.progress, layer.schedule) == (Decimal("0.25"), Decimal("0.8"))


def test_the_reporting_rate_has_the_weights_of_the_layer():
    organizations = [
        OrganizationNode(
            "A", (leaf("a", 1, update_state="current", weight=3), leaf("b", 1, update_state="silent"))
        ),
        OrganizationNode(
            "B", (leaf("c", 1, update_state="awaiting_first"), leaf("d", 1, update_state="closed"))
        ),
        OrganizationNode("C", (leaf("e", 1, update_state="overdue"),)),
    ]
    assert stakeholder_layer(organizations).reporting_rate * 12 == 7


@pytest.mark.parametrize(
    ("indicators", "stakeholders", "outcome"),
    [
        ("0.6", "0.8", (Decimal("0.65"), None)),
        (None, "0.8", (None, "no_outcome_data")),
        ("0.6", None, (Decimal("0.6"), "outcome_only")),
        (None, None, (None, "no_outcome_data")),
    ],
)
def test_effort_alone_is_never_progress(indicators, stakeholders, outcome):
    assert combine(indicators and Decimal(indicators), stakeholders and Decimal(stakeholders)) == outcome


def test_the_status_of_a_goal_is_the_indicators_alone():
    silent = (OrganizationNode("A", (leaf("a", 0, 0),)),)
    goal = roll_goal(GoalNode("g", (row("i", 1),), silent))
    assert (goal.status, goal.combined) == ("on_track", Decimal("0.75"))


def goal(name, schedule, weight=1, status="on_track"):
    return GoalNode(name, (row("i", schedule, status),), weight=Decimal(weight))


def test_overall_is_the_mean_over_goals_and_names_the_lowest():
    overall = roll_overall([goal("a", 1, weight=3), goal("b", "0.2", status="off_track")])
    assert (overall.combined, overall.indicator_layer.schedule, overall.lowest_goal) == (
        Decimal("0.8"),
        Decimal("0.8"),
        "b",
    )
    assert overall.goals["b"].combined == Decimal("0.2")


def test_goals_with_equal_numbers_are_named_by_id():
    assert roll_overall([goal("b", "0.2"), goal("a", "0.2")]).lowest_goal == "a"


def test_overall_shows_no_indicator_number_under_half_coverage():
    nothing = GoalNode(
        "n", (row("i", None, "not_enough_data"),), (OrganizationNode("A", (leaf("a", "0.4", "0.5"),)),)
    )
    half = roll_overall([goal("a", 1), nothing])
    assert (half.coverage, half.combined) == (Decimal("0.5"), 1)
    under = roll_overall([goal("a", 1), nothing, nothing])
    assert (under.combined, under.indicators, under.stakeholders) == (None, None, Decimal("0.4"))
    assert (under.status, under.lowest_goal) == ("not_enough_data", "a")


def test_with_effort_only_the_lowest_effort_is_named():
    effort = [
        GoalNode(n, (), (OrganizationNode("A", (leaf("a", 0, s),)),)) for n, s in (("x", "0.9"), ("y", "0.1"))
    ]
    assert roll_overall(effort).lowest_goal == "y"
    assert roll_overall([]).lowest_goal is None
