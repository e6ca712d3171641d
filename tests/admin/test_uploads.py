"""Handing in a file: choose, look, confirm. A bad file is refused with the limit it broke (R28)."""

import re
import threading

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client

from indicators import waiting
from indicators.models import Feed, HeldBatch, Observation, Payload, Run
from indicators.sources.upload_files import LARGEST_FILE
from stakeholders.models import User
from tests.uploads import FEED, HEADER, PRODUCTION, file, table, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def page() -> str:
    return f"/admin/indicators/feed/{Feed.objects.get(code=FEED).pk}/upload/"


@pytest.fixture
def clean_disk():
    for path in waiting.folder().glob("*"):
        path.unlink()


def ticket_in(response) -> str:
    return response.context["ticket"]


def look(client: Client, page: str, *arguments):
    """The answer to a file: the preview, or why there is none."""
    return client.post(page, {"file": file(*arguments)})


def confirm(client: Client, page: str, response, **options):
    return client.post(page, {"ticket": ticket_in(response), "confirm": "yes"}, **options)


def said(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def published_count() -> int:
    return Observation.objects.filter(series__feed__code=FEED).count()


# --- The way through ----------------------------------------------------------------------------
def test_a_feed_of_files_leads_to_the_upload_and_another_feed_does_not(admin, page):
    feed = page.replace("upload/", "change/")
    other = Feed.objects.get(code="published-figures")

    assert page in admin.get(feed).content.decode()
    assert "Upload a file" not in admin.get(f"/admin/indicators/feed/{other.pk}/change/").content.decode()
    assert admin.get(f"/admin/indicators/feed/{other.pk}/upload/").status_code == 404


def test_choose_look_confirm(admin, administrator, page):
    """R13: the preview stores nothing; confirming publishes what it showed."""
    assert admin.get(page).status_code == 200

    preview = look(admin, page)
    assert (preview.status_code, published_count()) == (200, 0)
    assert "New: 6. Changed: 0. Unchanged: 0. Left out: 0." in preview.content.decode()

    done = confirm(admin, page, preview, follow=True)
    assert "“production.csv” is published: 6 new, 0 changed, 0 unchanged." in said(done)
    assert published_count() == 6
    run = Run.objects.get(feed__code=FEED)
    assert (run.trigger, run.started_by) == (Run.Trigger.UPLOAD, administrator)
    assert "production.csv" in LogEntry.objects.latest("pk").change_message


def test_the_same_file_twice_offers_nothing_to_confirm(admin, page):
    """R13."""
    confirm(admin, page, look(admin, page))

    again = look(admin, page)

    text = again.content.decode()
    assert "Nothing would change: every value is published already." in text
    assert 'name="confirm"' not in text
    assert confirm(admin, page, again, follow=True).status_code == 200
    assert published_count() == 6


def test_a_doubtful_file_leads_to_the_queue_of_held_batches(admin, page):
    confirm(admin, page, look(admin, page))

    preview = look(admin, page, PRODUCTION.replace("4202642", "4202642000"))
    assert "more than the believable change" in preview.content.decode()
    assert "Hand in for a decision" in preview.content.decode()

    done = confirm(admin, page, preview)
    held = HeldBatch.objects.get(run__feed__code=FEED)
    assert done.headers["Location"] == f"/admin/indicators/heldbatch/{held.pk}/change/"
    assert published_count() == 6


def test_refused_cells_stand_with_line_and_column_and_nothing_can_be_confirmed(admin, page):
    response = look(admin, page, PRODUCTION.replace("4202642", "4,202,642").replace("1342647", "n/a"))

    assert response.status_code == 400
    response = look(admin, page, PRODUCTION.replace("1342647", "n/a"))
    text = response.content.decode()
    assert response.status_code == 400
    assert re.search(r'<td class="number">5</td><td>value</td><td>“n/a” is no number', text)
    assert 'name="confirm"' not in text
    assert confirm(admin, page, response).status_code == 409
    assert published_count() == 0


def test_columns_of_other_names_are_asked_for_and_remembered(admin, page):
    text = PRODUCTION.replace(HEADER, "Year,Made,Country,Unit")
    asked = look(admin, page, text)
    assert "Say which column holds what" in asked.content.decode()
    chosen = {
        "period": "Year", "value": "Made", "area": "Country", "partner": "", "product": "", "unit": "Unit",
        "status": "", "note": "",
    }  # fmt: skip

    preview = admin.post(page, {"ticket": ticket_in(asked), **chosen})
    confirm(admin, page, preview)

    assert published_count() == 6
    assert "Unchanged: 6" in look(admin, page, text).content.decode()


@pytest.mark.parametrize("left_out", ["period", "value", "area"])
def test_a_needed_column_left_open_is_asked_for_again(admin, page, left_out):
    asked = look(admin, page, PRODUCTION.replace(HEADER, "Year,Made,Country,Unit"))
    chosen = {"period": "Year", "value": "Made", "area": "Country"} | {left_out: ""}

    response = admin.post(page, {"ticket": ticket_in(asked), **chosen})

    assert response.status_code == 400
    assert "Say which column holds each needed part." in response.content.decode()


def test_a_workbook_of_several_sheets_asks_which_one(admin, page):
    asked = look(admin, page, workbook(table(), [["nothing"]]), "production.xlsx")
    preview = admin.post(page, {"ticket": ticket_in(asked), "sheet": "Sheet1"})

    assert "say which one is read" in asked.content.decode()
    assert "New: 6." in preview.content.decode()


def test_the_template_comes_as_an_attachment(admin, page):
    for ending, start in (("csv", b"\xef\xbb\xbfperiod,value"), ("xlsx", b"PK\x03\x04")):
        response = admin.get(f"{page}template.{ending}")

        assert response.content.startswith(start)
        assert response.headers["Content-Disposition"] == f'attachment; filename="{FEED}.{ending}"'
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in response.headers["Cache-Control"]
    assert admin.get(f"{page}template.pdf").status_code == 404


# --- Bad files ----------------------------------------------------------------------------------
ENTITY = b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
MANY_PARTS = {f"xl/{number}": b"" for number in range(2001)}
BAD_FILES = {
    "a picture": (b"\x89PNG\r\n\x1a\n", "a.png", 415, "neither CSV nor XLSX"),
    "a program named as a table": (b"MZ\x90\x00\x03\x00", "a.csv", 400, "not UTF-8"),
    "a workbook named as CSV": (workbook(table()), "a.csv", 415, "neither CSV nor XLSX"),
    "CSV named as a workbook": (PRODUCTION, "a.xlsx", 415, "neither CSV nor XLSX"),
    "without an ending": (PRODUCTION, "production", 415, "neither CSV nor XLSX"),
    "a workbook that may hold macros": (workbook(table()), "a.xlsm", 415, "macros"),
    "a workbook with macros": (workbook(table(), **{"xl/vbaProject.bin": b"x"}), "a.xlsx", 415, "macros"),
    "entities": (workbook(table(), **{"xl/x.xml": ENTITY}), "a.xlsx", 415, "entities"),
    "a bomb": (workbook(table(), **{"xl/media/a": b"0" * 53_000_000}), "a.xlsx", 413, "50 MB unpacked"),
    "too many parts": (workbook(table(), **MANY_PARTS), "a.xlsx", 413, "2000 parts"),
    "a damaged workbook": (workbook(table())[:-100], "a.xlsx", 400, "damaged"),
    "too many lines": ("period,value,area\n" + "2024,1,CAN\n" * 50_001, "a.csv", 413, "50000 lines"),
    "no line": (HEADER, "a.csv", 400, "no line below its header"),
    "one byte too many": (b"a" * (LARGEST_FILE + 1), "a.csv", 413, "larger than 10 MB"),
    "far too large": (b"a" * (LARGEST_FILE + 200_000), "a.csv", 413, "larger than 10 MB"),
    "nothing": (b"", "a.csv", 400, "empty"),
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD_FILES, ids=lambda bad: bad.replace(" ", "-"))
def test_a_bad_file_is_refused_in_words_and_nothing_of_it_is_kept(admin, page, bad, clean_disk):
    content, name, status, words = BAD_FILES[bad]
    before = (Payload.objects.count(), Run.objects.count())

    response = look(admin, page, content, name)

    assert response.status_code == status
    assert words in response.content.decode()
    assert (Payload.objects.count(), Run.objects.count()) == before
    assert list(waiting.folder().glob("*")) == []


def test_exactly_ten_megabytes_are_read(admin, page):
    padding = LARGEST_FILE - len(PRODUCTION.encode())

    assert look(admin, page, PRODUCTION + "\n" * padding).status_code == 200


def test_a_formula_is_refused_in_its_cell(admin, page):
    rows = table()
    rows[5][1] = "=1342647+1"

    response = look(admin, page, workbook(rows), "production.xlsx")

    assert response.status_code == 400
    assert "A formula is not calculated here" in response.content.decode()


@pytest.mark.parametrize("name", ["<b>é</b> & {{ 7 }}.csv", "=cmd|'a'!b.csv", "Nuñez-O'Brien & Söhne.csv"])
def test_a_file_name_is_shown_as_text(admin, page, name):
    """R26."""
    preview = look(admin, page, PRODUCTION, name)
    assert "<b>é</b>" not in preview.content.decode()
    shown = preview.context["file_name"]
    assert shown == name.rpartition("/")[2]

    done = confirm(admin, page, preview, follow=True)

    assert f"“{shown}” is published" in said(done)
    assert Run.objects.get(feed__code=FEED).address == f"upload:{shown}"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"file": ""},
        {"file": "text"},
        {"ticket": ""},
        {"ticket": "a:b:c", "confirm": "1"},
        {"ticket": "\x00"},
    ],
)
def test_nonsense_is_answered_with_the_first_step(admin, page, sent):
    """R24."""
    response = admin.post(page, sent)

    assert response.status_code in (400, 409)
    assert 'type="file"' in response.content.decode()


def test_a_disk_that_is_full_is_said_and_nothing_is_saved(admin, page, monkeypatch):
    """R8."""

    def full(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(waiting, "write_whole", full)

    response = look(admin, page)

    assert response.status_code == 507
    assert "The file could not be stored; nothing was saved." in response.content.decode()


# --- Who may ------------------------------------------------------------------------------------
def test_strangers_and_members_find_no_way_in(page, client, clean_disk):
    member = Client()
    member.force_login(User.objects.filter(is_staff=False).first())
    for someone in (client, member):
        for answer in (someone.get(page), look(someone, page), someone.get(f"{page}template.csv")):
            assert answer.status_code in (302, 404)
    assert list(waiting.folder().glob("*")) == []


def test_staff_without_the_right_is_refused(page):
    clerk = Client()
    clerk.force_login(User.objects.create_user("clerk@project.example", is_staff=True))

    for answer in (clerk.get(page), look(clerk, page), clerk.get(f"{page}template.csv")):
        assert answer.status_code == 403
    assert look(clerk, page, b"a" * (LARGEST_FILE + 200_000), "a.csv").status_code == 403


def test_every_step_needs_the_token_of_the_form(administrator, admin, page):
    """R30."""
    ticket = ticket_in(look(admin, page))
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(administrator)

    assert look(strict, page).status_code == 403
    assert strict.post(page, {"ticket": ticket, "confirm": "yes"}).status_code == 403
    assert published_count() == 0

    token = strict.get(page).context["csrf_token"]
    sent = {"ticket": ticket, "confirm": "yes", "csrfmiddlewaretoken": str(token)}
    assert strict.post(page, sent).status_code == 302
    assert published_count() == 6


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(admin, page, method):
    assert getattr(admin, method)(page).status_code == 405


def test_another_persons_preview_cannot_be_confirmed(admin, second_admin, page):
    preview = look(admin, page)

    assert confirm(second_admin, page, preview).status_code == 409
    assert published_count() == 0


# --- Two at once --------------------------------------------------------------------------------
def test_the_second_to_confirm_sees_the_comparison_anew(admin, second_admin, page):
    """R13."""
    first = look(admin, page)
    second = look(second_admin, page, PRODUCTION.replace("4202642", "4202643"))
    confirm(admin, page, first)

    response = confirm(second_admin, page, second)

    assert response.status_code == 409
    text = response.content.decode()
    assert "have changed since this file was compared" in text
    assert "New: 0. Changed: 1. Unchanged: 5." in text
    assert "6 new" not in text and published_count() == 6
    assert confirm(second_admin, page, response).status_code == 302
    assert published_count() == 7


@pytest.mark.django_db(transaction=True)
def test_of_two_who_confirm_at_the_same_moment_one_publishes(loaded):
    """R3, R13: real transactions; each value once, whoever was first."""
    people = [User.objects.create_superuser(f"{n}@project.example", "a long pass phrase") for n in range(2)]
    clients = [Client() for _person in people]
    feed = Feed.objects.get(code=FEED)
    page = f"/admin/indicators/feed/{feed.pk}/upload/"
    for client, person in zip(clients, people, strict=True):
        client.force_login(person)
    tickets = [ticket_in(look(client, page)) for client in clients]
    statuses: list[int] = []
    gate = threading.Barrier(2)

    def press(client: Client, ticket: str) -> None:
        gate.wait()
        statuses.append(client.post(page, {"ticket": ticket, "confirm": "yes"}).status_code)
        connection.close()

    threads = [threading.Thread(target=press, args=pair) for pair in zip(clients, tickets, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [302, 409]
    assert published_count() == 6
    assert Run.objects.filter(feed=feed, verdict=Run.Verdict.PUBLISHED).count() == 1
