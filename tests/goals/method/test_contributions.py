from decimal import Decimal

import pytest

from goals.method import Declared, contributions
from goals.method.contributions import Contribution, each_contribution


def declared(name, value, **others):
    numbers = {
        key: Decimal(str(v))
        for key, v in others.items()
        if key in ("baseline", "factor", "attribution", "share")
    }
    return Declared(
        name, others.pop("org", name.upper()), None if value is None else Decimal(value), **others | numbers
    )


def test_a_quantity_is_the_change_times_factor_and_attribution():
    outcome = contributions(
        [declared("a", 50000, baseline=10000, factor="1e-6", attribution="0.5")],
        Decimal("9.5"),
        Decimal("19.5"),
    )
    assert (outcome.total, outcome.share_of_need, outcome.credit) == (
        Decimal("0.02"),
        Decimal("0.002"),
        {"A": Decimal("0.02")},
    )


@pytest.mark.parametrize(
    ("others", "total", "reason"),
    [
        ({"uncounted": "draft"}, 0, "draft"),
        ({"uncounted": "withdrawn"}, 0, "withdrawn"),
        ({"uncounted": "withdrawn", "delivered_stands": True}, 5, None),
        ({"uncounted": "draft", "delivered_stands": True}, 0, "draft"),
        ({"uncounted": "not_started"}, 0, "not_started"),
    ],
)
def test_drafts_and_withdrawn_ones_count_nothing_unless_what_was_delivered_stands(others, total, reason):
    outcome = contributions([declared("a", 5, **others)])
    assert (outcome.total, outcome.excluded.get("a")) == (total, reason)


def test_no_value_is_nothing_and_a_loss_counts():
    outcome = contributions([declared("a", None), declared("b", 3, baseline=5), declared("c", 10)])
    assert (outcome.total, outcome.excluded) == (8, {"a": "no_value"})
    assert outcome.credit["B"] == -2


def test_on_a_chain_only_the_topmost_counted_node_counts():
    chain = [declared("top", 10), declared("mid", 7, parent="top"), declared("low", 5, parent="mid")]
    outcome = contributions(chain)
    assert (outcome.total, outcome.excluded) == (10, {"mid": "in_parent:top", "low": "in_parent:top"})


@pytest.mark.parametrize("top", [declared("top", None), declared("top", 10, uncounted="withdrawn")])
def test_a_parent_that_counts_nothing_covers_nobody(top):
    outcome = contributions([top, declared("mid", 7, parent="top"), declared("low", 5, parent="mid")])
    assert (outcome.total, outcome.excluded["low"]) == (7, "in_parent:mid")


def test_parents_in_a_circle_are_refused():
    with pytest.raises(ValueError, match="circle"):
        contributions([declared("a", 1, parent="b"), declared("b", 1, parent="a")])


def effort(name, value, **others):
    return declared(name, value, shared_effort="hub", **others)


def test_a_shared_effort_counts_once_by_its_lead():
    outcome = contributions([effort("a", 60, share=".7"), effort("b", 58, share=".3", leads=True)])
    assert (outcome.total, outcome.quantities) == (58, {"b": 58})
    assert outcome.credit == {"A": Decimal("40.6"), "B": Decimal("17.4")}
    assert outcome.excluded == {"a": "shared_effort:hub"}


def test_without_a_lead_the_largest_by_size_counts():
    assert contributions([effort("a", 10), effort("b", -60)]).total == -60
    assert contributions([effort("a", None, leads=True), effort("b", 60)]).total == 60


@pytest.mark.parametrize(
    ("shares", "credit"),
    [
        (("1.4", ".6"), (70, 30)),
        ((".7", None), (50, 50)),
        ((0, 0), (50, 50)),
    ],
)
def test_credit_is_scaled_to_the_whole_and_equal_when_a_share_is_missing(shares, credit):
    rows = [effort(n, 100, **({} if s is None else {"share": s})) for n, s in zip("ab", shares, strict=True)]
    assert tuple(contributions(rows).credit.values()) == credit


@pytest.mark.parametrize(("other", "flags"), [(90, ()), (89, ("shared_effort_disagrees:hub",)), (100, ())])
def test_reports_more_than_a_tenth_apart_disagree(other, flags):
    assert contributions([effort("a", 100), effort("b", other)]).flags == flags


def test_two_efforts_of_one_organization_add_up_in_its_credit():
    assert contributions([declared("a", 1, org="X"), declared("b", 2, org="X")]).credit == {"X": 3}


def test_a_need_of_nothing_has_no_share():
    assert contributions([declared("a", 1)], Decimal(5), Decimal(5)).share_of_need is None


def test_each_sub_goal_has_what_it_comes_to():
    """One of its own, one below it, and an effort of two whose reports lie 20 of 100 apart."""
    rows = [
        declared("a", 40), declared("b", 15, parent="a"),
        effort("c", 100, share=".7"), effort("d", 80, share=".3"), declared("e", None),
    ]  # fmt: skip

    assert each_contribution(rows) == {
        "a": Contribution(quantity=40, amount=40, credit=40),
        "b": Contribution(quantity=15, reason="in_parent:a"),
        "c": Contribution(quantity=100, amount=100, credit=70, disagrees=True),
        "d": Contribution(quantity=80, reason="shared_effort:hub", credit=30),
        "e": Contribution(quantity=None, reason="no_value"),
    }


def test_a_level_that_declares_nothing_passes_on_who_is_above_it_and_is_not_listed():
    rows = [
        declared("top", 10), declared("mid", None, parent="top", declares=False),
        declared("low", 5, parent="mid"),
    ]  # fmt: skip

    assert contributions(rows).excluded == {"low": "in_parent:top"}


def test_a_part_of_a_credit_is_cut_to_twelve_decimals():
    rows = [effort(name, 1) for name in "abc"]

    assert each_contribution(rows)["a"].credit == Decimal("0.333333333333")
