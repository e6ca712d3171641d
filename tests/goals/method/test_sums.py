"""Sums of a mean: rows enter, move and leave by difference, exactly as a recount finds it."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from goals.method import Numbers, SubgoalNode, roll_subgoals
from goals.method.exact import at_nine
from goals.method.sums import NUMBERS, Entry, Shares, Sums, sums_of

shares = st.decimals(0, 1, places=9)
maybe = st.none() | shares
weights = st.decimals("0.01", 100, places=2)
entries = st.none() | st.builds(Entry, weights, st.builds(Shares, maybe, maybe, maybe, maybe, maybe))
moderate = settings(max_examples=60, deadline=None)


def entry(schedule: str | None, weight: int = 1) -> Entry:
    return Entry(Decimal(weight), Shares(schedule=None if schedule is None else Decimal(schedule)))


def test_a_mean_moves_by_the_rows_change_times_its_share_of_the_weight():
    sums = sums_of([entry("0.4"), entry("1", 3)])
    assert sums.mean.schedule == Decimal("0.85")

    moved = sums.moved(entry("0.4"), entry("0.8"))

    assert moved.mean.schedule == Decimal("0.95")  # 0.4 / 4 more
    assert (moved.members, moved.schedule_weight) == (2, 4)


def test_a_row_that_weighs_otherwise_moves_the_mean_without_having_moved():
    assert sums_of([entry("0.4"), entry("1")]).moved(entry("0.4"), entry("0.4", 3)).mean.schedule == Decimal(
        "0.55"
    )


def test_a_missing_value_is_a_member_and_weighs_nothing():
    sums = sums_of([entry("0.4"), entry(None, 5)])

    assert sums.members == 2
    assert sums.mean.schedule == Decimal("0.4")
    assert sums.mean.progress is None


def test_the_last_row_leaves_nothing_behind():
    assert sums_of([entry("0.4")]).moved(entry("0.4"), None) == Sums()
    assert Sums().mean is None


@moderate
@given(st.lists(st.tuples(entries, entries), max_size=8), st.randoms())
def test_differences_in_any_order_leave_what_a_recount_finds(pairs, random):
    sums = sums_of(before for before, _ in pairs)
    random.shuffle(pairs)
    for before, after in pairs:
        sums = sums.moved(before, after)

    assert sums == sums_of(after for _, after in pairs)


@moderate
@given(st.lists(entries, max_size=8))
def test_the_mean_is_that_of_the_method_at_nine_decimals(rows):
    rolled = roll_subgoals(node_of(row) for row in rows if row is not None)
    mean = sums_of(rows).mean or Shares()
    for name in NUMBERS[:3]:
        wanted = getattr(rolled.numbers, name) if rolled else None
        assert getattr(mean, name) == at_nine(wanted)


def node_of(row: Entry) -> SubgoalNode:
    numbers = Numbers(row.shares.progress, row.shares.expected, row.shares.schedule)
    return SubgoalNode("row", weight=row.weight, numbers=numbers)
