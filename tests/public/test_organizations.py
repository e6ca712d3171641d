"""Organizations and sub-goals with their dated record, at any size."""

import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from goals.lifecycle import evidence, sub_goals, updates
from goals.models import EvidenceFile, Goal, Result, Standing, SubGoal, Update
from goals.organization_types import by_type
from indicators import edition
from indicators.models import Indicator
from public.middleware import clock
from stakeholders.models import Organization, OrganizationAlias
from tests.goals.lifecycle.conftest import (
    make_published,
    make_published_update,
    make_submitted,
    make_update,
)
from tests.loading import TODAY

TITLE = "Double the recycled tonnage"


def in_words(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def section(text: str, name: str) -> str:
    """What stands under a heading of a page, as it is read."""
    found = re.search(rf'<section aria-labelledby="{name}">(.*?)</section>', text, re.DOTALL)
    assert found, name
    return in_words(found[1])


def many(people, count: int, **fields) -> list[SubGoal]:
    """Published sub-goals as copies of one, each with its standing."""
    first = make_published(people)
    standing = Standing.objects.get(sub_goal=first)
    copied = {field.attname: getattr(first, field.attname) for field in SubGoal._meta.concrete_fields}
    rows = SubGoal.objects.bulk_create(
        SubGoal(**{**copied, "id": None, "code": f"copy-{n}", "title": f"Copy {n}", **fields})
        for n in range(count)
    )
    kept = {field.attname: getattr(standing, field.attname) for field in Standing._meta.concrete_fields}
    Standing.objects.bulk_create(
        Standing(**{**kept, "id": None, "node": row.node, "sub_goal_id": row.pk}) for row in rows
    )
    return rows


# --- The list -----------------------------------------------------------------------------------
def test_organizations_come_fifty_a_page_and_are_narrowed_by_kind_and_place(page, db):
    Organization.objects.bulk_create(
        Organization(code=f"o-{n}", name=f"Firm {n:03}", type="sme", area="MEX") for n in range(120)
    )
    text = page("organizations", query="?type=sme&country=MEX").text

    assert "120 organizations" in text
    assert text.count("Firm ") == 50
    assert "Page 1 of 3" in text
    assert "type=sme&amp;country=MEX&amp;page=2" in text
    assert "Firm 119" in page("organizations", query="?type=sme&country=MEX&page=3").text
    assert (
        "No organization fits these choices."
        in page("organizations", query="?type=academia&country=MEX").text
    )


def test_progress_by_kind_is_the_mean_of_organizations_whatever_their_number_of_sub_goals(people):
    """Two firms at 0.2 and 0.6: 0.4 although the first has more sub-goals."""
    goal = Goal.objects.get(code="g2")
    for code, progress in (("first", "0.2"), ("second", "0.6")):
        firm = Organization.objects.create(code=code, name=code, type="private_sector", area="CAN")
        Standing.objects.create(
            node=f"organization:g2:{code}", level=Result.Level.ORGANIZATION, goal=goal, organization=firm,
            as_of=TODAY, counted=True, progress=Decimal(progress), reporting=Decimal(1), members=3,
        )  # fmt: skip

    (firms,) = [one for one in by_type(goal) if one.type == "private_sector"]

    assert firms.organizations == 2
    assert firms.shares.progress == Decimal("0.4")
    assert firms.shares.schedule is None  # unknown for both, not zero
    assert firms.shares.reporting == Decimal(1)


def test_progress_by_kind_stands_on_the_goal_and_in_the_list(page):
    assert "Small or medium enterprise" in section(page("goal", "g1").text, "types")
    assert "not a ranking" in section(page("organizations").text, "types")


# --- An organization ----------------------------------------------------------------------------
def test_the_codes_of_merged_organizations_lead_on_for_good(page, people):
    OrganizationAlias.objects.create(code="old-mills", organization=people.mills)

    answer = page("organization", "old-mills", "fr")

    assert answer.status_code == 301
    assert answer["Location"] == "/fr/organisations/mills/"


def test_an_alias_of_what_is_switched_off_is_a_404(page, people):
    OrganizationAlias.objects.create(code="old-mills", organization=people.mills)
    Organization.objects.filter(pk=people.mills.pk).update(is_active=False)

    assert page("organization", "old-mills").status_code == 404


def test_sub_goals_come_fifty_a_page_with_their_states_counted(page, people, django_assert_max_num_queries):
    many(people, 119)
    with django_assert_max_num_queries(10):
        text = page("organization", "mills").text

    assert "Under way: 120" in text
    assert "Page 1 of 3" in text


def test_overdue_and_silent_ones_stand_apart_and_are_bounded(page, people):
    rows = many(people, 30)
    late = [row.pk for row in rows]
    Standing.objects.filter(sub_goal__in=late[:25]).update(update_state="overdue")
    Standing.objects.filter(sub_goal__in=late[25:]).update(update_state="silent")
    Standing.objects.filter(sub_goal__title=TITLE).update(update_state="current")

    record = section(page("organization", "mills").text, "record")

    assert "Current 1 Overdue 25 Silent 5" in record
    assert "The next report is late." in record
    assert "And 5 more" in record
    assert "No report for a long time." in record


def test_the_reporting_rate_is_said_for_each_goal(page):
    shares = section(page("organization", "sample-maple-freight").text, "shares")
    number, expected = r"\d+", r"\d+\.\d%"  # they move with the day the tests run on
    line = rf"Goal 3: Intraregional and global trade {number} 9\.1% of the way; {expected} expected by now 0%"
    assert re.search(line, shares)


def test_contact_is_what_the_organization_gave(page, people):
    assert "has named no public contact" in page("organization", "mills").text
    Organization.objects.filter(code="lab").update(contact_email="desk+a&b@lab.example")

    assert "mailto:desk%2Ba%26b@lab.example" in page("organization", "lab").text


# --- A goal -------------------------------------------------------------------------------------
def test_a_goal_counts_states_in_the_database_and_shows_the_newest(
    page, people, django_assert_max_num_queries
):
    many(people, 200)
    with django_assert_max_num_queries(10):
        text = page("goal", "g3").text

    part = section(text, "sub-goals")
    assert re.search(r"Under way: 20\d", part)
    assert part.count("Copy ") == 20
    assert f"{reverse('public:sub-goals')}?goal=g3&amp;state=under_way" in text


# --- A sub-goal ---------------------------------------------------------------------------------
def test_words_come_in_the_readers_language_where_they_exist(page, people):
    sub_goal = make_published(people)
    sub_goals.add_text(
        sub_goal, "fr", "Doubler le recyclage", "Deux lignes.", people.editor, sub_goal.version
    )

    french, spanish = (page("sub-goal", sub_goal.code, language).text for language in ("fr", "es"))

    assert "<h1>Doubler le recyclage</h1>" in french
    assert "Deux lignes." in french
    assert f'<h1 lang="en">{TITLE}</h1>' in spanish
    clock.forget()
    assert "Doubler le recyclage" in page("organization", "mills", "fr").text


def test_a_retraction_is_struck_through_dated_and_says_why(page, people):
    update = make_published_update(people, make_published(people), note="A first line runs.")
    updates.retract(update, "The scale was broken.", people.editor, update.version)

    text = page("sub-goal", update.sub_goal.code).text

    assert "<del>A first line runs.</del>" in text
    assert re.search(
        r"Retracted on [A-Z][a-z]+ \d+, 2026; it no longer counts. Reason: The scale", in_words(text)
    )


def test_a_correction_stands_over_what_it_corrected(page, people):
    update = make_published_update(people, make_published(people), value=Decimal(110))
    newer = updates.correct(update, {"value": Decimal(105)}, people.editor, update.version)
    newer = updates.submit(newer, people.editor, newer.version)
    updates.publish(newer, people.steward, newer.version, comment="Weighed again.")

    part = section(page("sub-goal", update.sub_goal.code).text, "updates")

    assert part.index("105 tons") < part.index("110 tons")
    assert "Weighed again." in part
    assert "<del>110 tons" in page("sub-goal", update.sub_goal.code).text


def test_the_measure_and_its_changes_are_marked_in_the_history(page, people):
    sub_goal = make_published(people)
    make_published_update(people, sub_goal, value=Decimal(125))
    sub_goal.refresh_from_db()
    sub_goals.change_measure(
        sub_goal, {"target_value": Decimal(300)}, "A second plant.", people.steward, sub_goal.version
    )

    history = section(page("sub-goal", sub_goal.code).text, "history")

    assert "First version of the measure. From 100 tons (January 1, 2026) to 200 tons" in history
    assert "Measured anew, version 2; that is no progress in itself. From 100 tons" in history
    assert "to 300 tons" in history
    assert "Reason: A second plant." in history
    assert "The update for February 1, 2026 was published. From 0.0% of the way to 25.0%." in history
    assert "How it is measured was changed." in history


def test_what_it_contributes_and_its_changes_are_marked_in_the_history(page, people):
    jobs = Indicator.objects.get(code="export-supported-jobs")
    adds = {"contributes_to": jobs, "contribution_factor": Decimal("0.001"), "attribution": Decimal("0.5")}
    sub_goal = make_published(people, **adds)
    effort = {"shared_effort": "One school", "shared_effort_share": Decimal("0.4")}
    for fields, why in ((effort, "They train together now."), ({"contributes_to": None}, "No more.")):
        sub_goals.change_measure(sub_goal, fields, why, people.steward, sub_goal.version)

    history = section(page("sub-goal", sub_goal.code).text, "history")

    assert f"Adds to {jobs.name}: factor 0.001, share claimed 50.0%." in history
    assert "What it contributes was changed, version 2; that is no progress in itself." in history
    assert "Part of the shared effort “One school” with a share of 40.0%." in history
    assert "Reason: They train together now." in history
    assert "It adds to no indicator any more." in history
    assert "Measured anew" not in history


def test_what_the_project_said_of_a_sub_goal_is_public_and_a_question_is_not(page, people):
    sent = make_submitted(people)
    asked = sub_goals.send_back(sent, "Private question?", people.steward, sent.version)
    sent = sub_goals.submit(asked, people.editor, asked.version)
    sub_goal = sub_goals.publish(sent, people.steward, sent.version, comment="Plan seen.")

    text = page("sub-goal", sub_goal.code).text

    assert "Plan seen." in section(text, "comments")
    assert "Private question?" not in text


def test_updates_come_fifty_a_page_and_children_twenty(page, people, django_assert_max_num_queries):
    parent = make_published(people)
    many(people, 45, parent_id=parent.pk)
    Update.objects.bulk_create(
        Update(
            sub_goal=parent, date=date(2026, 1, 1) + timedelta(days=n), value=n, note=f"Report {n}.",
            state=Update.State.PUBLISHED, published_at="2026-06-01T00:00Z",
        )
        for n in range(120)
    )  # fmt: skip
    edition.advance()
    with django_assert_max_num_queries(18):
        text = page("sub-goal", parent.code).text

    assert text.count("Report ") == 50
    assert "Page 1 of 3" in section(text, "updates")
    assert section(text, "related").count("Copy ") == 20
    assert "?children=2#related" in text
    assert "Report 0." in page("sub-goal", parent.code, query="?page=3&children=3").text


# --- Files that prove -----------------------------------------------------------------------------
@pytest.fixture
def media(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def file(people, media) -> EvidenceFile:
    """A file of an update that waits for its review."""
    draft = make_update(people, make_published(people))
    file = evidence.add(draft, SimpleUploadedFile("x.csv", b"a,b\n1,2\n"), people.editor, draft.version)
    EvidenceFile.objects.filter(pk=file.pk).update(name='Nuñez & Söhne, "2026".csv')
    draft.refresh_from_db()
    updates.submit(draft, people.editor, draft.version)
    return file


def test_a_file_is_given_to_whoever_sees_its_update_and_to_nobody_else(client, people, file):
    """R16, R28."""
    address = reverse("files:evidence", args=[file.pk])
    hidden, unknown = client.get(address), client.get(reverse("files:evidence", args=[10**9]))
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.content == unknown.content

    client.force_login(people.other)
    assert client.get(address).status_code == 404
    for person in (people.viewer, people.steward):
        client.force_login(person)
        assert client.get(address).status_code == 200

    sent = Update.objects.get(pk=file.update_id)
    updates.publish(sent, people.steward, sent.version)
    client.logout()
    assert client.get(address).content == b"a,b\n1,2\n"


def test_a_file_is_an_attachment_that_no_browser_runs(client, people, file):
    """R28."""
    client.force_login(people.editor)
    answer = client.get(reverse("files:evidence", args=[file.pk]))

    assert answer["Content-Type"] == "text/csv"
    assert answer["Content-Disposition"] == (
        "attachment; filename*=utf-8''Nu%C3%B1ez%20%26%20S%C3%B6hne%2C%20%222026%22.csv"
    )
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert "no-store" in answer["Cache-Control"]


def test_a_lost_file_says_so(client, people, file, media):
    """R12."""
    client.force_login(people.editor)
    evidence.path_of(file).unlink()

    answer = client.get(reverse("files:evidence", args=[file.pk]))

    assert answer.status_code == 410
    assert "its record and its checksum stay" in answer.content.decode()


def test_links_and_files_stand_with_their_update(page, people, file):
    sent = Update.objects.get(pk=file.update_id)
    updates.publish(sent, people.steward, sent.version)

    text = page("sub-goal", sent.sub_goal.code).text

    assert "Nuñez &amp; Söhne, &quot;2026&quot;.csv</a> (CSV, 8" in text
    assert reverse("files:evidence", args=[file.pk]) in text


def test_a_corrected_report_goes_on_showing_its_own_evidence(page, people, file):
    sent = Update.objects.get(pk=file.update_id)
    first = updates.publish(sent, people.steward, sent.version)
    newer = updates.correct(first, {}, people.editor, first.version)
    evidence.remove(newer.evidence_files.get(), people.editor, newer.version)
    own = SimpleUploadedFile("weighed.csv", b"a,b\n3,4\n")
    own = evidence.add(newer, own, people.editor, newer.version)
    updates.submit(newer, people.editor, newer.version)
    updates.publish(newer, people.steward, newer.version)

    text = page("sub-goal", sent.sub_goal.code).text

    addresses = [reverse("files:evidence", args=[one.pk]) for one in (own, file)]
    assert text.index(addresses[0]) < text.index("<del") < text.index(addresses[1])


def test_what_waits_for_review_shows_no_evidence(page, people, file):
    sub_goal = Update.objects.get(pk=file.update_id).sub_goal
    assert "Söhne" not in page("sub-goal", sub_goal.code).text
