"""A changed measure: proposed by the organization, decided by a steward, never told as progress."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from goals.declarations import recounting
from goals.lifecycle import proposing, sub_goals, updates
from goals.lifecycle.steps import StepNotAllowed
from goals.mailing import answers
from goals.models import (
    Declaration,
    DeclaredSum,
    MeasureProposal,
    Result,
    Review,
    Standing,
    Step,
    SubGoal,
)
from indicators.models import Indicator
from stakeholders.models import Membership, TrailEntry
from stakeholders.versions import Stale
from tests.goals.lifecycle.conftest import START, make_published, make_published_update, whole_fields

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

    with pytest.raises(StepNotAllowed, match="another version since"):
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
    answers.send(timezone.now())
    mail.outbox.clear()
    propose(people, reported, people.owner)
    proposing.send_back(reported, "Which line?", people.steward, reported.version)
    answers.send(timezone.now())
    propose(people, reported, people.owner)
    proposing.approve(reported, people.steward, reported.version, comment="Seen.")
    answers.send(timezone.now())

    asked, approved = mail.outbox
    assert {asked.to[0], approved.to[0]} == {people.owner.email}
    assert asked.subject == f"Answer a question: {reported.title}"
    assert "Change of how it is measured or what it contributes: sent back with a question." in asked.body
    assert "Which line?" in asked.body
    assert approved.subject == f"Change approved: {reported.title}"
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


def only_reads(asked: CaptureQueriesContext) -> bool:
    """Whether nothing was locked or written; a statement that is planned ahead is called by its kind."""
    statements = [one.strip() for message in asked for one in message["sql"].split(";")]
    reading = ("SELECT", "WITH", "EXECUTE select_", "EXECUTE with_")
    return all(one.startswith(reading) and "FOR UPDATE" not in one for one in statements)


def test_the_preview_shows_the_steps_that_approving_makes_and_locks_and_stores_nothing(people, reported):
    wanted = proposing.changed(reported, {"target_value": Decimal(150)})
    with CaptureQueriesContext(connection) as asked:
        foreseen = proposing.preview(wanted)
    assert only_reads(asked)
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


# --- What it contributes ------------------------------------------------------------------------
@pytest.fixture
def jobs(db) -> Indicator:
    return Indicator.objects.get(code="export-supported-jobs")


@pytest.fixture
def trained(people, jobs) -> SubGoal:
    """5000 persons trained from none, half of it declared for an indicator that counts millions of them."""
    declared = {"contribution_factor": Decimal("0.000001"), "attribution": Decimal("0.5")}
    sub_goal = make_published(
        people, unit="persons", baseline_value=Decimal(0), target_value=Decimal(10_000),
        contributes_to=jobs, **declared,
    )  # fmt: skip
    make_published_update(people, sub_goal, value=Decimal(5_000), jump_reason="A new school.")
    sub_goal.refresh_from_db()
    return sub_goal


@pytest.fixture
def beside(people, trained, jobs) -> SubGoal:
    """Another organization's, which reports 4000 persons under the same shared effort."""
    fields = whole_fields(unit="persons", baseline_value=Decimal(0), target_value=Decimal(10_000))
    effort = {"shared_effort": "One school", "attribution": 1, "contribution_factor": Decimal("0.000001")}
    made = sub_goals.create_draft(people.lab, fields | effort | {"contributes_to": jobs}, people.other)
    sub_goals.submit(made, people.other, made.version)
    sub_goals.publish(made, people.steward, made.version)
    said = {"date": START + timedelta(days=31), "value": Decimal(4_000), "jump_reason": "Opened."}
    update = updates.create_draft(made, said, people.other)
    updates.submit(update, people.other, update.version)
    updates.publish(update, people.steward, update.version)
    return made


def credit(indicator: Indicator, organization=None) -> Decimal:
    """In all, or of one organization; of the samples beside them nothing is asked."""
    return DeclaredSum.objects.get(indicator=indicator, organization=organization).amount


def test_what_it_contributes_stays_until_a_steward_approves_the_change(people, trained, jobs):
    proposal = propose(people, trained, attribution=Decimal(1))

    assert (SubGoal.objects.get(pk=trained.pk).attribution, proposal.attribution) == (Decimal("0.5"), 1)
    assert credit(jobs, people.mills) == Decimal("0.0025")
    entry = TrailEntry.objects.get(action="sub_goal.propose_measure")
    assert (entry.before, entry.after) == ({"attribution": "0.5"}, {"attribution": "1"})

    proposing.approve(trained, people.steward, trained.version)

    assert credit(jobs, people.mills) == Decimal("0.005")
    assert recounting.recount() == []


def test_no_number_of_progress_moves_with_what_it_contributes(people, trained):
    steps, before = Step.objects.count(), progress_of(trained)
    propose(people, trained, attribution=Decimal(1))
    proposing.approve(trained, people.steward, trained.version)

    assert (Step.objects.count(), progress_of(trained)) == (steps, before)


def test_each_version_keeps_what_it_contributed(people, trained, jobs):
    propose(people, trained, contributes_to=None)
    proposing.approve(trained, people.steward, trained.version)

    first, second = trained.versions.order_by("number")
    assert (first.contributes_to, first.attribution) == (jobs, Decimal("0.5"))
    assert (second.contributes_to, second.reason) == (None, WHY)
    assert not Declaration.objects.filter(sub_goal=trained).exists()


def test_one_that_contributed_nothing_begins_to(people, reported, jobs):
    with pytest.raises(ValidationError) as refused:
        propose(people, reported, contributes_to=jobs)
    assert set(refused.value.message_dict) == {"contribution_factor", "attribution"}

    fields = {"contributes_to": jobs, "contribution_factor": Decimal("0.000001"), "attribution": Decimal(1)}
    propose(people, reported, **fields)
    proposing.approve(reported, people.steward, reported.version)

    assert credit(jobs, people.mills) == Decimal("0.00005")  # 50 tons beyond the baseline


def test_the_preview_tells_whose_credit_a_shared_effort_moves_and_approving_does_it(
    people, trained, beside, jobs
):
    """Together they are counted once, by the larger: 0.004 million; each has the half of the credit."""
    effort = {"shared_effort": "One school", "attribution": Decimal("0.4")}
    whole = credit(jobs)

    foreseen = proposing.preview_sums(proposing.changed(trained, effort))

    assert [(one.organization, one.before, one.after) for one in foreseen] == [
        (None, whole, whole - Decimal("0.0025")),
        (people.lab, Decimal("0.004"), Decimal("0.002")),
        (people.mills, Decimal("0.0025"), Decimal("0.002")),
    ]
    assert credit(jobs, people.lab) == Decimal("0.004")

    propose(people, trained, **effort)
    proposing.approve(trained, people.steward, trained.version)

    assert [credit(jobs, one.organization) for one in foreseen] == [one.after for one in foreseen]
    assert recounting.recount() == []


def test_the_preview_of_sums_takes_the_value_as_it_would_be_measured(people, trained, jobs):
    """From a baseline of 1000 only 4000 of the 5000 are its own doing; nothing is locked or stored."""
    wanted = proposing.changed(trained, {"baseline_value": Decimal(1_000)})
    with CaptureQueriesContext(connection) as asked:
        [_whole, own] = proposing.preview_sums(wanted)

    assert (own.before, own.after) == (Decimal("0.0025"), Decimal("0.0020"))
    assert only_reads(asked)


def test_a_share_outside_of_0_to_1_is_refused(people, trained):
    with pytest.raises(ValidationError):
        propose(people, trained, shared_effort="One school", shared_effort_share=Decimal("1.5"))
