"""Merging two entries of one organization moves its sub-goals and the tree with them."""

from decimal import Decimal

from goals.lifecycle import sub_goals
from goals.models import Step, SubGoal, Update
from stakeholders import merging
from tests.goals.lifecycle.conftest import (
    make_draft,
    make_published,
    make_published_update,
    person,
    whole_fields,
)


def test_sub_goals_move_with_their_reports_and_the_tree_follows(people):
    administrator = person("admin", project_role="administrator")
    public, draft = make_published(people), make_draft(people, title="A plan")
    update = make_published_update(people, public)
    own = sub_goals.create_draft(people.lab, whole_fields(title="Own"), people.other)

    preview = merging.preview(people.mills, people.lab)
    assert ("Sub-goals", 2) in preview.rows
    assert ("Updates", 1) in preview.rows
    merging.merge(people.mills, people.lab, administrator, fingerprint=preview.fingerprint)

    assert set(SubGoal.objects.filter(organization=people.lab)) == {public, draft, own}
    assert Update.objects.get(pk=update.pk).sub_goal.organization == people.lab
    steps = {step.node: step for step in Step.objects.filter(cause="merge:mills")}
    assert steps["organization:g3:lab"].progress_after == Decimal("0.1")
    assert draft in SubGoal.objects.visible_to(people.editor)
