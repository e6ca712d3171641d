"""What a steward does to something of an organization is mailed to its people with the reason, at once."""

from decimal import Decimal

import pytest
from django.core import mail
from django.utils import timezone

from goals import samples, tasks
from goals.lifecycle import sub_goals, updates
from goals.mailing import answers, interventions
from goals.models import Review, Update
from stakeholders import mail_settings
from stakeholders.models import MailKind, Membership, SentMail
from tests.goals.lifecycle.conftest import make_published, make_published_update, person
from tests.goals.lifecycle.test_mailing import (
    TITLE,
    html_of,
    in_words,
    mails_to,
    stop_address,
    subjects_to,
    words_of,
)

pytestmark = pytest.mark.django_db

WHY = "The plant was sold in March."


@pytest.fixture
def published(people):
    """A published sub-goal whose publication was told already."""
    row = make_published(people)
    answers.send(timezone.now())
    mail.outbox.clear()
    return row


@pytest.fixture
def update(people, published):
    row = make_published_update(people, published)
    answers.send(timezone.now())
    mail.outbox.clear()
    return row


def withdraw(people, published):
    sub_goals.withdraw(published, WHY, people.steward, published.version)


def test_a_withdrawal_is_told_to_owners_and_who_reports_with_its_reason(people, published):
    withdraw(people, published)

    tasks.send_answers()

    for reader in (people.owner, people.editor):
        [only] = mails_to(reader)
        assert only.subject == f"Withdrawn by the Project: {TITLE}"
        assert WHY in only.body
        assert WHY in html_of(only)
    for other in (people.viewer, people.other, people.steward, people.second_steward):
        assert not mails_to(other)


def test_a_retraction_is_told_with_its_reason(people, update):
    updates.retract(update, WHY, people.steward, update.version)

    tasks.send_answers()

    assert subjects_to(people.owner) == [f"Update retracted by the Project: {TITLE}"]
    assert subjects_to(people.editor) == [f"Update retracted by the Project: {TITLE}"]
    assert WHY in mails_to(people.owner)[0].body


def test_a_correction_is_told_once_it_counts_with_what_is_said_for_it(people, update):
    newer = updates.correct(
        update, {"value": Decimal(105), "jump_reason": "Counted twice."}, people.steward, update.version
    )
    tasks.send_answers()
    assert not mail.outbox  # so far it is a proposal among stewards

    updates.publish(newer, people.second_steward, newer.version, comment="Checked with the plant.")
    tasks.send_answers()

    assert subjects_to(people.owner) == [f"Update corrected by the Project: {TITLE}"]
    assert subjects_to(people.editor) == [f"Update corrected by the Project: {TITLE}"]
    assert "Counted twice." in mails_to(people.editor)[0].body
    assert "Checked with the plant." in mails_to(people.editor)[0].body


def test_what_the_organization_does_itself_is_no_news_to_it(people, published, update):
    updates.retract(update, WHY, people.editor, update.version)
    published.refresh_from_db()
    sub_goals.withdraw(published, WHY, people.owner, published.version)

    tasks.send_answers()

    assert not mail.outbox
    assert not Review.objects.filter(decision__in=Review.INTERVENTIONS).exists()


def test_a_steward_who_reports_for_the_organization_acts_for_it(people, published):
    Membership.objects.create(user=people.steward, organization=people.mills, role="editor")

    withdraw(people, published)
    tasks.send_answers()

    assert not mail.outbox


def test_whose_correction_ends_with_a_retraction_is_told_once_and_with_its_reason(people, update):
    newer = updates.correct(update, {"value": Decimal(105)}, people.editor, update.version)
    updates.submit(newer, people.editor, newer.version)
    updates.retract(update, WHY, people.owner, update.version)

    for _run in range(2):
        tasks.send_answers()

    [only] = mails_to(people.editor)
    assert only.subject == f"Correction no longer needed: {TITLE}"
    assert "Your correction was thrown away" in only.body and WHY in only.body
    assert f"/en/my/updates/{update.pk}/" in only.body
    assert len(mail.outbox) == 1  # nobody else wrote it, and who retracted knows


def test_who_ends_their_own_correction_is_told_nothing(people, update):
    updates.correct(update, {"value": Decimal(105)}, people.editor, update.version)
    updates.retract(update, WHY, people.editor, update.version)

    tasks.send_answers()

    assert not mail.outbox


def test_a_steward_whose_correction_ends_is_told_with_the_page_for_stewards(people, update):
    updates.correct(update, {"value": Decimal(105)}, people.steward, update.version, reason="Misread.")
    updates.retract(update, WHY, people.editor, update.version)

    tasks.send_answers()

    [only] = mails_to(people.steward)
    assert f"/en/my/review/updates/{update.pk}/" in only.body


@pytest.mark.parametrize("why", ["left", "stopped answers"])
def test_who_left_or_stopped_answers_is_not_told_of_an_ended_correction(people, update, why):
    updates.correct(update, {"value": Decimal(105)}, people.editor, update.version)
    updates.retract(update, WHY, people.owner, update.version)
    if why == "left":
        people.editor.memberships.all().delete()
    else:
        mail_settings.choose(people.editor, {MailKind.ANSWERS: False})

    tasks.send_answers()

    assert not mail.outbox
    assert not SentMail.objects.filter(sent_at=None).exists()  # it is not tried again each minute


def test_an_ended_correction_of_an_update_that_is_gone_holds_no_other_mail_back(people, published, update):
    updates.correct(update, {"value": Decimal(105)}, people.editor, update.version)
    updates.retract(update, WHY, people.owner, update.version)
    samples.remove_reports(Update.objects.filter(pk=update.pk))
    withdraw(people, published)

    tasks.send_answers()

    assert [only.subject for only in mails_to(people.editor)] == [f"Withdrawn by the Project: {TITLE}"]
    assert not SentMail.objects.filter(sent_at=None).exists()


def test_it_is_told_once_however_often_the_task_runs(people, published):
    withdraw(people, published)

    for _run in range(3):
        tasks.send_answers()

    assert len(mails_to(people.owner)) == 1


def test_several_come_in_one_mail(people, published, update):
    updates.retract(update, WHY, people.steward, update.version)
    published.refresh_from_db()
    withdraw(people, published)

    tasks.send_answers()

    assert subjects_to(people.owner) == ["The Project changed 2 things you published"]


def test_whoever_stopped_answers_gets_none_of_these(people, published):
    mail_settings.choose(people.owner, {"answers": False})
    withdraw(people, published)

    tasks.send_answers()

    assert not mails_to(people.owner)
    assert stop_address(mails_to(people.editor)[0])


@pytest.mark.parametrize(
    ("language", "subject"),
    [("es", f"Retirado por el Proyecto: {TITLE}"), ("fr", f"Retiré par le Projet : {TITLE}")],
)
def test_it_is_in_the_readers_language_and_text_and_html_say_the_same(people, published, language, subject):
    reader = person("reader", "owner", people.mills, language=language)
    withdraw(people, published)

    tasks.send_answers()

    [only] = mails_to(reader)
    assert only.subject == subject
    assert words_of(only.body) <= words_of(in_words(html_of(only)))


def test_the_public_reads_the_reason_and_not_the_review(people, published):
    withdraw(people, published)

    review = Review.objects.get(decision=Review.Decision.WITHDRAWN)

    assert (review.comment, review.reviewer) == (WHY, people.steward)
    assert not Review.objects.visible_to(None).filter(pk=review.pk).exists()
    assert Review.objects.visible_to(people.viewer).filter(pk=review.pk).exists()


def test_none_are_found_in_one_query(people, published, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        assert interventions.send(timezone.now()) == 0
