"""Mails: reminders, answers and the week, in the reader's language, once, and stopped with one click."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from html import unescape
from smtplib import SMTPException

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test import Client
from django.utils import timezone

from goals import tasks
from goals.lifecycle import sub_goals, updates
from goals.mailing import answers, reminders, weekly
from goals.models import SubGoal
from stakeholders import mail_settings, sending
from stakeholders.models import MailKind, MailSettings, Membership, SentMail, TrailEntry, User
from tests.goals.lifecycle.conftest import (
    make_people,
    make_published,
    make_published_update,
    make_submitted,
    make_submitted_update,
    person,
)

DUE = date(2026, 4, 1)
"""The first quarterly update of a sub-goal that starts on January 1."""
TITLE = "Double the recycled tonnage"


def mails_to(user: User) -> list:
    return [one for one in mail.outbox if one.to == [user.email]]


def subjects_to(user: User) -> list[str]:
    return [one.subject for one in mails_to(user)]


def html_of(message) -> str:
    return message.alternatives[0].content


def in_words(html: str) -> str:
    """What a reader of the HTML reads, with the addresses of its links."""
    body = html[html.index("<body") :]
    linked = re.sub(r'<a href="([^"]+)"[^>]*>(.*?)</a>', r"\2 \1", body)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", linked)).split())


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[\w-]+", text)) - {"-", "--"}


def stop_address(message) -> str:
    found = re.search(r"<https?://[^/]+(/[^>]+)>", message.extra_headers["List-Unsubscribe"])
    assert found
    return found[1]


# --- Reminders ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("days", "editor", "owner"),
    [
        (-31, [], []),
        (-30, [f"Update due April 1, 2026: {TITLE}"], []),
        (-7, [f"Update due April 1, 2026: {TITLE}"], []),
        (0, [f"Update due April 1, 2026: {TITLE}"], []),
        (7, [f"Update overdue since April 1, 2026: {TITLE}"], []),
        (21, [], [f"Update overdue since April 1, 2026: {TITLE}"]),
        (51, [], []),
    ],
)
def test_a_reminder_comes_before_and_after_the_due_day_and_then_to_the_owner(
    people, published, days, editor, owner
):
    reminders.send(DUE + timedelta(days=days))

    assert subjects_to(people.editor) == editor
    assert subjects_to(people.owner) == owner
    assert not mails_to(people.viewer)
    assert not mails_to(people.other)


def test_each_reminder_is_sent_once_however_often_the_task_runs(people, published):
    """R3."""
    for days in range(-40, 60):
        reminders.send(DUE + timedelta(days=days))
        reminders.send(DUE + timedelta(days=days))

    assert len(mails_to(people.editor)) == 3
    assert len(mails_to(people.owner)) == 1


def test_the_next_due_day_counts_from_the_newest_update(people, published):
    make_published_update(people, published, date=date(2026, 3, 31))
    mail.outbox.clear()

    reminders.send(DUE)
    reminders.send(date(2026, 6, 23))  # a week before June 30

    assert subjects_to(people.editor) == [f"Update due June 30, 2026: {TITLE}"]


def test_who_has_sent_an_update_that_waits_is_not_reminded(people, published):
    make_submitted_update(people, published)

    reminders.send(DUE)

    assert not mails_to(people.editor)


def test_a_monthly_rhythm_is_reminded_of_a_week_before_and_not_a_month(people):
    make_published(people, cadence="monthly")  # due on February 1

    reminders.send(date(2026, 1, 3))
    assert not mails_to(people.editor)

    reminders.send(date(2026, 1, 25))
    assert subjects_to(people.editor) == [f"Update due February 1, 2026: {TITLE}"]


def test_the_person_who_answers_for_it_is_reminded_alone(people):
    second = person("second-editor", "editor", people.mills)
    make_published(people, answers_user=second)

    reminders.send(DUE)

    assert len(mails_to(second)) == 1
    assert not mails_to(people.editor)


def test_a_person_who_left_is_not_reminded(people, published):
    """R18."""
    Membership.objects.filter(user=people.editor).delete()

    reminders.send(DUE)

    assert not mails_to(people.editor)
    assert len(mails_to(people.owner)) == 1  # somebody has to know


def test_several_sub_goals_come_in_one_mail(people):
    make_published(people)
    make_published(people, title="Save half of the water")

    reminders.send(DUE)

    (only,) = mails_to(people.editor)
    assert only.subject == "2 updates due, the first on April 1, 2026: Mills of Sonora"
    assert TITLE in only.body
    assert "Save half of the water" in only.body


@pytest.mark.parametrize("state", ["completed", "withdrawn"])
def test_nothing_is_due_on_what_has_ended(people, published, state):
    steps = {
        "completed": lambda: sub_goals.complete(published, people.editor, published.version),
        "withdrawn": lambda: sub_goals.withdraw(published, "Sold.", people.editor, published.version),
    }
    steps[state]()

    reminders.send(DUE)

    assert not mails_to(people.editor)


# --- How a mail is made -------------------------------------------------------------------------
def test_text_and_html_say_the_same(people, published):
    reminders.send(DUE)

    (only,) = mails_to(people.editor)
    frame = {"North", "American", "Progress", "Monitor"}
    assert words_of(in_words(html_of(only))) - frame == words_of(only.body) - frame


def test_html_asks_nothing_of_the_net_and_carries_its_styles(people, published):
    reminders.send(DUE)

    html = html_of(mails_to(people.editor)[0])
    assert not re.search(r"<(img|link|script|iframe)|src=|url\(|@import", html)
    assert 'width="600"' in html
    assert "<style" not in html


def test_a_mail_names_why_it_came_and_how_to_stop_it(people, published):
    reminders.send(DUE)

    only = mails_to(people.editor)[0]
    assert "because you report for Mills of Sonora" in only.body
    assert stop_address(only) in only.body
    assert "/en/my/mail/" in only.body
    assert only.body.count(f"/sub-goals/{published.code}/report/") == 1  # the one main link
    assert only.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_mail_comes_in_the_readers_language(people, published):
    people.editor.language = "fr"
    people.editor.save()

    reminders.send(DUE)

    only = mails_to(people.editor)[0]
    assert "1er avril 2026" in only.subject
    assert '<html lang="fr">' in html_of(only)
    assert "/fr/" in stop_address(only)


STRANGE = [
    "Nuñez-O'Brien & Söhne <b>bold</b>",
    "=HYPERLINK(1)\u202eevil",
    "Über 30 % \U0001f682 “quoted”, with; signs: all",
    "a" * 200,
]


@pytest.mark.parametrize("title", STRANGE)
def test_what_organizations_write_stays_text_in_subject_text_and_html(people, title):
    """R26."""
    make_published(people, title=title)

    reminders.send(DUE)

    only = mails_to(people.editor)[0]
    assert only.subject.endswith(title)
    assert title in only.body
    assert "<b>bold" not in html_of(only)
    assert only.message()["Subject"]


def test_line_ends_in_a_name_make_no_header(people, published):
    """R26."""
    SubGoal.objects.filter(pk=published.pk).update(title="Rail\r\nBcc: all@people.example\x85\x0b")

    reminders.send(DUE)

    only = mails_to(people.editor)[0]
    assert only.subject == "Update due April 1, 2026: Rail Bcc: all@people.example"
    assert only.message()["Bcc"] is None


# --- Sent once ----------------------------------------------------------------------------------
class NoServer(EmailBackend):
    def send_messages(self, messages):
        raise SMTPException("The server is away.")


class KilledOnceSent(EmailBackend):
    def send_messages(self, messages):
        super().send_messages(messages)
        raise KeyboardInterrupt


def test_a_mail_the_server_refused_is_sent_by_the_next_run(people, published, settings):
    settings.EMAIL_BACKEND = f"{__name__}.NoServer"
    assert reminders.send(DUE) > 0

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    reminders.send(DUE)

    assert len(mails_to(people.editor)) == 1


def test_a_run_that_was_killed_is_taken_up_after_a_while_with_the_same_message_id(
    people, published, settings
):
    settings.EMAIL_BACKEND = f"{__name__}.KilledOnceSent"
    for one in reminders.addressed(DUE):
        if one.user == people.editor:
            with pytest.raises(KeyboardInterrupt):
                reminders.remind(one, DUE)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    reminders.send(DUE)
    assert len(mails_to(people.editor)) == 1  # the claim holds

    SentMail.objects.filter(sent_at=None).update(claimed_at=timezone.now() - timedelta(hours=1))
    reminders.send(DUE)
    first, again = mails_to(people.editor)
    assert first.extra_headers["Message-ID"] == again.extra_headers["Message-ID"]
    reminders.send(DUE)
    assert len(mails_to(people.editor)) == 2


def test_of_two_runs_at_once_one_sends(people):
    mine = sending.claimed(people.editor, ["x:1", "x:2"], "one")
    theirs = sending.claimed(people.editor, ["x:1", "x:2", "x:3"], "other")

    assert (mine, theirs) == (["x:1", "x:2"], ["x:3"])


def test_two_workers_at_once_send_one_mail(loaded):
    """R3, with real transactions."""
    user = make_people().editor
    told = [f"x:{number}" for number in range(5)]

    def run(_number: int) -> bool:
        try:
            return sending.send_once(
                user, told, lambda keys: EmailMessage("Once", " ".join(keys), to=[user.email])
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as workers:
        assert all(workers.map(run, range(8)))

    assert " ".join(one.body for one in mails_to(user)).split() == told


# --- Answers ------------------------------------------------------------------------------------
def test_a_question_is_told_to_who_sent_it_with_its_words(people, published):
    sent = make_submitted_update(people, published)
    updates.send_back(sent, "Is this the whole plant?", people.steward, sent.version)

    answers.send(timezone.now())

    only = mails_to(people.editor)[-1]
    assert only.subject == f"Answer a question: {TITLE}"
    assert "Is this the whole plant?" in only.body
    assert "Is this the whole plant?" in html_of(only)
    assert not mails_to(people.steward)


def test_what_was_published_is_told_once(people):
    make_published(people)

    answers.send(timezone.now())
    answers.send(timezone.now())

    assert subjects_to(people.editor) == [f"Published: {TITLE}"]


def test_many_answers_come_in_one_mail(people, published):
    make_published_update(people, published)

    answers.send(timezone.now())

    assert subjects_to(people.editor) == ["2 things you sent are published"]


def test_a_question_that_was_answered_within_the_minute_is_told_as_published(people):
    """The subject and the link go by how things stand when the mail leaves."""
    sent = make_submitted(people)
    asked = sub_goals.send_back(sent, "Which year?", people.steward, sent.version)
    again = sub_goals.submit(asked, people.editor, asked.version)
    sub_goals.publish(again, people.steward, again.version)

    answers.send(timezone.now())

    (only,) = mails_to(people.editor)
    assert only.subject == f"Published: {TITLE}"
    assert "Sub-goal: was sent back with a question; it is answered." in only.body
    assert f"See it in the workspace:\nhttp://127.0.0.1:8000/en/my/sub-goals/{again.code}/" in only.body


def test_of_several_answers_the_open_question_is_the_subject_and_the_link(people, published):
    sent = make_submitted_update(people, published)
    updates.send_back(sent, "Which plant?", people.steward, sent.version)

    answers.send(timezone.now())

    (only,) = mails_to(people.editor)
    assert only.subject == f"Answer a question: {TITLE}"
    assert f"Answer the question:\nhttp://127.0.0.1:8000/en/my/updates/{sent.pk}/" in only.body
    assert f"/en/my/sub-goals/{published.code}/" in only.body


def test_a_question_that_waits_for_review_again_is_told_as_answered(people):
    sent = make_submitted(people)
    asked = sub_goals.send_back(sent, "Which year?", people.steward, sent.version)
    sub_goals.submit(asked, people.editor, asked.version)

    answers.send(timezone.now())

    assert subjects_to(people.editor) == [f"Asked and answered: {TITLE}"]


def test_an_answer_that_could_not_be_sent_is_told_later(people, settings):
    make_published(people)
    settings.EMAIL_BACKEND = f"{__name__}.NoServer"
    assert answers.send(timezone.now()) == 1

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    tasks.send_answers()

    assert subjects_to(people.editor) == [f"Published: {TITLE}"]


def test_answers_are_found_in_the_same_number_of_queries_with_more_told(
    people, published, django_assert_max_num_queries
):
    answers.send(timezone.now())
    with django_assert_max_num_queries(1):
        answers.send(timezone.now())


# --- The week -----------------------------------------------------------------------------------
def test_the_week_is_told_once_a_week_and_only_if_something_waits(people, published):
    sent = make_submitted_update(people, published)
    updates.send_back(sent, "Which plant?", people.steward, sent.version)
    monday = datetime.fromisocalendar(2026, 48, 1).replace(tzinfo=timezone.get_current_timezone())

    for days in (0, 1, 6):
        weekly.send(monday + timedelta(days=days))
    assert subjects_to(people.editor) == ["Your week: what waits for you"]
    assert "questions to answer: 1" in mails_to(people.editor)[0].body
    assert not mails_to(people.other)

    weekly.send(monday + timedelta(days=7))
    assert len(mails_to(people.editor)) == 2


def test_stewards_are_told_what_waits_for_review(people, published):
    make_submitted_update(people, published)

    weekly.send(timezone.now())

    assert "updates to review: 1" in mails_to(people.steward)[0].body


# --- Settings and one click ---------------------------------------------------------------------
def test_one_click_stops_one_kind_of_mail_without_signing_in(people, published):
    reminders.send(DUE)
    address = stop_address(mails_to(people.editor)[0])
    stranger = Client(enforce_csrf_checks=True)

    looked = stranger.get(address)
    assert looked.status_code == 200
    assert not MailSettings.objects.filter(user=people.editor).exists()

    clicked = stranger.post(address, {"List-Unsubscribe": "One-Click"})
    assert clicked.status_code == 200
    kept = MailSettings.objects.get(user=people.editor)
    assert (kept.reminders, kept.answers, kept.digest) == (False, True, True)
    assert "no-store" in clicked["Cache-Control"]

    reminders.send(DUE + timedelta(days=7))
    assert len(mails_to(people.editor)) == 1


def test_stopping_twice_leaves_one_trace(people):
    """R11."""
    found = mail_settings.read_stop_key(mail_settings.stop_key(people.editor, MailKind.DIGEST))
    mail_settings.stop(found)
    mail_settings.stop(found)

    (entry,) = TrailEntry.objects.filter(action="mail_settings.choose", actor=people.editor)
    assert entry.after == {"digest": False}


@pytest.mark.parametrize("key", ["x", "a:b:c", "W10:1:2", "%00", "é"])
def test_a_link_nobody_was_sent_is_a_404(client, db, key):
    """R24."""
    assert client.get(f"/en/my/mail/stop/{key}/").status_code == 404
    assert client.post(f"/en/my/mail/stop/{key}/").status_code == 404


def test_the_choice_is_made_by_who_is_signed_in(client, people):
    assert client.get("/en/my/mail/").status_code == 302

    client.force_login(people.editor)
    page = client.get("/en/my/mail/")
    assert page.content.decode().count("checked") == 3
    saved = client.post("/en/my/mail/", {"answers": "on"})

    assert saved.status_code == 302
    kept = MailSettings.objects.get(user=people.editor)
    assert (kept.reminders, kept.answers, kept.digest) == (False, True, False)
