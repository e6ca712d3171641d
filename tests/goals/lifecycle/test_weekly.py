"""The summary of the week names what waits, with its address, and no more than can be read."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core import mail

from goals.lifecycle import proposing, updates
from goals.mailing import weekly
from stakeholders import joining
from stakeholders.models import User
from tests.goals.lifecycle.conftest import make_published, make_submitted_update
from tests.goals.lifecycle.test_mailing import TITLE, html_of, in_words, words_of

pytestmark = pytest.mark.django_db
DUE = datetime(2026, 4, 1, 6, tzinfo=UTC)
"""The day of the first quarterly update of a sub-goal that starts on January 1."""


def week_of(user: User, now: datetime) -> str:
    weekly.send(now)
    (only,) = [one for one in mail.outbox if one.to == [user.email]]
    return only.body


def test_the_update_that_is_due_that_day_is_named_with_the_way_to_its_form(people, published):
    told = week_of(people.editor, DUE)

    assert "updates due: 1" in told
    assert f"- {TITLE}\n    An update is due on April 1, 2026.\n" in told
    assert f"/en/my/sub-goals/{published.code}/report/" in told
    assert "/report/" not in week_of(people.viewer, DUE)  # who reads only is led to the sub-goal


def test_what_is_due_later_than_in_a_week_waits(people, published):
    weekly.send(datetime(2026, 3, 20, 6, tzinfo=UTC))

    assert not [one for one in mail.outbox if one.to == [people.editor.email]]


def test_drafts_and_questions_are_named_and_what_they_report_is_not_due_besides(people, published):
    sent = make_submitted_update(people, published)
    updates.send_back(sent, "Which plant?", people.steward, sent.version)
    draft = updates.create_draft(make_published(people, title="Save half of the water"), {}, people.editor)

    told = week_of(people.editor, DUE)

    assert "questions to answer: 1, drafts: 1" in told
    assert f"- {TITLE}\n    Update: sent back with a question." in told
    assert "- Save half of the water\n    Draft of an update, begun on" in told
    assert f"/en/my/updates/{draft.pk}/" in told
    assert "An update is due" not in told


def test_a_change_of_the_measure_that_was_sent_back_is_a_question_to_answer(people, published):
    change = {"target_value": Decimal(300)}
    proposing.propose(published, change, "A third line.", people.editor, published.version)
    proposing.send_back(published, "Which line does it count?", people.steward, published.version)

    told = week_of(people.editor, DUE)

    assert "questions to answer: 1" in told
    assert f"- {TITLE}\n    Measure or contribution: sent back with a question." in told
    assert f"/en/my/sub-goals/{published.code}/" in told


def test_as_many_are_named_as_can_be_read_and_the_rest_is_counted(people, published, monkeypatch):
    monkeypatch.setattr(weekly, "NAMED", 2)
    for number in range(4):
        make_published(people, title=f"Plant {number}")

    told = week_of(people.editor, DUE)

    assert "updates due: 5" in told
    assert told.count("An update is due on") == 2
    assert "And 3 more." in told


def test_stewards_are_told_by_name_what_waits_for_them(people, published):
    sent = make_submitted_update(people, published)
    asked = joining.ask_to_join(
        organization_name="Vega", type="sme", area="MEX", person_name="Nuria", email="n@vega.example",
        language="es",
    )  # fmt: skip

    told = week_of(people.steward, DUE)

    assert "updates to review: 1, requests to join: 1" in told
    assert f"- {TITLE}\n    Mills of Sonora\n" in told
    assert f"/en/my/review/updates/{sent.pk}/" in told
    assert f"/en/my/review/requests/{asked.pk}/" in told


def test_the_week_says_the_same_in_text_and_html(people, published):
    week_of(people.editor, DUE)

    (only,) = [one for one in mail.outbox if one.to == [people.editor.email]]
    frame = {"North", "American", "Progress", "Monitor"}
    assert words_of(in_words(html_of(only))) - frame == words_of(only.body) - frame
