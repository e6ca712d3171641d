from datetime import date
from decimal import Decimal

import pytest

from goals.method import Anchor, Point, TargetParameters, judge_reach, judge_target


def number(value):
    return None if value is None else Decimal(str(value))


def points(values):
    return [Point(str(period), number(value)) for period, value in values.items()]


def target(baseline=0, goal=100, start="2020", end="2030", milestones=(), **others):
    return TargetParameters(
        kind=others.pop("kind", "reach_level"),
        baseline=Anchor(start, number(baseline)),
        milestones=tuple(Anchor(period, number(value)) for period, value in milestones),
        target=Anchor(end, number(goal)),
        **others,
    )


def judge(values, as_of=None, frequency=None, **parameters):
    return judge_reach(target(**parameters), points(values), as_of, frequency)


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("50", "on_track"),
        ("47.5", "on_track"),
        ("47.4999999999", "on_track"),  # 0.949999999998 rounds to 0.95 at nine decimals
        ("47.4999", "needs_acceleration"),
        ("30", "needs_acceleration"),
        ("29.9999", "off_track"),
        ("0", "off_track"),
        ("-0.00000000001", "off_track"),
        ("-0.0001", "moving_away"),
        ("100", "achieved"),
    ],
)
def test_a_bound_belongs_to_the_better_class(value, status):
    assert judge({"2025": value}).status == status


def test_pace_and_schedule_keep_their_digits_when_the_status_rounds():
    judged = judge({"2025": "47.4999999999"})
    assert judged.pace == judged.schedule == Decimal("0.949999999998")


def test_progress_is_cut_to_its_range_and_the_raw_value_stands_beside_it():
    worse = judge({"2025": -10})
    assert (worse.progress_raw, worse.progress, worse.schedule) == (Decimal("-0.1"), 0, 0)
    over = judge({"2025": 120})
    assert (over.progress_raw, over.progress, over.schedule) == (Decimal("1.2"), 1, 1)
    assert over.flags == ("provisional", "overshoot")


def test_lower_is_better_where_the_direction_says_so():
    judged = judge({"2025": 60}, baseline=100, goal=0, direction="decrease")
    assert (judged.status, judged.pace, judged.actual_rate) == ("needs_acceleration", Decimal("0.8"), -8)
    assert judge({"2025": 110}, baseline=100, goal=0, direction="decrease").status == "moving_away"


def test_reaching_within_a_billionth_is_reaching():
    assert judge({"2031": "99.9999999"}).status == "achieved"
    assert judge({"2031": "99.99999"}).status == "missed"


def test_an_achieved_target_is_provisional_until_its_time():
    assert judge({"2029": 100}).flags == ("provisional",)
    assert judge({"2030": 100}).flags == ()


def test_a_missed_target_keeps_its_pace_and_schedule():
    judged = judge({"2030": 80})
    assert (judged.status, judged.pace, judged.schedule, judged.expected) == (
        "missed",
        Decimal("0.8"),
        Decimal("0.8"),
        1,
    )
    assert judged.required_from_now is None
    assert round(judge({"2032": 80}).pace, 20) == Decimal("0.8")


@pytest.mark.parametrize(
    ("end", "period", "reason"),
    [
        ("2040", "2020", "too_early"),
        ("2040", "2020-12", "too_early"),
        ("2040", "2021", None),  # one year, shorter than a tenth of twenty
        ("2025", "2020-09", "too_early"),
        ("2025", "2020-Q4", "too_early"),
        ("2025", "2021-01", None),  # 0.542 years, past a tenth of five
    ],
)
def test_nothing_is_judged_before_a_year_or_a_tenth_of_the_time(end, period, reason):
    judged = judge({period: 1}, end=end)
    assert judged.reason == reason
    assert (
        (judged.progress is None)
        == (judged.schedule is None)
        == (judged.pace is None)
        == (reason is not None)
    )


def test_a_tenth_of_the_time_to_the_day_is_enough():
    assert judge({"2024-02": 1}, start="2024-01", end="2024-11").status != "not_enough_data"


def test_a_target_reached_early_on_is_achieved_however_early():
    assert judge({"2020-12": 100}).status == "achieved"


@pytest.mark.parametrize(
    ("values", "parameters", "reason"),
    [
        ({"2025": 5}, {"baseline": None}, "no_baseline"),
        ({}, {}, "no_observation"),
        ({"2019": 5}, {}, "no_observation"),
        ({"2025": None}, {}, "no_observation"),
        ({"2025": 5}, {"kind": "relative_change", "change": Decimal("0.1")}, "baseline_not_positive"),
        (
            {"2025": 5},
            {"kind": "relative_change", "change": Decimal("0.1"), "baseline": -3},
            "baseline_not_positive",
        ),
    ],
)
def test_what_is_lacking_is_the_reason(values, parameters, reason):
    judged = judge(values, **parameters)
    assert (judged.status, judged.reason) == ("not_enough_data", reason)
    assert (judged.progress, judged.expected, judged.schedule) == (None, None, None)


@pytest.mark.parametrize(
    ("value", "period", "status", "number"),
    [
        (100, "2025", "achieved", 1),
        (120, "2025", "achieved", 1),
        (99, "2025", "moving_away", 0),
        (99, "2030", "missed", 0),
        (130, "2020", "achieved", 1),
    ],
)
def test_a_baseline_at_or_beyond_the_target_is_to_be_kept(value, period, status, number):
    for baseline in (100, 110):
        judged = judge({period: value}, baseline=baseline)
        assert (judged.status, judged.progress, judged.schedule, judged.expected) == (
            status,
            number,
            number,
            1,
        )
        assert (judged.pace, judged.flags) == (None, ("keep_mode",))


@pytest.mark.parametrize(
    ("value", "status", "schedule"), [(11, "on_track", 1), (10, "on_track", 1), (9, "moving_away", 0)]
)
def test_on_a_flat_stretch_the_baseline_is_to_be_held(value, status, schedule):
    judged = judge({"2022": value}, baseline=10, milestones=[("2025", 10)])
    assert (judged.status, judged.pace, judged.schedule, judged.expected) == (status, None, schedule, 0)


def test_a_zero_baseline_means_linear_rates():
    judged = judge({"2023": 12}, goal=50, path="constant_growth")
    assert (judged.pace, judged.rates, judged.flags) == (Decimal("0.8"), "linear", ("path_fallback_linear",))


def test_negative_baselines_work_on_straight_and_on_growth_paths():
    straight = judge({"2025": -5}, baseline=-10, goal=10)
    assert (straight.pace, straight.progress) == (Decimal("0.5"), Decimal("0.25"))
    growth = judge({"2021": -90}, baseline=-100, goal=-81, end="2022", path="constant_growth")
    assert round(growth.pace, 20) == 1
    assert (growth.status, growth.rates) == ("on_track", "growth")


@pytest.mark.parametrize("value", [0, -3])
def test_a_value_at_or_across_zero_makes_the_rates_linear_on_a_growth_path(value):
    judged = judge({"2021": value}, baseline=100, goal=121, end="2022", path="constant_growth")
    assert (judged.path_used, judged.rates, judged.flags) == (
        "constant_growth",
        "linear",
        ("path_fallback_linear",),
    )
    assert round(judged.pace, 20) == Decimal(value - 100) / 10


def test_a_baseline_year_takes_its_observation():
    judged = judge({"2020": 10, "2025": 55}, baseline=None)
    assert (judged.baseline, judged.flags, judged.pace) == (Anchor("2020", Decimal(10)), (), 1)


@pytest.mark.parametrize(
    ("year", "is_found"), [("2021", True), ("2023", True), ("2024", False), ("2019", False)]
)
def test_a_missing_baseline_shifts_by_three_years_at_most(year, is_found):
    judged = judge({year: 0, "2028": 60}, baseline=None)
    assert (judged.flags == ("baseline_shifted",)) is is_found
    assert (judged.reason == "no_baseline") is not is_found


def test_milestones_are_met_missed_unknown_reached_early_or_upcoming():
    judged = judge(
        {"2022": 20, "2025": 44, "2029": 85},
        milestones=[("2022", 20), ("2024", 45), ("2026", 60), ("2029-Q4", 85), ("2029-12", 90)],
    )
    assert [m.status for m in judged.milestones] == ["met", "missed", "unknown", "reached_early", "upcoming"]
    assert judged.next_milestone == Anchor("2029-Q4", Decimal(85))


def test_a_milestone_missed_by_its_period_stays_missed_when_reached_later():
    judged = judge({"2022": 19, "2023": 50}, milestones=[("2022", 20)])
    assert judged.milestones[0].status == "missed"


def test_the_outcome_says_what_is_needed_from_now_on():
    judged = judge({"2025": 40}, milestones=[("2029", 90)], as_of=date(2026, 7, 2))
    assert (judged.required_from_now, judged.required_to_next) == (12, Decimal("12.5"))
    assert judged.expected_value == 50
    assert judged.expected_today == 60
    assert (judged.needed_for["on_track"].value, judged.needed_for["on_track"].rate) == (
        Decimal("47.5"),
        Decimal("9.5"),
    )
    assert judged.needed_for["needs_acceleration"].value == 30


def test_a_value_that_earns_on_track_on_a_growth_path_is_on_track():
    needed = judge({"2021": 1}, baseline=100, goal=200, path="constant_growth").needed_for["on_track"]
    assert judge({"2021": needed.value}, baseline=100, goal=200, path="constant_growth").status == "on_track"


def test_a_stale_series_is_judged_and_flagged():
    judged = judge({"2024": 40}, as_of=date(2027, 6, 30), frequency="annual")
    assert (judged.status, judged.freshness, judged.flags) == ("on_track", "stale", ("stale",))


def test_an_outdated_series_has_no_verdict_but_a_last_known_one():
    judged = judge({"2024": 40}, as_of=date(2029, 6, 30), frequency="annual")
    assert (judged.status, judged.reason, judged.schedule, judged.pace) == (
        "not_enough_data",
        "outdated",
        None,
        None,
    )
    assert (judged.last_known.status, judged.last_known.progress) == ("on_track", Decimal("0.4"))


def test_a_series_going_the_wrong_way_for_five_years_is_flagged_whatever_its_status():
    judged = judge({"2021": 60, "2023": 58, "2025": 55})
    assert (judged.status, judged.flags) == ("on_track", ("recent_worsening",))
    assert judge({"2023": 60, "2025": 55}).flags == ()
    older = {"2018": 90, "2019": 80, "2020": 10, "2024": 40, "2025": 50}
    assert judge(older).flags == ()


def test_a_relative_change_counts_from_its_baseline_and_so_do_its_milestones():
    judged = judge(
        {"2020": 80, "2025": 90}, kind="relative_change", baseline=None, change=Decimal("0.25"), goal=None,
        milestones=[("2025", "0.10")],
    )  # fmt: skip
    assert (judged.target.value, judged.milestones[0].value, judged.milestones[0].status) == (100, 88, "met")
    assert judged.expected_value == 88


def test_a_rank_is_always_linear_and_better_when_lower():
    judged = judge(
        {"2025": 10}, kind="rank", baseline=18, goal=10, path="constant_growth", direction="increase"
    )
    assert (judged.status, judged.path_used) == ("achieved", "linear")
    assert judge({"2025": 11}, kind="rank", baseline=18, goal=10).status == "on_track"


@pytest.mark.parametrize(
    ("values", "trend"),
    [
        ({"2021": 1, "2022": 3, "2023": 2}, "rising"),
        ({"2021": 3, "2022": 2, "2023": 1}, "falling"),
        ({"2021": 2, "2022": 2, "2023": 2}, "flat"),
        ({"2022": 1, "2023": 2}, None),
        ({"2018": 1, "2022": 1, "2023": 2}, None),  # 2018 is not among the five years up to 2023
        ({"2019": 1, "2022": 1, "2023": 2}, "rising"),
    ],
)
def test_a_monitored_indicator_has_a_trend_and_no_score(values, trend):
    judged = judge_target(TargetParameters("monitor"), points(values))
    assert (judged.status, judged.trend, judged.progress, judged.schedule) == ("monitored", trend, None, None)


def test_a_target_without_value_or_change_is_refused():
    with pytest.raises(ValueError, match="value to reach"):
        judge({"2025": 1}, goal=None)
    with pytest.raises(ValueError, match="needs its change"):
        judge({"2025": 1}, kind="relative_change", baseline=1)


def test_very_large_and_very_small_numbers_are_judged_like_any_other():
    for scale in ("1e-6", "1e30"):
        unit = Decimal(scale)
        huge = judge({"2025": 141 * unit}, baseline=100 * unit, goal=200 * unit, path="constant_growth")
        assert round(huge.pace, 4) == Decimal("0.9911")
