from decimal import Decimal

import pytest

from goals.method.parameters import Anchor, TargetParameters, problems
from goals.method.path import build_path


def anchors(*pairs):
    return [Anchor(str(year), Decimal(value)) for year, value in pairs]


def path(*pairs, asked="linear"):
    first, *between, last = anchors(*pairs)
    return build_path(first, between, last, asked)


@pytest.mark.parametrize(
    ("t", "value"),
    [("2010", 10), ("2020", 10), ("2022", 12), ("2025", 15), ("2028", 24), ("2030", 30), ("2040", 30)],
)
def test_a_linear_path_runs_straight_between_anchors_and_level_outside_them(t, value):
    assert path((2020, 10), (2025, 15), (2030, 30)).value_at(Decimal(t)) == value


def test_constant_growth_multiplies_by_the_same_factor_every_year():
    growing = path((2020, 100), (2022, 121), asked="constant_growth")
    assert round(growing.value_at(Decimal(2021)), 20) == 110


def test_constant_growth_works_below_zero_on_one_side():
    shrinking = path((2020, -100), (2022, -81), asked="constant_growth")
    assert round(shrinking.value_at(Decimal(2021)), 20) == -90
    assert shrinking.flags == ()


@pytest.mark.parametrize("pairs", [((2020, 0), (2030, 50)), ((2020, 5), (2030, 0)), ((2020, -5), (2030, 5))])
def test_growth_falls_back_to_a_straight_line_when_zero_is_in_the_way(pairs):
    laid = path(*pairs, asked="constant_growth")
    assert (laid.used, laid.flags) == ("linear", ("path_fallback_linear",))


def test_a_zero_milestone_alone_makes_the_whole_path_linear():
    assert path((2020, 5), (2025, 0), (2030, 5), asked="constant_growth").used == "linear"


def test_milestones_may_be_given_in_any_order():
    assert path((2020, 0), (2028, 80), (2022, 10), (2030, 100)).value_at(Decimal(2025)) == 45


def test_a_milestone_a_shifted_baseline_has_passed_is_left_out():
    assert path((2022, 0), (2022, 50), (2030, 80)).value_at(Decimal(2026)) == 40


def test_a_sound_target_has_no_problems():
    sound = TargetParameters(
        "reach_level", baseline=Anchor("2020", Decimal(1)), target=Anchor("2030", Decimal(2)),
        milestones=(Anchor("2025", Decimal(1)),),
    )  # fmt: skip
    assert problems(sound) == ()


@pytest.mark.parametrize(
    ("milestone", "sentence"),
    [
        (("2020", "1.5"), "does not lie between"),
        (("2030", "1.5"), "does not lie between"),
        (("2025", "0.5"), "against the direction"),
        (("2025", "2.5"), "against the direction"),
    ],
)
def test_a_milestone_lies_between_baseline_and_target_and_goes_their_way(milestone, sentence):
    wrong = TargetParameters(
        "reach_level", baseline=Anchor("2020", Decimal(1)), target=Anchor("2030", Decimal(2)),
        milestones=(Anchor(milestone[0], Decimal(milestone[1])),),
    )  # fmt: skip
    assert any(sentence in problem for problem in problems(wrong))


def test_what_a_kind_needs_is_asked_for():
    assert problems(TargetParameters("reach_level"))
    assert problems(TargetParameters("sustain", hold_from=2030, hold_to=2025, threshold=Decimal(1)))
    assert problems(TargetParameters("sustain", hold_from=2024, hold_to=2030))
    assert problems(TargetParameters("wish"))
    assert problems(TargetParameters("monitor")) == ()
    backward = TargetParameters(
        "reach_level", baseline=Anchor("2030", Decimal(1)), target=Anchor("2030", Decimal(2))
    )
    assert problems(backward) == ("The target lies at or before the baseline.",)
