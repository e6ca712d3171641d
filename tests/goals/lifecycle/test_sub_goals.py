"""What becomes of a sub-goal, from the first step of its form to its end (R10-R12, R16, R17)."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from goals.lifecycle import reviewing, sub_goals
from goals.lifecycle.steps import StepNotAllowed
from goals.models import Goal, Review, Standing, Step, SubGoal, SubGoalVersion
from goals.passing import audit
from indicators.models import AppendOnlyError
from stakeholders.models import TrailEntry
from stakeholders.versions import Stale
from tests.goals.lifecycle.conftest import (
    END,
    make_draft,
    make_published,
    make_submitted,
    person,
    whole_fields,
)

State = SubGoal.State


def trail_of(sub_goal: SubGoal) -> list[str]:
    entries = TrailEntry.objects.filter(subject=f"sub_goal:{sub_goal.pk}").order_by("number")
    return [entry.action for entry in entries]


# --- The four steps -----------------------------------------------------------------------------
def test_each_step_is_kept_and_parts_may_be_missing(people):
    goal = Goal.objects.get(number=3)
    draft = sub_goals.create_draft(people.mills, {"goal": goal}, people.editor)

    sub_goals.save_step(draft, 1, {"title": " Double the tonnage "}, people.editor, draft.version)
    sub_goals.save_step(draft, 2, {"baseline_value": "100"}, people.editor, draft.version)

    kept = SubGoal.objects.get(pk=draft.pk)
    assert (kept.title, kept.baseline_value, kept.target_value, kept.target_date) == (
        "Double the tonnage", Decimal(100), None, None
    )  # fmt: skip
    assert kept.state == State.DRAFT
    assert kept.created_by == people.editor
    assert trail_of(kept) == ["sub_goal.create", "sub_goal.save", "sub_goal.save"]


def test_a_code_is_made_up_short_and_says_nothing(draft):
    assert draft.code.startswith("s-")
    assert len(draft.code) == 10
    assert not set("aeiou") & set(draft.code[2:])


def test_something_to_be_done_or_not_goes_from_0_to_1(people):
    draft = make_draft(people, is_deliverable=True)

    assert (draft.baseline_value, draft.target_value, draft.unit) == (0, 1, "")


def test_what_the_application_sets_is_refused_by_name(people, draft):
    """R17"""
    for name, value in {"state": "published", "organization": people.lab, "weight": 5, "code": "x"}.items():
        with pytest.raises(ValidationError) as refused:
            sub_goals.save_draft(draft, {name: value}, people.editor, draft.version)
        assert list(refused.value.message_dict) == [name]
    assert SubGoal.objects.get(pk=draft.pk).version == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("baseline_value", 1.5),
        ("baseline_value", True),
        ("baseline_value", "1_000"),
        ("baseline_value", "1e400"),
        ("baseline_value", "NaN"),
        ("baseline_value", "0." + "1" * 13),
        ("title", "two\nlines"),
        ("title", "a\x00b"),
        ("title", "a\ud800b"),
        ("title", "x" * 201),
        ("description", "x" * 10_001),
        ("language", "de"),
        ("cadence", "hourly"),
        ("start_date", "2026-13-01"),
        ("target_date", date(9999, 1, 1)),
        ("is_deliverable", "maybe"),
        ("attribution", "1.1"),
        ("goal", None),
    ],
)
def test_what_cannot_be_kept_exactly_is_refused_at_its_field(people, draft, name, value):
    """R24, R25"""
    with pytest.raises(ValidationError) as refused:
        sub_goals.save_draft(draft, {name: value}, people.editor, draft.version)
    assert list(refused.value.message_dict) == [name]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": ""}, "title"),
        ({"target_value": None}, "target_value"),
        ({"target_date": date(2026, 1, 1)}, "target_date"),
        ({"target_value": Decimal(100)}, "target_value"),
        ({"target_value": Decimal(50)}, "target_value"),
        ({"baseline_value": Decimal(0), "path": "constant_growth"}, "path"),
    ],
)
def test_what_cannot_stand_is_not_sent(people, changed, field):
    draft = make_draft(people, **changed)

    with pytest.raises(ValidationError) as refused:
        sub_goals.submit(draft, people.editor, draft.version)
    assert field in refused.value.message_dict
    assert SubGoal.objects.get(pk=draft.pk).state == State.DRAFT


def test_a_draft_is_discarded_by_its_organization_alone(people, draft):
    with pytest.raises(PermissionDenied):
        sub_goals.discard(draft, people.viewer, draft.version)

    sub_goals.discard(draft, people.editor, draft.version)

    assert not SubGoal.objects.filter(code=draft.code).exists()


# --- Review -------------------------------------------------------------------------------------
def test_a_question_sends_it_back_and_an_answer_sends_it_again(people, submitted):
    sub_goals.send_back(submitted, "Which plants?", people.steward, submitted.version)

    assert submitted.state == State.SENT_BACK
    assert submitted.reviews.get().comment == "Which plants?"
    sub_goals.save_step(submitted, 1, {"description": "Both."}, people.editor, submitted.version)
    assert sub_goals.submit(submitted, people.editor, submitted.version).state == State.SUBMITTED


def test_approval_publishes_weighs_versions_and_counts(people, submitted):
    sub_goals.publish(submitted, people.steward, submitted.version, weight=Decimal("2.5"))

    kept = SubGoal.objects.get(pk=submitted.pk)
    assert (kept.state, kept.weight) == (State.PUBLISHED, Decimal("2.5"))
    assert kept.published_on is not None
    assert kept.reviews.get().decision == Review.Decision.APPROVED
    version = kept.versions.get()
    assert (version.number, version.baseline_value, version.target_date) == (1, 100, END)
    steps = Step.objects.filter(cause=f"{kept.node}:published")
    assert {kept.node, "organization:g3:mills", "goal:g3"} <= set(steps.values_list("node", flat=True))


def test_nobody_approves_what_they_wrote(people):
    people.editor.project_role = "steward"
    people.editor.save()
    sent = make_submitted(people)

    with pytest.raises(PermissionDenied):
        sub_goals.publish(sent, people.editor, sent.version)
    assert sub_goals.publish(sent, people.steward, sent.version).state == State.PUBLISHED


def test_nobody_approves_what_they_saved_something_of(people, draft):
    both = person("both", "editor", people.mills, project_role="steward")
    sub_goals.save_draft(draft, {"title": "Better words"}, both, draft.version)
    sub_goals.submit(draft, people.editor, draft.version)

    with pytest.raises(PermissionDenied, match="wrote this yourself"):
        sub_goals.publish(draft, both, draft.version)


def test_a_draft_is_thrown_away_with_what_was_said_about_it(people, draft):
    reviewing.comment(draft, "Which plant?", people.editor)

    sub_goals.discard(draft, people.editor, draft.version)

    assert not SubGoal.objects.filter(pk=draft.pk).exists()
    assert len(TrailEntry.objects.get(action="sub_goal.discard").before["comments"]) == 1


@pytest.mark.parametrize("weight", ["0", "-1", "10.01", "1.001", "NaN"])
def test_a_weight_lies_above_0_and_up_to_10_with_two_decimals(people, submitted, weight):
    with pytest.raises(ValidationError) as refused:
        sub_goals.publish(submitted, people.steward, submitted.version, weight=weight)
    assert list(refused.value.message_dict) == ["weight"]


# --- Once it is public --------------------------------------------------------------------------
def test_a_changed_measure_is_a_new_version_with_its_reason(people, published):
    fields = {"target_value": Decimal(300)}
    sub_goals.change_measure(published, fields, "A third line was bought.", people.steward, published.version)

    first, second = published.versions.all()
    assert (first.target_value, second.target_value) == (200, 300)
    assert (second.number, second.reason, second.author) == (2, "A third line was bought.", people.steward)
    entry = TrailEntry.objects.filter(action="sub_goal.change_measure").get()
    assert (entry.before, entry.after) == ({"target_value": "200"}, {"target_value": "300"})


def test_a_version_is_never_changed(published):
    version = published.versions.get()
    version.target_value = 999
    with pytest.raises(AppendOnlyError):
        version.save()
    with pytest.raises(Exception, match="append-only"):
        SubGoalVersion.objects.filter(pk=version.pk).update(target_value=999)


def test_a_measure_is_not_changed_without_a_reason_or_a_difference(people, published):
    for fields, reason in (({"target_value": Decimal(300)}, " "), ({"target_value": Decimal(200)}, "None.")):
        with pytest.raises(ValidationError):
            sub_goals.change_measure(published, fields, reason, people.steward, published.version)
    assert SubGoal.objects.get(pk=published.pk).versions.count() == 1


def test_withdrawing_hides_nothing_and_says_why(people, published):
    """R12"""
    sub_goals.withdraw(published, "The plant closed.", people.owner, published.version, delivered_stands=True)

    assert published in SubGoal.objects.public()
    assert (published.state, published.withdrawal_reason) == (State.WITHDRAWN, "The plant closed.")
    assert published.delivered_stands
    assert Step.objects.filter(cause=f"{published.node}:withdrawn").exists()


def test_completing_keeps_the_day(people, published):
    sub_goals.complete(published, people.editor, published.version)

    assert SubGoal.objects.get(pk=published.pk).completed_on is not None


def test_the_words_of_a_published_one_may_change_its_measure_not_along_with_them(people, published):
    sub_goals.describe(published, {"title": "Twice the tonnage"}, people.editor, published.version)
    assert SubGoal.objects.get(pk=published.pk).title == "Twice the tonnage"

    with pytest.raises(ValidationError):
        sub_goals.describe(published, {"target_value": Decimal(5)}, people.editor, published.version)


def test_it_is_said_in_further_languages(people, published):
    sub_goals.add_text(published, "es", "Duplicar el tonelaje", "", people.editor, published.version)
    sub_goals.add_text(published, "es", "Duplicar las toneladas", "", people.editor, published.version)

    assert published.texts.get(language="es").title == "Duplicar las toneladas"
    with pytest.raises(ValidationError):
        sub_goals.add_text(published, "en", "Again", "", people.editor, published.version)


def test_names_of_people_do_not_enter_the_trail(people, draft):
    sub_goals.save_step(draft, 4, {"answers_name": "Luz Marín"}, people.editor, draft.version)

    written = str(list(TrailEntry.objects.values_list("before", "after")))
    assert "Nuñez" not in written
    assert "Marín" not in written


# --- Above and below ----------------------------------------------------------------------------
def test_the_owner_of_the_parent_weighs_what_stands_under_it(people, published):
    child = make_published(people, title="Line two", parent=published)

    with pytest.raises(PermissionDenied):
        sub_goals.re_weigh(child, Decimal(3), people.steward, child.version)
    sub_goals.re_weigh(child, Decimal(3), people.editor, child.version)
    assert SubGoal.objects.get(pk=child.pk).weight == 3

    with pytest.raises(PermissionDenied):
        sub_goals.re_weigh(published, Decimal(3), people.editor, published.version)
    sub_goals.re_weigh(published, Decimal("0.5"), people.steward, published.version)
    assert SubGoal.objects.get(pk=published.pk).weight == Decimal("0.5")


def test_it_is_put_under_another_and_taken_out_again(people, published):
    child = make_published(people, title="Line two")

    sub_goals.re_parent(child, published, people.editor, child.version)
    assert SubGoal.objects.get(pk=child.pk).parent == published
    sub_goals.re_parent(child, None, people.editor, child.version)
    assert SubGoal.objects.get(pk=child.pk).parent is None
    assert Step.objects.filter(cause=f"{child.node}:reparented").exists()


def test_a_weight_given_among_children_is_not_carried_to_a_root(people, published):
    child = make_published(people, title="Line two", parent=published)
    sub_goals.re_weigh(child, Decimal(10), people.editor, child.version)

    sub_goals.re_parent(child, None, people.editor, child.version)
    assert SubGoal.objects.get(pk=child.pk).weight == 1
    last = TrailEntry.objects.filter(action="sub_goal.re_parent").latest("pk")
    assert (last.before["weight"], last.after["weight"]) == ("10", "1")

    sub_goals.re_weigh(child, Decimal(2), people.steward, child.version)
    sub_goals.re_parent(child, published, people.editor, child.version)
    assert SubGoal.objects.get(pk=child.pk).weight == 1
    assert not audit()


def test_a_weight_is_kept_where_a_steward_moves_it_or_it_stays_a_child(people, published):
    child = make_published(people, title="Line two", parent=published)
    sub_goals.re_weigh(child, Decimal(3), people.editor, child.version)

    sub_goals.re_parent(child, make_published(people, title="Else"), people.editor, child.version)
    assert SubGoal.objects.get(pk=child.pk).weight == 3
    sub_goals.re_parent(child, None, people.steward, child.version)
    assert SubGoal.objects.get(pk=child.pk).weight == 3


def test_another_organization_puts_nothing_under_ours_but_a_steward_may(people, published):
    theirs = published_elsewhere(people)

    with pytest.raises(ValidationError) as refused:
        sub_goals.re_parent(theirs, published, people.other, theirs.version)
    assert list(refused.value.message_dict) == ["parent"]

    theirs = SubGoal.objects.get(pk=theirs.pk)
    sub_goals.re_parent(theirs, published, people.steward, theirs.version)
    assert SubGoal.objects.get(pk=theirs.pk).parent == published
    assert chains_of("sub_goal.re_parent") == ["lab", "mills"]


def test_whose_sub_goal_is_above_detaches_what_another_organization_has_under_it(people, published):
    theirs = published_elsewhere(people, parent=published)
    sub_goals.re_weigh(theirs, Decimal(3), people.editor, theirs.version)

    for stranger in (people.viewer, people.other, people.stranger):
        with pytest.raises((PermissionDenied, Http404)):
            sub_goals.detach(theirs, stranger, theirs.version)
    sub_goals.detach(theirs, people.editor, theirs.version)

    now = SubGoal.objects.get(pk=theirs.pk)
    assert (now.parent, now.organization, now.weight) == (None, people.lab, 1)
    assert chains_of("sub_goal.detach") == ["lab", "mills"]
    assert Standing.objects.get(sub_goal=now).enters.node == "organization:g3:lab"
    assert not audit()
    with pytest.raises(StepNotAllowed):
        sub_goals.detach(theirs, people.editor, theirs.version)


def published_elsewhere(people, **changed) -> SubGoal:
    """Of the other organization; the parent of a new one is approved with it."""
    draft = sub_goals.create_draft(people.lab, whole_fields(title="Theirs", **changed), people.other)
    sent = sub_goals.submit(draft, people.other, draft.version)
    return sub_goals.publish(sent, people.steward, sent.version)


def chains_of(action: str) -> list[str]:
    return sorted(TrailEntry.objects.filter(action=action).values_list("chain", flat=True))


def test_no_circles(people, published):
    child = make_published(people, title="Line two", parent=published)

    for above in (child, published):
        with pytest.raises(ValidationError):
            sub_goals.re_parent(published, above, people.editor, published.version)


def test_at_most_five_levels(people):
    chain = [make_published(people, title="Level 1")]
    for level in range(2, 6):
        chain.append(make_published(people, title=f"Level {level}", parent=chain[-1]))

    with pytest.raises(ValidationError):
        make_draft(people, title="Level 6", parent=chain[-1])
    tall = make_published(people, title="Above all")
    with pytest.raises(ValidationError):
        sub_goals.re_parent(chain[0], tall, people.editor, chain[0].version)


def test_the_parent_is_of_the_same_goal_public_and_seen(people, published):
    with pytest.raises(ValidationError):
        make_draft(people, goal=Goal.objects.get(number=1), parent=published)
    hidden = sub_goals.create_draft(people.lab, whole_fields(title="Hidden"), people.other)
    with pytest.raises(ValidationError) as refused:
        make_draft(people, parent=hidden)
    assert "There is no such sub-goal." in str(refused.value)

    under_draft = make_submitted(people, parent=make_draft(people))
    with pytest.raises(ValidationError):
        sub_goals.publish(under_draft, people.steward, under_draft.version)


# --- Rights and versions ------------------------------------------------------------------------
def test_others_find_nothing_and_viewers_are_told(people, draft):
    """R16"""
    for stranger in (people.other, people.stranger):
        with pytest.raises(Http404):
            sub_goals.save_draft(draft, {"title": "Mine"}, stranger, draft.version)
    with pytest.raises(PermissionDenied):
        sub_goals.save_draft(draft, {"title": "Mine"}, people.viewer, draft.version)
    with pytest.raises(Http404):
        sub_goals.create_draft(people.mills, whole_fields(), people.other)


def test_who_sees_what(people, draft):
    sent, public = make_submitted(people, title="Sent"), make_published(people, title="Public")
    all_three = {draft, sent, public}

    def seen(person):
        return set(SubGoal.objects.visible_to(person)) & all_three

    assert seen(None) == seen(people.stranger) == seen(people.other) == {public}
    assert seen(people.viewer) == seen(people.editor) == all_three
    assert seen(people.steward) == {sent, public}


def test_a_stale_version_saves_nothing_and_shows_what_stands(people, draft):
    """R10"""
    mine, theirs = SubGoal.objects.get(pk=draft.pk), SubGoal.objects.get(pk=draft.pk)
    sub_goals.save_draft(theirs, {"title": "Theirs"}, people.owner, theirs.version)

    with pytest.raises(Stale) as stale:
        sub_goals.save_draft(mine, {"title": "Mine"}, people.editor, mine.version)

    assert stale.value.current.title == "Theirs"
    assert SubGoal.objects.get(pk=draft.pk).title == "Theirs"


def test_what_waits_for_review_is_not_changed(people, submitted):
    with pytest.raises(StepNotAllowed):
        sub_goals.save_draft(submitted, {"title": "Later"}, people.editor, submitted.version)
