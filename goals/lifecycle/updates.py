"""Reporting on a sub-goal: drafting, sending, reviewing, correcting and retracting an update."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from goals import standings
from goals.lifecycle import checking, cleaning, evidence
from goals.lifecycle.steps import (
    UPDATE_STEPS,
    By,
    StepNotAllowed,
    acts_for_it,
    check,
    go,
    kept,
    locked,
    note_intervention,
    or_stale,
    record,
    take,
    throw_away,
    wrote,
)
from goals.mailing import closings
from goals.models import EvidenceLink, Review, SubGoal, Update
from indicators import edition
from stakeholders import rights, trail
from stakeholders.models import User

FIELDS = ("date", "value", "note", "jump_reason", "language", "evidence_url", "author_role")
COPIED = (*FIELDS, "evidence_grade")
MOST_LINKS = 10
LONGEST_REASON = 2_000


# --- While the organization works on it ---------------------------------------------------------
@transaction.atomic
def create_draft(
    sub_goal: SubGoal, fields: Mapping[str, Any], by: User, *, links: Iterable[Mapping[str, str]] = ()
) -> Update:
    """A new draft under a published sub-goal; anything may be missing still."""
    sub_goal = locked(sub_goal.pk)
    rights.require(by, "create", "update", sub_goal.organization)
    update = begun(sub_goal, by)
    cleaning.apply(update, fields, FIELDS)
    update.save(force_insert=True)
    set_links(update, links)
    record(update, "create", by, before=None, after=kept(update) | links_of(update))
    return update


def begun(sub_goal: SubGoal, by: User) -> Update:
    """One with nothing in it yet."""
    if sub_goal.state != SubGoal.State.PUBLISHED:
        raise StepNotAllowed(_("Updates are given on sub-goals that are published. Nothing was saved."))
    return Update(sub_goal=sub_goal, author=by, language=sub_goal.language)


@transaction.atomic
def save_draft(
    update: Update,
    fields: Mapping[str, Any],
    by: By,
    version: int,
    *,
    links: Iterable[Mapping[str, str]] | None = None,
) -> Update:
    """Keep what was entered so far; `links` None leaves the evidence links as they are."""
    check(update, "save", by, version)
    before = kept(update) | links_of(update)
    names = cleaning.apply(update, fields, FIELDS)
    update.save_if(version, *names, "state")
    if links is not None:
        set_links(update, links)
    old, new = trail.changes(before, kept(update) | links_of(update))
    record(update, "save", by, before=old, after=new)
    return update


def set_links(update: Update, links: Iterable[Mapping[str, str]]) -> None:
    wanted = []
    for given in links:
        cleaning.apply(link := EvidenceLink(update=update), given, ("url", "title"))
        wanted.append(link)
    if len(wanted) > MOST_LINKS:
        refusal = _("At most %(most)d links.") % {"most": MOST_LINKS}
        raise ValidationError({"evidence_links": [refusal]})
    if any(not link.url for link in wanted):
        raise ValidationError({"evidence_links": [_("A link needs its address.")]})
    update.evidence_links.all().delete()
    EvidenceLink.objects.bulk_create(wanted)


def links_of(update: Update) -> dict[str, list[dict[str, str]]]:
    links = [{"url": link.url, "title": link.title} for link in update.evidence_links.all()]
    return {"evidence_links": links}


@transaction.atomic
def submit(update: Update, by: User, version: int) -> Update:
    """Send it to the stewards. A jump needs a reason and is no obstacle then."""
    step = check(update, "submit", by, version)
    check_whole(update)
    go(update, step, by, version, submitted_by=by, submitted_at=timezone.now())
    return update


def check_whole(update: Update) -> None:
    check_may_stand(update)
    checking.check(checking.update_faults(update, today()))
    if checking.is_jump(update) and not update.jump_reason:
        refusal = _("The value moves by more than usual since the last one. Say why.")
        raise ValidationError({"jump_reason": [refusal]})


def check_may_stand(update: Update) -> None:
    if why := never_published(update):
        raise StepNotAllowed(_("%(why)s Nothing was changed.") % {"why": why})


def never_published(update: Update) -> str:
    """Why an update that is not public never will be, in a sentence; empty where it still may.

    Completed sub-goals take corrections alone, withdrawn ones nothing; what was retracted is not corrected.
    """
    sub_goal, replaced = update.sub_goal, update.correction_of
    may_report = {SubGoal.State.PUBLISHED} | ({SubGoal.State.COMPLETED} if replaced else set())
    if sub_goal.state not in may_report:
        sentence = _("The sub-goal is “%(state)s”: nothing is reported on it any more.")
        return sentence % {"state": sub_goal.get_state_display()}
    if replaced and replaced.state != Update.State.PUBLISHED:
        sentence = _("The update it corrects is “%(state)s” by now: there is nothing left to replace.")
        return sentence % {"state": replaced.get_state_display()}
    return ""


@transaction.atomic
def discard(update: Update, by: By, version: int) -> None:
    """Throw a draft away that nobody outside the organization has seen, or what can never be published."""
    step = check(update, "drop", by, version)
    if not never_published(update):
        step = UPDATE_STEPS["discard"]
        step.after(update)
    throw_away_whole(update, step.name, by, version)


def throw_away_whole(update: Update, name: str, by: By, version: int, reason: str = "") -> None:
    files = [evidence.drop(file) for file in update.evidence_files.all()]
    proofs = {**links_of(update), "evidence_files": files}
    throw_away(update, name, by, version, reason=reason, **proofs)


# --- The steward's answer -----------------------------------------------------------------------
@transaction.atomic
def send_back(update: Update, question: str, by: User, version: int) -> Update:
    asked = cleaning.needed(question, "question")
    take(update, "send_back", by, version, reason=asked)
    Review.objects.create(
        update_reviewed=update, reviewer=by, decision=Review.Decision.SENT_BACK, comment=asked
    )
    return update


@transaction.atomic
def publish(
    update: Update, by: User, version: int, *, grade: str = Update.Evidence.REVIEWED, comment: str = ""
) -> Update:
    """Approve it with a grade for its evidence: it counts from now on, what it corrects no longer."""
    step = check(update, "publish", by, version)
    check_reviewer(update, by)
    with or_stale(update, version):
        check_may_stand(update)
        checking.check(checking.update_faults(update, today()))
    remark, now = cleaning.remark(comment, "comment"), timezone.now()
    go(update, step, by, version, reason=remark, published_at=now, evidence_grade=known_grade(grade))
    if update.correction_of:
        replaced = update.correction_of
        replaced.sub_goal = update.sub_goal
        go(replaced, UPDATE_STEPS["replace"], by, replaced.version, corrected_by=update, corrected_at=now)
        note_intervention(
            replaced, update.author, Review.Decision.CORRECTED, why_corrected(update, replaced, remark)
        )
    Review.objects.create(
        update_reviewed=update, reviewer=by, decision=Review.Decision.APPROVED, comment=remark
    )
    standings.follow([update.sub_goal], cause=cause(update))
    return update


def why_corrected(newer: Update, replaced: Update, remark: str) -> str:
    """What is said with a correction that was not said with what it corrects."""
    said = [getattr(newer, name) for name in ("note", "jump_reason") if differs(newer, replaced, name)]
    texts = (newer.correction_reason, *said, remark)
    return "\n\n".join(text for text in texts if text)[:LONGEST_REASON]


def differs(newer: Update, replaced: Update, name: str) -> bool:
    return getattr(newer, name) != getattr(replaced, name)


def check_reviewer(update: Update, by: By) -> None:
    if wrote(update, by):
        raise PermissionDenied(_("You wrote this yourself. Somebody else approves it."))


def known_grade(grade: str) -> str:
    if grade not in Update.Evidence.values:
        raise ValidationError({"grade": [_("There is no such grade of evidence.")]})
    return grade


@transaction.atomic
def regrade(update: Update, grade: str, by: User, version: int) -> Update:
    """Grade the evidence of a published update anew; its value counts as before."""
    step = check(update, "grade", by, version)
    check_reviewer(update, by)
    go(update, step, by, version, evidence_grade=known_grade(grade))
    edition.advance()
    return update


# --- Once it is public --------------------------------------------------------------------------
@transaction.atomic
def correct(update: Update, fields: Mapping[str, Any], by: User, version: int, *, reason: str = "") -> Update:
    """Begin a correction: a new update that replaces this one when it is published itself.

    Until then this one stands. A steward's correction goes straight to the other stewards.
    """
    why = cleaning.remark(reason, "reason")
    step = check(update, "correct", by, version)
    with or_stale(update, version):
        check_no_correction(update)
    update.save_if(version, "state")  # two at once would begin two corrections
    copied = {name: getattr(update, name) for name in COPIED}
    newer = Update(sub_goal=update.sub_goal, correction_of=update, correction_reason=why, author=by, **copied)
    cleaning.apply(newer, fields, FIELDS)
    newer.save(force_insert=True)
    set_links(newer, links_of(update)["evidence_links"])
    proofs = {**links_of(newer), "evidence_files": evidence.carry(update, newer)}
    record(newer, step.name, by, before=None, after=kept(newer) | proofs, reason=why)
    if not acts_for_it(newer, by):
        submit_for_steward(newer, by)
    return newer


def open_correction(update: Update) -> Update | None:
    """The one that is under way, in whatever state: draft, waiting for review or sent back."""
    return update.proposed.exclude(state__in=Update.PUBLIC_STATES).first()


def check_no_correction(update: Update) -> None:
    if open_correction(update):
        raise StepNotAllowed(_("A correction of this update is under way. Go on with that one."))


def submit_for_steward(update: Update, by: User) -> None:
    """A steward has no drafts in an organization, so it must be whole at once."""
    check_whole(update)
    before = kept(update)
    update.state, update.submitted_by, update.submitted_at = Update.State.SUBMITTED, by, timezone.now()
    update.save_if(update.version, "state", "submitted_by", "submitted_at")
    old, new = trail.changes(before, kept(update))
    record(update, "submit", by, before=old, after=new)


@transaction.atomic
def retract(update: Update, reason: str, by: By, version: int) -> Update:
    """It counts no longer and stays to be seen, struck through, with the reason.

    A correction under way ends with it: a wrong number goes at once, and waits for no review of another.
    """
    why = cleaning.needed(reason, "reason")
    take(update, "retract", by, version, reason=why, retraction_reason=why, retracted_at=timezone.now())
    if correction := open_correction(update):
        close(correction, by, why)
    note_intervention(update, by, Review.Decision.RETRACTED, why)
    standings.follow([update.sub_goal], cause=cause(update))
    return update


def close(correction: Update, by: By, why: str) -> None:
    """Nothing is left for it to replace: who wrote it is told, and the trail keeps what it said."""
    writers = {pk for pk in (correction.author_id, correction.submitted_by_id) if pk and pk != by.pk}
    closings.owe(correction, sorted(writers))
    throw_away_whole(correction, "close", by, correction.version, why)


def cause(update: Update) -> str:
    return f"update:{update.pk}"


def today() -> date:
    return timezone.now().date()
