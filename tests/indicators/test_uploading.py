"""A file handed in for a feed: the preview says what confirming does; it does all of that or nothing."""

import io
import os
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from indicators import catalogue, edition, refresh, rereading, upload_template, uploading, waiting
from indicators.models import Feed, HeldBatch, Observation, Run
from indicators.sources import upload
from indicators.uploading import ChangedMeanwhile, OutOfDate
from stakeholders.models import User
from tests.uploads import FEED, HEADER, PRODUCTION, table, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def feed() -> Feed:
    return Feed.objects.get(code=FEED)


@pytest.fixture
def person() -> User:
    return User.objects.create_superuser("first@project.example", "a long enough pass phrase")


@pytest.fixture
def hand_in(feed, person):
    """Preview a file: call it with its content, get the preview and the ticket to confirm."""

    def preview(content: str | bytes = PRODUCTION, name: str = "production.csv"):
        body = content.encode() if isinstance(content, str) else content
        feed.refresh_from_db()
        ticket = uploading.admit(feed, person, name, body)
        return uploading.preview(feed, ticket, uploading.examine(ticket))

    return preview


@pytest.fixture
def take(feed, person, hand_in):
    """Preview and confirm a file: the run it led to."""

    def confirm(content: str | bytes = PRODUCTION, name: str = "production.csv") -> Run:
        _preview, ticket = hand_in(content, name)
        return uploading.confirm(feed, ticket, person)

    return confirm


def values() -> dict[tuple[str, str], Decimal]:
    """What is published for the feed, by area and year."""
    rows = Observation.objects.current().filter(series__feed__code=FEED).select_related("series")
    return {(row.series.area, row.period_label): row.value for row in rows}


def fingerprint() -> list[tuple]:
    return list(Observation.objects.order_by("pk").values_list("pk", "value", "vintage", "is_current"))


# --- The preview --------------------------------------------------------------------------------
def test_a_preview_stores_nothing_that_counts(hand_in):
    before = (fingerprint(), Run.objects.count(), edition.current_number())

    hand_in()

    assert (fingerprint(), Run.objects.count(), edition.current_number()) == before


def test_a_preview_says_what_is_new_changed_unchanged_and_left_out(take, hand_in):
    """R13."""
    take()
    changed = PRODUCTION.replace("4202642", "4202643") + "2025,1500000,CAN,vehicles\n2024,1,FRA,vehicles\n"

    preview, _ticket = hand_in(changed)

    assert [(row.line, row.period, row.published, row.read) for row in preview.changed] == [
        (6, "2024", Decimal("4.202642"), Decimal("4.202643"))
    ]
    assert [(row.line, row.series, row.read) for row in preview.new] == [
        (8, "motor-vehicles-made · CAN", Decimal("1.5"))
    ]
    assert preview.unchanged_count == 5
    assert [(line.line, line.key) for line in preview.dropped] == [(9, "FRA|||annual")]
    assert (preview.doubts, preview.is_refused, preview.can_be_confirmed) == ([], False, True)


def test_known_values_that_the_file_lacks_are_shown_and_doubted(take, hand_in):
    take()

    preview, _ticket = hand_in(PRODUCTION.replace("2023,4002047,MEX,vehicles\n", ""))

    assert [(row.series, row.period, row.published) for row in preview.absent] == [
        ("motor-vehicles-made · MEX", "2023", Decimal("4.002047"))
    ]
    assert "1 known period is not in the answer" in preview.doubts[0]


@pytest.mark.parametrize(
    ("line", "column", "said"),
    [
        ("2025,n/a,CAN,vehicles", "value", "is no number"),
        ("2099,1500000,CAN,vehicles", "period", "beyond the coming year"),
        ("2024,1342648,CAN,vehicles", "value", "Line 5 gives 2024 already"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_line_and_column(hand_in, line, column, said):
    """R13."""
    preview, _ticket = hand_in(f"{PRODUCTION}{line}\n")

    assert [(refusal.line, refusal.column) for refusal in preview.refused] == [(8, column)]
    assert said in preview.refused[0].reason
    assert (preview.is_refused, preview.can_be_confirmed) == (True, False)


def test_a_file_without_one_of_the_feeds_series_is_refused_as_a_whole(hand_in):
    preview, _ticket = hand_in(f"{HEADER}\n2024,4202642,MEX,vehicles\n")

    assert "holds nothing of CAN|||annual, USA|||annual" in preview.problems[0]
    assert not preview.can_be_confirmed


def test_a_projection_is_left_out(take, hand_in):
    take()
    with_status = PRODUCTION.replace(HEADER, f"{HEADER},status")

    preview, _ticket = hand_in(f"{with_status}2025,1500000,CAN,vehicles,projection\n")

    assert [(line.line, line.reason) for line in preview.dropped] == [(8, "A projection.")]
    assert preview.new == []


# --- The confirmation ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("content", "name"), [(PRODUCTION, "production.csv"), (workbook(table()), "production.xlsx")]
)
def test_a_confirmed_file_is_published_whole_and_traced(take, person, content, name):
    """R1, R11: kept by its checksum, as new vintages, with the next edition, the run and its person."""
    before = edition.current_number()

    run = take(content, name)

    assert values() == {
        ("CAN", "2023"): Decimal("1.553026"), ("MEX", "2023"): Decimal("4.002047"),
        ("USA", "2023"): Decimal("10.611555"), ("CAN", "2024"): Decimal("1.342647"),
        ("MEX", "2024"): Decimal("4.202642"), ("USA", "2024"): Decimal("10.562188"),
    }  # fmt: skip
    assert edition.current_number() == before + 1
    assert (run.trigger, run.started_by, run.verdict, run.new_count) == ("upload", person, "published", 6)
    assert run.address == f"upload:{name}"
    assert set(run.observations.values_list("payload__sha256", flat=True)) == {run.payload.sha256}


def test_a_corrected_value_is_a_new_vintage(take):
    """R4."""
    take()

    run = take(PRODUCTION.replace("4202642", "4202643"))

    history = Observation.objects.filter(series__feed__code=FEED, series__area="MEX", period=date(2024, 1, 1))
    assert [(row.value, row.is_current) for row in history.order_by("vintage")] == [
        (Decimal("4.202642"), False), (Decimal("4.202643"), True),
    ]  # fmt: skip
    assert (run.new_count, run.revised_count, run.unchanged_count) == (0, 1, 5)


def test_the_same_file_twice_changes_nothing_the_second_time(take, hand_in, feed, person):
    """R13."""
    take()
    before = (fingerprint(), edition.current_number())

    preview, ticket = hand_in()

    assert (preview.new, preview.changed, preview.unchanged_count) == ([], [], 6)
    assert not preview.can_be_confirmed
    assert uploading.confirm(feed, ticket, person).verdict == Run.Verdict.UNCHANGED
    assert (fingerprint(), edition.current_number()) == before


def test_a_doubtful_file_is_held_and_decided_as_any_other(take, person):
    """R5."""
    take()
    before = values()

    run = take(PRODUCTION.replace("4202642", "4202642000"))

    assert (run.verdict, values()) == (Run.Verdict.HELD, before)
    held = HeldBatch.objects.get(run=run)
    assert "more than the believable change" in " ".join(held.doubts)
    assert refresh.decide(held, approve=True, user=person, reason="They count otherwise now.")
    assert values() == before | {("MEX", "2024"): Decimal("4202.642")}


def test_a_unit_other_than_the_sources_is_doubted(hand_in):
    preview, _ticket = hand_in(PRODUCTION.replace("vehicles", "thousand"))

    assert "The unit is now “thousand”, expected was “vehicles”." in preview.doubts[0]


def test_values_that_changed_after_the_preview_are_compared_anew(take, hand_in, feed, person):
    """R13: what was previewed is applied, or nothing."""
    _preview, early = hand_in()
    take(PRODUCTION.replace("4202642", "4202643"))
    before = (fingerprint(), Run.objects.count())

    with pytest.raises(ChangedMeanwhile, match="nothing was stored"):
        uploading.confirm(feed, early, person)

    assert (fingerprint(), Run.objects.count()) == before


def test_who_holds_the_feed_looks_at_its_state_once_more(hand_in, feed, person, monkeypatch):
    """Between the first look and the claim another file may have been published."""
    _preview, ticket = hand_in()
    states = iter([ticket.state, "other"])
    monkeypatch.setattr(uploading, "state_of", lambda feed: next(states))

    run = uploading.confirm(feed, ticket, person)

    assert (run.verdict, values()) == (Run.Verdict.FAILED, {})
    assert "have changed since this file was compared" in run.reason


def test_while_the_feed_is_claimed_nothing_is_taken(hand_in, feed, person):
    """R3."""
    _preview, ticket = hand_in()
    refresh.claim_feed(feed.pk, "upload")

    with pytest.raises(refresh.AlreadyRunning):
        uploading.confirm(feed, ticket, person)

    assert values() == {}


def test_a_confirmed_file_waits_no_more(hand_in, feed, person):
    _preview, ticket = hand_in()
    uploading.confirm(feed, ticket, person)

    with pytest.raises(OutOfDate, match="taken already"):
        uploading.confirm(feed, ticket, person)


def test_a_file_that_was_altered_on_disk_is_not_applied(hand_in, feed, person):
    _preview, ticket = hand_in()
    waiting.path_of(ticket.sha256).write_text(PRODUCTION.replace("4202642", "9"))

    with pytest.raises(OutOfDate):
        uploading.confirm(feed, ticket, person)


def test_what_waited_a_day_goes_with_the_next_file(hand_in):
    _preview, ticket = hand_in()
    path = waiting.path_of(ticket.sha256)
    yesterday = time.time() - 25 * 3600
    os.utime(path, (yesterday, yesterday))

    hand_in(PRODUCTION + "\n")

    assert not path.exists()


# --- Columns ------------------------------------------------------------------------------------
def test_columns_are_remembered_for_the_next_file(feed, person, take):
    text = PRODUCTION.replace(HEADER, "Year,Made,Country,Unit")
    ticket = uploading.admit(feed, person, "a.csv", text.encode())
    assert uploading.examine(ticket).entries == ()
    chosen = {"period": "Year", "value": "Made", "area": "Country", "unit": "Unit"}

    ticket = uploading.with_columns(ticket, "", chosen)
    _preview, ticket = uploading.preview(feed, ticket, uploading.examine(ticket))
    assert uploading.confirm(feed, ticket, person).verdict == Run.Verdict.PUBLISHED

    feed.refresh_from_db()
    assert feed.query["mapping"] == chosen
    assert take(text.replace("4202642", "4202643")).revised_count == 1


@pytest.mark.parametrize(
    "query", [{"mapping": "Year"}, {"mapping": {"period": 1}}, {"sheet": []}, [], {"x": 1}]
)
def test_a_query_somebody_spoiled_is_not_used_and_made_good_by_the_next_file(feed, take, query):
    Feed.objects.filter(pk=feed.pk).update(query=query)

    assert take().verdict == Run.Verdict.PUBLISHED

    feed.refresh_from_db()
    assert feed.query == {"mapping": {part: part for part in ("period", "value", "area", "unit")}}


def test_loading_the_catalogue_forgets_no_columns(feed, take):
    take()
    feed.refresh_from_db()
    query, confirmed = feed.query, feed.confirmed_at
    assert query["mapping"] and confirmed

    catalogue.load()

    feed.refresh_from_db()
    assert (feed.query, feed.confirmed_at) == (query, confirmed)


# --- As a source --------------------------------------------------------------------------------
def test_nobody_is_asked_for_a_feed_of_files(feed):
    """The schedule leaves it alone; an explicit refresh says what to do instead, and no run is made."""
    assert not feed.is_active

    with pytest.raises(refresh.NeedsFile, match="upload one on the page of the feed"):
        refresh.run(feed.pk, "command")

    assert (feed.runs.count(), values()) == (0, {})


def test_a_kept_file_can_be_read_again(feed, take):
    take(workbook(table()), "production.xlsx")
    feed.refresh_from_db()

    again = rereading.reread(feed)

    assert (again.rows, again.changes, again.doubts) == (6, [], [])


# --- The template -------------------------------------------------------------------------------
def without_open_lines(body: bytes) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(body))
    for number in [row[1].row for row in book.active.iter_rows() if row[1].value is None][::-1]:
        book.active.delete_rows(number)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def test_the_template_names_every_series_and_leaves_the_value_open(feed):
    lines = upload_template.as_csv(feed).decode("utf-8-sig").splitlines()

    assert lines == [
        "period,value,area,partner,product,unit,status,note",
        ",,CAN,,,vehicles,,",
        ",,MEX,,,vehicles,,",
        ",,USA,,,vehicles,,",
    ]


def test_the_template_holds_what_is_known_in_the_agencys_unit(feed, take):
    take()

    lines = upload_template.as_csv(feed).decode("utf-8-sig").splitlines()

    assert lines[1:4] == [
        "2023,1553026,CAN,,,vehicles,,", "2024,1342647,CAN,,,vehicles,,", "2025,,CAN,,,vehicles,,",
    ]  # fmt: skip


def test_a_template_handed_in_again_changes_nothing(feed, take, hand_in):
    """R27: in both formats; the lines for the next period are taken out."""
    take(PRODUCTION.replace(HEADER, f"{HEADER},note").replace("vehicles\n", "vehicles,=1+1\n"))
    text = upload_template.as_csv(feed).decode("utf-8-sig")
    assert "'=1+1" in text
    csv_file = "\n".join(line for line in text.splitlines() if line.split(",")[1])

    for content, name in ((csv_file, "a.csv"), (without_open_lines(upload_template.as_xlsx(feed)), "a.xlsx")):
        preview, _ticket = hand_in(content, name)
        assert (preview.new, preview.changed, preview.unchanged_count) == ([], [], 6), name
        assert not preview.is_refused


def test_a_line_of_the_template_left_open_is_refused(feed, hand_in, take):
    take()

    preview, _ticket = hand_in(upload_template.as_xlsx(feed), "a.xlsx")

    assert preview.refused_count == 3
    assert "leave a line out when its value is not known" in preview.refused[0].reason


def test_every_feed_of_files_has_series_a_template_can_name():
    feeds = [feed for feed in Feed.objects.select_related("source") if upload.KEY_VARIABLE is None]
    feeds = [feed for feed in feeds if feed.source.code in ("oica", "nrcan", "usda-ers", "amia")]
    assert len(feeds) == 5
    for feed in feeds:
        rows = list(upload_template.rows(feed))
        assert rows
        for series in feed.series.all():
            assert series.key.rpartition("|")[2] == series.frequency == series.indicator.frequency


def test_a_ticket_is_good_for_its_person_its_feed_and_its_text_alone(feed, person, hand_in):
    _preview, ticket = hand_in()
    other = User.objects.create_superuser("second@project.example", "a long enough pass phrase")
    other_feed = Feed.objects.exclude(pk=feed.pk).first()

    assert uploading.ticket_of(ticket.signed(), feed, person) == ticket
    for text, of, by in (
        (ticket.signed(), feed, other),
        (ticket.signed(), other_feed, person),
        (replace(ticket, sha256="0" * 64).signed()[:-1], feed, person),
        ("nonsense", feed, person),
    ):
        with pytest.raises(OutOfDate):
            uploading.ticket_of(text, of, by)
