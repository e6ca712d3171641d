"""The first page of an organization: what is due, drafts, questions, and all its sub-goals."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from django.urls import reverse

from goals.due import due_on
from goals.lifecycle import proposing, sub_goals, updates
from public.middleware import clock
from stakeholders.models import Membership, Organization, User
from tests.goals.lifecycle.conftest import (
    make_draft,
    make_published,
    make_published_update,
    make_submitted,
    make_submitted_update,
    make_update,
)
from tests.workspace.places import make_sub_goals, signed_in, url
from workspace.dashboard import due_and_coming

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(people):
    """The dashboard as the owner sees it, as text."""
    client = signed_in(people.owner)
    return lambda **more: client.get(url("dashboard", "mills"), more).content.decode()


@pytest.mark.parametrize(
    ("since", "cadence", "due"),
    [
        (date(2026, 1, 31), "monthly", date(2026, 2, 28)),
        (date(2026, 11, 1), "quarterly", date(2027, 2, 1)),
        (date(2024, 2, 29), "annual", date(2025, 2, 28)),
        (date(2026, 12, 31), "half_yearly", date(2027, 6, 30)),
    ],
)
def test_an_update_is_due_one_rhythm_after_the_day_of_the_last(since, cadence, due):
    assert due_on(since, cadence) == due


def test_who_belongs_to_one_organization_is_led_to_it(people):
    answer = signed_in(people.viewer).get(url("home"))

    assert answer["Location"] == url("dashboard", "mills")


def test_who_reviews_and_belongs_nowhere_is_led_to_the_queue(people):
    head = User.objects.create_user("head@p.example", project_role=User.ProjectRole.ADMINISTRATOR)

    for person in (people.steward, head):
        assert signed_in(person).get(url("home"))["Location"] == url("review-queue")


def test_a_member_of_what_is_switched_off_is_told_so(people):
    Organization.objects.filter(code="mills").update(is_active=False, name="Mills, Inc.")

    text = signed_in(people.viewer).get(url("home")).content.decode()

    assert "Your organization is switched off: Mills, Inc. Its pages are closed" in text
    assert "You do not belong to an organization" not in text
    assert reverse("join:ask") not in text


def test_a_stranger_is_told_how_to_become_a_member(people):
    assert reverse("join:ask") in signed_in(people.stranger).get(url("home")).content.decode()


def test_who_belongs_to_several_chooses_and_sees_the_role_in_each(people):
    Membership.objects.create(user=people.owner, organization=people.lab, role="viewer")

    text = signed_in(people.owner).get(url("home")).content.decode()

    assert "Mills of Sonora" in text and "Your role: Owner" in text
    assert "Laboratory" in text and "Your role: Viewer" in text


def test_who_belongs_to_none_learns_how_to_take_part(people):
    text = signed_in(people.stranger).get(url("home")).content.decode()

    assert "Ask to join" in text


def test_an_empty_organization_is_led_to_its_first_sub_goal(page):
    text = page()

    assert "Register your first sub-goal" in text
    assert "For example" in text
    assert "Your role: Owner" in text


def test_what_is_due_comes_with_how_late_it_is(people):
    """Quarterly since 1 January 2026: due on 1 April, 12 days late on the 13th."""
    make_sub_goals(people, 1)

    due, coming = due_and_coming(people.mills, date(2026, 4, 13))

    assert [(row.on, row.days_late) for row in due] == [(date(2026, 4, 1), 12)]
    assert coming == []


def test_three_come_up_and_the_soonest_first(people):
    for month in (1, 2, 3, 4):
        make_sub_goals(people, 1, start_date=date(2026, month, 1))

    due, coming = due_and_coming(people.mills, date(2026, 4, 1))

    assert len(due) == 1
    assert [row.on for row in coming] == [date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)]


def test_the_last_update_is_the_last_one_published_and_not_the_start(people, page):
    """It started on 1 January 2026 and counts from there; nothing was reported until 1 February."""
    sub_goal = make_published(people)
    assert '<td data-label="Last update">–</td>' in page()

    make_published_update(people, sub_goal)

    assert '<td data-label="Last update">February 1, 2026</td>' in page()


def test_what_waits_for_review_is_not_due(people):
    make_submitted_update(people, make_published(people))

    assert due_and_coming(people.mills, date(2027, 1, 1)) == ([], [])


@pytest.fixture
def asked_about(people):
    """A published sub-goal whose changed measure was sent back."""
    return send_back_a_measure(people, make_published(people, title="Running"))


def send_back_a_measure(people, sub_goal):
    proposing.propose(sub_goal, {"target_value": Decimal(300)}, "More.", people.editor, sub_goal.version)
    proposing.send_back(sub_goal, "Which line does it count?", people.steward, sub_goal.version)
    return sub_goal


def test_a_changed_measure_sent_back_is_answered_from_here_with_its_question_on_top(
    people, page, asked_about
):
    text = page()

    part = text[text.index("Sent back with a question") : text.index("My sub-goals")]
    assert "Which line does it count?" in part
    assert f'href="{url("measure", asked_about.code)}">Answer' in part
    form = signed_in(people.owner).get(url("measure", asked_about.code)).text
    assert "Which line does it count?" in form and 'value="300"' in form


def test_who_may_propose_nothing_is_led_to_look_at_the_question(people, asked_about):
    text = signed_in(people.viewer).get(url("dashboard", "mills")).text

    assert url("measure", asked_about.code) not in text
    assert f'href="{url("sub-goal", asked_about.code)}">Look' in text


@pytest.mark.parametrize("answer", ["proposed anew", "taken back", "withdrawn"])
def test_a_question_that_was_answered_stands_here_no_longer(people, page, asked_about, answer):
    one, by = asked_about, people.editor
    if answer == "withdrawn":
        sub_goals.withdraw(one, "Sold.", people.owner, one.version)
    else:
        proposing.propose(one, {"target_value": Decimal(250)}, "Line two.", by, one.version)
    if answer == "taken back":
        proposing.take_back(one, by, one.version)

    assert "Which line does it count?" not in page()


def test_drafts_and_questions_have_one_main_action_each(people, page):
    draft, asked = make_draft(people), make_submitted(people, title="Asked")
    sub_goals.send_back(asked, "Which plants are counted?", people.steward, asked.version)
    begun = make_update(people, make_published(people, title="Running"))

    text = page()

    assert url("check", draft.code) in text
    assert "Which plants are counted?" in text and "Answer" in text
    assert url("edit-update", begun.pk) in text


@pytest.mark.parametrize(("day", "said"), [(date(2026, 3, 31), "</p>"), (date(2026, 4, 13), "12 days late")])
def test_a_report_that_was_begun_stands_once_among_the_drafts_with_its_due_day(
    people, page, monkeypatch, day, said
):
    """Quarterly since 1 January 2026: due on 1 April, so it comes up on 31 March and is late on 13 April."""
    make_update(people, make_published(people, title="Recycle"))
    now = datetime.combine(day, time(12), tzinfo=UTC)
    monkeypatch.setattr("workspace.dashboard.timezone.now", lambda: now)

    text = page()

    assert "Due now (0)" in text and "Coming up (0)" in text
    assert text.count("Due April 1, 2026") == 1 and text.count("Go on") == 1
    assert said in text.split("Due April 1, 2026")[1][:60]


def test_a_correction_that_was_begun_leaves_the_next_report_due(people, page, monkeypatch):
    """The value of 1 February stands meanwhile: the next one is due on 1 May."""
    published = make_published_update(people, make_published(people))
    updates.correct(published, {"value": Decimal(111)}, people.editor, published.version)
    monkeypatch.setattr("workspace.dashboard.timezone.now", lambda: datetime(2026, 5, 2, 12, tzinfo=UTC))

    text = page()

    assert "Due now (1)" in text and text.count("Due May 1, 2026") == 1


def test_a_question_on_an_update_stands_with_it(people, page):
    sent = make_submitted_update(people, make_published(people))
    updates.send_back(sent, "Where is the report?", people.steward, sent.version)

    assert "Where is the report?" in page()


def test_a_report_that_was_sent_back_stands_once_with_its_question_and_its_due_day(people, page, monkeypatch):
    """Quarterly since 1 January 2026: due on 1 April, 12 days late on the 13th."""
    sent = make_submitted_update(people, make_published(people, title="Recycle"))
    updates.send_back(sent, "Where is the report?", people.steward, sent.version)
    monkeypatch.setattr("workspace.dashboard.timezone.now", lambda: datetime(2026, 4, 13, 12, tzinfo=UTC))

    text = page()

    assert "Due now (0)" in text and "Coming up (0)" in text
    assert text.count("Due April 1, 2026") == 1 and "12 days late" in text


def test_a_correction_that_waits_leaves_the_next_report_due(people):
    """The value of 1 February stands meanwhile: the next one is due on 1 May."""
    published = make_published_update(people, make_published(people))
    proposed = updates.correct(published, {"value": Decimal(111)}, people.editor, published.version)
    updates.submit(proposed, people.editor, proposed.version)

    due, _coming = due_and_coming(people.mills, date(2026, 5, 2))

    assert [row.on for row in due] == [date(2026, 5, 1)]


def test_a_viewer_only_looks(people):
    make_update(people, make_published(people))

    text = signed_in(people.viewer).get(url("dashboard", "mills")).content.decode()

    assert "Write update" not in text
    assert "Go on" not in text
    assert "Register a sub-goal" not in text


def test_the_page_is_never_kept(people):
    assert "no-store" in signed_in(people.viewer).get(url("dashboard", "mills"))["Cache-Control"]


def test_the_page_of_another_organization_does_not_exist(people):
    """R16: hidden and unknown look the same."""
    client = signed_in(people.other)

    hidden, unknown = client.get(url("dashboard", "mills")), client.get(url("dashboard", "nothing"))

    assert (hidden.status_code, unknown.status_code) == (404, 404)
    assert hidden.content.replace(b"mills", b"nothing") == unknown.content


def test_nothing_is_left_after_the_organization_was_switched_off(people):
    Organization.objects.filter(pk=people.mills.pk).update(is_active=False)

    assert signed_in(people.owner).get(url("dashboard", "mills")).status_code == 404


def test_the_number_of_queries_does_not_depend_on_how_much_there_is(people, django_assert_num_queries):
    make_sub_goals(people, 2)
    client, queries = signed_in(people.owner), 16
    client.get(url("dashboard", "mills"))

    clock.forget()  # the edition is looked up once a second, here each time
    with django_assert_num_queries(queries):
        client.get(url("dashboard", "mills"))
    make_sub_goals(people, 120)
    for title in ("a", "b", "c"):
        make_draft(people, title=title)
        make_published_update(people, make_published(people, title=title * 2))
        make_update(people, make_published(people, title=title * 3))
        make_submitted_update(people, make_published(people, title=title * 4))
        send_back_a_measure(people, make_published(people, title=title * 5))
    clock.forget()
    with django_assert_num_queries(queries):
        text = client.get(url("dashboard", "mills")).content.decode()
    assert "Page 1 of 3" in text
