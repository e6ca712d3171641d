"""The allowed steps: from which state, to which, and the right each takes. There is no other way."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from goals.models import Review, SubGoal, Update
from stakeholders import rights, trail
from stakeholders.models import Organization, TrailEntry, User
from stakeholders.versions import Stale

Row = SubGoal | Update
By = User | AnonymousUser
SAVING = ("create", "save", "submit", "correct", "translate", "add_file", "remove_file")
"""Steps by which somebody puts something of their own into a row before it is published."""
RELATED = ("organization", "goal", "parent")
PERSONAL = ("answers_name", "answers_role")
"""Kept out of the trail: they could not be taken out when a person asks to be forgotten."""


class StepNotAllowed(Exception):
    """The state it is in does not lead there; the sentence is for the person who tried."""


@dataclass(frozen=True)
class Step:
    """`leads` says from which state to which; `action` is what the table of rights calls it."""

    name: str
    kind: str
    action: str
    leads: Mapping[str, str]

    def after(self, row: Row) -> str:
        if row.state not in self.leads:
            raise StepNotAllowed(refusal(row))
        return self.leads[row.state]


def refusal(row: Row) -> str:
    return _("Its state is “%(state)s”, and from there this step is not possible. Nothing was changed.") % {
        "state": row.get_state_display()
    }


S, U = SubGoal.State, Update.State

SUB_GOAL_STEPS = {
    step.name: step
    for step in (
        Step("save", "sub_goal", "edit", {S.DRAFT: S.DRAFT, S.SENT_BACK: S.SENT_BACK}),
        Step("submit", "sub_goal", "submit", {S.DRAFT: S.SUBMITTED, S.SENT_BACK: S.SUBMITTED}),
        Step("discard", "sub_goal", "delete_draft", {S.DRAFT: ""}),
        Step("send_back", "sub_goal", "send_back", {S.SUBMITTED: S.SENT_BACK}),
        Step("publish", "sub_goal", "publish", {S.SUBMITTED: S.PUBLISHED}),
        Step("describe", "sub_goal", "edit", {S.PUBLISHED: S.PUBLISHED, S.COMPLETED: S.COMPLETED}),
        Step("propose_measure", "sub_goal_measure", "propose", {S.PUBLISHED: S.PUBLISHED}),
        Step("take_back_measure", "sub_goal_measure", "propose", {S.PUBLISHED: S.PUBLISHED}),
        Step("send_back_measure", "sub_goal_measure", "send_back", {S.PUBLISHED: S.PUBLISHED}),
        Step("approve_measure", "sub_goal_measure", "approve", {S.PUBLISHED: S.PUBLISHED}),
        Step("change_measure", "sub_goal_measure", "edit", {S.PUBLISHED: S.PUBLISHED}),
        Step("complete", "sub_goal", "complete", {S.PUBLISHED: S.COMPLETED}),
        Step("withdraw", "sub_goal", "withdraw", {S.PUBLISHED: S.WITHDRAWN, S.COMPLETED: S.WITHDRAWN}),
        Step("re_parent", "sub_goal_parent", "edit", {S.PUBLISHED: S.PUBLISHED, S.COMPLETED: S.COMPLETED}),
        Step("detach", "sub_goal_parent", "detach", {S.PUBLISHED: S.PUBLISHED, S.COMPLETED: S.COMPLETED}),
        Step("re_weigh", "sub_goal_weight", "edit", {S.PUBLISHED: S.PUBLISHED, S.COMPLETED: S.COMPLETED}),
        Step("re_weigh_child", "sub_goal", "edit", {S.PUBLISHED: S.PUBLISHED, S.COMPLETED: S.COMPLETED}),
        Step("translate", "sub_goal", "edit", {state: state for state in S if state != S.WITHDRAWN}),
    )
}  # fmt: skip
UPDATE_STEPS = {
    step.name: step
    for step in (
        Step("save", "update", "edit", {U.DRAFT: U.DRAFT, U.SENT_BACK: U.SENT_BACK}),
        Step("submit", "update", "submit", {U.DRAFT: U.SUBMITTED, U.SENT_BACK: U.SUBMITTED}),
        Step("discard", "update", "delete_draft", {U.DRAFT: ""}),
        Step("drop", "update", "delete_draft", {U.DRAFT: "", U.SUBMITTED: "", U.SENT_BACK: ""}),
        Step("add_file", "evidence_file", "create", {U.DRAFT: U.DRAFT, U.SENT_BACK: U.SENT_BACK}),
        Step("remove_file", "evidence_file", "delete_draft", {U.DRAFT: U.DRAFT}),
        Step("send_back", "update", "send_back", {U.SUBMITTED: U.SENT_BACK}),
        Step("publish", "update", "publish", {U.SUBMITTED: U.PUBLISHED}),
        Step("correct", "update", "correct", {U.PUBLISHED: U.PUBLISHED}),
        Step("replace", "update", "publish", {U.PUBLISHED: U.CORRECTED}),
        Step("retract", "update", "retract", {U.PUBLISHED: U.RETRACTED}),
        Step("grade", "update", "grade", {U.PUBLISHED: U.PUBLISHED}),
    )
}  # fmt: skip


def wrote(row: Row, by: By) -> bool:
    """Whether any of it is theirs: they began it, sent it, or saved something of it in between."""
    author = row.created_by_id if isinstance(row, SubGoal) else row.author_id
    return by.pk in (author, row.submitted_by_id) or has_saved(row, by)


def has_saved(row: Row, by: By) -> bool:
    actions = [f"{kind_of(row)}.{name}" for name in SAVING]
    entries = TrailEntry.objects.filter(subject=subject_of(row), actor_id=by.pk, action__in=actions)
    return entries.exists()


def kind_of(row: Row) -> str:
    return "sub_goal" if isinstance(row, SubGoal) else "update"


def subject_of(row: Row) -> str:
    return f"{kind_of(row)}:{row.pk}"


def organization_of(row: Row) -> Organization:
    return row.organization if isinstance(row, SubGoal) else row.sub_goal.organization


def steps_of(row: Row) -> Mapping[str, Step]:
    return SUB_GOAL_STEPS if isinstance(row, SubGoal) else UPDATE_STEPS


def locked(pk: int) -> SubGoal:
    """The sub-goal as it is now; until the transaction ends nobody else takes a step on it or its updates.

    Locks are taken in one order everywhere, or two steps could wait for each other for ever: organizations,
    goals, sub-goals, updates, chains of the trail, the edition; several of a kind by their keys.
    """
    rows = SubGoal.objects.filter(pk=pk)
    lock(rows)
    found = rows.select_related("organization", "goal", "parent__organization").first()
    if found is None:
        raise Stale(None)
    return found


def lock(rows: QuerySet[SubGoal]) -> None:
    """By themselves: what a locking statement joins is read before it waits, and would be of before."""
    list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def hold(row: Row) -> None:
    """Lock the sub-goal and read anew what a step rests on, which may be older than the transaction."""
    if isinstance(row, Update):
        row.sub_goal = locked(row.sub_goal_id)
        if row.correction_of_id:
            row.correction_of = Update.objects.get(pk=row.correction_of_id)
    elif (now := locked(row.pk)).version == row.version:  # any other version is refused as stale
        for name in RELATED:
            setattr(row, name, getattr(now, name))


def check(row: Row, name: str, by: By, version: int, right_in: Organization | None = None) -> Step:
    """The step, if the person may take it from here and has seen the row as it is; its sub-goal is locked.

    `right_in` is the organization the right must be in, unless it is the row's own. Raises PermissionDenied,
    Http404, Stale or StepNotAllowed.
    """
    hold(row)
    step = steps_of(row)[name]
    rights.require(by, step.action, step.kind, right_in or organization_of(row))
    if version != row.version:
        raise Stale(row)
    step.after(row)
    return step


@contextmanager
def or_stale(row: Row, version: int) -> Iterator[None]:
    """What is refused only because someone else was faster is told as that."""
    try:
        yield
    except (ValidationError, StepNotAllowed) as error:
        current = type(row)._base_manager.filter(pk=row.pk).first()
        if current is None or current.version != version:
            raise Stale(current) from error
        raise


def take(
    row: Row,
    name: str,
    by: By,
    version: int,
    *,
    reason: str = "",
    right_in: Organization | None = None,
    **fields: Any,
) -> None:
    """Go the step: the new state and `fields` in one statement, and its trace. Call in a transaction."""
    go(row, check(row, name, by, version, right_in), by, version, reason=reason, **fields)


def go(row: Row, step: Step, by: By, version: int, *, reason: str = "", **fields: Any) -> None:
    """The same for a step that was checked already."""
    before = kept(row)
    row.state = step.after(row)
    for field, value in fields.items():
        setattr(row, field, value)
    row.save_if(version, "state", *fields)
    old, new = trail.changes(before, kept(row))
    record(row, step.name, by, before=old, after=new, reason=reason)


def throw_away(row: Row, name: str, by: By, version: int, *, reason: str = "", **more: Any) -> None:
    """Delete a row that was never public with what was said about it; the trail keeps that it was there.

    `more` is what it had beside its own fields.
    """
    if said := list(row.comments.values_list("pk", flat=True)):
        more["comments"] = said
    row.save_if(version, "state")  # whoever saved in between is heard
    record(row, name, by, before=kept(row) | more, after=None, reason=reason)
    row.comments.all().delete()
    row.reviews.all().delete()
    row.delete()


def note_intervention(row: Row, by: By | None, decision: str, why: str) -> None:
    """Where somebody did this for the Project, not for the organization: a review tells the organization."""
    if isinstance(by, User) and not acts_for_it(row, by):
        about = {"sub_goal": row} if isinstance(row, SubGoal) else {"update_reviewed": row}
        Review.objects.create(**about, reviewer=by, decision=decision, comment=why)


def acts_for_it(row: Row, person: By | None) -> bool:
    """Whether the person reports for the organization; a steward may do that too."""
    return rights.may(person, "submit", kind_of(row), organization_of(row))


def record(
    row: Row,
    name: str,
    by: By,
    *,
    before: dict | None,
    after: dict | None,
    reason: str = "",
    also_of: Iterable[Organization] = (),
) -> None:
    """The trace of a step in the chain of its organization, and in those of others it touches."""
    actor = by if isinstance(by, User) else None
    for chain in sorted({one.code for one in (organization_of(row), *also_of)}):
        trail.record(
            actor, f"{kind_of(row)}.{name}", subject_of(row), chain=chain, before=before, after=after,
            reason=reason,
        )  # fmt: skip


def kept(row: Row) -> dict[str, Any]:
    """The row as the trail keeps it."""
    fields = (field.name for field in row._meta.concrete_fields if field.name not in (*PERSONAL, "version"))
    return trail.snapshot(row, *fields)
