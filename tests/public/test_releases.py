"""Days of expected releases, worked by hand."""

from datetime import date
from decimal import Decimal

import pytest

from public.releases import day_after_months, next_release, period_after


@pytest.mark.parametrize(
    ("latest", "frequency", "following"),
    [
        ("2024", "annual", "2025"),
        ("2024", "biennial", "2026"),
        ("2024-S1", "half_yearly", "2024-S2"),
        ("2024-S2", "half_yearly", "2025-S1"),
        ("2024-Q4", "quarterly", "2025-Q1"),
        ("2024-12", "monthly", "2025-01"),
        ("2025-03", "annual", "2026-03"),
    ],
)
def test_the_next_period_follows_the_rhythm_and_is_written_like_the_latest(latest, frequency, following):
    assert period_after(latest, frequency) == following


@pytest.mark.parametrize(
    ("latest", "frequency", "day"),
    [
        ("2024", "annual", date(2026, 12, 31)),  # 2025 ends on 31 December, 12 months
        ("2024", "biennial", date(2027, 12, 31)),  # 2026, 12 months
        ("2024-S2", "half_yearly", date(2025, 12, 31)),  # to 30 June, 6 months
        ("2025-Q3", "quarterly", date(2026, 3, 31)),  # to 31 December, 3 months
        ("2025-11", "monthly", date(2026, 2, 28)),  # to 31 December, 2 months
        ("2023-11", "monthly", date(2024, 2, 29)),  # the same in a leap year
    ],
)
def test_without_its_own_lag_the_methods_lag_is_taken(latest, frequency, day):
    assert next_release(latest, frequency).day == day


@pytest.mark.parametrize(
    ("latest", "frequency", "lag", "day"),
    [
        ("2023", "annual", "17", date(2026, 5, 31)),  # 31 December 2024 and 17 months
        ("2025-01", "monthly", "2.5", date(2025, 5, 15)),  # February, to 30 April, 15 days
        ("2025-01", "monthly", "0.5", date(2025, 3, 15)),
        ("2025-01", "monthly", "0", date(2025, 2, 28)),  # the last day of the period itself
    ],
)
def test_an_indicators_own_lag_comes_first(latest, frequency, lag, day):
    assert next_release(latest, frequency, Decimal(lag)).day == day


def test_a_lag_of_whole_months_ends_with_a_month():
    assert day_after_months(date(2025, 6, 30), Decimal(2)) == date(2025, 8, 31)
