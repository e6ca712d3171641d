from decimal import Decimal

import pytest

from indicators.charts.scale import time_axis, value_axis


def ticks(axis) -> list[str]:
    return [str(tick) for tick in axis.ticks]


def test_an_amount_starts_at_zero():
    assert ticks(value_axis([504, 800], "amount", 4)) == ["0", "200", "400", "600", "800"]


def test_the_axis_of_the_design_has_steps_of_two_thousand():
    axis = value_axis([632, 14000], "amount", 8)

    assert ticks(axis) == ["0", "2000", "4000", "6000", "8000", "10000", "12000", "14000"]


def test_a_narrow_chart_has_fewer_steps():
    assert ticks(value_axis([632, 14000], "amount", 4)) == ["0", "5000", "10000", "15000"]


def test_a_level_need_not_hold_zero():
    assert ticks(value_axis([97.2, 99.1], "level", 4)) == ["97", "98", "99", "100"]


def test_ticks_carry_the_decimals_of_their_step():
    assert ticks(value_axis([0, 0.9], "amount", 5)) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]


def test_negative_amounts_reach_up_to_zero():
    assert ticks(value_axis([-310, -90], "amount", 4)) == ["-400", "-300", "-200", "-100", "0"]


def test_equal_values_still_have_an_axis_around_them():
    axis = value_axis([50, 50], "level", 4)

    assert axis.low < 50 < axis.high


def test_no_value_gives_an_axis_from_zero_to_one():
    assert (value_axis([], "amount", 4).low, value_axis([], "amount", 4).high) == (0.0, 1.0)


def test_ranks_begin_at_one_on_top():
    axis = value_axis([6, 66], "rank", 8)

    assert ticks(axis) == ["1", "10", "20", "30", "40", "50", "60", "70"]
    assert axis.scale(bottom=300, top=0)(1) == 0


@pytest.mark.parametrize("value", [0.1 + 0.2, 1.1, 1e-9, 123456789.123, 1e15])
def test_the_axis_holds_its_values(value):
    axis = value_axis([value, -value], "level", 8)

    assert axis.low <= -value
    assert axis.high >= value


def test_years_start_at_a_round_one_or_half_a_step_before():
    assert [int(year) for year in time_axis([2003, 2050], 7).ticks] == [2000, 2010, 2020, 2030, 2040, 2050]
    assert time_axis([2007, 2050], 7).low == 2005
    assert time_axis([2007, 2050], 7).ticks[0] == Decimal(2010)


def test_parts_of_one_year_are_shown_within_whole_years():
    axis = time_axis([2024.25, 2024.75], 6)

    assert (axis.low, axis.high) == (2024, 2025)
