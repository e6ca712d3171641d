"""What makes values doubtful, one check at a time."""

from datetime import date
from decimal import Decimal

import pytest

from indicators.checks import Limits, doubts

LIMITS = Limits(lower=Decimal(0), upper=Decimal(10000), change=Decimal("1.5"))


def years(**values):
    """`years(y2020="1.5", y2021=None)` as values by first day."""
    return {
        date(int(name[1:]), 1, 1): None if value is None else Decimal(value) for name, value in values.items()
    }


KNOWN = years(y2020="100", y2021="110", y2022="121")


def found(read, published=KNOWN, limits=LIMITS) -> str:
    return " ".join(doubts(published, read, limits))


@pytest.mark.parametrize(
    "read",
    [
        KNOWN,
        KNOWN | years(y2023="133"),
        KNOWN | years(y2022="122"),
        KNOWN | years(y2023=None),
        KNOWN | years(y2025="200"),  # three years on, within 1.5 to the third
    ],
)
def test_ordinary_news_and_revisions_raise_no_doubt(read):
    assert found(read) == ""


@pytest.mark.parametrize(
    ("read", "doubt"),
    [
        (years(y2021="110", y2022="121"), "1 known period is not in the answer"),
        (years(y2022="121"), "2 known periods are not in the answer"),
        (KNOWN | years(y2022=None), "without a value now"),
        (years(y2020="100000", y2021="110000", y2022="121000"), "1000 times the former"),
        (years(y2020="1.00", y2021="1.10", y2022="1.21"), "0.01 times the former"),
        (years(y2020="-100", y2021="-110", y2022="-121"), "changed their sign"),
        (years(y2020="110", y2021="110", y2022="110"), "All values are equal"),
        (KNOWN | years(y2022="-1"), "below the lowest possible value"),
        (KNOWN | years(y2023="10001"), "above the highest possible value"),
        (KNOWN | years(y2022="190"), "more than the believable change"),
        (KNOWN | years(y2023="300"), "is far from 121"),
    ],
)
def test_what_cannot_be_believed_is_said(read, doubt):
    assert doubt in found(read)


def test_the_first_values_of_a_series_meet_only_the_bounds():
    assert found(years(y2020="5", y2021="9000"), published={}) == ""
    assert "below" in found(years(y2020="-5"), published={})


def test_an_indicator_without_limits_may_change_sign_and_size():
    assert found(KNOWN | years(y2022="-500"), limits=Limits()) == ""


def test_a_zero_in_the_history_does_not_break_the_comparison():
    known = years(y2020="0", y2021="0", y2022="5")

    assert found(known | years(y2023="6"), published=known) == ""
    assert "believable" in found(known | years(y2021="3"), published=known)
