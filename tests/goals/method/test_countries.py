from datetime import date
from decimal import Decimal

import pytest

from goals.method import Anchor, Entity, Point, TargetParameters, judge_countries

SHARED = TargetParameters(
    "reach_level", baseline=Anchor("2020", Decimal(0)), target=Anchor("2030", Decimal(100))
)


def entity(value, period="2025", **anchors):
    return Entity(() if value is None else (Point(period, Decimal(value)),), **anchors)


def judge(parameters=SHARED, as_of=None, frequency=None, **values):
    entities = {code: v if isinstance(v, Entity) else entity(v) for code, v in values.items()}
    return judge_countries(parameters, entities, as_of, frequency)


def test_the_worst_country_binds_and_nothing_is_averaged():
    judged = judge(CAN=50, MEX=40, USA=20)
    assert (judged.status, judged.binding) == ("off_track", "USA")
    assert (judged.progress, judged.expected, judged.schedule) == (
        Decimal("0.2"),
        Decimal("0.5"),
        Decimal("0.4"),
    )
    assert (judged.holding, judged.of) == (0, 3)


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        (entity(90, "2030"), -1),  # missed, then moving away
        (-1, 10),
        (10, 40),
        (40, 50),
        (50, 100),
    ],
)
def test_statuses_bind_from_missed_to_achieved(worse, better):
    assert judge(AAA=better, ZZZ=worse).binding == "ZZZ"


def test_of_two_equally_bad_countries_the_one_less_far_binds_then_the_code():
    assert judge(AAA=-1, BBB=-2).binding == "BBB"
    assert judge(BBB=-1, AAA=-1).binding == "AAA"


@pytest.mark.parametrize(
    ("known", "status"),
    [(20, "off_track"), (-5, "moving_away"), (40, "not_enough_data"), (50, "not_enough_data")],
)
def test_with_an_unknown_country_only_a_bad_verdict_stands_and_no_numbers(known, status):
    judged = judge(CAN=known, USA=None)
    assert (judged.status, judged.unknown) == (status, ("USA",))
    assert (judged.progress, judged.expected, judged.schedule) == (None, None, None)


def test_the_reason_is_the_countries_own_where_they_share_it():
    assert judge(CAN=None, USA=None).reason == "no_observation"
    assert judge(CAN=50, USA=None).reason == "entities_unknown"
    assert judge(CAN=None, USA=None).binding is None


def test_countries_that_hold_are_counted_among_all():
    judged = judge(CAN=100, MEX=100, USA=50)
    assert (judged.holding, judged.of, judged.status) == (2, 3, "on_track")
    assert judge(CAN=100, MEX=101).status == "achieved"


def test_a_country_has_its_own_baseline_and_target_where_it_says_so():
    own = entity(60, baseline=Anchor("2020", Decimal(50)), target=Anchor("2030", Decimal(70)))
    assert judge(CAN=own).entities["CAN"].progress == Decimal("0.5")


def test_an_outdated_country_is_unknown():
    judged = judge(CAN=entity(50, "2020-12"), as_of=date(2026, 1, 1), frequency="monthly")
    assert (judged.status, judged.reason) == ("not_enough_data", "outdated")


def test_schedule_and_progress_may_be_lowest_in_different_countries():
    ahead = entity(30, baseline=Anchor("2024", Decimal(20)))  # pace 10 / (80/6) = 0.75, progress 0.125
    judged = judge(CAN=ahead, USA=35)  # pace 0.7, progress 0.35
    assert (judged.progress, judged.schedule) == (Decimal("0.125"), Decimal("0.7"))


def test_held_levels_may_be_asked_of_several_countries():
    parameters = TargetParameters("sustain", threshold=Decimal(10), hold_from=2024, hold_to=2030)
    judged = judge(parameters, CAN=entity(11, "2024"), MEX=entity(9, "2024"))
    assert (judged.status, judged.binding, judged.schedule) == ("off_track", "MEX", 0)


def test_at_least_one_country_is_needed():
    with pytest.raises(ValueError, match="at least one"):
        judge()
