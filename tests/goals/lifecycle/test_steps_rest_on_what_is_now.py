"""A step rests on the sub-goal as it is when the step is taken, not as the page read it (R10)."""

from decimal import Decimal

import pytest

from goals.lifecycle import sub_goals, updates
from goals.lifecycle.steps import StepNotAllowed
from goals.models import Standing, SubGoal, Update
from goals.passing import audit
from stakeholders import organizations
from tests.goals.lifecycle.conftest import (
    make_published,
    make_published_update,
    make_submitted_update,
    make_update,
    person,
)

RELATED = ("sub_goal__organization", "sub_goal__goal", "sub_goal__parent")


def as_read_now(update: Update) -> Update:
    """With its sub-goal, as a page holds it while something else changes."""
    return Update.objects.select_related(*RELATED).get(pk=update.pk)


def standing_of(sub_goal: SubGoal) -> Standing:
    return Standing.objects.get(sub_goal=sub_goal)


def test_a_sub_goal_withdrawn_meanwhile_takes_no_update(people, published):
    held = as_read_now(make_submitted_update(people, published))
    sub_goals.withdraw(published, "No more", people.editor, published.version)

    with pytest.raises(StepNotAllowed):
        updates.publish(held, people.steward, held.version)

    assert standing_of(published).reason == "withdrawn"
    assert not audit()


def test_no_update_is_sent_or_begun_on_a_sub_goal_withdrawn_meanwhile(people, published):
    draft = as_read_now(make_update(people, published))
    seen = SubGoal.objects.get(pk=published.pk)
    sub_goals.withdraw(published, "No more", people.editor, published.version)

    with pytest.raises(StepNotAllowed):
        updates.submit(draft, people.editor, draft.version)
    with pytest.raises(StepNotAllowed):
        make_update(people, seen)


@pytest.mark.parametrize("step", ["publish", "retract"])
def test_a_weight_given_meanwhile_stays(people, published, step):
    make = make_published_update if step == "retract" else make_submitted_update
    held = as_read_now(make(people, published))
    sub_goals.re_weigh(published, Decimal(5), people.steward, published.version)

    if step == "publish":
        updates.publish(held, people.steward, held.version)
    else:
        updates.retract(held, "Wrong", people.editor, held.version)

    assert standing_of(published).weight == 5
    assert not audit()


def test_an_update_is_judged_by_the_measure_of_its_moment(people, published):
    held = as_read_now(make_submitted_update(people, published))
    aim = {"target_value": Decimal(1100)}
    sub_goals.change_measure(published, aim, "We aim higher", people.steward, published.version)

    updates.publish(held, people.steward, held.version)

    assert standing_of(published).progress == Decimal("0.01")
    assert not audit()


def test_a_correction_is_checked_against_the_measure_of_its_moment(people, published):
    held = as_read_now(make_published_update(people, published))
    new = {"target_value": Decimal(110)}
    sub_goals.change_measure(published, new, "We aim lower", people.steward, published.version)
    correction = updates.correct(held, {"value": Decimal(108)}, people.editor, held.version)

    assert correction.sub_goal.target_value == 110


def test_an_organization_switched_off_meanwhile_does_not_count_again(people, published):
    held = as_read_now(make_submitted_update(people, published))
    administrator = person("admin", project_role="administrator")
    organizations.set_active(people.mills, False, administrator, "Asked for")

    updates.publish(held, people.steward, held.version)

    assert not standing_of(published).counted
    assert not audit()


def test_a_child_enters_what_its_parent_takes_now(people):
    parent = make_published(people, title="Parent")
    held = as_read_now(make_submitted_update(people, make_published(people, title="Child", parent=parent)))
    parent.refresh_from_db()
    takes = {"progress_from": SubGoal.ProgressFrom.CHILDREN}
    sub_goals.change_measure(parent, takes, "By its parts", people.steward, parent.version)

    updates.publish(held, people.steward, held.version)

    assert standing_of(held.sub_goal).enters == standing_of(parent)
    assert not audit()
