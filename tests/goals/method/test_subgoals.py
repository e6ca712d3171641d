from datetime import date
from decimal import Decimal

import pytest

from goals.method import Anchor, Point, SubgoalParameters, judge_subgoal
from goals.method.judging import describe, verdict


def judge(updates, as_of, judging=describe, **parameters):
    """A sub-goal from 0 on 2 July 2024 to 100 on 2 July 2028."""
    given = {"baseline": Anchor("2024-07-02", Decimal(0)), "target": Anchor("2028-07-02", Decimal(100))}
    points = [Point(*update) if len(update) == 3 else Point(*update, None) for update in updates]
    points = [Point(p.period, None if p.value is None else Decimal(p.value), p.recorded) for p in points]
    day = date.fromisoformat(as_of)
    return judge_subgoal(SubgoalParameters(**given | parameters), points, day, judging=judging)


def test_without_updates_the_value_stays_at_the_baseline_while_the_path_goes_on():
    judged = judge([], "2026-07-02")
    assert (judged.status, judged.progress, judged.schedule, judged.counted) == ("off_track", 0, 0, True)
    assert round(judged.expected, 2) == Decimal("0.5")


def test_the_latest_dated_update_gives_the_value_whatever_the_order_of_arrival():
    judged = judge([("2026-06-30", 60), ("2025-06-30", 10)], "2026-07-02")
    assert judged.progress == Decimal("0.6")


def test_an_update_dated_after_the_day_or_before_the_start_does_not_count():
    assert judge([("2025-06-30", 30), ("2026-07-03", 90)], "2026-07-02").progress == Decimal("0.3")
    assert judge([("2024-01-01", 30)], "2026-07-02").progress == 0


def test_increments_add_up_from_the_baseline():
    judged = judge(
        [("2025-01-31", 10), ("2025-06-30", 15), ("2025-06-30", 5)], "2025-12-31", reporting="increment"
    )
    assert judged.latest.value == 30


def test_a_corrected_increment_replaces_its_earlier_record():
    updates = [("2025-01-31", 10, date(2025, 2, 1)), ("2025-01-31", 12, date(2025, 3, 1))]
    assert judge(updates, "2025-12-31", reporting="increment").latest.value == 12


@pytest.mark.parametrize(
    ("as_of", "updates", "state"),
    [
        ("2024-10-31", [], "awaiting_first"),  # 121 days, just under 4 months of 30.4375 days
        ("2024-11-01", [], "overdue"),
        ("2025-05-02", [], "overdue"),
        ("2025-05-03", [], "silent"),
        ("2025-04-30", [("2024-12-31", 1)], "current"),
        ("2025-05-02", [("2024-12-31", 1)], "overdue"),
        ("2025-11-01", [("2024-12-31", 1)], "silent"),
    ],
)
def test_the_update_state_follows_the_age_of_the_latest_update(as_of, updates, state):
    assert judge(updates, as_of).update_state == state


def test_a_yearly_rhythm_allows_longer_silence():
    assert judge([], "2025-10-01", cadence="annual").update_state == "awaiting_first"


@pytest.mark.parametrize(
    ("parameters", "as_of", "reason"),
    [
        ({"draft": True}, "2026-01-01", "draft"),
        ({"withdrawn_on": date(2025, 6, 1)}, "2025-06-01", "withdrawn"),
        ({"withdrawn_on": date(2025, 6, 1)}, "2025-05-31", None),
        ({}, "2024-07-01", "not_started"),
        ({}, "2024-07-02", None),
    ],
)
def test_drafts_withdrawn_and_not_yet_started_ones_are_not_counted(parameters, as_of, reason):
    judged = judge([], as_of, **parameters)
    assert judged.counted is (reason is None)
    assert judged.reason == reason or (reason is None and judged.reason == "too_early")


def test_before_its_start_a_sub_goal_has_no_numbers():
    judged = judge([], "2024-07-01")
    assert (judged.status, judged.progress, judged.schedule) == ("not_enough_data", None, None)


def test_too_early_progress_counts_but_schedule_does_not():
    judged = judge([("2024-08-01", 5)], "2024-09-01")
    assert (judged.status, judged.reason) == ("not_enough_data", "too_early")
    assert (judged.progress, judged.schedule) == (Decimal("0.05"), None)
    assert judged.expected is not None


def test_past_its_date_an_unreached_one_is_missed_and_keeps_its_share():
    judged = judge([("2028-06-30", 80)], "2028-07-02")
    assert (judged.status, judged.expected, judged.schedule) == ("missed", 1, Decimal("0.8"))
    assert judged.counted
    assert judge([("2028-06-30", 80)], "2031-01-01").schedule == Decimal("0.8")


def test_completed_without_reaching_is_missed_before_its_date_too():
    judged = judge([("2025-06-30", 80)], "2026-01-01", completed_on=date(2025, 7, 1))
    assert (judged.status, judged.expected, judged.schedule, judged.update_state) == (
        "missed",
        1,
        Decimal("0.8"),
        "closed",
    )
    assert judge([("2025-06-30", 80)], "2025-06-30", completed_on=date(2025, 7, 1)).status == "on_track"


def test_completed_and_reached_is_achieved_for_good():
    judged = judge([("2025-06-30", 100)], "2026-01-01", completed_on=date(2025, 7, 1))
    assert (judged.status, judged.flags, judged.progress) == ("achieved", (), 1)
    assert judge([("2025-06-30", 100)], "2026-01-01").flags == ("provisional",)


def test_a_deliverable_is_a_level_from_zero_to_one():
    done = {"target": Anchor("2028-07-02", Decimal(1))}
    assert judge([("2025-06-30", 1)], "2026-07-02", **done).status == "achieved"
    assert judge([], "2026-07-02", **done).status == "off_track"


def test_a_baseline_already_at_its_target_is_to_be_kept():
    kept = {"baseline": Anchor("2024-07-02", Decimal(100))}
    assert judge([], "2026-07-02", **kept).status == "achieved"
    lost = judge([("2025-06-30", 90)], "2026-07-02", **kept)
    assert (lost.status, lost.progress, lost.schedule, lost.expected) == ("moving_away", 0, 0, 1)


def test_a_sub_goal_without_a_baseline_value_is_not_judged():
    assert judge([], "2026-07-02", baseline=Anchor("2024-07-02")).reason == "no_baseline"


@pytest.mark.parametrize("as_of", ["2024-01-01", "2024-08-01", "2026-07-02", "2028-07-02", "2030-01-01"])
@pytest.mark.parametrize("updates", [[], [("2024-07-20", 20)], [("2025-06-30", 60), ("2026-06-30", 101)]])
@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"direction": "decrease"},
        {"completed_on": date(2026, 1, 1)},
        {"withdrawn_on": date(2026, 1, 1)},
        {"baseline": Anchor("2024-07-02", Decimal(10)), "path": "constant_growth"},
    ],
)
def test_the_verdict_alone_says_the_same_as_with_its_explanation(updates, as_of, parameters):
    names = (
        "status", "reason", "progress", "expected", "schedule", "latest", "counted", "update_state", "closed",
    )  # fmt: skip
    whole, alone = (judge(updates, as_of, judging, **parameters) for judging in (describe, verdict))
    assert [getattr(alone, name) for name in names] == [getattr(whole, name) for name in names]
