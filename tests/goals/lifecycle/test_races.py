"""Several people at once, with real transactions: one is first, the others are told (R10)."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from hashlib import sha256
from threading import Barrier, Event
from time import sleep

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from goals.bulk import importing
from goals.bulk.columns import SUB_GOALS, UPDATES
from goals.lifecycle import proposing, sub_goals, updates
from goals.lifecycle.steps import StepNotAllowed
from goals.models import Goal, MeasureProposal, Review, Standing, Step, SubGoal, SubGoalVersion, Update
from goals.passing import audit
from stakeholders import merging, trail
from stakeholders.versions import Stale
from tests.goals.lifecycle.conftest import (
    make_draft,
    make_people,
    make_published,
    make_published_update,
    make_submitted,
    make_submitted_update,
    person,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(loaded):
    return make_people()


def at_once(*calls: Callable[[], object]) -> list[str]:
    """Run all in threads that start together; what each came to, as a word."""
    start = Barrier(len(calls))

    def run(call) -> str:
        try:
            start.wait()
            call()
        except (Stale, StepNotAllowed, ValidationError) as error:
            return type(error).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def test_two_editors_save_at_once_and_one_is_told(people):
    draft = make_draft(people)
    first, second = SubGoal.objects.get(pk=draft.pk), SubGoal.objects.get(pk=draft.pk)

    found = at_once(
        lambda: sub_goals.save_draft(first, {"title": "First"}, people.editor, first.version),
        lambda: sub_goals.save_draft(second, {"title": "Second"}, people.owner, second.version),
    )

    assert sorted(found) == ["Stale", "done"]
    assert SubGoal.objects.get(pk=draft.pk).title == ("First", "Second")[found.index("done")]


def test_two_stewards_answer_at_once_and_one_answer_stands(people):
    sent = make_submitted(people)
    first, second = SubGoal.objects.get(pk=sent.pk), SubGoal.objects.get(pk=sent.pk)

    found = at_once(
        lambda: sub_goals.publish(first, people.steward, first.version),
        lambda: sub_goals.send_back(second, "Why?", people.second_steward, second.version),
    )

    assert Counter(found)["done"] == 1
    assert Review.objects.filter(sub_goal=sent).count() == 1
    assert SubGoalVersion.objects.filter(sub_goal=sent).count() == (found[0] == "done")


def test_two_proposals_of_a_measure_at_once_leave_one_that_waits(people):
    made = make_published(people)
    copies = [(SubGoal.objects.get(pk=made.pk), by) for by in (people.editor, people.owner)]

    found = at_once(
        *(
            (lambda one=one, by=by: proposing.propose(one, {"target_value": 150}, "x", by, one.version))
            for one, by in copies
        )
    )  # fmt: skip

    assert sorted(found) == ["Stale", "done"]
    assert MeasureProposal.objects.waiting().count() == 1


def test_two_stewards_decide_on_a_measure_at_once_and_one_decision_stands(people):
    made = make_published(people)
    proposing.propose(made, {"target_value": 150}, "x", people.editor, made.version)
    first, second = SubGoal.objects.get(pk=made.pk), SubGoal.objects.get(pk=made.pk)

    found = at_once(
        lambda: proposing.approve(first, people.steward, first.version),
        lambda: proposing.send_back(second, "Why?", people.second_steward, second.version),
    )

    assert sorted(found) == ["Stale", "done"]
    assert SubGoalVersion.objects.filter(sub_goal=made).count() == 1 + (found[0] == "done")
    assert Review.objects.filter(proposal__sub_goal=made).count() == 1


def test_twenty_approvals_at_once_publish_once(people):
    sent = make_submitted_update(people, make_published(people))
    copies = [Update.objects.get(pk=sent.pk) for _turn in range(20)]

    found = at_once(
        *(
            (lambda one=one: updates.publish(one, people.steward, one.version))
            for one in copies
        )
    )  # fmt: skip

    assert Counter(found) == {"done": 1, "Stale": 19}
    assert Review.objects.filter(update_reviewed=sent).count() == 1
    leaf_steps = Step.objects.filter(cause=f"update:{sent.pk}", node=sent.sub_goal.node)
    assert leaf_steps.count() == 1
    assert not list(trail.faults_of("mills"))


def test_two_corrections_begun_at_once_are_one(people):
    first = make_published_update(people, make_published(people))
    copies = [Update.objects.get(pk=first.pk) for _turn in range(2)]

    found = at_once(
        *(
            (lambda one=one: updates.correct(one, {"value": Decimal(120)}, people.editor, one.version))
            for one in copies
        )
    )  # fmt: skip

    assert Counter(found) == {"done": 1, "Stale": 1}
    assert first.proposed.count() == 1


def test_two_moves_at_once_do_not_close_a_circle(people):
    left, right = make_published(people, title="Left"), make_published(people, title="Right")

    found = at_once(
        lambda: sub_goals.re_parent(left, SubGoal.objects.get(pk=right.pk), people.editor, left.version),
        lambda: sub_goals.re_parent(right, SubGoal.objects.get(pk=left.pk), people.editor, right.version),
    )

    assert sorted(found) == ["ValidationError", "done"]
    parents = SubGoal.objects.filter(pk__in=(left.pk, right.pk)).values_list("parent", flat=True)
    assert sorted(parent is None for parent in parents) == [False, True]


def test_two_stewards_publish_one_level_for_one_day(people):
    sub_goal = make_published(people)
    first, second = (make_submitted_update(people, sub_goal) for _turn in range(2))
    held = [Update.objects.select_related("sub_goal").get(pk=one.pk) for one in (first, second)]

    found = at_once(
        lambda: updates.publish(held[0], people.steward, held[0].version),
        lambda: updates.publish(held[1], people.second_steward, held[1].version),
    )

    assert sorted(found) == ["ValidationError", "done"]
    assert sub_goal.updates.filter(state=Update.State.PUBLISHED).count() == 1


@pytest.mark.parametrize("turn", range(3))
def test_a_withdrawal_and_an_approval_at_once_leave_numbers_that_agree(people, turn):
    sub_goal = make_published(people)
    sent = make_submitted_update(people, sub_goal)
    held = Update.objects.select_related("sub_goal__organization", "sub_goal__parent").get(pk=sent.pk)

    at_once(
        lambda: sub_goals.withdraw(sub_goal, "No more", people.editor, sub_goal.version),
        lambda: updates.publish(held, people.steward, held.version),
    )

    assert SubGoal.objects.get(pk=sub_goal.pk).state == "withdrawn"
    assert Standing.objects.get(sub_goal=sub_goal).reason == "withdrawn"
    assert not audit()


def test_an_approval_that_waited_counts_where_the_sub_goal_stands_by_then(people):
    parent = make_published(people, title="Parent", progress_from=SubGoal.ProgressFrom.CHILDREN)
    child = make_published(people, title="Child")
    sent = make_submitted_update(people, child)
    is_moved = Event()

    def move() -> None:
        with transaction.atomic():
            sub_goals.re_parent(child, parent, people.editor, child.version)
            is_moved.set()
            sleep(0.5)

    def approve() -> None:
        is_moved.wait(10)
        updates.publish(Update.objects.get(pk=sent.pk), people.steward, sent.version)

    assert at_once(move, approve) == ["done", "done"]
    assert Standing.objects.get(sub_goal=child).enters == Standing.objects.get(sub_goal=parent)
    assert not audit()


def test_no_step_of_many_at_once_blocks_another_for_ever(people):
    """A merge, an import, a new parent and approvals take the same rows and the same chains."""
    administrator = person("admin", project_role="administrator")
    rows = [make_published(people, title=f"Sub-goal {number}") for number in range(4)]
    sent = [make_submitted_update(people, row) for row in rows]
    corrected = make_published_update(people, make_published(people, title="Corrected"))
    correction = updates.correct(corrected, {"value": Decimal(120)}, people.editor, corrected.version)
    updates.submit(correction, people.editor, correction.version)
    corrected.refresh_from_db()
    lines = [f"{row.code},2026-03-0{1 + place},120" for place, row in enumerate(reversed(rows))]
    file = importing.File(UPDATES, "\n".join(["sub_goal,date,value", *lines]).encode(), "a.csv")
    preview = merging.preview(people.lab, people.mills)

    found = at_once(
        lambda: merging.merge(people.lab, people.mills, administrator, fingerprint=preview.fingerprint),
        lambda: importing.preview(file, people.mills, people.editor),
        lambda: sub_goals.re_parent(rows[0], rows[1], people.editor, rows[0].version),
        lambda: updates.regrade(corrected, "confirmed", people.second_steward, corrected.version),
        lambda: updates.publish(correction, people.steward, correction.version),
        *(
            (lambda one=one: updates.publish(one, people.steward, one.version))
            for one in sent
        ),
    )  # fmt: skip

    assert found[:3] == ["done"] * 3
    assert found[5:] == ["done"] * len(sent)
    assert "done" in found[3:5]
    assert not audit()
    assert not [fault for chain in trail.chains() for fault in trail.faults_of(chain)]


def test_one_text_in_a_language_added_twice_at_once_stands_once(people):
    row = make_published(people)
    copies = [SubGoal.objects.get(pk=row.pk) for _turn in range(2)]

    found = at_once(
        *(
            (lambda one=one: sub_goals.add_text(one, "es", "Reciclar", "", people.editor, one.version))
            for one in copies
        )
    )  # fmt: skip

    assert Counter(found) == {"done": 1, "Stale": 1}
    assert row.texts.count() == 1


def test_one_file_handed_in_twice_at_once_is_taken_once(people):
    """R13: the second finds what the first has added, and adds nothing."""
    body = b"goal,title,unit\ng3,First,tons\ng1,Second,tons\n"
    found = []

    def take() -> None:
        file = importing.File(SUB_GOALS, body, "a.csv")
        found.append(importing.take(file, people.mills, people.editor, sha256(body).hexdigest()))

    assert at_once(take, take) == ["done", "done"]
    assert sorted(len(one.added) for one in found) == [0, 2]
    assert SubGoal.objects.filter(organization=people.mills).count() == 2


def test_a_preview_waits_for_nobody(people):
    """Whoever writes holds the goals, and on SQLite the database; a file is looked at meanwhile."""
    body = b"goal,title,unit\ng3,First,tons\n"
    make_draft(people)
    with transaction.atomic():
        list(Goal.objects.select_for_update())
        trail.record(people.editor, "test.hold", "test:1", chain="mills", before=None, after=None)
        with ThreadPoolExecutor(1) as threads:
            looking = threads.submit(seen_elsewhere, body, people)
            assert looking.result(timeout=20).added == [2]


def seen_elsewhere(body: bytes, people) -> importing.Preview:
    try:
        return importing.preview(importing.File(SUB_GOALS, body, "a.csv"), people.mills, people.editor)
    finally:
        connection.close()
