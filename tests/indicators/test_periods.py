from datetime import date

import pytest

from indicators import periods


@pytest.mark.parametrize(
    ("text", "first", "last", "frequency"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31), "annual"),
        ("2024-S1", date(2024, 1, 1), date(2024, 6, 30), "half_yearly"),
        ("2024-S2", date(2024, 7, 1), date(2024, 12, 31), "half_yearly"),
        ("2024-Q1", date(2024, 1, 1), date(2024, 3, 31), "quarterly"),
        ("2024-Q4", date(2024, 10, 1), date(2024, 12, 31), "quarterly"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "monthly"),
        ("2023-02", date(2023, 2, 1), date(2023, 2, 28), "monthly"),
        ("2024-07-15", date(2024, 7, 15), date(2024, 7, 15), "daily"),
    ],
)
def test_a_period_knows_its_days_and_its_frequency(text, first, last, frequency):
    assert (periods.first_day(text), periods.last_day(text)) == (first, last)
    assert periods.frequency(text) == frequency
    assert periods.label(first, frequency) == periods.label(last, frequency) == text


@pytest.mark.parametrize(
    "text", ["", "24", "2024-", "2024-S3", "2024-Q0", "2024-13", "2024-00", "2024-02-30", "2024-7", "20245"]
)
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError):
        periods.parse(text)


def test_a_biennial_series_names_its_periods_by_year():
    assert periods.label(date(2022, 1, 1), "biennial") == "2022"


def test_an_unknown_frequency_is_refused():
    with pytest.raises(ValueError, match="weekly"):
        periods.label(date(2022, 1, 1), "weekly")
