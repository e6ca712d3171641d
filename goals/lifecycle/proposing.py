"""A changed measure of a published sub-goal: its organization proposes it, a steward decides on it.

A new measure moves every number above it without anybody having got further, and another contribution the
sums of indicators and what others are credited with, so it waits like a report does.
Every step is taken over the version of the sub-goal that was seen and moves that version on.
"""

from collections.abc import Iterable, Mapping
from copy import copy
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from goals import evaluation, known, rows, standings
from goals.declarations import declaring
from goals.declarations.declaring import MovedSum
from goals.lifecycle import cleaning, measures, sub_goals
from goals.lifecycle.steps import By, StepNotAllowed, check, kept, or_stale, record
from goals.models import MeasureProposal, Review, Step, SubGoal
from stakeholders import trail
from stakeholders.models import User

State = MeasureProposal.State


# --- What would be ------------------------------------------------------------------------------
def changed(sub_goal: SubGoal, fields: Mapping[str, Any]) -> SubGoal:
    """The sub-goal as it would be measured, not stored; raises ValidationError if it cannot be so."""
    wanted = copy(sub_goal)
    measures.apply(wanted, fields)
    return wanted


def preview(wanted: SubGoal) -> list[Step] | None:
    """The steps that measuring it like this would make; nothing is stored and nothing locked.

    None where its progress is to come from elsewhere: who then stands under whom, the change itself settles.
    """
    if wanted.progress_from != SubGoal.objects.values_list("progress_from", flat=True).get(pk=wanted.pk):
        return None
    return standings.preview_measure(wanted)


def preview_sums(wanted: SubGoal) -> list[MovedSum]:
    """The sums of declared quantities that it would move, without a lock as well."""
    return declaring.preview(wanted, latest_value(wanted))


def latest_value(wanted: SubGoal) -> Decimal | None:
    """What its reports come to, measured like this; one that rests on its children has none of its own."""
    if wanted.progress_from == SubGoal.ProgressFrom.CHILDREN:
        return None
    today = standings.today()
    [updates] = rows.ask(known.published([wanted], today))
    [outcome] = evaluation.judge_now([wanted], today, known.points_by_sub_goal(updates))
    return (outcome.get("latest") or {}).get("value")


def open_of(sub_goal: SubGoal, proposals: Iterable[MeasureProposal]) -> MeasureProposal | None:
    """The newest of its proposals, while it waits or asks the organization for an answer."""
    newest = max(proposals, key=lambda one: one.pk, default=None)
    if newest is None or sub_goal.state != SubGoal.State.PUBLISHED:
        return None
    return newest if newest.state in (State.WAITING, State.SENT_BACK) else None


# --- The organization ---------------------------------------------------------------------------
@transaction.atomic
def propose(
    sub_goal: SubGoal, fields: Mapping[str, Any], reason: str, by: User, version: int
) -> MeasureProposal:
    """Ask the stewards for another measure or contribution; until they approve it, all stays as it is."""
    why = cleaning.needed(reason, "reason")
    check(sub_goal, "propose_measure", by, version)
    with or_stale(sub_goal, version):
        check_none_waits(sub_goal)
    wanted = changed(sub_goal, fields)
    sub_goal.save_if(version, "state")  # two at once would both wait
    proposal = MeasureProposal.objects.create(
        sub_goal=sub_goal, replaces=measures.newest(sub_goal), reason=why, proposed_by=by,
        **measures.fields_of(wanted),
    )  # fmt: skip
    old, new = trail.changes(kept(sub_goal), kept(wanted))
    record(sub_goal, "propose_measure", by, before=old, after=new, reason=why)
    return proposal


def check_none_waits(sub_goal: SubGoal) -> None:
    if sub_goal.proposals.waiting().exists():
        raise StepNotAllowed(_("A change waits already. Take that one back first. Nothing was saved."))


@transaction.atomic
def take_back(sub_goal: SubGoal, by: By, version: int) -> MeasureProposal:
    """The stewards need not look any more; the present measure holds on."""
    return close(sub_goal, "take_back_measure", State.TAKEN_BACK, by, version)


# --- The steward's answer -----------------------------------------------------------------------
@transaction.atomic
def send_back(sub_goal: SubGoal, question: str, by: User, version: int) -> MeasureProposal:
    """Ask; the organization answers by proposing it anew."""
    asked = cleaning.needed(question, "question")
    proposal = close(sub_goal, "send_back_measure", State.SENT_BACK, by, version, asked)
    answer(proposal, by, Review.Decision.SENT_BACK, asked)
    return proposal


@transaction.atomic
def approve(sub_goal: SubGoal, by: User, version: int, *, comment: str = "") -> MeasureProposal:
    """Make it the new version. Nobody approves what they proposed, nor what another version made stale."""
    remark = cleaning.remark(comment, "comment")
    check(sub_goal, "approve_measure", by, version)
    with or_stale(sub_goal, version):
        check_may_be_approved(waiting(sub_goal), by)
    proposal = close(sub_goal, "approve_measure", State.APPROVED, by, version, remark)
    fields, author = measures.fields_of(proposal), proposal.proposed_by
    sub_goals.measure_anew(sub_goal, fields, proposal.reason, by, sub_goal.version, author=author)
    answer(proposal, by, Review.Decision.APPROVED, remark)
    return proposal


def check_may_be_approved(proposal: MeasureProposal, by: User) -> None:
    if proposal.proposed_by_id == by.pk:
        raise PermissionDenied(_("You proposed this yourself. Somebody else approves it."))
    if proposal.replaces != measures.newest(proposal.sub_goal):
        raise StepNotAllowed(
            _("It has got another version since this was proposed. Send it back. Nothing was changed.")
        )


def answer(proposal: MeasureProposal, by: User, decision: str, said: str) -> None:
    about = {"sub_goal": proposal.sub_goal, "proposal": proposal}
    Review.objects.create(**about, reviewer=by, decision=decision, comment=said)


# --- Shared -------------------------------------------------------------------------------------
def waiting(sub_goal: SubGoal) -> MeasureProposal:
    proposal = sub_goal.proposals.waiting().first()
    if proposal is None:
        raise StepNotAllowed(_("No change waits any more. Nothing was changed."))
    return proposal


def close(
    sub_goal: SubGoal, name: str, state: MeasureProposal.State, by: By, version: int, said: str = ""
) -> MeasureProposal:
    """End the one that waits, with its trace; whoever decides at the same time is heard."""
    check(sub_goal, name, by, version)
    with or_stale(sub_goal, version):
        proposal = waiting(sub_goal)
    sub_goal.save_if(version, "state")
    before, proposal.state = proposal.state, state
    proposal.save(update_fields=["state"])
    old, new = ({"proposal": proposal.pk, "state": value} for value in (before, state))
    record(sub_goal, name, by, before=old, after=new, reason=said)
    return proposal
