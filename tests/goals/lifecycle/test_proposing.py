"""A changed measure: proposed by the organization, decided by a steward, never told as progress."""

from decimal import Decimal

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from goals import mailing
from goals.lifecycle import proposing, sub_goals
from goals.lifecycle.steps import StepNotAllowed
from goals.models import MeasureProposal, Result, Review, Standing, Step, SubGoal
from stakeholders.models import Membership, TrailEntry
from stakeholders.versions import Stale
from tests.goals.lifecycle.conftest import make_published, make_published_update

WHY = "A third line was bought."


def propose(people, sub_goal: SubGoal, by=None, **fields) -> MeasureProposal:
    fields = fields or {"target_value": Decimal(150)}
    return proposing.propose(sub_goal, fields, WHY, by or people.editor, sub_goal.version)


@pytest.fixture
def reported(people) -> SubGoal:
    """Half way: 150 of 100 to 200."""
    sub_goal = make_published(people)
    make_published_update(people, sub_goal, value=Decimal(150), jump_reason="A new press.")
    sub_goal.refresh_from_db()
    return sub_goal


def progress_of(sub_goal: SubGoal) -> Decimal | None:
    return Standing.objects.get(node=sub_goal.node).progress


# --- What waits ---------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["editor", "owner"])
def test_what_an_organization_changes_moves_nothing_until_a_steward_approves(people, reported, who):
    steps = Step.objects.count()

    proposal = propose(people, reported, getattr(people, who))

    reported.refresh_from_db()
    assert reported.target_value == 200
    assert (progress_of(reported), reported.versions.count()) == (Decimal("0.5"), 1)
    assert Step.objects.count() == steps
    assert list(MeasureProposal.objects.waiting()) == [proposal]
    entry = TrailEntry.objects.get(action="sub_goal.propose_measure")
    assert (entry.before, entry.after) == ({"target_value": "200"}, {"target_value": "150"})
    assert entry.reason == WHY


def test_an_organization_has_no_way_past_the_stewards(people, reported):
    with pytest.raises(PermissionDenied):
        sub_goals.change_measure(
            reported, {"target_value": Decimal(150)}, WHY, people.owner, reported.version
        )


def test_a_steward_who_reports_for_the_organization_proposes_like_everybody_there(people, reported):
    Membership.objects.create(user=people.steward, organization=people.mills, role="editor")
    with pytest.raises(PermissionDenied):
        sub_goals.change_measure(reported, {"target_value": 150}, WHY, people.steward, reported.version)

    propose(people, reported, people.steward)
    with pytest.raises(PermissionDenied):
        proposing.approve(reported, people.steward, reported.version)

    proposing.approve(reported, people.second_steward, reported.version)
    assert SubGoal.objects.get(pk=reported.pk).target_value == 150


def test_a_second_proposal_meanwhile_is_refused_in_words(people, reported):
    propose(people, reported)

    with pytest.raises(StepNotAllowed, match="waits already"):
        propose(people, reported, people.owner, target_value=Decimal(300))


def test_a_proposal_made_over_an_older_version_of_the_sub_goal_is_stale(people, reported):
    opened = SubGoal.objects.get(pk=reported.pk)
    sub_goals.describe(reported, {"title": "Other words"}, people.editor, reported.version)

    with pytest.raises(Stale):
        propose(people, opened)
    assert not MeasureProposal.objects.exists()


def test_what_a_steward_measured_anew_meanwhile_makes_a_proposal_stale(people, reported):
    propose(people, reported)
    sub_goals.change_measure(
        reported, {"target_value": Decimal(400)}, "Asked.", people.steward, reported.version
    )

    with pytest.raises(StepNotAllowed, match="measured anew since"):
        proposing.approve(reported, people.second_steward, reported.version)
    assert SubGoal.objects.get(pk=reported.pk).target_value == 400


def test_changed_words_leave_a_proposal_as_it_is(people, reported):
    propose(people, reported)
    sub_goals.describe(reported, {"title": "Other words"}, people.editor, reported.version)

    proposing.approve(reported, people.steward, reported.version)

    assert SubGoal.objects.get(pk=reported.pk).target_value == 150


def test_a_proposal_needs_a_reason_a_difference_and_must_be_able_to_stand(people, reported):
    for fields, reason in (
        ({"target_value": Decimal(150)}, " "),
        ({"target_value": Decimal("200.0")}, WHY),
        ({"target_value": Decimal(50)}, WHY),
        ({"weight": Decimal(5)}, WHY),
    ):
        with pytest.raises(ValidationError):
            proposing.propose(reported, fields, reason, people.editor, reported.version)
    assert not MeasureProposal.objects.exists()


def test_whoever_proposed_may_take_it_back_and_propose_another(people, reported):
    propose(people, reported)
    proposing.take_back(reported, people.editor, reported.version)

    assert not MeasureProposal.objects.waiting().exists()
    with pytest.raises(StepNotAllowed):
        proposing.approve(reported, people.steward, reported.version)
    propose(people, reported, target_value=Decimal(300))
    assert MeasureProposal.objects.waiting().get().target_value == 300


def test_what_is_withdrawn_waits_no_longer(people, reported):
    propose(people, reported)
    sub_goals.withdraw(reported, "Sold.", people.owner, reported.version)

    assert not MeasureProposal.objects.waiting().exists()
    with pytest.raises(StepNotAllowed):
        proposing.approve(reported, people.steward, reported.version)


# --- Decisions ----------------------------------------------------------------------------------
def test_an_approved_one_is_a_new_version_with_the_reason_and_who_proposed_it(people, reported):
    proposal = propose(people, reported)

    proposing.approve(reported, people.steward, reported.version, comment="Seen.")

    version = reported.versions.get(number=2)
    assert (version.target_value, version.reason, version.author) == (150, WHY, people.editor)
    assert progress_of(reported) == 1
    proposal.refresh_from_db()
    assert proposal.state == "approved"
    entry = TrailEntry.objects.get(action="sub_goal.change_measure")
    assert (entry.actor, entry.before["target_value"], entry.after["target_value"]) == (
        people.steward, "200", "150",
    )  # fmt: skip
    assert proposal.reviews.get().comment == "Seen."


def test_one_sent_back_asks_and_waits_no_longer(people, reported):
    proposal = propose(people, reported)

    proposing.send_back(reported, "Which line?", people.steward, reported.version)

    proposal.refresh_from_db()
    assert (proposal.state, reported.state) == ("sent_back", "published")
    assert proposing.open_of(reported, [proposal]) == proposal
    asked = proposal.reviews.get()
    assert (asked.decision, asked.comment) == (Review.Decision.SENT_BACK, "Which line?")
    assert asked not in Review.objects.visible_to(people.stranger)
    propose(people, reported)


def test_an_answer_is_told_at_once_to_who_proposed_it(people, reported):
    mailing.send_answers(timezone.now())
    mail.outbox.clear()
    propose(people, reported, people.owner)
    proposing.send_back(reported, "Which line?", people.steward, reported.version)
    mailing.send_answers(timezone.now())
    propose(people, reported, people.owner)
    proposing.approve(reported, people.steward, reported.version, comment="Seen.")
    mailing.send_answers(timezone.now())

    asked, approved = mail.outbox
    assert {asked.to[0], approved.to[0]} == {people.owner.email}
    assert asked.subject == f"Answer a question: {reported.title}"
    assert "Change of how it is measured: sent back with a question." in asked.body
    assert "Which line?" in asked.body
    assert approved.subject == f"New measure approved: {reported.title}"
    assert "Seen." in approved.body


def test_what_a_steward_changes_without_being_asked_is_told_to_the_organization(people, reported):
    sub_goals.change_measure(reported, {"target_value": Decimal(150)}, WHY, people.steward, reported.version)

    assert reported.reviews.get(decision=Review.Decision.MEASURED).comment == WHY


# --- What it moves ------------------------------------------------------------------------------
def test_a_changed_measure_is_composition_at_every_node_it_moves(people, reported):
    """Method 11: 150 of 100 to 150 is the whole way, and nobody got further."""
    propose(people, reported)
    proposing.approve(reported, people.steward, reported.version)

    steps = Step.objects.filter(cause=f"{reported.node}:measure")
    assert steps.exists()
    assert {step.kind for step in steps} == {Result.ChangeKind.COMPOSITION}


def test_the_preview_shows_the_steps_that_approving_makes_and_locks_and_stores_nothing(people, reported):
    wanted = proposing.changed(reported, {"target_value": Decimal(150)})
    with CaptureQueriesContext(connection) as asked:
        foreseen = proposing.preview(wanted)
    statements = [one.strip() for message in asked for one in message["sql"].split(";")]
    assert not [one for one in statements if not one.startswith(("SELECT", "EXECUTE select_"))]
    assert not [one for one in statements if "FOR UPDATE" in one]
    assert SubGoal.objects.get(pk=reported.pk).target_value == 200

    propose(people, reported)
    proposing.approve(reported, people.steward, reported.version)

    made = Step.objects.filter(cause=f"{reported.node}:measure")
    told = ("node", "kind", "progress_before", "progress_after", "schedule_after", "combined_after")
    assert sorted([getattr(one, name) for name in told] for one in foreseen) == sorted(
        [getattr(one, name) for name in told] for one in made
    )


def test_no_preview_is_told_where_progress_is_to_come_from_elsewhere(people, reported):
    assert proposing.preview(proposing.changed(reported, {"progress_from": "children"})) is None
