"""What sub-goals declare for an indicator is summed in the transaction of each change."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from goals import explain, passing, rollup, standings
from goals.lifecycle import sub_goals
from goals.models import Goal, Result, SubGoal, Update
from indicators.models import Indicator
from stakeholders import organizations
from stakeholders.models import Organization, User

pytestmark = pytest.mark.django_db

NODE = "target:export-supported-jobs"


@pytest.fixture(autouse=True)
def nobody_else():
    """No sample sub-goal declares anything for the indicator."""
    others = list(
        SubGoal.objects.exclude(contributes_to=None).select_related("goal", "parent", "organization")
    )
    SubGoal.objects.filter(pk__in=[one.pk for one in others]).update(state=SubGoal.State.DRAFT)
    for one in others:
        one.state = SubGoal.State.DRAFT
    standings.follow(others, "test")


def organization(code: str) -> Organization:
    fields = {"name": code, "type": Organization.Type.SME, "area": "CAN"}
    return Organization.objects.get_or_create(code=code, defaults=fields)[0]


def silent(code: str, owner: str, **fields) -> SubGoal:
    """A published sub-goal that declares nothing."""
    return SubGoal.objects.create(
        code=code, organization=organization(owner), goal=Goal.objects.get(code="g1"), title=code,
        state=SubGoal.State.PUBLISHED, published_on=date(2026, 1, 1), start_date=date(2026, 1, 1),
        target_date=date(2028, 1, 1), baseline_value=0, target_value=10_000, **fields,
    )  # fmt: skip


def declaring(code: str, owner: str, **fields) -> SubGoal:
    """One that counts persons toward an indicator in millions of them."""
    indicator = Indicator.objects.get(code="export-supported-jobs")
    quantity = {"contribution_factor": Decimal("0.000001"), "attribution": 1}
    return silent(code, owner, contributes_to=indicator, **quantity, **fields)


def report(one: SubGoal, value: int) -> Update:
    update = Update.objects.create(
        sub_goal=one, date=date(2026, 6, 30), value=value, state=Update.State.PUBLISHED,
        published_at=timezone.now(),
    )  # fmt: skip
    standings.follow([one], f"update:{update.pk}")
    return update


def result() -> Result:
    return Result.objects.current().get(node=NODE)


def declared() -> dict:
    return result().outcome["contributions"]


@pytest.fixture
def steward(db) -> User:
    return User.objects.create_superuser(email="steward@example.org", password=None)


def test_an_update_moves_the_sum_before_its_transaction_ends():
    one = declaring("jobs-a", "org-a")

    with transaction.atomic():
        report(one, 5000)
        assert declared()["total"] == Decimal("0.005")
        assert declared()["credit"] == {"org-a": Decimal("0.005")}


def test_several_sub_goals_add_up_and_one_taken_back_leaves_the_others():
    report(declaring("jobs-a", "org-a"), 5000)
    update = report(one := declaring("jobs-b", "org-b"), 700)
    assert declared()["total"] == Decimal("0.0057")

    Update.objects.filter(pk=update.pk).update(state=Update.State.RETRACTED, retracted_at=timezone.now())
    standings.follow([one], f"update:{update.pk}")

    assert declared()["total"] == Decimal("0.005")
    assert declared()["quantities"]["sub-goal:jobs-b"] == 0  # it is where it began


def test_the_share_of_what_is_needed_moves_with_the_sum():
    """The indicator goes from 9.5 to 20 million: 10.5 are needed."""
    report(declaring("jobs-a", "org-a"), 105_000)

    assert declared()["share_of_need"] == Decimal("0.01")


def test_a_withdrawn_one_counts_no_longer_unless_what_it_delivered_stands(steward):
    for code, stands in (("gone", False), ("stands", True)):
        report(one := declaring(code, "org-a"), 1000)
        one.refresh_from_db()
        sub_goals.withdraw(one, "Closed.", steward, one.version, delivered_stands=stands)

    assert declared()["quantities"] == {"sub-goal:stands": Decimal("0.001")}
    assert declared()["excluded"] == {"sub-goal:gone": "withdrawn"}


def test_nothing_is_left_of_the_sum_when_the_last_one_goes(steward):
    report(one := declaring("jobs-a", "org-a"), 1000)

    organizations.set_active(one.organization, False, steward, "Asked to leave.")

    assert "contributions" not in result().outcome
    assert "contributions" not in result().explanation["input"]


def test_a_quantity_below_one_that_declares_too_counts_only_while_it_stands_elsewhere(steward):
    """The sub-goal that moves declares nothing itself; what stands below it changes its chain."""
    report(top := declaring("top", "org-a"), 5000)
    between = silent("between", "org-a")
    report(declaring("below", "org-b", parent=between), 300)
    assert declared()["total"] == Decimal("0.0053")

    sub_goals.re_parent(between, top, steward, between.version)

    assert declared()["total"] == Decimal("0.005")
    assert declared()["excluded"]["sub-goal:below"] == "in_parent:sub-goal:top"


def test_the_verdict_on_the_indicator_stays_as_it_was_recorded():
    before = result()

    report(declaring("jobs-a", "org-a"), 5000)

    after = result()
    assert (after.pk, after.recorded_at, after.status) == (before.pk, before.recorded_at, before.status)
    assert after.outcome | {"contributions": None} == before.outcome | {"contributions": None}


def test_the_sum_is_explained_and_what_a_recount_finds(today):
    report(declaring("jobs-a", "org-a"), 5000)
    report(declaring("jobs-b", "org-b", shared_effort="port", shared_effort_share=Decimal("0.7")), 430)
    report(declaring("jobs-c", "org-c", shared_effort="port", shared_effort_share=Decimal("0.3")), 400)

    assert declared()["total"] == Decimal("0.00543")
    assert list(explain.differences(result().explanation, result().outcome)) == []
    assert passing.audit() == []
    assert NODE not in rollup.refresh_upper(today, "test")


def test_the_audit_names_a_sum_that_is_not_what_is_declared():
    report(declaring("jobs-a", "org-a"), 5000)
    stored = result()
    stored.outcome["contributions"]["total"] = Decimal(1)
    stored.save()

    [drift] = passing.audit()

    assert (drift.node, drift.field, drift.stored, drift.counted) == (
        NODE, "contributions", Decimal(1), Decimal("0.005"),
    )  # fmt: skip


def test_it_takes_as_many_statements_with_many_that_declare_as_with_few(django_assert_max_num_queries):
    report(one := declaring("jobs-a", "org-a"), 5000)
    standings.follow([declaring(f"jobs-{number}", f"org-{number % 7}") for number in range(60)], "test")
    Update.objects.filter(sub_goal=one).update(value=6000)

    with django_assert_max_num_queries(18):
        standings.follow([one], "update:1")

    assert declared()["total"] == Decimal("0.006")
