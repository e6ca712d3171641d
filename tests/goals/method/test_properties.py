"""What must hold for any numbers at all."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from goals.method import (
    Anchor,
    IndicatorRow,
    Numbers,
    OrganizationNode,
    Point,
    SubgoalNode,
    TargetParameters,
    indicator_layer,
    judge_reach,
    stakeholder_layer,
)

shares = st.decimals(0, 1, places=4)
weights = st.decimals("0.01", 100, places=2)
maybe = st.none() | shares
raw_shares = st.decimals(-3, 3, places=4)
values = st.decimals(1, 1000, places=3)
moderate = settings(max_examples=60, deadline=None)


leaves = st.builds(
    SubgoalNode,
    id=st.just("leaf"),
    numbers=st.builds(Numbers, progress=maybe, expected=maybe, schedule=maybe),
    weight=weights,
    counted=st.booleans(),
)


def parent(children):
    return SubgoalNode("parent", weight=Decimal(2), progress_from="children", children=tuple(children))


def assert_same(got, wanted):
    for name, value in wanted.as_dict().items():
        other = getattr(got, name)
        assert (other is None) == (value is None)
        assert value is None or abs(other - value) < Decimal("1e-25")


@moderate
@given(st.lists(st.tuples(raw_shares, weights), min_size=1, max_size=8))
def test_rows_are_cut_before_the_mean(rows):
    layer = indicator_layer(
        [IndicatorRow(str(n), "on_track", Numbers(x, x, x), w) for n, (x, w) in enumerate(rows)]
    )
    cut = indicator_layer(
        [
            IndicatorRow(str(n), "on_track", Numbers(*[min(max(x, Decimal(0)), Decimal(1))] * 3), w)
            for n, (x, w) in enumerate(rows)
        ]
    )
    assert layer.numbers == cut.numbers
    assert 0 <= layer.progress <= 1


@moderate
@given(
    values,
    values,
    values,
    st.sampled_from(["linear", "constant_growth"]),
    st.sampled_from(["0.25", "7", "1000"]),
)
def test_multiplying_every_value_by_a_constant_changes_no_verdict(y0, y_t, y_n, path, factor):
    parameters = TargetParameters(
        "reach_level", path=path, baseline=Anchor("2020", y0), target=Anchor("2040", y_t),
        direction="increase" if y_t >= y0 else "decrease",
    )  # fmt: skip
    k = Decimal(factor)
    scaled = replace(parameters, baseline=Anchor("2020", y0 * k), target=Anchor("2040", y_t * k))
    one = judge_reach(parameters, [Point("2026", y_n)])
    other = judge_reach(scaled, [Point("2026", y_n * k)])
    assert one.status == other.status
    for name in ("pace", "progress_raw", "progress", "expected", "schedule"):
        a, b = getattr(one, name), getattr(other, name)
        assert (a is None and b is None) or abs(a - b) < Decimal("1e-20") * max(1, abs(a))


@moderate
@given(st.lists(leaves, max_size=5), st.permutations(range(5)))
def test_the_order_of_rows_does_not_matter(nodes, order):
    organizations = [OrganizationNode(str(n), (node,)) for n, node in enumerate(nodes)]
    shuffled = [organizations[n] for n in order if n < len(organizations)]
    assert_same(stakeholder_layer(shuffled).numbers, stakeholder_layer(organizations).numbers)
