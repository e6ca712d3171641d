from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import permutations

import pytest

from goals.method import Point, as_known

MARCH, SEPTEMBER = date(2025, 3, 5), date(2025, 9, 20)
RECORDS = [
    Point("2024", Decimal("1.60"), MARCH),
    Point("2024", Decimal("1.64"), SEPTEMBER),
    Point("2023", Decimal("1.55"), MARCH),
]


def known(records, on=None):
    return {point.period: point.value for point in as_known(records, on)}


@pytest.mark.parametrize(
    ("on", "value"),
    [
        (date(2025, 3, 4), None),
        (MARCH, "1.60"),
        (date(2025, 9, 19), "1.60"),
        (SEPTEMBER, "1.64"),
        (None, "1.64"),
    ],
)
def test_a_period_has_the_value_recorded_last_by_the_day(on, value):
    assert known(RECORDS, on).get("2024") == (value and Decimal(value))


def test_the_order_of_records_made_on_different_days_does_not_matter():
    assert {tuple(known(order, SEPTEMBER).items()) for order in permutations(RECORDS)} == {
        (("2023", Decimal("1.55")), ("2024", Decimal("1.64")))
    }


def test_of_records_made_at_the_same_moment_the_later_entry_stands():
    assert known([Point("2024", Decimal(1), MARCH), Point("2024", Decimal(2), MARCH)]) == {"2024": 2}


def test_a_withdrawn_value_is_gone_from_that_day_on():
    withdrawn = [*RECORDS, Point("2024", None, date(2025, 12, 1))]
    assert known(withdrawn, date(2025, 11, 30))["2024"] == Decimal("1.64")
    assert "2024" not in known(withdrawn, date(2025, 12, 1))


def test_a_moment_counts_for_its_day_in_utc():
    late = [Point("2024", Decimal(1), datetime(2025, 3, 5, 23, 30, tzinfo=UTC))]
    assert known(late, MARCH) == {"2024": 1}
    assert known(late, datetime(2025, 3, 5, 23, 0, tzinfo=UTC)) == {}


def test_a_record_without_a_moment_has_always_been_known_and_gives_way_to_any_other():
    records = [Point("2024", Decimal(2), MARCH), Point("2024", Decimal(1))]
    assert known(records, date(2020, 1, 1)) == {"2024": 1}
    assert known(records) == {"2024": 2}
