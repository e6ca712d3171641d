"""R10, R11, R12, R16: stewards withdraw, correct and retract by page, with a reason, as through the API."""

from decimal import Decimal

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from goals import tasks
from goals.lifecycle import updates
from goals.models import Review, SubGoal, Update
from stakeholders.models import Membership, TrailEntry
from tests.goals.lifecycle.conftest import make_draft, make_published, make_published_update, make_update
from tests.workspace.conftest import client_of

WHY = "The scale was broken in March."


@pytest.fixture
def sub_goal(people) -> SubGoal:
    return make_published(people)


@pytest.fixture
def update(people, sub_goal) -> Update:
    """110 tons on 1 February 2026."""
    return make_published_update(people, sub_goal)


@pytest.fixture
def steward(people) -> Client:
    return client_of(people.steward)


def at(name: str, *args) -> str:
    return reverse(f"workspace:review-{name}", args=args)


def step_of(name: str, sub_goal: SubGoal, update: Update) -> tuple[str, dict]:
    """The address of a step and what its form needs beside the reason."""
    row = sub_goal if name == "withdraw" else update
    row.refresh_from_db()
    more = {"value": "105", "date": "2026-02-01"} if name == "correct-update" else {}
    return at(name, row.pk), {"version": row.version, **more}


STEPS = ("withdraw", "correct-update", "retract-update")


# --- What is done -------------------------------------------------------------------------------
def test_withdrawing_keeps_the_reason_for_the_public_the_trail_and_the_mail(steward, people, sub_goal):
    tasks.send_answers()
    mail.outbox.clear()

    answer = steward.post(
        at("withdraw", sub_goal.pk), {"version": sub_goal.version, "reason": WHY, "delivered_stands": "on"}
    )

    sub_goal.refresh_from_db()
    assert answer.url == at("sub-goal", sub_goal.pk)
    assert (sub_goal.state, sub_goal.withdrawal_reason, sub_goal.delivered_stands) == ("withdrawn", WHY, True)
    entry = TrailEntry.objects.get(action="sub_goal.withdraw", subject=f"sub_goal:{sub_goal.pk}")
    assert (entry.actor, entry.way, entry.reason) == (people.steward, "page", WHY)
    tasks.send_answers()
    assert {one.to[0] for one in mail.outbox} == {people.owner.email, people.editor.email}
    assert WHY in mail.outbox[0].body
    assert WHY in steward.get(answer.url).text
    assert WHY in Client().get(reverse("public:sub-goal", args=[sub_goal.code])).text


def test_a_steward_is_told_too_that_a_correction_ends_with_the_retraction(steward, people, update):
    newer = updates.correct(update, {"value": Decimal(120)}, people.editor, update.version)
    updates.submit(newer, people.editor, newer.version)

    page = steward.get(at("retract-update", update.pk)).text
    assert "A correction of it is under way. It ends with the retraction" in page
    steward.post(at("retract-update", update.pk), {"version": update.version, "reason": WHY})

    assert not Update.objects.awaiting_review().filter(pk=newer.pk).exists()


def test_retracting_keeps_the_reason_and_tells_the_organization(steward, people, update):
    answer = steward.post(at("retract-update", update.pk), {"version": update.version, "reason": WHY})

    update.refresh_from_db()
    assert answer.url == at("update", update.pk)
    assert (update.state, update.retraction_reason) == ("retracted", WHY)
    entry = TrailEntry.objects.get(action="update.retract", subject=f"update:{update.pk}")
    assert (entry.actor, entry.way, entry.reason) == (people.steward, "page", WHY)
    assert Review.objects.get(decision="retracted").comment == WHY
    assert WHY in steward.get(answer.url).text


def test_a_correction_waits_for_another_steward_and_its_reason_goes_with_it(steward, people, update):
    page = steward.get(at("correct-update", update.pk))
    assert 'value="110"' in page.text and "A first line runs." in page.text

    answer = steward.post(
        at("correct-update", update.pk),
        {"version": update.version, "value": "105", "date": "2026-02-01", "note": update.note, "reason": WHY},
    )

    newer = update.proposed.get()
    assert answer.url == at("update", newer.pk)
    assert (newer.state, newer.value, newer.correction_reason) == ("submitted", Decimal(105), WHY)
    assert TrailEntry.objects.get(action="update.correct").reason == WHY
    assert "Somebody else approves it." in steward.get(answer.url).text
    second = client_of(people.second_steward)
    assert WHY in second.get(at("update", newer.pk)).text
    second.post(
        at("update", newer.pk), {"decision": "approve", "version": newer.version, "grade": "reviewed"}
    )
    assert Review.objects.get(decision="corrected").comment == WHY
    assert WHY in Client().get(reverse("public:sub-goal", args=[update.sub_goal.code])).text
    assert WHY in client_of(people.editor).get(reverse("workspace:update", args=[newer.pk])).text


def test_a_correction_that_jumps_asks_why_like_any_other(steward, update):
    """A tenth of the way as set: from 100 to 190 is nine tenths."""
    sent = {"version": update.version, "value": "190", "date": "2026-02-01", "reason": WHY}

    answer = steward.post(at("correct-update", update.pk), sent)

    assert answer.status_code == 400
    assert 'href="#id_jump_reason"' in answer.text
    assert not update.proposed.exists()
    steward.post(at("correct-update", update.pk), {**sent, "jump_reason": "Two lines, not one."})
    assert update.proposed.get().value == 190


def test_who_also_reports_for_the_organization_goes_on_with_a_draft_there(people, update):
    Membership.objects.create(user=people.steward, organization=people.mills, role="editor")
    path, sent = step_of("correct-update", update.sub_goal, update)

    answer = client_of(people.steward).post(path, {**sent, "reason": WHY})

    newer = update.proposed.get()
    assert newer.state == "draft"
    assert answer.url == reverse("workspace:edit-update", args=[newer.pk])


# --- What is refused ----------------------------------------------------------------------------
@pytest.mark.parametrize("reason", ["", "  \n "])
@pytest.mark.parametrize("name", STEPS)
def test_nothing_is_done_without_a_reason(steward, sub_goal, update, name, reason):
    path, sent = step_of(name, sub_goal, update)

    answer = steward.post(path, {**sent, "reason": reason})

    assert answer.status_code == 400
    assert 'href="#id_reason"' in answer.text
    assert states(sub_goal) == ("published", ["published"])


@pytest.mark.parametrize("name", STEPS)
def test_what_somebody_changed_meanwhile_is_not_changed_again(steward, sub_goal, update, name):
    """R10: the form keeps what was typed and can be sent over the row as it is now."""
    path, sent = step_of(name, sub_goal, update)
    row = sub_goal if name == "withdraw" else update

    answer = steward.post(path, {**sent, "version": row.version - 1, "reason": WHY})

    assert answer.status_code == 409
    assert WHY in answer.text
    assert f'name="version" value="{row.version}"' in answer.text
    assert states(sub_goal) == ("published", ["published"])


@pytest.mark.parametrize("name", STEPS)
def test_of_two_stewards_the_second_is_told_who_was_first(steward, people, sub_goal, update, name):
    """R5: also where the first one took another step."""
    path, sent = step_of(name, sub_goal, update)
    other = "withdraw" if name == "withdraw" else "retract-update"
    first, given = step_of(other, sub_goal, update)
    client_of(people.second_steward).post(first, {**given, "reason": "Sold."})

    answer = steward.post(path, {**sent, "reason": WHY})

    assert answer.status_code == 409
    assert "second was first" in answer.text
    assert Review.objects.filter(reviewer=people.steward).exclude(decision="approved").count() == 0


@pytest.mark.parametrize("name", STEPS)
def test_for_others_these_pages_do_not_exist(people, sub_goal, update, name):
    """R16: not for the organization either, which has its own."""
    path, sent = step_of(name, sub_goal, update)

    for someone in (people.other, people.editor, people.owner, people.stranger):
        client = client_of(someone)
        assert client.get(path).status_code == 404
        assert client.post(path, {**sent, "reason": WHY}).status_code == 404
    assert states(sub_goal) == ("published", ["published"])


def test_what_is_not_public_has_no_such_page(steward, people, sub_goal):
    draft, report = make_draft(people, title="Begun"), make_update(people, sub_goal)

    assert steward.get(at("withdraw", draft.pk)).status_code == 404
    assert steward.get(at("correct-update", report.pk)).status_code == 404
    assert steward.get(at("retract-update", report.pk)).status_code == 404


def states(sub_goal: SubGoal) -> tuple[str, list[str]]:
    sub_goal.refresh_from_db()
    return sub_goal.state, list(sub_goal.updates.values_list("state", flat=True))


# --- Where a steward finds them -----------------------------------------------------------------
def test_a_steward_gets_from_the_queue_to_each_of_them(steward, sub_goal, update):
    assert f'href="{at("sub-goals")}"' in steward.get(at("queue")).text
    found = steward.get(at("sub-goals"), {"organization": "mills"})
    assert list(found.context["pager"]) == [sub_goal]
    assert f'href="{at("sub-goal", sub_goal.pk)}"' in found.text

    page = steward.get(at("sub-goal", sub_goal.pk)).text
    assert f'href="{at("withdraw", sub_goal.pk)}"' in page
    assert f'href="{at("update", update.pk)}"' in page

    page = steward.get(at("update", update.pk)).text
    assert f'href="{at("correct-update", update.pk)}"' in page
    assert f'href="{at("retract-update", update.pk)}"' in page


def test_while_a_correction_is_under_way_its_page_is_named_instead(steward, people, update):
    newer = updates.correct(update, {"value": Decimal(105)}, people.steward, update.version)

    page = steward.get(at("update", update.pk)).text

    assert f'href="{at("update", newer.pk)}"' in page
    assert f'href="{at("correct-update", update.pk)}"' not in page


def test_what_no_longer_counts_offers_no_step(steward, people, sub_goal, update):
    updates.retract(update, WHY, people.editor, update.version)

    assert at("retract-update", update.pk) not in steward.get(at("update", update.pk)).text
