"""Registering a sub-goal in four steps, and what its organization does with it afterwards."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from goals.lifecycle import proposing, sub_goals
from goals.models import Goal, SubGoal, Target, TargetVersion
from indicators.models import Indicator
from stakeholders.models import TrailEntry
from tests.goals.lifecycle.conftest import (
    make_draft,
    make_published,
    make_published_update,
    make_submitted,
)
from tests.workspace.places import signed_in, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(people):
    return signed_in(people.editor)


def step_two(version: int, **changed) -> dict:
    fields = {
        "version": version, "is_deliverable": "False", "unit": "tons", "direction": "increase",
        "baseline_value": "1,000", "target_value": "1,500.5", "progress_from": "own",
    }  # fmt: skip
    return fields | changed


# --- Four steps ---------------------------------------------------------------------------------
def test_a_sub_goal_is_registered_in_four_steps_and_sent(people, client):
    goal = Goal.objects.get(number=3)
    begun = client.post(url("new-sub-goal", "mills"), {"goal": goal.pk, "title": "Recycle", "language": "en"})
    draft = SubGoal.objects.get(title="Recycle")
    assert begun["Location"] == url("step", draft.code, 2)

    client.post(url("step", draft.code, 2), step_two(1))
    when = {
        "version": 2, "start_date": "2026-01-01", "target_date": "2028-01-01", "cadence": "quarterly",
        "reporting": "level", "path": "linear",
    }  # fmt: skip
    client.post(url("step", draft.code, 3), when)
    last = client.post(url("step", draft.code, 4), {"version": 3, "answers_name": "Ana", "answers_role": ""})
    assert last["Location"] == url("check", draft.code)
    client.post(url("check", draft.code), {"version": 4})

    draft.refresh_from_db()
    assert draft.state == "submitted"
    assert (draft.baseline_value, draft.target_value) == (Decimal(1000), Decimal("1500.5"))
    text = client.get(url("sub-goal", draft.code)).content.decode()
    assert "What happens next" in text and f"/en/sub-goals/{draft.code}/" in text


def test_targets_stand_under_their_goals_and_only_where_there_is_one(people, client):
    target = Target.objects.filter(goal__number=3).first()
    text = client.get(url("step", make_draft(people, target=target).code, 1)).content.decode()
    targets = text[text.index('id="id_target"') :].partition("</select>")[0]

    goals = re.findall(r'<optgroup label="([^"]+)"', targets)
    assert goals == sorted({*goals}) and "Goal 3: " in goals[-1]
    monitored = TargetVersion.objects.as_of(date(2026, 12, 1)).filter(kind="monitor")
    offered = [int(pk) for pk in re.findall(r'<option value="(\d+)"', targets)]
    assert target.pk in offered
    assert not {*monitored.exclude(target=target).values_list("target", flat=True)} & {*offered}


def test_indicators_stand_under_their_goals_with_their_units(people, client):
    """Those of the sub-goal's own goal come first."""
    text = client.get(url("step", make_draft(people).code, 2)).content.decode()
    indicators = text[text.index('id="id_contributes_to"') :].partition("</select>")[0]

    first = re.findall(r'<optgroup label="([^"]+)"', indicators)[0]
    assert first.startswith("Goal 3")
    assert "(US$ billion)" in indicators
    assert "the factor is 0.000001" in text


def test_a_number_without_its_unit_is_asked_for_at_its_field(people, client):
    draft = make_draft(people, unit="")

    text = client.post(url("step", draft.code, 2), step_two(draft.version, unit="")).content.decode()

    assert '<a href="#id_unit">Unit, in your own words: This is still needed.</a>' in text
    draft.refresh_from_db()
    sub_goals.save_draft(draft, {"is_deliverable": True}, people.editor, draft.version)
    assert sub_goals.submit(draft, people.editor, draft.version).state == "submitted"


def test_the_page_says_which_step_it_is(people, client):
    text = client.get(url("step", make_draft(people).code, 2)).content.decode()

    assert "<title>Step 2 of 4: What and how much" in text


def test_going_back_saves_what_was_typed(people, client):
    draft = make_draft(people)

    answer = client.post(url("step", draft.code, 2), step_two(1, unit="bales", target_value="", back=""))

    draft.refresh_from_db()
    assert answer["Location"] == url("step", draft.code, 1)
    assert (draft.unit, draft.target_value) == ("bales", None)


def test_going_on_asks_for_what_the_step_needs_and_keeps_the_rest(people, client):
    draft = make_draft(people)

    text = client.post(url("step", draft.code, 2), step_two(1, target_value="")).content.decode()

    draft.refresh_from_db()
    assert "<title>Error:" in text
    assert "Value to be reached: This is still needed." in text
    assert (draft.baseline_value, draft.version) == (Decimal(1000), 2)
    assert 'name="version" value="2"' in text


@pytest.mark.parametrize("typed", ["abc", "1_000", "1,00", "1e5", "NaN", "9" * 5000, "١٢"])
def test_a_number_is_taken_as_it_is_or_refused(people, client, typed):
    """R25: nothing is bent."""
    draft = make_draft(people)

    answer = client.post(url("step", draft.code, 2), step_two(1, target_value=typed))

    draft.refresh_from_db()
    assert "Write a plain number" in answer.content.decode()
    assert draft.target_value == Decimal(200)


def test_french_numbers_are_written_with_a_comma(people, client):
    draft = make_draft(people)
    with translation.override("fr"):
        given = step_two(1, baseline_value="1 234,5", target_value="2000")
        client.post(url("step", draft.code, 2), given)

    draft.refresh_from_db()
    assert draft.baseline_value == Decimal("1234.5")


def test_two_people_meet_with_both_texts_on_the_page(people, client):
    """R10: 409, both texts, and what was typed stays."""
    draft = make_draft(people)
    sub_goals.save_step(draft, 2, {"unit": "bales"}, people.owner, 1)

    answer = client.post(url("step", draft.code, 2), step_two(1, unit="wagons"))
    text = answer.content.decode()

    assert answer.status_code == 409
    assert "bales" in text
    assert 'value="wagons"' in text and 'name="version" value="2"' in text
    draft.refresh_from_db()
    assert draft.unit == "bales"


def test_a_draft_with_faults_says_in_which_step_each_lies(people, client):
    draft = sub_goals.create_draft(people.mills, {"goal": Goal.objects.get(number=3)}, people.editor)

    text = client.get(url("check", draft.code)).content.decode()

    assert "Still needed before it can be sent" in text
    assert url("step", draft.code, 1) in text and url("step", draft.code, 3) in text


def test_a_draft_can_be_thrown_away(people, client):
    draft = make_draft(people)

    client.post(url("discard", draft.code), {"version": 1})

    assert not SubGoal.objects.filter(pk=draft.pk).exists()


def test_a_viewer_is_told_in_words_which_role_it_takes(people):
    answer = signed_in(people.viewer).get(url("new-sub-goal", "mills"))

    assert answer.status_code == 403
    assert "Your role does not allow this" in answer.content.decode()


def test_before_it_is_sent_the_day_of_its_first_update_is_said(people, client):
    """Method, section 8: reports count from the start, here 1 January 2026, and not from publication."""
    draft = make_draft(people, cadence="quarterly")

    text = client.get(url("check", draft.code)).text

    assert "the first update is due on April 1, 2026." in text


@pytest.mark.parametrize("name", ["sub-goal", "check", "report", "describe", "measure", "withdraw"])
def test_a_sub_goal_of_others_does_not_exist_here(people, name):
    draft = make_draft(people)

    assert signed_in(people.other).get(url(name, draft.code)).status_code == 404


def measure_fields(sub_goal) -> dict:
    return {
        "version": sub_goal.version, "unit": "tons", "direction": "increase", "baseline_value": "100",
        "target_value": "300", "start_date": "2026-01-01", "target_date": "2028-01-01",
        "cadence": "quarterly", "reporting": "level", "path": "linear", "progress_from": "own",
    }  # fmt: skip


# --- Afterwards ---------------------------------------------------------------------------------
def test_a_change_of_measure_takes_a_reason_and_waits_for_a_steward(people, client):
    sub_goal = make_published(people)
    fields = measure_fields(sub_goal)

    assert "This field is required" in client.post(url("measure", sub_goal.code), fields).content.decode()
    client.post(url("measure", sub_goal.code), fields | {"reason": "A second line was added."})

    assert sub_goal.versions.count() == 1
    assert sub_goal.proposals.get().reason == "A second line was added."
    page = client.get(url("sub-goal", sub_goal.code)).content.decode()
    assert "A change of how it is measured or what it contributes waits for a steward" in page
    assert "200 tons" in page and "300 tons" in page
    assert f'href="{url("measure", sub_goal.code)}"' not in page

    sub_goal.refresh_from_db()
    client.post(url("take-back-measure", sub_goal.code), {"version": sub_goal.version})
    assert sub_goal.proposals.get().state == "taken_back"
    assert "waits for a steward" not in client.get(url("sub-goal", sub_goal.code)).content.decode()


def test_what_a_change_of_measure_would_move_is_seen_before_it_is_sent(people, client):
    sub_goal = make_published(people)
    make_published_update(people, sub_goal, value=Decimal(150), jump_reason="A new press.")
    sub_goal.refresh_from_db()
    fields = measure_fields(sub_goal) | {"target_value": "150", "preview": "yes"}

    page = client.post(url("measure", sub_goal.code), fields).content.decode()

    assert "200 tons" in page and "150 tons" in page
    assert "50.0% → 100.0%" in page
    assert "That is no progress in itself." in page
    assert not sub_goal.proposals.exists()


def test_what_it_contributes_is_changed_on_the_same_page_with_the_sums_it_would_move(people, client):
    jobs = Indicator.objects.get(code="export-supported-jobs")
    sub_goal = make_published(people)
    make_published_update(people, sub_goal, value=Decimal(150), jump_reason="A new press.")
    sub_goal.refresh_from_db()
    fields = measure_fields(sub_goal) | {"target_value": "200"}
    adds = {"contributes_to": jobs.pk, "contribution_factor": "0.001", "attribution": "1"}
    sent = fields | adds | {"shared_effort": "One school", "reason": "It trains people too."}

    page = client.post(url("measure", sub_goal.code), sent | {"preview": "yes"}).text
    assert jobs.name in page and "One school" in page
    assert "50,000 people" in page  # of 50 tons beyond the baseline
    assert "No number would change." not in page
    assert not sub_goal.proposals.exists()
    assert (
        "Say which share of it" in client.post(url("measure", sub_goal.code), sent | {"attribution": ""}).text
    )

    client.post(url("measure", sub_goal.code), sent)
    assert sub_goal.proposals.get().contributes_to == jobs
    assert jobs.name in client.get(url("sub-goal", sub_goal.code)).text


def test_what_it_contributes_now_and_contributed_before_is_read_on_its_page(people, client):
    jobs = Indicator.objects.get(code="export-supported-jobs")
    adds = {"contributes_to": jobs, "contribution_factor": Decimal("0.001"), "attribution": Decimal("0.5")}
    sub_goal = make_published(people, **adds)
    proposing.propose(sub_goal, {"attribution": Decimal(1)}, "All of it.", people.editor, sub_goal.version)
    proposing.approve(sub_goal, people.steward, sub_goal.version)

    page = client.get(url("sub-goal", sub_goal.code)).text

    assert page.count("(factor 0.001, share claimed 100.0%)") == 2  # now, and since version 2
    assert page.count("(factor 0.001, share claimed 50.0%)") == 1


def test_a_question_about_a_change_of_measure_is_answered_by_proposing_it_anew(people, client):
    sub_goal = make_published(people)
    proposing.propose(sub_goal, {"target_value": Decimal(300)}, "More.", people.editor, sub_goal.version)
    proposing.send_back(sub_goal, "Which line?", people.steward, sub_goal.version)

    assert "Which line?" in client.get(url("sub-goal", sub_goal.code)).content.decode()
    form = client.get(url("measure", sub_goal.code)).content.decode()
    assert 'value="300"' in form


def test_words_of_a_published_one_are_changed(people, client):
    sub_goal = make_published(people)

    client.post(url("describe", sub_goal.code), {"version": sub_goal.version, "title": "Triple it"})

    sub_goal.refresh_from_db()
    assert sub_goal.title == "Triple it"


def test_who_answers_for_a_published_one_is_changed_at_once(people, client):
    """R11: the colleague is in the trail, and the form of somebody else is stale (R10)."""
    sub_goal = make_published(people)
    fields = {"answers_name": "Luz Marín", "answers_role": "Director", "answers_user": people.owner.pk}
    assert "Change who answers" in client.get(url("sub-goal", sub_goal.code)).content.decode()

    client.post(url("answers", sub_goal.code), fields | {"version": sub_goal.version})
    stale = client.post(url("answers", sub_goal.code), fields | {"version": sub_goal.version})

    sub_goal.refresh_from_db()
    assert (sub_goal.answers_name, sub_goal.answers_user) == ("Luz Marín", people.owner)
    entry = TrailEntry.objects.filter(action="sub_goal.describe").latest("pk")
    assert entry.after == {"answers_user": people.owner.pk}
    assert stale.status_code == 409
    assert signed_in(people.viewer).get(url("answers", sub_goal.code)).status_code == 403


def test_words_can_be_changed_where_an_old_one_lacks_its_unit(people, client):
    sub_goal = make_published(people)
    SubGoal.objects.filter(pk=sub_goal.pk).update(unit="")

    client.post(url("describe", sub_goal.code), {"version": sub_goal.version, "title": "Triple it"})

    sub_goal.refresh_from_db()
    assert sub_goal.title == "Triple it"


def test_it_is_completed_or_withdrawn_with_a_reason(people, client):
    first, second = make_published(people), make_published(people, title="Other")

    client.post(url("complete", first.code), {"version": first.version})
    client.post(url("withdraw", second.code), {"version": second.version, "reason": "The plant closed."})

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("completed", "withdrawn")
    assert second.withdrawal_reason == "The plant closed."


def test_a_step_somebody_has_taken_already_is_met_in_words(people, client):
    sub_goal = make_published(people)
    old = sub_goal.version
    sub_goals.complete(sub_goal, people.owner, old)

    answer = client.post(url("complete", sub_goal.code), {"version": old})

    assert answer.status_code == 409
    assert "Somebody else has changed this" in answer.content.decode()


def test_it_is_put_under_another_one_and_weighed_there(people, client):
    parent, child = make_published(people), make_published(people, title="Part")

    client.post(url("nest", child.code), {"version": child.version, "parent": parent.code})
    child.refresh_from_db()
    client.post(url("weigh", child.code), {"version": child.version, "weight": "2.5"})

    child.refresh_from_db()
    assert (child.parent, child.weight) == (parent, Decimal("2.5"))


def test_what_another_organization_has_under_ours_is_detached_from_the_list(people, client):
    parent, own = make_published(people), make_published(people, title="Own part")
    sub_goals.re_parent(own, parent, people.editor, own.version)
    child = make_published(people, title="Part", parent=parent)
    SubGoal.objects.filter(pk=child.pk).update(organization=people.lab)

    text = client.get(url("sub-goal", parent.code)).content.decode()
    assert url("detach", child.code) in text
    assert url("detach", own.code) not in text
    assert "in its own organization" in client.get(url("detach", child.code)).content.decode()
    answer = client.post(url("detach", child.code), {"version": child.version})

    assert answer.headers["Location"] == url("sub-goal", parent.code)
    assert SubGoal.objects.get(pk=child.pk).parent is None


def test_the_page_says_that_a_move_gives_the_weight_1(people, client):
    sub_goal = make_published(people)

    assert "its weight is 1 again" in client.get(url("nest", sub_goal.code)).content.decode()


def test_a_parent_of_another_organization_is_refused_in_words(people, client):
    mine, theirs = make_published(people), make_published(people, title="Theirs")
    SubGoal.objects.filter(pk=theirs.pk).update(organization=people.lab)

    answer = client.post(url("nest", mine.code), {"version": mine.version, "parent": theirs.code})

    assert "It belongs to another organization." in answer.content.decode()


def test_a_question_is_answered_where_it_is_shown(people, client):
    sub_goal = make_submitted(people)
    sub_goals.send_back(sub_goal, "Which plants?", people.steward, sub_goal.version)

    text = client.get(url("check", sub_goal.code)).content.decode()
    assert f'action="{url("comment-sub-goal", sub_goal.code)}"' in text
    answer = client.post(url("comment-sub-goal", sub_goal.code), {"text": "Both of them."})

    assert answer.headers["Location"] == url("check", sub_goal.code)
    assert "Both of them." in client.get(url("check", sub_goal.code)).content.decode()


def test_a_parent_nobody_here_can_see_does_not_exist(people, client):
    hidden = sub_goals.create_draft(people.lab, {"goal": Goal.objects.get(number=3)}, people.other)
    sub_goal = make_published(people)

    text = client.post(url("nest", sub_goal.code), {"version": sub_goal.version, "parent": hidden.code})

    assert "There is no such sub-goal." in text.content.decode()


def test_it_is_said_in_another_language(people, client):
    sub_goal = make_published(people)

    client.post(
        url("other-language", sub_goal.code, "es"),
        {"version": sub_goal.version, "title": "Reciclar el doble"},
    )

    assert sub_goal.texts.get(language="es").title == "Reciclar el doble"
    text = client.get(url("other-language", sub_goal.code, "fr")).content.decode()
    assert "<h1>Title and description in French</h1>" in text
    assert f'<p class="as-typed" lang="en">{sub_goal.title}</p>' in text
    assert client.get(url("other-language", sub_goal.code, "en")).status_code == 404


def test_a_comment_stands_with_the_name_of_a_colleague(people, client):
    sub_goal = make_submitted(people)

    client.post(url("comment-sub-goal", sub_goal.code), {"text": "The <b>second</b> plant is included."})
    text = client.get(url("sub-goal", sub_goal.code)).content.decode()

    assert "The &lt;b&gt;second&lt;/b&gt; plant is included." in text
    assert "not public" in text


def test_the_page_takes_the_same_queries_whatever_hangs_on_it(people, client, django_assert_num_queries):
    sub_goal = make_published(people)
    make_published_update(people, sub_goal)
    client.get(url("sub-goal", sub_goal.code))

    with django_assert_num_queries(15):
        client.get(url("sub-goal", sub_goal.code))
    make_published_update(people, sub_goal, date="2026-03-01", value=Decimal(120))
    for title in "abc":
        make_published(people, title=title, parent=sub_goal)
        client.post(url("comment-sub-goal", sub_goal.code), {"text": title})
    client.get(url("sub-goal", sub_goal.code))
    with django_assert_num_queries(15):
        client.get(url("sub-goal", sub_goal.code))
