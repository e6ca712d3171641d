"""Taking everything away, handing many entries in, what an organization contributes, and asking to join."""

import csv
import io
import json
import re
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from goals.lifecycle import evidence
from goals.models import SubGoal
from stakeholders.models import JoinRequest
from tests.goals.lifecycle.conftest import make_draft, make_published, make_published_update, make_update
from tests.workspace.places import signed_in, url

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
HEAD = "goal,title,unit,baseline_value,target_value\n"


def table(text: str, name: str = "many.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


@pytest.fixture
def client(people):
    return signed_in(people.editor)


# --- Everything to take away --------------------------------------------------------------------
def test_everything_comes_as_one_zip(people, client):
    sub_goal = make_published(people, title="=1+1")
    draft = make_update(people, sub_goal)
    evidence.add(draft, SimpleUploadedFile("a.pdf", PDF), people.editor, draft.version)

    answer = client.get(url("everything", "mills"))
    whole = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))

    assert whole.testzip() is None
    rows = list(csv.DictReader(io.StringIO(whole.read("sub_goals.csv").decode("utf-8-sig"))))
    assert rows[0]["title"] == "'=1+1"
    told = json.loads(whole.read("everything.json"))
    assert told["updates"][0]["value"] == "110"
    assert told["sub_goals"][0]["title"] == "=1+1"
    assert [whole.read(name) for name in whole.namelist() if name.endswith("a.pdf")] == [PDF]


def test_nothing_of_others_is_in_it(people):
    """R16."""
    make_draft(people, title="Secret of the mills")
    answer = signed_in(people.other).get(url("everything", "lab"))

    whole = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))

    assert all(b"Secret" not in whole.read(name) for name in whole.namelist())
    assert signed_in(people.other).get(url("everything", "mills")).status_code == 404


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", ["sub_goals", "updates"])
def test_templates_and_tables_are_downloads(people, client, kind, form):
    for name, more in (("table", [form]), ("template", [form]), ("template-columns", [])):
        answer = client.get(url(name, "mills", kind, *more))
        assert answer.status_code == 200
        assert answer["Content-Disposition"].startswith("attachment")
    assert client.get(url("table", "mills", "people", "csv")).status_code == 404


# --- Many at once -------------------------------------------------------------------------------
def hand_in(client, text: str, **more):
    return client.post(url("hand-in", "mills"), {"kind": "sub_goals", "file": table(text), **more})


def test_a_file_is_previewed_and_then_taken(client):
    text = HEAD + "g3,First,tons,0,10\ng3,Second,tons,0,20\n"

    shown = hand_in(client, text)
    assert "Take it as drafts" in shown.content.decode()
    assert not SubGoal.objects.filter(title="First").exists()
    client.post(url("hand-in", "mills"), {"ticket": shown.context["ticket"], "confirm": ""})

    assert SubGoal.objects.get(title="Second").target_value == Decimal(20)


def test_a_refused_line_is_named_with_its_column_and_nothing_is_taken(client):
    """One line with two faults is one line."""
    shown = hand_in(client, HEAD + "g3,First,tons,0,10\ng9,Second,tons,zero,20\n")
    text = shown.content.decode()

    assert "baseline_value" in text and text.count('<th scope="row">Line 3</th>') == 2
    assert "<dt>Lines refused</dt><dd>1</dd>" in text
    assert "Take it as drafts" not in text
    client.post(url("hand-in", "mills"), {"ticket": shown.context["ticket"], "confirm": ""})
    assert not SubGoal.objects.filter(title="First").exists()


def test_unknown_columns_are_asked_about(client):
    asked = hand_in(client, "goal,Name of it\ng3,First\n")
    assert "Which column holds what?" in asked.content.decode()

    columns = {"column": ["goal", "Name of it"], "part": ["goal", "title"]}
    shown = client.post(url("hand-in", "mills"), {"ticket": asked.context["ticket"], **columns})
    client.post(url("hand-in", "mills"), {"ticket": shown.context["ticket"], "confirm": ""})

    assert SubGoal.objects.filter(title="First").exists()


def test_a_foreign_column_may_be_left_out(client):
    asked = hand_in(client, HEAD.strip() + ",Remarks\ng3,First,tons,0,10,red\n")
    assert "Do not take this column" in asked.content.decode()

    given = {"column": [*HEAD.strip().split(","), "Remarks"], "part": [*HEAD.strip().split(","), "-"]}
    shown = client.post(url("hand-in", "mills"), {"ticket": asked.context["ticket"], **given})
    client.post(url("hand-in", "mills"), {"ticket": shown.context["ticket"], "confirm": ""})

    assert SubGoal.objects.filter(title="First").exists()


def test_each_change_is_shown_with_its_old_and_new_value_and_all_of_it_as_a_file(people, client):
    """R13"""
    make_draft(people, title="First", target_value=Decimal("10.50"))

    shown = hand_in(client, HEAD + "g3,First,tons,100,20\ng3,Second,tons,0,30\n")
    text = shown.content.decode()
    assert "Value to be reached" not in text  # the file calls it otherwise
    assert "<del>10.50</del>" in text and "<ins>20</ins>" in text
    assert "title: Second" in text
    whole = client.post(url("hand-in", "mills"), {"ticket": shown.context["ticket"], "whole": ""})
    assert "2,Changed,target_value,10.50,20," in whole.content.decode("utf-8-sig")


def test_what_changes_nothing_is_not_offered_to_be_taken(people, client):
    make_draft(people, title="First")

    text = hand_in(client, HEAD + "g3,First,tons,100,200\n").content.decode()

    assert "there is nothing to take" in text
    assert "Take it as drafts" not in text


def test_a_template_of_ours_is_read_without_a_word_about_its_sheets(client):
    body = client.get(url("template", "mills", "sub_goals", "xlsx")).content
    book = openpyxl.load_workbook(io.BytesIO(body))
    names = [cell.value for cell in book.worksheets[0][1]]
    for name, value in (("Goal", "g3"), ("Title", "First"), ("Which way is better?", "Higher is better")):
        book.worksheets[0].cell(2, names.index(name) + 1, value)
    book.save(filled := io.BytesIO())

    upload = SimpleUploadedFile("filled.xlsx", filled.getvalue())
    shown = client.post(url("hand-in", "mills"), {"kind": "sub_goals", "file": upload})

    assert "Title: First" in shown.content.decode()


def test_a_ticket_is_good_for_its_person_and_organization_alone(people, client):
    ticket = hand_in(client, HEAD + "g3,First,tons,0,10\n").context["ticket"]

    for user, code in ((people.owner, "mills"), (people.other, "lab")):
        answer = signed_in(user).post(url("hand-in", code), {"ticket": ticket, "confirm": ""})
        assert answer["Location"] == url("files", code)
    assert not SubGoal.objects.filter(title="First").exists()


@pytest.mark.parametrize(
    ("name", "body"),
    [("run.exe", b"MZ"), ("a.csv", b"\xff\xfe\x00"), ("a.xlsx", b"PK\x03\x04rest"), ("a.csv", b"")],
)
def test_what_is_no_table_is_refused_in_words(client, name, body):
    """R24: never a 5xx."""
    given = {"kind": "updates", "file": SimpleUploadedFile(name, body)}

    answer = client.post(url("hand-in", "mills"), given)

    assert answer.status_code < 500
    assert "There is a problem" in answer.content.decode()


def test_a_viewer_takes_away_and_hands_nothing_in(people):
    viewer = signed_in(people.viewer)

    assert viewer.get(url("files", "mills")).status_code == 200
    assert hand_in(viewer, HEAD).status_code == 403


# --- What we contribute -------------------------------------------------------------------------
def test_the_way_from_an_update_up_to_the_overall_number_is_shown(people, client):
    """From 100 to 110 of the way to 200: a tenth."""
    update = make_published_update(people, make_published(people))

    text = client.get(url("contribution", "mills")).content.decode()

    assert "0.0% → 10.0%" in text and "+10.00" in text
    assert "All goals together" in text
    assert url("update", update.pk) in text
    assert "Our share among organizations" in text


def test_the_page_takes_the_same_queries_whatever_moved(people, client, django_assert_num_queries):
    make_published_update(people, make_published(people))
    client.get(url("contribution", "mills"))

    with django_assert_num_queries(11):
        client.get(url("contribution", "mills"))
    for title in "abcd":
        make_published_update(people, make_published(people, title=title))
    with django_assert_num_queries(11):
        client.get(url("contribution", "mills"))


# --- Asking to join -----------------------------------------------------------------------------
def request_to_join(**changed) -> dict:
    fields = {
        "organization_name": "Nuñez-O'Brien & Söhne", "type": "sme", "area": "MEX", "website": "",
        "description": "", "person_name": "Ana", "email": "ana@example.org", "language": "es", "message": "",
    }  # fmt: skip
    return fields | changed


def test_anybody_may_ask_to_join_and_is_thanked(client, mailoutbox):
    client.logout()
    answer = client.post(reverse("join:ask"), request_to_join(), follow=True)

    asked = JoinRequest.objects.get()
    assert (asked.organization_name, asked.state) == ("Nuñez-O'Brien & Söhne", "waiting")
    assert "Your request has reached the Project" in answer.content.decode()
    assert mailoutbox == []


def test_what_is_missing_is_said_on_top_and_at_its_field(client):
    text = client.post(reverse("join:ask"), request_to_join(email="nobody")).content.decode()

    assert "<title>Error:" in text
    assert 'href="#id_email"' in text and "Enter a valid e-mail address." in text


def test_one_address_asks_five_times_an_hour(client):
    asked = [request_to_join(organization_name=f"Vega {number}") for number in range(6)]
    statuses = [client.post(reverse("join:ask"), one).status_code for one in asked]

    assert statuses == [302] * 5 + [429]
    assert JoinRequest.objects.count() == 5


@pytest.mark.parametrize("name", ["type", "area"])
def test_nobody_is_of_a_kind_or_a_country_without_having_chosen_it(client, name):
    page = client.get(reverse("join:ask")).content.decode()
    answer = client.post(reverse("join:ask"), request_to_join(**{name: ""}))

    assert '<option value="" selected>Choose</option>' in page
    assert f'href="#id_{name}"' in answer.content.decode()
    assert not JoinRequest.objects.exists()


def without_token(answer) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())


def test_who_asks_again_while_the_first_request_waits_reads_the_same(client):
    first, again = [client.post(reverse("join:ask"), request_to_join(), follow=True) for _time in range(2)]

    assert first.redirect_chain == again.redirect_chain
    assert without_token(first) == without_token(again)
    assert JoinRequest.objects.count() == 1
