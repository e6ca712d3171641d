"""Goals and overall: what indicators say beside what organizations do, each kept where it moves."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from goals import passing, standings, upper
from goals.climbing import UPPER
from goals.evaluation import evaluate
from goals.known import Moment
from goals.models import Result, Standing, Step, SubGoal, Update

pytestmark = pytest.mark.django_db


def as_shown() -> dict[str, dict]:
    results = Result.objects.current().filter(level__in=UPPER)
    return {one.node: one.outcome for one in upper.completed(results)}


def from_scratch(day) -> dict[str, dict]:
    nodes = evaluate(Moment(day, day))
    return {key: node.outcome for key, node in nodes.items() if node.level in UPPER}


def report(code: str, value: str, day) -> Update:
    return Update.objects.create(
        sub_goal=SubGoal.objects.get(code=code), date=day - timedelta(days=3), value=Decimal(value),
        state=Update.State.PUBLISHED, published_at=timezone.now() - timedelta(days=30),
    )  # fmt: skip


def test_what_is_shown_of_goals_and_overall_is_what_judging_from_scratch_gives(today):
    assert as_shown() == from_scratch(today)


def test_it_still_is_after_an_update_moved_them(today, monkeypatch):
    monkeypatch.setattr(standings, "today", lambda: today)
    before = as_shown()
    update = report("sample-brokers-trained", "100", today)

    standings.follow([update.sub_goal], f"update:{update.pk}")

    assert as_shown() == from_scratch(today)
    moved = [node for node, outcome in as_shown().items() if outcome != before[node]]
    assert sorted(moved) == ["goal:g3", "overall"]


def test_an_update_leaves_what_is_kept_of_the_indicators_as_it_was_recorded(today, monkeypatch):
    monkeypatch.setattr(standings, "today", lambda: today)
    before = dict(Result.objects.current().values_list("node", "recorded_at"))
    update = report("sample-brokers-trained", "100", today)

    standings.follow([update.sub_goal], f"update:{update.pk}")

    assert dict(Result.objects.current().values_list("node", "recorded_at")) == before


def test_all_are_read_with_one_question(django_assert_num_queries):
    results = list(Result.objects.current().filter(level__in=UPPER))

    with django_assert_num_queries(1):
        upper.completed(results)


def test_a_first_number_is_no_move():
    assert not Step.objects.filter(level__in=UPPER, progress_before=None, schedule_before=None).exists()


def test_what_indicators_move_makes_a_step_of_the_combined_number(today):
    before = Standing.objects.get(node="goal:g3")

    move_indicators(before, Decimal("0.2"), today)

    step = Step.objects.filter(node="goal:g3").latest("pk")
    assert (step.cause, step.kind) == ("run:7", Result.ChangeKind.MOVEMENT)
    assert step.combined_before == before.combined
    assert step.delta("combined") == Decimal("0.15")  # 0.75 x 0.2
    assert step.delta("schedule") == 0  # organizations did nothing


def move_indicators(goal: Standing, by: Decimal, day) -> None:
    said = upper.Said(goal.node, goal.goal, goal.indicator_schedule + by, goal.status, is_composed=False)
    upper.follow([said], upper.states(), day, "run:7")


def test_a_goal_that_loses_its_indicators_number_has_no_combined_one(today):
    goal = Standing.objects.get(node="goal:g3")
    said = upper.Said(goal.node, goal.goal, None, "not_enough_data", is_composed=False)

    upper.follow([said], upper.states(), today, "run:7")

    goal.refresh_from_db()
    assert goal.combined is None
    assert goal.schedule is not None
    assert Step.objects.filter(node="goal:g3").latest("pk").kind == Result.ChangeKind.COMPOSITION


def test_the_audit_names_numbers_of_goals_that_were_bent():
    assert passing.audit() == []
    Standing.objects.filter(node="goal:g3").update(combined=Decimal("0.123"))

    found = {(drift.node, drift.field) for drift in passing.audit()}

    assert ("goal:g3", "combined") in found


def test_the_audit_names_who_counts_in_hiding():
    SubGoal.objects.filter(code="sample-rail-share").update(state=SubGoal.State.DRAFT)

    found = {(drift.node, drift.field, drift.stored) for drift in passing.audit()}

    assert ("sub-goal:sample-rail-share", "counted", True) in found
