"""The 0 to 100 numbers of pages."""

from decimal import Decimal

import pytest

from public import presenting


@pytest.mark.parametrize(
    ("share", "shown"),
    [("1", "100"), ("0.9996", "99.9"), ("0.998", "99.8"), ("0.994", "99"), ("0.5449", "54"), ("0", "0")],
)
def test_100_is_never_the_work_of_rounding(share, shown):
    assert presenting.points(Decimal(share)) == shown


def test_a_missing_share_is_no_number():
    assert presenting.points(None) == ""
