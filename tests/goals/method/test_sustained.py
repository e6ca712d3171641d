from datetime import date
from decimal import Decimal

import pytest

from goals.method import Anchor, Point, TargetParameters, judge_sustained


def points(values):
    return [
        Point(str(year), None if value is None else Decimal(str(value))) for year, value in values.items()
    ]


def hold(values, comparator=None, as_of=None, **parameters):
    given = {"hold_from": 2024, "hold_to": 2027, "threshold": Decimal(10)} | parameters
    return judge_sustained(
        TargetParameters("sustain", **given), points(values), points(comparator or {}), as_of
    )


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({2024: 10}, "on_track"),
        ({2024: 11, 2025: 12}, "on_track"),
        ({2024: 11, 2026: 12}, "on_track"),
        ({2024: 9, 2025: 10}, "needs_acceleration"),
        ({2024: 9}, "off_track"),
        ({2024: 9, 2025: "9.5"}, "off_track"),
        ({2024: 9, 2025: 9}, "off_track"),
        ({2024: 11, 2025: 9}, "moving_away"),
        ({2024: 9, 2026: 8}, "moving_away"),
        ({2024: 10, 2025: 10, 2026: 10, 2027: 10}, "achieved"),
        ({2024: 10, 2025: 9, 2026: 10, 2027: 10}, "missed"),
        ({2024: 10, 2027: 9}, "missed"),
        ({2024: 10, 2025: 10, 2027: 10}, "not_enough_data"),
        ({}, "not_enough_data"),
        ({2023: 10}, "not_enough_data"),
    ],
)
def test_held_years_decide_the_status(values, status):
    assert hold(values).status == status


def test_numbers_count_met_known_and_all_years():
    judged = hold({2024: 9, 2025: 10, 2026: 11})
    assert (judged.years_known, judged.years_met, judged.total) == (3, 2, 4)
    assert (judged.progress, judged.expected) == (Decimal("0.5"), Decimal("0.75"))
    assert round(judged.schedule * 3, 20) == 2
    assert (judged.first_unmet, judged.streak, judged.label) == (2024, 2, "met now, not every year")


def test_years_never_published_leave_no_numbers_at_the_end():
    judged = hold({2024: 10, 2027: 10})
    assert (judged.reason, judged.progress, judged.expected, judged.schedule) == (
        "years_unknown",
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("values", "streak"),
    [
        ({2024: 10, 2025: 10}, 2),
        ({2024: 10, 2026: 10}, 1),
        ({2024: 10, 2025: 9}, 0),
        ({2024: 9, 2025: 10}, 1),
        ({}, 0),
    ],
)
def test_a_streak_ends_at_an_unmet_or_unknown_year(values, streak):
    assert hold(values).streak == streak


def test_a_surplus_of_zero_at_nine_decimals_is_met():
    assert hold({2024: "9.9999999999"}).status == "on_track"
    assert hold({2024: "9.999999"}).status == "off_track"


def test_at_most_turns_the_sign():
    judged = hold({2024: 9, 2025: 11}, bound="at_most")
    assert (judged.surpluses, judged.status) == ({2024: 1, 2025: -1}, "moving_away")


def test_a_margin_over_a_comparator_is_asked_each_year():
    judged = hold({2024: 5, 2025: 5, 2026: 5}, {2024: 3, 2025: "4.5"}, margin=Decimal(1), threshold=None)
    assert judged.surpluses == {2024: 1, 2025: Decimal("-0.5")}
    assert judged.latest == Anchor("2025", Decimal(5))


def test_a_year_without_its_comparator_is_unknown_even_when_its_value_is_there():
    judged = hold({2024: 5, 2025: 5}, {2024: 3, 2025: None}, margin=Decimal(1), threshold=None)
    assert judged.years_known == 1


@pytest.mark.parametrize(
    ("year", "coverage"), [(2024, None), (2025, "1"), (2026, "0.5"), (2028, "0.25"), (2040, "0.25")]
)
def test_coverage_is_known_years_among_those_that_have_ended(year, coverage):
    judged = hold({2024: 10}, as_of=date(year, 6, 1))
    assert judged.coverage == (coverage and Decimal(coverage))


def test_an_outdated_latest_year_takes_the_verdict_away():
    judged = hold({2024: 10}, as_of=date(2029, 6, 1), hold_to=2050)
    assert (judged.status, judged.reason, judged.progress) == ("not_enough_data", "outdated", None)
    assert judged.last_known.status == "on_track"
    assert hold({2024: 10}, as_of=date(2028, 6, 1), hold_to=2050).flags == ("stale",)


def test_before_the_first_year_the_way_to_it_is_judged():
    way = {"baseline": Anchor("2020", Decimal(2)), "hold_from": 2030, "hold_to": 2050}
    judged = hold({2025: 5}, **way)
    assert (judged.phase, judged.status, judged.pace) == ("reach", "needs_acceleration", Decimal("0.75"))
    assert (judged.progress, judged.expected, judged.schedule) == (0, 0, Decimal("0.75"))
    assert judged.target == Anchor("2030", Decimal(10))


def test_from_the_first_year_on_only_holding_counts():
    way = {"baseline": Anchor("2020", Decimal(2)), "hold_from": 2030, "hold_to": 2050}
    judged = hold({2025: 5, 2030: 9}, **way)
    assert (judged.phase, judged.status, judged.first_unmet) == ("hold", "off_track", 2030)


def test_on_the_way_too_early_leaves_no_numbers():
    judged = hold({2020: 2}, baseline=Anchor("2020"), hold_from=2030, hold_to=2050)
    assert (judged.phase, judged.reason, judged.progress, judged.schedule) == (
        "reach",
        "too_early",
        None,
        None,
    )


def test_at_most_is_reached_downwards():
    judged = hold(
        {2025: 15}, baseline=Anchor("2020", Decimal(20)), hold_from=2030, hold_to=2050, bound="at_most"
    )
    assert (judged.status, judged.pace) == ("on_track", 1)


def test_first_and_last_year_are_needed():
    with pytest.raises(ValueError, match="hold_from"):
        hold({}, hold_from=None)
