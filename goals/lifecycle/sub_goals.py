"""Registering a sub-goal in four steps, and what becomes of it afterwards."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from goals import standings
from goals.lifecycle import checking, cleaning, measures, placing
from goals.lifecycle.steps import (
    By,
    StepNotAllowed,
    acts_for_it,
    check,
    go,
    kept,
    note_intervention,
    or_stale,
    record,
    take,
    throw_away,
    wrote,
)
from goals.models import Direction, Goal, Review, SubGoal, SubGoalText
from goals.models.targets import validate_weight
from indicators import edition
from stakeholders import rights, trail
from stakeholders.models import Organization, User

FORM_STEPS = {
    1: ("goal", "target", "parent", "title", "description", "language"),
    2: (
        "is_deliverable", "unit", "direction", "baseline_value", "target_value", "progress_from",
        "contributes_to", "contribution_factor", "attribution",
        "shared_effort", "shared_effort_share", "leads_shared_effort",
    ),
    3: ("start_date", "target_date", "cadence", "reporting", "path", "jump_share"),
    4: ("answers_name", "answers_role", "answers_user"),
}  # fmt: skip
"""Which goal; what and how much; when and how measured; who answers."""
FIELDS = tuple(name for names in FORM_STEPS.values() for name in names)
WORDS = ("title", "description", *FORM_STEPS[4])
DELIVERABLE = {
    "unit": "",
    "direction": Direction.INCREASE,
    "reporting": SubGoal.Reporting.LEVEL,
    "baseline_value": Decimal(0),
    "target_value": Decimal(1),
}


# --- While the organization works on it ---------------------------------------------------------
@transaction.atomic
def create_draft(organization: Organization, fields: Mapping[str, Any], by: User) -> SubGoal:
    """A new draft; `fields` are any of those of the four steps and name the goal at least."""
    rights.require(by, "create", "sub_goal", organization)
    sub_goal = begun(organization, fields, by)
    lock_place(sub_goal, fields)
    fill(sub_goal, fields, FIELDS, by)
    sub_goal.save(force_insert=True)
    record(sub_goal, "create", by, before=None, after=kept(sub_goal))
    return sub_goal


def begun(organization: Organization, fields: Mapping[str, Any], by: User) -> SubGoal:
    """One with nothing in it yet; it names the goal it will serve."""
    if fields.get("goal") is None:
        raise ValidationError({"goal": [_("Say which goal it serves.")]})
    return SubGoal(organization=organization, created_by=by, baseline_value=None, target_value=None)


@transaction.atomic
def save_step(sub_goal: SubGoal, number: int, fields: Mapping[str, Any], by: By, version: int) -> SubGoal:
    """Keep what was entered in one of the four steps; parts may be missing still."""
    return save_fields(sub_goal, fields, FORM_STEPS[number], by, version)


@transaction.atomic
def save_draft(sub_goal: SubGoal, fields: Mapping[str, Any], by: By, version: int) -> SubGoal:
    """Keep fields of any of the steps."""
    return save_fields(sub_goal, fields, FIELDS, by, version)


def save_fields(
    sub_goal: SubGoal, fields: Mapping[str, Any], allowed: tuple[str, ...], by: By, version: int
) -> SubGoal:
    lock_place(sub_goal, fields)
    check(sub_goal, "save", by, version)
    before = kept(sub_goal)
    fill(sub_goal, fields, allowed, by)
    sub_goal.save_if(version)
    record_change(sub_goal, "save", by, before)
    return sub_goal


def fill(sub_goal: SubGoal, fields: Mapping[str, Any], allowed: tuple[str, ...], by: By) -> None:
    """Take over what was entered; what can be wrong even while parts are missing is refused here."""
    enter(sub_goal, fields, allowed)
    if "answers_user" in fields:
        check_people(sub_goal)
    if "parent" in fields or "goal" in fields:
        check_parent_is_seen(sub_goal, by)
        placing.check_parent(sub_goal, sub_goal.parent)


def enter(sub_goal: SubGoal, fields: Mapping[str, Any], allowed: tuple[str, ...]) -> None:
    """The part of it that asks the database nothing."""
    cleaning.apply(sub_goal, fields, allowed)
    if sub_goal.is_deliverable:
        for name, value in DELIVERABLE.items():
            setattr(sub_goal, name, value)
    checking.check(checking.placing_faults(sub_goal))


def lock_place(sub_goal: SubGoal, fields: Mapping[str, Any]) -> None:
    """Lock the goal in which it gets its place, if the fields give it one: before any sub-goal is locked."""
    if "parent" in fields or "goal" in fields:
        goal = fields.get("goal")
        placing.lock(goal.pk if isinstance(goal, Goal) else sub_goal.goal_id)


def check_people(sub_goal: SubGoal) -> None:
    person = sub_goal.answers_user
    if person and not person.memberships.filter(organization=sub_goal.organization_id).exists():
        raise ValidationError({"answers_user": [_("This person does not belong to the organization.")]})


def check_parent_is_seen(sub_goal: SubGoal, by: By) -> None:
    """What a person cannot see does not exist for them, as a parent either (R16)."""
    parent = sub_goal.parent
    if parent and not SubGoal.objects.visible_to(by).filter(pk=parent.pk).exists():
        raise placing.refused(_("There is no such sub-goal."))


@transaction.atomic
def submit(sub_goal: SubGoal, by: User, version: int) -> SubGoal:
    """Send it to the stewards; nothing may be missing now."""
    step = check(sub_goal, "submit", by, version)
    checking.check(checking.sub_goal_faults(sub_goal))
    go(sub_goal, step, by, version, submitted_by=by, submitted_at=timezone.now())
    return sub_goal


@transaction.atomic
def discard(sub_goal: SubGoal, by: By, version: int) -> None:
    """Throw a draft away that nobody outside the organization has seen."""
    check(sub_goal, "discard", by, version)
    if sub_goal.children.exists() or sub_goal.updates.exists():
        raise ValidationError(_("Other drafts rest on this one; discard those first."))
    throw_away(sub_goal, "discard", by, version)


@transaction.atomic
def add_text(
    sub_goal: SubGoal, language: str, title: str, description: str, by: By, version: int
) -> SubGoalText:
    """Say it in a further language, or say it anew there."""
    if language == sub_goal.language:
        raise ValidationError({"language": [_("This is the language it is written in.")]})
    check(sub_goal, "translate", by, version)
    words = sub_goal.texts.filter(language=language).first() or SubGoalText(sub_goal=sub_goal)
    before = {"title": words.title, "description": words.description} if words.pk else None
    given = {"language": language, "title": title, "description": description}
    cleaning.apply(words, given, tuple(given))
    if not words.title:
        raise ValidationError({"title": [_("This may not be empty.")]})
    sub_goal.save_if(version, "language")  # first: of two at once the second is told, not refused by a key
    words.save()
    record(sub_goal, "translate", by, before=before, after=given)
    show_if_public(sub_goal)
    return words


# --- The steward's answer -----------------------------------------------------------------------
@transaction.atomic
def send_back(sub_goal: SubGoal, question: str, by: User, version: int) -> SubGoal:
    asked = cleaning.needed(question, "question")
    take(sub_goal, "send_back", by, version, reason=asked)
    Review.objects.create(sub_goal=sub_goal, reviewer=by, decision=Review.Decision.SENT_BACK, comment=asked)
    return sub_goal


@transaction.atomic
def publish(
    sub_goal: SubGoal, by: User, version: int, *, weight: Decimal | None = None, comment: str = ""
) -> SubGoal:
    """Approve it: from now on it is public and counts. A root gets its weight here, 1 if none is given."""
    placing.lock(sub_goal.goal_id)
    step = check(sub_goal, "publish", by, version)
    if wrote(sub_goal, by):
        raise PermissionDenied(_("You wrote this yourself. Somebody else approves it."))
    given: dict[str, Any] = {} if weight is None else {"weight": root_weight(sub_goal, weight)}
    with or_stale(sub_goal, version):
        placing.check_parent_is_public(sub_goal)
        placing.check_parent(sub_goal, sub_goal.parent)
        checking.check(checking.sub_goal_faults(sub_goal))
    remark = cleaning.remark(comment, "comment")
    go(sub_goal, step, by, version, reason=remark, published_on=today(), **given)
    Review.objects.create(sub_goal=sub_goal, reviewer=by, decision=Review.Decision.APPROVED, comment=remark)
    measures.write(sub_goal, by)
    standings.follow([sub_goal], cause=cause(sub_goal, "published"))
    return sub_goal


def root_weight(sub_goal: SubGoal, weight: Decimal) -> Decimal:
    if sub_goal.parent_id:
        refusal = _("The owner of the sub-goal above it gives this weight.")
        raise ValidationError({"weight": [refusal]})
    return bounded(weight)


def bounded(weight: Decimal) -> Decimal:
    try:
        validate_weight(found := cleaning.decimal(weight))
    except ValidationError as error:
        raise ValidationError({"weight": error.messages}) from error
    return found


# --- Once it is public --------------------------------------------------------------------------
@transaction.atomic
def describe(sub_goal: SubGoal, fields: Mapping[str, Any], by: By, version: int) -> SubGoal:
    """Change its words or who answers for it; what is measured stays."""
    check(sub_goal, "describe", by, version)
    before = kept(sub_goal)
    names = cleaning.apply(sub_goal, fields, WORDS)
    if "answers_user" in names:
        check_people(sub_goal)
    faults = checking.sub_goal_faults(sub_goal)
    checking.check({name: fault for name, fault in faults.items() if name in WORDS})
    sub_goal.save_if(version, *names)
    record_change(sub_goal, "describe", by, before)
    edition.advance()
    return sub_goal


@transaction.atomic
def change_measure(
    sub_goal: SubGoal, fields: Mapping[str, Any], reason: str, by: User, version: int
) -> SubGoal:
    """A steward changes its measure or contribution; for the own organization one proposes it as all do."""
    why = cleaning.needed(reason, "reason")
    check(sub_goal, "change_measure", by, version)
    if acts_for_it(sub_goal, by):
        raise PermissionDenied(_("You report for this organization. Propose it; somebody else approves it."))
    measure_anew(sub_goal, fields, why, by, version, author=by)
    note_intervention(sub_goal, by, Review.Decision.MEASURED, why)
    return sub_goal


def measure_anew(
    sub_goal: SubGoal, fields: Mapping[str, Any], why: str, by: User, version: int, *, author: User | None
) -> None:
    """Make a new version of measure and contribution with its reason. Earlier results are not rewritten."""
    before = kept(sub_goal)
    measures.apply(sub_goal, fields)
    sub_goal.save_if(version, *fields)
    record_change(sub_goal, "change_measure", by, before, why)
    measures.write(sub_goal, author, why)
    standings.follow([sub_goal], cause=cause(sub_goal, "measure"), composed=True)


@transaction.atomic
def complete(sub_goal: SubGoal, by: By, version: int) -> SubGoal:
    take(sub_goal, "complete", by, version, completed_on=today())
    standings.follow([sub_goal], cause=cause(sub_goal, "completed"))
    return sub_goal


@transaction.atomic
def withdraw(
    sub_goal: SubGoal, reason: str, by: By, version: int, *, delivered_stands: bool = False
) -> SubGoal:
    """It counts no longer and stays to be seen, with its reason; what was delivered may go on counting."""
    why = cleaning.needed(reason, "reason")
    take(
        sub_goal, "withdraw", by, version, reason=why, withdrawn_on=today(), withdrawal_reason=why,
        delivered_stands=delivered_stands,
    )  # fmt: skip
    note_intervention(sub_goal, by, Review.Decision.WITHDRAWN, why)
    standings.follow([sub_goal], cause=cause(sub_goal, "withdrawn"))
    return sub_goal


@transaction.atomic
def re_parent(sub_goal: SubGoal, parent: SubGoal | None, by: By, version: int) -> SubGoal:
    """Put it under another sub-goal of its goal, or under none; stewards alone put it under a stranger's."""
    placing.lock(sub_goal.goal_id)
    check(sub_goal, "re_parent", by, version)
    return move(sub_goal, parent, "re_parent", by, version)


@transaction.atomic
def detach(sub_goal: SubGoal, by: By, version: int) -> SubGoal:
    """Whose sub-goal it stands under lets it go: it stands on its own again, in its own organization."""
    placing.lock(sub_goal.goal_id)
    if sub_goal.parent is None:
        raise StepNotAllowed(_("It stands under no other sub-goal. Nothing was changed."))
    check(sub_goal, "detach", by, version, right_in=sub_goal.parent.organization)
    return move(sub_goal, None, "detach", by, version)


def move(sub_goal: SubGoal, parent: SubGoal | None, name: str, by: By, version: int) -> SubGoal:
    """The weight among roots is the stewards' to give, under a sub-goal its owner's: none is carried over."""
    before, above = kept(sub_goal), [one.organization for one in (sub_goal.parent, parent) if one]
    sub_goal.parent = parent
    with or_stale(sub_goal, version):
        check_parent_is_seen(sub_goal, by)
        placing.check_parent_is_public(sub_goal)
        placing.check_parent(sub_goal, parent)
        check_organization_of_parent(sub_goal, by)
    if (before["parent"] is None) != (parent is None) and not rights.may(by, "edit", "sub_goal_weight"):
        sub_goal.weight = Decimal(1)
    sub_goal.save_if(version, "parent", "weight")
    old, new = trail.changes(before, kept(sub_goal))
    record(sub_goal, name, by, before=old, after=new, also_of=above)
    standings.follow([sub_goal], cause=cause(sub_goal, "reparented"))
    return sub_goal


def check_organization_of_parent(sub_goal: SubGoal, by: By) -> None:
    """What stands under a sub-goal moves its numbers, so nobody finds a stranger's there unasked."""
    parent = sub_goal.parent
    if parent is None or parent.organization_id == sub_goal.organization_id:
        return
    if not rights.may(by, "edit_across", "sub_goal_parent"):
        refusal = _("It belongs to another organization. A steward can put yours under it: ask the Project.")
        raise placing.refused(refusal)


@transaction.atomic
def re_weigh(sub_goal: SubGoal, weight: Decimal, by: By, version: int, *, reason: str = "") -> SubGoal:
    """The goal's stewards weigh roots; what stands under a sub-goal is weighed by that one's owner."""
    parent, given, why = sub_goal.parent, bounded(weight), cleaning.text(reason)
    if parent:
        owner = parent.organization
        take(sub_goal, "re_weigh_child", by, version, reason=why, weight=given, right_in=owner)
    else:
        take(sub_goal, "re_weigh", by, version, reason=why, weight=given)
    standings.follow([sub_goal], cause=cause(sub_goal, "reweighed"))
    return sub_goal


# --- Shared -------------------------------------------------------------------------------------
def record_change(sub_goal: SubGoal, name: str, by: By, before: dict, reason: str = "") -> None:
    old, new = trail.changes(before, kept(sub_goal))
    record(sub_goal, name, by, before=old, after=new, reason=reason)


def show_if_public(sub_goal: SubGoal) -> None:
    if sub_goal.state in SubGoal.PUBLIC_STATES:
        edition.advance()


def cause(sub_goal: SubGoal, what: str) -> str:
    return f"{sub_goal.node}:{what}"


def today() -> date:
    return timezone.now().date()
