"""What becomes of an update: sent, sent back, published, corrected, retracted, and counted at once."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils import timezone

from goals import standings
from goals.lifecycle import reviewing, sub_goals, updates
from goals.lifecycle.steps import StepNotAllowed
from goals.models import Comment, Review, Step, SubGoal, Update
from stakeholders.models import TrailEntry
from stakeholders.versions import Stale
from tests.goals.lifecycle.conftest import (
    make_draft,
    make_published,
    make_published_update,
    make_submitted_update,
    make_update,
    person,
)

State = Update.State


def latest(sub_goal: SubGoal) -> Decimal | None:
    return SubGoal.objects.get(pk=sub_goal.pk).standing.latest_value


# --- Drafting and sending -----------------------------------------------------------------------
def test_a_draft_keeps_whatever_is_there_already(people, published):
    draft = updates.create_draft(published, {"note": "Half a sentence"}, people.editor)
    links = [{"url": "https://example.org/report", "title": "Report"}]
    updates.save_draft(draft, {"value": "110"}, people.editor, draft.version, links=links)

    kept = Update.objects.get(pk=draft.pk)
    assert (kept.note, kept.value, kept.date) == ("Half a sentence", 110, None)
    assert kept.evidence_links.get().url == "https://example.org/report"
    assert kept.author == people.editor


def test_updates_are_given_on_published_sub_goals_alone(people, draft):
    with pytest.raises(StepNotAllowed):
        make_update(people, draft)


def tomorrow() -> date:
    return timezone.now().date() + timedelta(days=1)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"value": None}, "value"),
        ({"date": None}, "date"),
        ({"date": date(2025, 12, 31)}, "date"),
        ({"date": "tomorrow"}, "date"),
    ],
)
def test_what_cannot_stand_is_not_sent(people, published, changed, field):
    changed = {name: tomorrow() if value == "tomorrow" else value for name, value in changed.items()}
    update = make_update(people, published, **changed)

    with pytest.raises(ValidationError) as refused:
        updates.submit(update, people.editor, update.version)
    assert list(refused.value.message_dict) == [field]


@pytest.mark.parametrize("value", ["-0.1", "1.1", "100"])
def test_something_to_be_done_or_not_lies_between_0_and_1(people, value):
    deliverable = make_published(people, is_deliverable=True)
    update = make_update(people, deliverable, value=Decimal(value), jump_reason="Said so.")

    with pytest.raises(ValidationError) as refused:
        updates.submit(update, people.editor, update.version)
    assert list(refused.value.message_dict) == ["value"]


def test_a_jump_asks_for_its_reason_and_is_no_obstacle_then(people, published):
    """A quarter of the way from 100 to 200 is 25: 125 is no jump, 126 is one."""
    calm = make_update(people, published, value=Decimal(125))
    assert updates.submit(calm, people.editor, calm.version).state == State.SUBMITTED

    jump = make_update(people, published, value=Decimal(126))
    with pytest.raises(ValidationError) as refused:
        updates.submit(jump, people.editor, jump.version)
    assert list(refused.value.message_dict) == ["jump_reason"]
    updates.save_draft(jump, {"jump_reason": "A plant was bought."}, people.editor, jump.version)
    assert updates.submit(jump, people.editor, jump.version).state == State.SUBMITTED


def test_a_jump_is_counted_from_the_newest_published_value(people, published):
    make_published_update(people, published, value=Decimal(125))
    later = make_update(people, published, value=Decimal(149), date=date(2026, 3, 1))

    assert updates.submit(later, people.editor, later.version).state == State.SUBMITTED


def test_an_increment_is_a_jump_by_its_own_size(people):
    adding = make_published(people, reporting="increment")
    make_published_update(people, adding, value=Decimal(20))
    second = make_update(people, adding, value=Decimal(20), date=date(2026, 3, 1))

    assert updates.submit(second, people.editor, second.version).state == State.SUBMITTED


def test_two_levels_on_one_day_would_leave_open_which_holds(people, published):
    make_published_update(people, published)
    again = make_update(people, published, value=Decimal(111))

    with pytest.raises(ValidationError) as refused:
        updates.submit(again, people.editor, again.version)
    assert list(refused.value.message_dict) == ["date"]


@pytest.mark.parametrize("url", ["ftp://example.org/x", "javascript:alert(1)", "example.org", ""])
def test_a_link_is_an_address_of_the_web(people, published, url):
    with pytest.raises(ValidationError):
        updates.create_draft(published, {}, people.editor, links=[{"url": url}])


# --- Review -------------------------------------------------------------------------------------
def test_publishing_moves_the_tree_by_what_was_announced(people, published):
    """From 100 to 200: 110 is a tenth of the way."""
    sent = make_submitted_update(people, published)
    announced = {step.node: step.progress_after for step in standings.preview(sent)}

    updates.publish(sent, people.steward, sent.version, grade="documented")

    moved = {step.node: step.progress_after for step in Step.objects.filter(cause=f"update:{sent.pk}")}
    assert moved == announced
    assert moved[published.node] == Decimal("0.1")
    kept = Update.objects.get(pk=sent.pk)
    assert (kept.state, kept.evidence_grade) == (State.PUBLISHED, "documented")
    assert kept.reviews.get().reviewer == people.steward
    assert latest(published) == 110


def test_a_question_sends_it_back(people, published):
    sent = make_submitted_update(people, published)
    updates.send_back(sent, "Is this tons or kilotons?", people.steward, sent.version)

    assert sent.state == State.SENT_BACK
    assert sent.reviews.get().decision == Review.Decision.SENT_BACK
    updates.save_draft(sent, {"note": "Tons."}, people.editor, sent.version)
    assert updates.submit(sent, people.editor, sent.version).state == State.SUBMITTED


@pytest.mark.parametrize(
    ("reporting", "first", "corrected", "progress"),
    [
        ("increment", {"value": Decimal(10)}, {"value": Decimal(12)}, "0.12"),
        ("level", {"value": Decimal(120)}, {"value": Decimal(112), "date": date(2026, 1, 20)}, "0.12"),
        ("level", {"value": Decimal(120)}, {"value": Decimal(112)}, "0.12"),
    ],
)
def test_a_correction_moves_the_tree_by_what_was_announced(people, reporting, first, corrected, progress):
    sub_goal = make_published(people, reporting=reporting)
    update = make_published_update(people, sub_goal, **first)
    newer = updates.correct(update, corrected, people.editor, update.version)
    newer = updates.submit(newer, people.editor, newer.version)
    announced = [shares(step) for step in standings.preview(newer)]

    updates.publish(newer, people.steward, newer.version)

    assert [
        shares(step) for step in Step.objects.filter(cause=f"update:{newer.pk}").order_by("pk")
    ] == announced
    assert announced[0][2] == Decimal(progress)


def shares(step: Step) -> tuple:
    return step.node, step.progress_before, step.progress_after, step.schedule_before, step.schedule_after


@pytest.mark.parametrize("words", ["", " ", "x" * 2001, "a\x00b"])
def test_a_question_says_something_and_can_be_kept(people, published, words):
    """R25"""
    sent = make_submitted_update(people, published)
    with pytest.raises(ValidationError) as refused:
        updates.send_back(sent, words, people.steward, sent.version)
    assert list(refused.value.message_dict) == ["question"]


def test_nobody_approves_what_they_wrote_or_sent(people, published):
    people.editor.project_role = people.owner.project_role = "steward"
    people.editor.save()
    people.owner.save()
    update = make_update(people, published)
    updates.submit(update, people.owner, update.version)

    for wrote in (people.editor, people.owner):
        with pytest.raises(PermissionDenied):
            updates.publish(update, wrote, update.version)
    assert updates.publish(update, people.steward, update.version).state == State.PUBLISHED


def test_nobody_approves_what_they_saved_something_of(people, published):
    both = person("both", "editor", people.mills, project_role="steward")
    draft = make_update(people, published)
    updates.save_draft(draft, {"value": "111"}, both, draft.version)
    updates.submit(draft, people.editor, draft.version)

    with pytest.raises(PermissionDenied, match="wrote this yourself"):
        updates.publish(draft, both, draft.version)
    updates.publish(draft, people.steward, draft.version)


def test_nothing_is_published_on_a_withdrawn_sub_goal(people, published):
    sent = make_submitted_update(people, published)
    sub_goals.withdraw(published, "The plant closed.", people.owner, published.version)

    with pytest.raises(StepNotAllowed):
        updates.publish(Update.objects.get(pk=sent.pk), people.steward, sent.version)


# --- Once it is public --------------------------------------------------------------------------
def test_a_correction_replaces_once_it_is_published_itself(people, published):
    """R12: the first stays to be seen."""
    first = make_published_update(people, published)
    newer = updates.correct(first, {"value": Decimal(120)}, people.editor, first.version)
    assert (newer.state, newer.date, newer.note) == (State.DRAFT, first.date, first.note)
    assert latest(published) == 110

    updates.submit(newer, people.editor, newer.version)
    assert latest(published) == 110
    updates.publish(newer, people.steward, newer.version)

    first = Update.objects.get(pk=first.pk)
    assert (first.state, first.value, first.corrected_by) == (State.CORRECTED, 110, newer)
    assert first.corrected_at is not None
    assert latest(published) == 120
    assert first in Update.objects.public()


def make_correction(people, first: Update, state: str = "submitted") -> Update:
    newer = updates.correct(first, {"value": Decimal(120)}, people.editor, first.version)
    if state != "draft":
        updates.submit(newer, people.editor, newer.version)
    if state == "sent_back":
        updates.send_back(newer, "Sure?", people.steward, newer.version)
    return newer


@pytest.mark.parametrize("state", ["draft", "submitted", "sent_back"])
def test_a_correction_under_way_ends_with_the_retraction_of_what_it_corrects(people, published, state):
    first = make_published_update(people, published)
    newer = make_correction(people, first, state)
    reviewing.comment(newer, "We looked again.", people.editor)

    updates.retract(first, "Wrong plant.", people.owner, first.version)

    assert not Update.objects.filter(pk=newer.pk).exists()
    entry = TrailEntry.objects.get(subject=f"update:{newer.pk}", action="update.close")
    assert (entry.actor, entry.reason) == (people.owner, "Wrong plant.")
    assert (entry.before["value"], entry.before["state"], len(entry.before["comments"])) == ("120", state, 1)
    assert "evidence_links" in entry.before and "evidence_files" in entry.before


def test_a_retraction_that_is_refused_leaves_the_correction_alone(people, published):
    first = make_published_update(people, published)
    seen, newer = first.version, make_correction(people, first)

    with pytest.raises(Stale):  # who did not see that a correction began does not end it
        updates.retract(first, "Wrong plant.", people.owner, seen)
    with pytest.raises(ValidationError):
        updates.retract(first, " ", people.owner, first.version)

    assert Update.objects.get(pk=newer.pk).state == State.SUBMITTED


@pytest.mark.parametrize("state", ["draft", "submitted", "sent_back"])
def test_what_was_left_of_a_correction_before_can_only_be_thrown_away(people, published, state):
    """Retractions did not always end them."""
    first = make_published_update(people, published)
    newer = make_correction(people, first, state)
    Update.objects.filter(pk=first.pk).update(state=State.RETRACTED)
    newer = Update.objects.get(pk=newer.pk)

    with pytest.raises(StepNotAllowed, match="nothing left to replace"):
        if state == "submitted":
            updates.publish(newer, people.steward, newer.version)
        else:
            updates.submit(newer, people.editor, newer.version)
    updates.discard(newer, people.editor, newer.version)

    assert not Update.objects.filter(pk=newer.pk).exists()
    assert TrailEntry.objects.get(action="update.drop").before["state"] == state


def test_what_was_sent_is_not_thrown_away_while_it_can_be_published(people, published):
    sent = make_submitted_update(people, published)

    with pytest.raises(StepNotAllowed):
        updates.discard(sent, people.editor, sent.version)


def test_a_draft_is_thrown_away_with_what_was_said_about_it(people, published):
    draft = make_update(people, published)
    reviewing.comment(draft, "Which plant?", people.editor)

    updates.discard(draft, people.editor, draft.version)

    assert not Update.objects.filter(pk=draft.pk).exists()
    assert not Comment.objects.exists()
    assert len(TrailEntry.objects.get(action="update.discard").before["comments"]) == 1


def test_one_correction_at_a_time(people, published):
    first = make_published_update(people, published)
    updates.correct(first, {"value": Decimal(120)}, people.editor, first.version)

    with pytest.raises(StepNotAllowed):
        updates.correct(first, {"value": Decimal(130)}, people.owner, first.version)


def test_a_steward_s_correction_waits_for_another_steward(people, published):
    first = make_published_update(people, published)
    newer = updates.correct(first, {"value": Decimal(120)}, people.steward, first.version)

    assert newer.state == State.SUBMITTED
    with pytest.raises(PermissionDenied):
        updates.publish(newer, people.steward, newer.version)
    updates.publish(newer, people.second_steward, newer.version)
    assert latest(published) == 120


def test_a_retracted_update_stays_to_be_seen_and_counts_no_longer(people, published):
    update = make_published_update(people, published)
    updates.retract(update, "The scale was broken.", people.editor, update.version)

    kept = Update.objects.public().get(pk=update.pk)
    assert (kept.state, kept.retraction_reason) == (State.RETRACTED, "The scale was broken.")
    assert latest(published) in (None, 100)


def test_a_grade_is_given_anew_and_the_value_stays(people, published):
    update = make_published_update(people, published)
    updates.regrade(update, "confirmed", people.second_steward, update.version)

    assert Update.objects.get(pk=update.pk).evidence_grade == "confirmed"
    with pytest.raises(ValidationError):
        updates.regrade(update, "gold", people.steward, update.version)


# --- Many at once, and words --------------------------------------------------------------------
def test_many_are_approved_by_the_same_way_as_one_and_each_for_itself(people, published):
    good = make_submitted_update(people, published)
    same_day = make_submitted_update(people, published, value=Decimal(111))
    hidden = make_update(people, published, date=date(2026, 4, 1))

    answers = reviewing.approve_updates([good.pk, same_day.pk, hidden.pk, 10**9], people.steward)

    assert [bool(answer.refusal) for answer in answers] == [False, True, True, True]
    assert answers[2].refusal == answers[3].refusal, "R16: a draft and nothing look the same"
    assert Update.objects.get(pk=good.pk).state == State.PUBLISHED
    assert Update.objects.get(pk=same_day.pk).state == State.SUBMITTED
    assert Step.objects.filter(cause=f"update:{good.pk}").exists()


def test_organization_and_stewards_talk_about_an_update(people, published):
    sent = make_submitted_update(people, published)
    asked = reviewing.comment(sent, "Is the scale calibrated?", people.steward)
    told = reviewing.comment(sent, "Yes, in May.", people.editor)

    for reader in (people.viewer, people.steward):
        assert list(Comment.objects.visible_to(reader)) == [asked, told]
    for reader in (None, people.other):
        assert not Comment.objects.visible_to(reader).exists()
    with pytest.raises(Http404):
        reviewing.comment(sent, "Hello", people.other)


# --- Rights, versions, trail --------------------------------------------------------------------
def test_who_sees_what(people, published):
    draft = make_update(people, published, date=date(2026, 5, 1))
    sent = make_submitted_update(people, published, date=date(2026, 4, 1))
    public = make_published_update(people, published)
    all_three = {draft, sent, public}

    def seen(person):
        return set(Update.objects.visible_to(person)) & all_three

    assert seen(None) == seen(people.other) == {public}
    assert seen(people.viewer) == all_three
    assert seen(people.steward) == {sent, public}


def test_others_find_nothing_and_viewers_are_told(people, published):
    """R16"""
    update = make_update(people, published)
    with pytest.raises(Http404):
        updates.save_draft(update, {"value": Decimal(1)}, people.other, update.version)
    with pytest.raises(PermissionDenied):
        updates.save_draft(update, {"value": Decimal(1)}, people.viewer, update.version)
    with pytest.raises(Http404):
        updates.create_draft(published, {}, people.other)


def test_a_stale_version_saves_nothing_and_shows_what_stands(people, published):
    """R10"""
    mine = make_update(people, published)
    theirs = Update.objects.get(pk=mine.pk)
    updates.save_draft(theirs, {"note": "Theirs"}, people.owner, theirs.version)

    with pytest.raises(Stale) as stale:
        updates.save_draft(mine, {"note": "Mine"}, people.editor, mine.version)
    assert stale.value.current.note == "Theirs"


def test_every_step_leaves_its_trace(people, published):
    """R11"""
    update = make_published_update(people, published)
    updates.retract(update, "Wrong plant.", people.owner, update.version)

    entries = TrailEntry.objects.filter(subject=f"update:{update.pk}", chain="mills").order_by("number")
    assert [(entry.action, entry.actor) for entry in entries] == [
        ("update.create", people.editor),
        ("update.submit", people.editor),
        ("update.publish", people.steward),
        ("update.retract", people.owner),
    ]
    assert entries[3].reason == "Wrong plant."
    assert entries[3].before["state"] == "published"
    assert entries[3].after["state"] == "retracted"


def test_what_the_application_sets_is_refused_by_name(people, published):
    """R17"""
    for name in ("state", "author", "published_at", "evidence_grade", "sub_goal", "id"):
        with pytest.raises(ValidationError) as refused:
            updates.create_draft(published, {name: "x"}, people.editor)
        assert list(refused.value.message_dict) == [name]


def test_without_its_trace_nothing_is_changed(people, published, monkeypatch):
    """R11"""
    sent = make_submitted_update(people, published)
    monkeypatch.setattr("goals.lifecycle.steps.trail.record", broken)

    with pytest.raises(RuntimeError):
        updates.publish(sent, people.steward, sent.version)
    assert Update.objects.get(pk=sent.pk).state == State.SUBMITTED
    assert latest(published) in (None, 100)


def broken(*args, **kwargs):
    raise RuntimeError("the trail cannot be written")


def test_a_draft_sub_goal_of_another_organization_takes_no_update(people):
    with pytest.raises(Http404):
        updates.create_draft(make_draft(people), {}, people.other)
