"""R5, R10, R15, R19: what stewards see in the queue and how their decisions are taken, page by page."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from goals.lifecycle import evidence, proposing, sub_goals, updates
from goals.models import Assumption, Comment, Goal, Review, Standing, SubGoal, Update
from indicators import formats
from indicators.models import Indicator
from public.middleware import clock
from stakeholders.models import JoinRequest, Organization, TrailEntry
from tests.goals.lifecycle.conftest import (
    START,
    make_published,
    make_published_update,
    make_submitted,
    make_submitted_update,
    make_update,
)
from tests.workspace.conftest import client_of

PDF = b"%PDF-1.4\n1 0 obj\n%%EOF\n"


@pytest.fixture
def sub_goal(people) -> SubGoal:
    return make_published(people)


@pytest.fixture
def waiting(people, sub_goal) -> Update:
    """100 at the start, 110 reported, 200 to be reached."""
    return make_submitted_update(people, sub_goal)


@pytest.fixture
def steward(people) -> Client:
    return client_of(people.steward)


def page_of(row) -> str:
    name = "review-sub-goal" if isinstance(row, SubGoal) else "review-update"
    return reverse(f"workspace:{name}", args=[row.pk])


def queue(client: Client, **query):
    return client.get(reverse("workspace:review-queue"), query)


# --- The queue ----------------------------------------------------------------------------------
def test_the_queue_counts_what_waits_and_lists_the_longest_waiting_first(steward, people, sub_goal):
    later = make_submitted_update(people, sub_goal, date=START + timedelta(days=60), value=Decimal(115))
    first = make_submitted_update(people, sub_goal, date=START + timedelta(days=30), value=Decimal(120))
    Update.objects.filter(pk=first.pk).update(submitted_at=later.submitted_at - timedelta(days=3))
    make_submitted(people, title="Second sub-goal")

    answer = queue(steward)

    counts = {kind.value: count for kind, count in answer.context["kinds"]}
    assert counts["updates"] == 2
    assert counts["sub-goals"] == 1
    assert [row.pk for row in answer.context["pager"]] == [first.pk, later.pk]
    assert "Updates to review: 2" in answer.text


def test_a_report_on_what_was_withdrawn_since_waits_no_longer(steward, people, waiting):
    sub_goals.withdraw(waiting.sub_goal, "The plant closes.", people.owner, waiting.sub_goal.version)

    assert list(queue(steward).context["pager"]) == []
    assert "Updates to review: 0" in queue(steward).text


def test_on_what_is_completed_a_correction_waits_and_a_report_does_not(steward, people, sub_goal):
    published = make_published_update(people, sub_goal)
    correction = updates.correct(published, {"value": Decimal(112)}, people.editor, published.version)
    updates.submit(correction, people.editor, correction.version)
    make_submitted_update(people, sub_goal, date=START + timedelta(days=60), value=Decimal(115))
    sub_goal.refresh_from_db()
    sub_goals.complete(sub_goal, people.owner, sub_goal.version)

    assert list(queue(steward).context["pager"]) == [correction]


def test_what_an_organization_sent_waits_until_it_is_switched_on_again(steward, people, waiting):
    make_submitted(people, title="Second sub-goal")
    proposed = make_published(people, title="Third sub-goal")
    change = {"target_value": Decimal(300)}
    proposing.propose(proposed, change, "A third line.", people.editor, proposed.version)
    kinds = ("updates", "sub-goals", "measures")
    Organization.objects.filter(pk=people.mills.pk).update(is_active=False)

    assert [queue(steward, kind=kind).context["pager"].paginator.count for kind in kinds] == [0, 0, 0]

    Organization.objects.filter(pk=people.mills.pk).update(is_active=True)
    assert [queue(steward, kind=kind).context["pager"].paginator.count for kind in kinds] == [1, 1, 1]


def test_the_queue_is_narrowed_by_goal_and_organization(steward, people, waiting):
    assert list(queue(steward, goal="g3", organization="Sonora").context["pager"]) == [waiting]
    assert list(queue(steward, goal="g1").context["pager"]) == []
    assert list(queue(steward, organization="Laboratory").context["pager"]) == []
    assert list(queue(steward, type="academia").context["pager"]) == []
    assert list(queue(steward, organization="mills").context["pager"]) == [waiting]


@pytest.mark.parametrize(
    "query", [{"kind": "nonsense"}, {"goal": "no"}, {"organization": "\0"}, {"page": "99999999999999999999"}]
)
def test_odd_choices_choose_nothing(steward, waiting, query):
    assert queue(steward, **query).status_code == 200


@pytest.mark.parametrize(
    "kind", ["updates", "sub-goals", "held", "joins", "overdue", "sources", "translations"]
)
def test_every_kind_has_its_list(steward, people, waiting, kind):
    make_submitted(people, title="Second sub-goal")
    JoinRequest.objects.create(
        organization_name="New", type="sme", area="MEX", person_name="Eva", email="e@new.example"
    )

    answer = queue(steward, kind=kind)

    assert answer.status_code == 200
    assert answer.context["kind"].value == kind


def test_an_overdue_sub_goal_that_was_never_reported_on_says_so(steward, people):
    """It started on 1 January 2026 and reports every month."""
    make_published(people, cadence="monthly", title="Never reported")

    shown = queue(steward, kind="overdue").content.decode()
    late = (timezone.now().date() - date(2026, 2, 1)).days
    assert "none since January 1, 2026" in shown
    assert f'February 1, 2026<strong class="cell-note late">{late} days late</strong>' in shown


def test_a_report_that_waits_for_review_is_not_owed(steward, people):
    """The organization sent it: what is late now is the answer."""
    owed = owed_by_all(steward)
    late = make_published(people, cadence="monthly", title="Reported at last")
    assert owed_by_all(steward) == owed + 1

    make_submitted_update(people, late)

    assert owed_by_all(steward) == owed


def owed_by_all(steward) -> int:
    """As the list has it; the count above the lists is the same."""
    shown = queue(steward, kind="overdue").context
    assert dict(shown["kinds"])["overdue"] == shown["pager"].paginator.count
    return shown["pager"].paginator.count


def test_overdue_reports_come_by_the_day_of_the_last_one(steward, people):
    """The standings say which are overdue; the page only reads them. Of a withdrawn one nothing is due."""
    late = Standing.objects.filter(update_state__in=("overdue", "silent"), level="sub_goal")
    expected = late.exclude(sub_goal__state="withdrawn")
    assert late.count() > expected.count()

    shown = queue(steward, kind="overdue").context["pager"]

    assert shown.paginator.count == expected.count() > 0
    assert [row.since for row in shown] == sorted(row.since for row in shown)


def test_a_text_that_lacks_a_language_is_listed_until_it_is_there(steward):
    """A text that is there in no language lacks none."""
    assumption = Assumption.objects.first()
    Goal.objects.filter(number=1).update(statement_fr="")
    Assumption.objects.filter(pk=assumption.pk).update(text_es=None)
    Indicator.objects.filter(code="population").update(
        missing_data_note_en="", missing_data_note_es="", missing_data_note_fr=""
    )

    shown = queue(steward, kind="translations").context["pager"]

    assert [(one.row, one.columns) for one in shown] == [
        (assumption, ["text_es"]),
        (Goal.objects.get(number=1), ["statement_fr"]),
    ]
    assert shown[0].address.endswith(f"/goals/target/{assumption.target_id}/change/")


def test_the_start_page_of_the_admin_shows_the_same_counts_and_leads_there(people, waiting):
    people.owner.project_role = "administrator"
    people.owner.save()

    answer = client_of(people.owner).get(reverse("admin:index"))

    assert (
        f'{reverse("workspace:review-queue")}?kind=updates">Updates to review</a></th><td>1</td>'
        in answer.text
    )


def test_stewards_are_led_to_the_queue_from_every_page_of_theirs(people, steward):
    link = f'href="{reverse("workspace:review-queue")}"'

    assert link in steward.get(reverse("account_email")).text
    assert link not in client_of(people.owner).get(reverse("account_email")).text


@pytest.mark.parametrize("kind", ["updates", "sub-goals", "joins"])
def test_a_longer_queue_takes_no_more_queries(steward, people, sub_goal, kind):
    def add(number: int) -> None:
        make_submitted_update(people, sub_goal, date=START + timedelta(days=number), value=Decimal(101))
        make_submitted(people, title=f"Sub-goal {number}")
        JoinRequest.objects.create(
            organization_name=f"New {number}", type="sme", area="MEX", person_name="Eva", email="e@n.example"
        )

    add(1)
    queue(steward)  # the first page of a session also notes that it was used
    few = queries_of(steward, kind)
    for number in range(2, 12):
        add(number)

    assert queries_of(steward, kind) == few


def queries_of(client: Client, kind: str) -> int:
    clock.forget()  # the edition is asked for once a second: with every count, or some have one more
    with CaptureQueriesContext(connection) as captured:
        assert queue(client, kind=kind).status_code == 200
    return len(captured)


def test_nobody_else_finds_the_queue_and_nobody_keeps_it(people, steward, waiting):
    """R15, R16, R19."""
    for person in (people.owner, people.editor, people.stranger):
        assert queue(client_of(person)).status_code == 404
        assert client_of(person).get(page_of(waiting)).status_code == 404
    assert "sign-in" in queue(Client()).url
    assert "no-store" in queue(steward)["Cache-Control"]


# --- An update ----------------------------------------------------------------------------------
def test_the_page_shows_the_value_beside_the_last_one_and_the_files(steward, people, sub_goal):
    make_published_update(people, sub_goal, value=Decimal(110))
    newer = make_update(
        people, sub_goal, date=START + timedelta(days=90), value=Decimal(150), jump_reason="A second line."
    )
    file = evidence.add(newer, SimpleUploadedFile("weighing <b>.pdf", PDF), people.editor, newer.version)
    updates.submit(newer, people.editor, newer.version)

    answer = steward.get(page_of(newer))

    assert "150 tons" in answer.text
    assert "110 tons" in answer.text
    assert "+40 tons" in answer.text
    assert "A second line." in answer.text
    assert "weighing &lt;b&gt;.pdf" in answer.text
    given = steward.get(reverse("workspace:file", args=[file.pk]))
    assert given["Content-Disposition"].startswith("attachment")
    assert b"".join(given.streaming_content) == PDF


def test_the_page_announces_what_publishing_then_does(steward, waiting):
    announced = {
        (one.name, one.measure): one.after for one in steward.get(page_of(waiting)).context["page"].movements
    }

    steward.post(page_of(waiting), approval(waiting))

    standing = Standing.objects.get(sub_goal=waiting.sub_goal)
    assert announced[(waiting.sub_goal.title, "Of the way")] == standing.progress == Decimal("0.1")
    assert ("All goals together", "Of the way") in announced


def approval(row, **changed) -> dict:
    grade = {"weight": "1"} if isinstance(row, SubGoal) else {"grade": "documented"}
    return {"decision": "approve", "version": row.version, "comment": "", **grade, **changed}


def test_approving_publishes_with_a_grade_and_a_remark(steward, people, waiting):
    answer = steward.post(page_of(waiting), approval(waiting, comment="Seen the weighing slips."))

    waiting.refresh_from_db()
    assert answer.url == reverse("workspace:review-queue") + "?kind=updates"
    assert (waiting.state, waiting.evidence_grade) == ("published", "documented")
    assert waiting.reviews.get().comment == "Seen the weighing slips."
    assert TrailEntry.objects.filter(subject=f"update:{waiting.pk}", action="update.publish").exists()


def test_sending_back_needs_a_question_and_keeps_the_page(steward, waiting):
    sent = {"decision": "send_back", "version": waiting.version, "question": "  "}

    answer = steward.post(page_of(waiting), sent)

    waiting.refresh_from_db()
    assert answer.status_code == 400
    assert waiting.state == "submitted"
    assert 'href="#send_back_question"' in answer.text
    assert "<title>Error:" in answer.text


def test_sending_back_asks_the_organization(steward, waiting):
    steward.post(
        page_of(waiting),
        {"decision": "send_back", "version": waiting.version, "question": "Which scale was used?"},
    )

    waiting.refresh_from_db()
    assert waiting.state == "sent_back"
    assert waiting.reviews.get().comment == "Which scale was used?"


def test_what_was_done_names_the_day_as_pages_write_it(steward, waiting):
    answer = steward.post(page_of(waiting), approval(waiting), follow=True)

    assert "Published: Double the recycled tonnage, February 1, 2026." in answer.content.decode()


def test_the_second_steward_is_told_who_was_first_and_keeps_the_words(steward, people, waiting):
    """R5, R10."""
    client_of(people.second_steward).post(page_of(waiting), approval(waiting))

    answer = steward.post(
        page_of(waiting), {"decision": "send_back", "version": waiting.version, "question": "Which scale?"}
    )

    assert answer.status_code == 409
    today = formats.date_long(timezone.now().date(), "en")
    assert f"second was first: “Checked by the Project”, {today}, " in answer.text
    assert " UTC. Nothing of yours was saved." in answer.text
    assert "Which scale?" in answer.text
    assert Review.objects.filter(update_reviewed=waiting).count() == 1


def test_of_what_was_sent_anew_meanwhile_the_form_can_be_sent_again(steward, people, waiting):
    seen = waiting.version
    updates.send_back(waiting, "Which scale?", people.second_steward, waiting.version)
    updates.submit(waiting, people.editor, waiting.version)

    stale = steward.post(page_of(waiting), approval(waiting, version=seen, comment="Fine."))

    assert stale.status_code == 409
    assert "Fine." in stale.text
    assert f'name="version" value="{waiting.version}"' in stale.text


def test_nobody_approves_their_own_report(people, sub_goal):
    people.editor.project_role = "steward"
    people.editor.save()
    own = make_submitted_update(people, sub_goal)
    client = client_of(people.editor)

    page = client.get(page_of(own))
    answer = client.post(page_of(own), approval(own))

    assert "Somebody else approves it." in page.text
    assert answer.status_code == 403
    own.refresh_from_db()
    assert own.state == "submitted"


def test_a_comment_is_read_by_both_sides(steward, people, waiting):
    said = {"decision": "comment", "version": waiting.version, "text": "Please add the\nslip."}

    answer = steward.post(page_of(waiting), said)

    assert answer.url == page_of(waiting)
    assert Comment.objects.visible_to(people.viewer).get().text == "Please add the\nslip."
    assert "Please add the<br>slip." in steward.get(page_of(waiting)).text


def test_an_unknown_decision_changes_nothing(steward, waiting):
    assert steward.post(page_of(waiting), {"decision": "drop"}).status_code == 400


def test_drafts_do_not_exist_for_stewards(steward, people, sub_goal):
    """R16."""
    draft = make_update(people, sub_goal)

    assert steward.get(page_of(draft)).status_code == 404


# --- A sub-goal ---------------------------------------------------------------------------------
def test_a_sub_goal_is_weighed_and_published(steward, people):
    sent = make_submitted(people)

    steward.post(page_of(sent), approval(sent, weight="2.5"))

    sent.refresh_from_db()
    assert (sent.state, sent.weight) == ("published", Decimal("2.5"))
    assert Standing.objects.get(sub_goal=sent).weight == Decimal("2.5")


@pytest.mark.parametrize("weight", ["0", "11", "1.234", "x", "", "-1"])
def test_a_weight_out_of_bounds_is_refused_at_its_field(steward, people, weight):
    sent = make_submitted(people)

    answer = steward.post(page_of(sent), approval(sent, weight=weight))

    assert answer.status_code == 400
    assert 'href="#approve_weight"' in answer.text
    assert SubGoal.objects.get(pk=sent.pk).state == "submitted"


def test_a_sub_goal_under_another_is_not_weighed_by_stewards(steward, people, sub_goal):
    child = make_submitted(people, parent=sub_goal, title="Under it")

    page = steward.get(page_of(child))

    assert "approve_weight" not in page.text
    steward.post(page_of(child), approval(child, weight="5"))
    child.refresh_from_db()
    assert (child.state, child.weight) == ("published", 1)


# --- Several at once ----------------------------------------------------------------------------
def test_several_are_approved_with_a_report_of_each(steward, people, sub_goal):
    """One was changed since the list was read: it alone is refused."""
    first = make_submitted_update(people, sub_goal, date=date(2026, 2, 1), value=Decimal(105))
    second = make_submitted_update(people, sub_goal, date=date(2026, 3, 1), value=Decimal(110))
    third = make_submitted_update(people, sub_goal, date=date(2026, 4, 1), value=Decimal(115))
    seen = [f"{one.pk}-{one.version}" for one in (first, second, third)]
    updates.publish(third, people.second_steward, third.version)

    answer = steward.post(
        reverse("workspace:review-approve-updates"), {"update": [*seen, "999999-1"], "grade": "confirmed"}
    )

    refusals = [one.refusal for one in answer.context["answers"]]
    assert refusals[:2] == ["", ""]
    assert refusals[2].startswith("second was first")
    assert "There is nothing of that number." in refusals[3]
    assert "2 updates were published." in answer.text
    assert set(
        Update.objects.filter(pk__in=[first.pk, second.pk]).values_list("evidence_grade", "state")
    ) == {("confirmed", "published")}


@pytest.mark.parametrize("chosen", [[], ["x"], ["1"], ["1-1"] * 201, ["9" * 30 + "-1"]])
def test_a_choice_that_cannot_be_read_publishes_nothing(steward, waiting, chosen):
    answer = steward.post(
        reverse("workspace:review-approve-updates"), {"update": chosen, "grade": "reviewed"}
    )

    assert answer.status_code == 400
    assert Update.objects.get(pk=waiting.pk).state == "submitted"
