"""What sub-goals declare for an indicator is counted and summed in the transaction of each change."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goals import explain, passing, rollup, standings
from goals.declarations import declared as reading
from goals.declarations import recounting
from goals.evaluation import evaluate
from goals.known import Moment
from goals.lifecycle import sub_goals
from goals.models import Declaration, DeclaredSum, Goal, Result, SubGoal, Update
from indicators.models import Indicator
from stakeholders import organizations
from stakeholders.models import Organization, User
from tests.goals.stories import Changes

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
    return reading.contributions(result())


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


def test_one_that_takes_its_progress_from_its_children_has_no_quantity_of_its_own(today):
    one = declaring("jobs-a", "org-a")
    report(one, 5000)
    one.progress_from = SubGoal.ProgressFrom.CHILDREN
    one.save()
    standings.follow([one], "measure")

    assert declared()["excluded"] == {"sub-goal:jobs-a": "no_value"}
    assert evaluate(Moment(today, today))[NODE].outcome["contributions"]["total"] == 0


def test_nothing_is_left_of_the_sum_when_the_last_one_goes(steward):
    report(one := declaring("jobs-a", "org-a"), 1000)

    organizations.set_active(one.organization, False, steward, "Asked to leave.")

    assert declared() is None
    assert not Declaration.objects.filter(sub_goal=one).exists()
    assert not DeclaredSum.objects.filter(indicator=one.contributes_to).exists()
    assert "contributions" not in explain.explanation_of(result())["input"]


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
    assert (after.outcome, after.explanation) == (before.outcome, before.explanation)


def test_the_sum_is_explained_and_what_a_recount_finds(today):
    report(declaring("jobs-a", "org-a"), 5000)
    report(declaring("jobs-b", "org-b", shared_effort="port", shared_effort_share=Decimal("0.7")), 430)
    report(declaring("jobs-c", "org-c", shared_effort="port", shared_effort_share=Decimal("0.3")), 400)

    assert declared()["total"] == Decimal("0.00543")
    explanation, outcome = explain.explanation_of(result()), explain.outcome_of(result())
    assert outcome["contributions"]["credit"]["org-b"] == Decimal("0.000301")  # 0.7 of 430
    assert list(explain.differences(explanation, outcome)) == []
    assert passing.audit() == []
    assert NODE not in rollup.refresh_upper(today, "test")


def test_the_audit_names_a_sum_that_is_not_what_is_declared():
    report(one := declaring("jobs-a", "org-a"), 5000)
    DeclaredSum.objects.filter(indicator=one.contributes_to, organization=None).update(amount=1)

    [drift] = passing.audit()

    assert (drift.node, drift.field, drift.stored, drift.counted) == (
        NODE, "declared amount", Decimal(1), Decimal("0.005"),
    )  # fmt: skip


def row_of(one: SubGoal) -> Declaration:
    return Declaration.objects.get(sub_goal=one)


def sums() -> dict[str | None, tuple]:
    """Amount, sub-goals in the sum, credited and left out, by organization; of all under None."""
    found = DeclaredSum.objects.filter(indicator__code="export-supported-jobs").select_related("organization")
    return {
        one.organization and one.organization.code: (one.amount, one.counted, one.credited, one.left_out)
        for one in found
    }


def test_each_organization_has_a_sum_of_its_own_and_all_of_them_one():
    """An effort of 430 persons is shared by b (0.7) and c (0.3), and counts once, with b's report."""
    report(declaring("jobs-a", "org-a"), 5000)
    report(declaring("jobs-b", "org-b", shared_effort="port", shared_effort_share=Decimal("0.7")), 430)
    report(c := declaring("jobs-c", "org-c", shared_effort="port", shared_effort_share=Decimal("0.3")), 400)

    assert sums() == {
        None: (Decimal("0.00543"), 2, 3, 1),
        "org-a": (Decimal("0.005"), 1, 1, 0),
        "org-b": (Decimal("0.000301"), 1, 1, 0),
        "org-c": (Decimal("0.000129"), 0, 1, 1),
    }
    kept = row_of(c)
    assert (kept.quantity, kept.amount, kept.credit) == (Decimal("0.0004"), 0, Decimal("0.000129"))
    assert kept.reason == "shared_effort:port"


def test_another_lead_of_an_effort_moves_what_all_of_its_members_come_to():
    """Reports of 430 and 350 lie 80 of 430 apart, which is more than a tenth."""
    report(b := declaring("jobs-b", "org-b", shared_effort="port", shared_effort_share=Decimal("0.5")), 430)
    report(c := declaring("jobs-c", "org-c", shared_effort="port", shared_effort_share=Decimal("0.5")), 350)
    assert (row_of(b).amount, row_of(b).disagrees) == (Decimal("0.00043"), True)

    c.leads_shared_effort = True
    c.save()
    standings.follow([c], "test")

    assert (row_of(b).amount, row_of(b).credit) == (0, Decimal("0.000175"))
    assert (row_of(c).amount, row_of(c).disagrees) == (Decimal("0.00035"), True)
    assert declared()["flags"] == ["shared_effort_disagrees:port"]


def test_what_stands_below_counts_again_once_the_one_above_is_withdrawn(steward):
    report(top := declaring("top", "org-a"), 5000)
    report(below := declaring("below", "org-b", parent=silent("between", "org-a", parent=top)), 300)
    assert row_of(below).reason == "in_parent:sub-goal:top"

    top.refresh_from_db()
    sub_goals.withdraw(top, "Closed.", steward, top.version)

    assert sums() == {
        None: (Decimal("0.0003"), 1, 1, 1),
        "org-a": (0, 0, 0, 1),
        "org-b": (Decimal("0.0003"), 1, 1, 0),
    }


def test_one_that_declares_for_another_indicator_leaves_the_sum_of_the_first():
    report(one := declaring("jobs-a", "org-a"), 5000)
    one.contributes_to = Indicator.objects.get(code="trade-linked-employment")
    one.save()

    standings.follow([one], "test")
    assert sums() == {}
    assert row_of(one).indicator == one.contributes_to

    one.contributes_to = None
    one.save()
    standings.follow([one], "test")
    assert not Declaration.objects.filter(sub_goal=one).exists()
    assert not DeclaredSum.objects.filter(indicator__code="trade-linked-employment").exists()


def test_the_nightly_pass_sets_right_what_is_other_than_counted():
    report(one := declaring("jobs-a", "org-a"), 5000)
    report(gone := declaring("jobs-b", "org-b"), 700)
    Declaration.objects.filter(sub_goal=one).update(amount=2, reason="withdrawn")
    Declaration.objects.filter(sub_goal=gone).delete()
    DeclaredSum.objects.all().delete()

    fields = [drift.field for drift in passing.audit() if drift.node == one.node]
    assert fields == ["declared reason", "declared amount"]
    moved = passing.follow_time(standings.today())

    assert {one.node, gone.node, NODE, f"{NODE}:org-a"} <= set(moved)
    assert sums()[None] == (Decimal("0.0057"), 2, 2, 0)
    assert passing.audit() == []
    assert passing.follow_time(standings.today()) == []


# --- What it costs ------------------------------------------------------------------------------
@pytest.mark.parametrize("others", [5, 60])
def test_it_takes_as_many_statements_with_many_that_declare_as_with_few(others, django_assert_num_queries):
    report(one := declaring("jobs-a", "org-a"), 5000)
    beside = [declaring(f"jobs-{number}", f"org-{number % 7}") for number in range(others)]
    standings.follow(beside, "test")
    Update.objects.filter(sub_goal=one).update(value=6000)

    with django_assert_num_queries(5 if connection.vendor == "postgresql" else 10):
        standings.follow([one], "update:1")

    assert declared()["total"] == Decimal("0.006")


# --- Any sequence of changes --------------------------------------------------------------------
class Story(Changes):
    """Random changes to a few sub-goals that declare something, each followed at once."""

    EFFORTS = ("", "port", "port", "rail")
    CODES = (*["export-supported-jobs"] * 4, "trade-linked-employment", None)

    def go(self, steps: int) -> None:
        acts = [
            self.register, self.register, self.report, self.report, self.report, self.retract, self.withdraw,
            self.publish, self.publish, self.move, self.move, self.hide, self.quantify, self.share,
            self.share, self.share, self.lead, self.declare, self.take_from_children, self.switch, self.merge,
        ]  # fmt: skip
        for number in range(steps):
            act = self.chance.choice(acts) if len(self.codes) > 3 else self.register
            if changed := act():
                standings.follow(changed, f"story:{number}")
            if number % 20 == 19:
                assert list(recounting.drifted()) == [], act

    def owner(self) -> str:
        return f"story-{self.chance.randrange(4)}"

    def register(self) -> list[SubGoal]:
        if len(self.codes) >= 16:
            return self.report()
        parent = self.any() if self.codes and self.chance.random() < 0.6 else None
        self.codes.append(code := f"story-{len(self.codes)}")
        organization(owner := self.owner())
        made = silent(code, owner, parent=parent, attribution=1, contribution_factor=1)
        self.set_indicator(made)
        return [SubGoal.objects.select_related("organization", "goal", "parent").get(pk=made.pk)]

    def set_indicator(self, one: SubGoal) -> None:
        code = self.chance.choice(self.CODES)
        one.contributes_to = code and Indicator.objects.get(code=code)
        one.save()

    def report(self) -> list[SubGoal]:
        one = self.any()
        Update.objects.create(
            sub_goal=one, date=date(2026, 1, 1) + timedelta(days=self.chance.randrange(300)),
            value=Decimal(self.chance.randrange(-2000, 13_000)) / 7, state=Update.State.PUBLISHED,
            published_at=timezone.now(),
        )  # fmt: skip
        return [one]

    def retract(self) -> list[SubGoal]:
        one = self.any()
        update = one.updates.filter(state=Update.State.PUBLISHED).order_by("-date").first()
        if update:
            Update.objects.filter(pk=update.pk).update(state=Update.State.RETRACTED)
        return [one]

    def withdraw(self) -> list[SubGoal]:
        stands = self.chance.random() < 0.5
        day = date(2026, 6, 1)
        return self.change(state=SubGoal.State.WITHDRAWN, withdrawn_on=day, delivered_stands=stands)

    def publish(self) -> list[SubGoal]:
        return self.change(state=SubGoal.State.PUBLISHED, withdrawn_on=None)

    def hide(self) -> list[SubGoal]:
        return self.change(state=SubGoal.State.DRAFT)

    def quantify(self) -> list[SubGoal]:
        factor = Decimal(self.chance.randrange(1, 100)) / 1000
        return self.change(contribution_factor=factor, attribution=Decimal(self.chance.randrange(101)) / 100)

    def share(self) -> list[SubGoal]:
        share = self.chance.choice([None, Decimal("0.25"), Decimal("0.3")])
        return self.change(shared_effort=self.chance.choice(self.EFFORTS), shared_effort_share=share)

    def lead(self) -> list[SubGoal]:
        return self.change(leads_shared_effort=self.chance.random() < 0.5)

    def declare(self) -> list[SubGoal]:
        one = self.any()
        self.set_indicator(one)
        return [one]

    def switch(self) -> list[SubGoal]:
        """Switch one off, or whichever is off on again."""
        off = Organization.objects.filter(code__startswith="story-", is_active=False).first()
        one = off or organization(self.owner())
        one.is_active = not one.is_active
        one.save()
        return self.of(one)

    def merge(self) -> list[SubGoal]:
        """Both are on or both off: organizations that are switched off take no part in a merge."""
        source, into = organization(self.owner()), organization(self.owner())
        moved = self.of(source)
        if source.is_active != into.is_active:
            return []
        source.sub_goals.update(organization=into)
        for one in moved:
            one.organization = into
        return moved

    def of(self, one: Organization) -> list[SubGoal]:
        public = SubGoal.objects.filter(organization=one, state__in=SubGoal.PUBLIC_STATES)
        return list(public.select_related("organization", "goal", "parent").order_by("pk"))


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10**6))
def test_after_any_sequence_of_changes_declarations_and_sums_are_what_a_recount_gives(seed):
    with transaction.atomic():
        Story(random.Random(seed)).go(200)
        assert list(explain.differences(explain.explanation_of(result()), explain.outcome_of(result()))) == []
        transaction.set_rollback(True)
