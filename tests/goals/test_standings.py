"""What organizations do, rolled up by difference: a change moves its own leaf and its ancestors alone."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goals import evaluation, passing, standings, upper
from goals.known import Moment
from goals.models import Goal, Result, Standing, Step, SubGoal, Update
from indicators.models import Edition
from stakeholders.models import Organization
from tests.goals.stories import Changes

pytestmark = pytest.mark.django_db

CHILDREN = SubGoal.ProgressFrom.CHILDREN


@pytest.fixture(autouse=True)
def today(monkeypatch) -> date:
    """Half of the two years of every sub-goal below has passed, to the day."""
    day = date(2027, 1, 1)
    monkeypatch.setattr(standings, "today", lambda: day)
    return day


@pytest.fixture
def goal() -> Goal:
    SubGoal.objects.filter(goal__code="g1").update(state=SubGoal.State.DRAFT)
    standings.follow(list(SubGoal.objects.filter(goal__code="g1")), "test")
    return Goal.objects.get(code="g1")


def organization(code: str) -> Organization:
    fields = {"name": code, "type": Organization.Type.SME, "area": "CAN"}
    return Organization.objects.get_or_create(code=code, defaults=fields)[0]


def sub_goal(goal: Goal, code: str, owner: str, **fields) -> SubGoal:
    """From 0 to 100 between the first days of 2026 and 2028."""
    return SubGoal.objects.create(
        code=code, organization=organization(owner), goal=goal, title=code, state=SubGoal.State.PUBLISHED,
        published_on=date(2026, 1, 1), start_date=date(2026, 1, 1), target_date=date(2028, 1, 1),
        baseline_value=0, target_value=100, **fields,
    )  # fmt: skip


def report(one: SubGoal, value: int, day: date = date(2026, 12, 31)) -> Update:
    return Update.objects.create(
        sub_goal=one, date=day, value=value, state=Update.State.PUBLISHED, published_at=timezone.now()
    )


def standing(node: str) -> Standing:
    return Standing.objects.get(node=node)


def delta(steps: list[Step], node: str, name: str) -> Decimal | None:
    return next(step for step in steps if step.node == node).delta(name)


@pytest.fixture
def tree(goal):
    """A has two sub-goals of its own; B one that takes its progress from two children, weighing 1 and 3."""
    a1, a2 = sub_goal(goal, "a1", "org-a"), sub_goal(goal, "a2", "org-a")
    b = sub_goal(goal, "b", "org-b", progress_from=CHILDREN)
    b1 = sub_goal(goal, "b1", "org-b", parent=b)
    b2 = sub_goal(goal, "b2", "org-b", parent=b, weight=3)
    for one, value in ((a1, 29), (a2, 60), (b1, 20), (b2, 80)):
        report(one, value)
    standings.follow([a1, a2, b, b1, b2], "test")
    return {one.code: one for one in (a1, a2, b, b1, b2)}


def test_an_organization_is_the_mean_of_its_roots_and_a_goal_of_its_organizations(tree):
    assert standing("sub-goal:b").progress == Decimal("0.65")  # (0.20 + 3 x 0.80) / 4
    assert standing("organization:g1:org-a").progress == Decimal("0.445")  # (0.29 + 0.60) / 2
    assert standing("goal:g1").progress == Decimal("0.5475")  # (0.445 + 0.65) / 2
    assert standing("goal:g1").members == 2


def test_splitting_one_sub_goal_into_many_gains_an_organization_nothing(tree, goal):
    more = [sub_goal(goal, f"b-{number}", "org-b", parent=tree["b"], weight=1) for number in range(5)]
    for one in more:
        report(one, 65)
    standings.follow(more, "test")

    assert standing("organization:g1:org-b").progress == Decimal("0.65")
    assert standing("goal:g1").progress == Decimal("0.5475")


def test_each_ancestor_moves_by_the_leafs_change_times_the_weights_on_the_way(tree):
    update = report(tree["b1"], 40)

    steps = standings.follow([tree["b1"]], f"update:{update.pk}")

    assert [step.node for step in steps] == [
        "sub-goal:b1", "sub-goal:b", "organization:g1:org-b", "goal:g1", "overall",
    ]  # fmt: skip
    assert delta(steps, "sub-goal:b1", "progress") == Decimal("0.2")
    assert delta(steps, "sub-goal:b", "progress") == Decimal("0.05")  # 0.2 x 1/4
    assert delta(steps, "organization:g1:org-b", "progress") == Decimal("0.05")
    assert delta(steps, "goal:g1", "progress") == Decimal("0.025")  # x 1/2
    assert {step.kind for step in steps} == {Result.ChangeKind.MOVEMENT}
    assert {step.cause for step in steps} == {f"update:{update.pk}"}


def test_a_goal_combines_the_schedules_and_its_step_says_so(tree):
    result = Result.objects.current().get(node="goal:g1")
    indicators = result.outcome["indicator_layer"]["schedule"]

    report(tree["a1"], 10)
    steps = standings.follow([tree["a1"]], "update:1")

    [after] = upper.completed(Result.objects.current().filter(node="goal:g1"))
    expected = Decimal("0.75") * indicators + Decimal("0.25") * standing("goal:g1").schedule
    assert after.combined == after.outcome["combined"] == round(expected, 9)
    step = next(one for one in steps if one.node == "goal:g1")
    assert step.combined_after == after.combined


def test_what_is_announced_before_is_what_happens_then(tree):
    draft = Update.objects.create(
        sub_goal=tree["b2"], date=date(2026, 12, 31), value=90, state=Update.State.SUBMITTED
    )
    announced = standings.preview(draft)
    assert standing("sub-goal:b2").progress == Decimal("0.8")  # nothing has moved yet

    Update.objects.filter(pk=draft.pk).update(state=Update.State.PUBLISHED, published_at=timezone.now())
    happened = standings.follow([tree["b2"]], f"update:{draft.pk}")

    told = [(step.node, step.progress_after, step.schedule_after, step.combined_after) for step in announced]
    assert told == [
        (step.node, step.progress_after, step.schedule_after, step.combined_after) for step in happened
    ]
    assert delta(happened, "goal:g1", "progress") == Decimal("0.0375")  # 0.1 x 3/4 x 1/2


@pytest.mark.parametrize(
    "change",
    [
        {"state": SubGoal.State.WITHDRAWN, "withdrawn_on": date(2026, 12, 31)},
        {"weight": Decimal("2.5")},
        {"parent": None},
    ],
    ids=["withdrawn", "weighed", "moved"],
)
def test_who_leaves_enters_or_weighs_otherwise_is_composition_all_the_way_up(tree, change):
    for name, value in change.items():
        setattr(tree["b1"], name, value)
    tree["b1"].save()

    steps = standings.follow([tree["b1"]], "sub-goal:b1")

    assert {step.kind for step in steps} == {Result.ChangeKind.COMPOSITION}
    assert passing.audit() == []


def withdraw(one: SubGoal) -> None:
    one.state, one.withdrawn_on = SubGoal.State.WITHDRAWN, date(2026, 12, 31)
    one.save()


def weigh(one: SubGoal) -> None:
    one.weight = Decimal(5)
    one.save()


def switch_off(one: SubGoal) -> None:
    Organization.objects.filter(pk=one.organization_id).update(is_active=False)


def take_from_own(one: SubGoal) -> None:
    one.parent.progress_from = SubGoal.ProgressFrom.OWN
    one.parent.save()


@pytest.mark.parametrize("change", [withdraw, weigh, switch_off, take_from_own])
def test_one_that_was_changed_while_its_lock_was_waited_for_is_judged_as_it_is_now(tree, change):
    read_before = SubGoal.objects.select_related("organization", "goal", "parent").get(code="b1")
    now = SubGoal.objects.select_related("organization", "goal", "parent").get(code="b1")
    change(now)
    everything = SubGoal.objects.select_related("organization", "goal", "parent").filter(
        organization__code="org-b"
    )
    standings.follow(list(everything), "the change")

    report(tree["b1"], 40)
    standings.follow([read_before], "update:1")

    assert passing.audit() == []


def test_nothing_has_moved_makes_no_step_twice(tree):
    report(tree["a1"], 50)

    assert standings.follow([tree["a1"]], "update:1")
    assert standings.follow([tree["a1"]], "update:1") == []


def test_a_missed_promise_of_children_is_mended_by_the_nightly_pass(tree):
    Standing.objects.filter(node="organization:g1:org-a").update(progress_sum=Decimal("7"), progress=1)
    assert {drift.node for drift in passing.audit()} >= {"organization:g1:org-a"}

    passing.recount()

    assert passing.audit() == []
    assert standing("organization:g1:org-a").progress == Decimal("0.445")


def test_a_change_reads_and_writes_as_much_with_many_siblings_as_with_few(
    tree, goal, django_assert_max_num_queries
):
    many = [sub_goal(goal, f"sibling-{number}", f"org-{number % 7}") for number in range(60)]
    standings.follow(many, "test")
    report(tree["b1"], 33)

    with django_assert_max_num_queries(2 if connection.vendor == "postgresql" else 13):
        standings.follow([tree["b1"]], "update:1")


# --- Any sequence of changes --------------------------------------------------------------------
class Story(Changes):
    """Random changes to a few sub-goals, each followed at once, as the services do it."""

    def __init__(self, goal: Goal, chance: random.Random) -> None:
        super().__init__(chance)
        self.goal = goal

    def go(self, steps: int) -> None:
        acts = [
            self.register, self.report, self.report, self.retract, self.withdraw, self.return_to, self.weigh,
            self.move, self.take_from_children, self.complete,
        ]  # fmt: skip
        for number in range(steps):
            act = self.chance.choice(acts) if self.codes else self.register
            if changed := act():
                standings.follow(changed, f"story:{number}")

    def register(self) -> list[SubGoal]:
        if len(self.codes) >= 14:
            return self.report()
        parent = self.any() if self.codes and self.chance.random() < 0.5 else None
        owner = parent.organization.code if parent else f"story-{self.chance.randrange(3)}"
        weight = Decimal(self.chance.randrange(1, 1000)) / 100
        self.codes.append(code := f"story-{len(self.codes)}")
        return [sub_goal(self.goal, code, owner, parent=parent, weight=weight)]

    def report(self) -> list[SubGoal]:
        one = self.any()
        day = date(2026, 1, 1) + timedelta(days=self.chance.randrange(365))
        report(one, self.chance.randrange(-20, 130), day)
        return [one]

    def retract(self) -> list[SubGoal]:
        update = Update.objects.filter(sub_goal__code__in=self.codes, state="published").order_by("?").first()
        if update is None:
            return []
        Update.objects.filter(pk=update.pk).update(state=Update.State.RETRACTED)
        return [SubGoal.objects.get(pk=update.sub_goal_id)]

    def withdraw(self) -> list[SubGoal]:
        return self.change(state=SubGoal.State.WITHDRAWN, withdrawn_on=date(2026, 6, 1))

    def return_to(self) -> list[SubGoal]:
        return self.change(state=SubGoal.State.PUBLISHED, withdrawn_on=None, completed_on=None)

    def complete(self) -> list[SubGoal]:
        return self.change(state=SubGoal.State.COMPLETED, completed_on=date(2026, 9, 1))

    def weigh(self) -> list[SubGoal]:
        return self.change(weight=Decimal(self.chance.randrange(1, 1000)) / 100)


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10**6))
def test_after_any_sequence_of_changes_the_sums_are_what_a_recount_gives(goal, today, seed):
    with transaction.atomic():
        Story(goal, random.Random(seed)).go(200)

        assert passing.audit() == []
        counted, _ = evaluation.judge_all(Moment(today, today))
        for node, row in counted.standings.items():
            if row.goal_id == goal.pk:
                assert of(row) == of(standing(node)), node
        transaction.set_rollback(True)


def of(row: Standing) -> tuple:
    """What sub-goals alone give a node up to its goal; what the indicators add is told elsewhere."""
    return row.shares._replace(combined=None), row.sums


@pytest.mark.parametrize("days", [1, 90, 400, 900])
def test_time_alone_moves_every_number_as_judging_from_scratch_does(tree, today, days):
    later = today + timedelta(days=days)

    passing.follow_time(later)

    assert passing.audit() == []
    counted, _ = evaluation.judge_all(Moment(later, later))
    for node, row in counted.standings.items():
        if node != "overall":
            assert of(row) == of(standing(node)), node
    silent = {1: "current", 90: "current", 400: "silent", 900: "silent"}
    assert standing("sub-goal:b1").update_state == silent[days]


@pytest.mark.django_db(transaction=True)
def test_what_follows_a_change_is_refused_outside_of_its_transaction():
    with pytest.raises(TransactionManagementError):
        standings.follow([], "test")

    assert not Edition.objects.exists()
