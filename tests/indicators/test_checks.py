"""What makes values doubtful, one check at a time."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from indicators.checks import Limits, doubts
from indicators.fields import validate_months
from indicators.models import Indicator

LIMITS = Limits(lower=Decimal(0), upper=Decimal(10000), change=Decimal("1.5"), revision=Decimal("1.5"))


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


def test_in_the_months_in_which_the_source_revises_a_larger_revision_is_believed():
    """R1: the limit can be wider in the months in which the source revises."""
    widened = Limits(change=Decimal("1.5"), revision=Decimal("2"))

    assert found(KNOWN | years(y2022="190"), limits=widened) == ""
    assert "more than the believable change" in found(KNOWN | years(y2022="250"), limits=widened)
    assert "is far from 121" in found(KNOWN | years(y2023="190"), limits=widened)  # a new year is no revision


@pytest.mark.parametrize(
    ("day", "factor"),
    [(date(2026, 2, 9), "2"), (date(2026, 12, 9), "2"), (date(2026, 3, 9), "1.5"), (date(2026, 1, 9), "1.5")],
)
def test_an_indicator_says_which_revision_is_believable_on_a_day(day, factor):
    indicator = Indicator(change_limit=Decimal("1.5"), revision_months="2,12", revision_limit=Decimal("2"))

    assert indicator.believable_revision(day) == Decimal(factor)


def test_without_a_limit_of_its_own_a_revision_is_believed_like_any_change():
    indicator = Indicator(change_limit=Decimal("1.5"), revision_months="2")

    assert indicator.believable_revision(date(2026, 2, 9)) == Decimal("1.5")


@pytest.mark.parametrize("text", ["13", "0", "2, 7", "February", "2,", "٢"])
def test_months_are_written_as_numbers(text):
    with pytest.raises(ValidationError):
        validate_months(text)
