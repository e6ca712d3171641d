from datetime import date
from fractions import Fraction

import pytest

from goals.method.time import coordinate, freshness_limits, judge_freshness, period_end


@pytest.mark.parametrize(
    ("period", "t"),
    [
        ("2024", Fraction(2024)),
        ("2024-S1", 2024 - Fraction(1, 4)),
        ("2024-S2", 2024 + Fraction(1, 4)),
        ("2024-Q1", 2024 - Fraction(3, 8)),
        ("2024-Q4", 2024 + Fraction(3, 8)),
        ("2024-01", 2024 - Fraction(11, 24)),
        ("2024-07", 2024 + Fraction(1, 24)),
        ("2023-01-01", 2022 + Fraction(1, 2) + Fraction(1, 730)),
        ("2023-07-02", Fraction(2023)),
        ("2024-12-31", 2023 + Fraction(1, 2) + Fraction(731, 732)),
    ],
)
def test_a_period_lies_at_its_middle_on_the_axis_of_years(period, t):
    assert abs(Fraction(coordinate(period)) - t) < Fraction(1, 10**30)


def test_the_same_month_a_year_on_is_exactly_a_year_later():
    assert coordinate("2025-02") - coordinate("2024-02") == 1


def test_a_period_ends_with_its_last_day():
    assert period_end("2024-02") == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("frequency", "soft", "hard", "subgoal_soft", "subgoal_hard"),
    [
        ("monthly", 4, 6, 2, 4),
        ("quarterly", 7, 13, 4, 10),
        ("half_yearly", 14, 26, 8, 20),
        ("annual", 27, 51, 15, 39),
        ("biennial", 42, 90, 30, 78),
    ],
)
def test_the_limits_of_freshness_follow_from_period_and_lag(
    frequency, soft, hard, subgoal_soft, subgoal_hard
):
    limits, own = freshness_limits(frequency), freshness_limits(frequency, lag=0)
    assert (limits.soft, limits.hard, own.soft, own.hard) == (soft, hard, subgoal_soft, subgoal_hard)


def test_a_series_may_declare_its_own_lag():
    assert freshness_limits("annual", lag=18).soft == 33


def test_an_unknown_frequency_is_refused():
    with pytest.raises(ValueError, match="fortnightly"):
        freshness_limits("fortnightly")


@pytest.mark.parametrize(
    ("as_of", "state"),
    [
        (date(2024, 1, 1), "fresh"),
        (date(2025, 5, 1), "fresh"),  # 121 days, just under 4 months of 30.4375 days
        (date(2025, 5, 2), "stale"),
        (date(2025, 7, 1), "stale"),  # 182 days, just under 6 months
        (date(2025, 7, 2), "outdated"),
    ],
)
def test_age_turns_fresh_into_stale_into_outdated(as_of, state):
    assert judge_freshness("2024-12", as_of, "monthly").state == state


def test_an_age_exactly_on_a_limit_still_counts_to_the_better_side():
    fresh = judge_freshness("2020-12-31", date(2024, 12, 31), "monthly", lag=46)
    assert (fresh.age, fresh.soft, fresh.state) == (48, 48, "fresh")
    assert judge_freshness("2020-12-31", date(2024, 12, 31), "monthly", lag=44).hard == 48
    assert judge_freshness("2020-12-31", date(2024, 12, 31), "monthly", lag=44).state == "stale"
