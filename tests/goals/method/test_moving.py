"""What time moves of a plain sub-goal: the quick way gives what the whole method gives, to the last digit."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from goals.method.exact import at_nine, exactly
from goals.method.judging import verdict
from goals.method.moving import course, is_plain, judge_plain, judge_under_way, update_state
from goals.method.parameters import Anchor, Point, SubgoalParameters
from goals.method.subgoals import judge_subgoal

START = date(2026, 1, 1)
numbers = st.decimals(-10_000, 10_000, places=3)


@given(
    y0=numbers, y1=numbers, value=numbers, years=st.integers(1, 3000), passed=st.floats(0, 1),
    reported=st.floats(0, 1), direction=st.sampled_from(["increase", "decrease"]),
    cadence=st.sampled_from(["monthly", "quarterly", "annual"]),
)  # fmt: skip
def test_the_quick_way_gives_what_the_whole_method_gives(
    y0, y1, value, years, passed, reported, direction, cadence
):
    target = START + timedelta(days=years)
    today = START + timedelta(days=int((years - 1) * passed))
    since = START + timedelta(days=int((today - START).days * reported))
    if not is_plain(y0, y1, direction):
        return
    parameters = SubgoalParameters(
        Anchor(START.isoformat(), y0), Anchor(target.isoformat(), y1), direction=direction, cadence=cadence
    )

    whole = judge_subgoal(parameters, [Point(since.isoformat(), value)], today)
    quick = exactly(judge_plain)(y0, y1, value, direction, on := course(START, target, today))

    assert quick == (at_nine(whole.schedule), whole.status, whole.reason or "")
    assert on.expected_at_nine == at_nine(whole.expected)
    assert update_state("current", since, today, cadence) == whole.update_state


def test_halfway_in_time_and_two_thirds_as_fast_as_needed():
    on = course(date(2025, 1, 1), date(2027, 1, 1), date(2026, 1, 1))

    assert judge_plain(Decimal(0), Decimal(90), Decimal(30), "increase", on) == (
        Decimal("0.666666667"), "needs_acceleration", "",
    )  # fmt: skip


def test_a_first_report_is_awaited_only_for_a_while():
    assert update_state("awaiting_first", START, START + timedelta(days=30), "quarterly") == "awaiting_first"
    assert update_state("awaiting_first", START, START + timedelta(days=400), "quarterly") == "silent"


def halfway(updates: list[Point], as_of: date = date(2026, 1, 1), **fields) -> tuple:
    """What both ways say of one that leads from 0 to 90 between the first days of 2025 and 2027."""
    asked = SubgoalParameters(
        Anchor("2025-01-01", Decimal(0)), Anchor("2027-01-01", Decimal(90)), cadence="annual", **fields
    )
    return judge_under_way(asked, updates, as_of), judge_subgoal(asked, updates, as_of, judging=verdict)


@given(
    reports=st.lists(st.tuples(st.integers(0, 364), numbers), min_size=1, max_size=5),
    direction=st.sampled_from(["increase", "decrease"]),
)
def test_the_newest_of_several_reports_counts_in_both_ways(reports, direction):
    dated = sorted((START - timedelta(days=365 - day), value) for day, value in reports)
    points = [Point(day.isoformat(), value) for day, value in dated]

    quick, whole = halfway(points, START, direction=direction)

    if direction == "decrease":  # 90 lies beyond 0 already: nothing to reach, so not this case
        assert quick is None
        return
    for name in ("status", "reason", "progress", "latest", "counted", "update_state"):
        assert getattr(quick, name) == getattr(whole, name), name
    assert (quick.schedule, quick.expected) == (at_nine(whole.schedule), whole.expected)


def test_any_other_case_is_left_to_the_whole_method():
    report = [Point("2025-12-01", Decimal(30))]

    assert halfway(report)[0] is not None
    assert halfway([])[0] is None
    assert halfway([Point("2024-12-01", Decimal(30))])[0] is None
    assert halfway([*report, Point("2025-12-02", None)])[0] is None
    assert halfway(report, date(2024, 12, 31))[0] is None
    assert halfway(report, date(2027, 1, 1))[0] is None
    assert halfway(report, reporting="increment")[0] is None
    assert halfway(report, path="constant_growth")[0] is None
    assert halfway(report, milestones=(Anchor("2026-01-01", Decimal(50)),))[0] is None
    assert halfway(report, withdrawn_on=date(2026, 1, 1))[0] is None
    assert halfway(report, completed_on=date(2026, 1, 1))[0] is None
    assert halfway(report, draft=True)[0] is None
