"""What time moves of a plain sub-goal: the quick way gives what the whole method gives, to the last digit."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from goals.method.exact import at_nine, exactly
from goals.method.moving import course, is_plain, judge_plain, update_state
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
