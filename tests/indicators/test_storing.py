"""R4, R9: what differs becomes a vintage with its provenance, what does not writes nothing, in whole sets."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from indicators.batches import is_news
from indicators.models import Document, Feed, Indicator, Observation, Payload, Run, Series, Source
from indicators.sources import Row
from indicators.storing import Stored, indicators_of, store

pytestmark = pytest.mark.django_db

DAY = date(2024, 1, 1)
JULY, AUGUST = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC)
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="a matter of PostgreSQL")


@pytest.fixture
def series() -> Series:
    source = Source.objects.create(code="agency", name="Agency")
    feed = Feed.objects.create(code="sets", source=source)
    indicator = Indicator.objects.create(code="sets", name="Sets", unit="percent")
    return Series.objects.create(
        indicator=indicator, area="MEX", source=source, frequency="annual", feed=feed, key="K"
    )


def new_run(series: Series) -> Run:
    return Run.objects.create(feed=series.feed, trigger="command")


def read(series: Series, *rows: Row, run: Run | None = None, **kept: Payload) -> Stored:
    """Store rows of that series as a refresh would."""
    batch = {series: {date(int(row.period), 1, 1): row for row in rows}}
    payloads = {("K", row.period): kept["payload"] for row in rows} if kept else {}
    return store(batch, payloads, run or new_run(series))


def row(value: str | None, period: str = "2024", **fields) -> Row:
    return Row("K", period, None if value is None else Decimal(value), **{"vintage": JULY, **fields})


def history(series: Series) -> list[tuple]:
    found = series.observations.order_by("vintage")
    return [(one.value, one.vintage, one.is_current) for one in found]


# --- What is stored -----------------------------------------------------------------------------
def test_new_changed_and_unchanged_values_are_told_apart(series):
    assert read(series, row("1", "2022"), row("2", "2023")) == Stored(new=2, revised=0)

    stored = read(series, row("1", "2022"), row("2.5", "2023", vintage=AUGUST), row("3", "2024"))

    assert stored == Stored(new=1, revised=1)
    current = series.observations.current().order_by("period")
    assert [one.value for one in current] == [Decimal("1"), Decimal("2.5"), Decimal("3")]
    assert series.observations.count() == 4


def test_a_vintage_says_where_it_comes_from(series):
    document = Document.objects.first()
    payload = Payload.objects.create(sha256="a" * 64, size=1, content_type="text/csv")
    run, before = new_run(series), timezone.now()

    read(
        series, row("1.50", document=document.code, attribution="Agency", note="a note", status="estimated"),
        run=run, payload=payload,
    )  # fmt: skip

    one = series.observations.get()
    assert (one.run, one.payload, one.document) == (run, payload, document)
    assert (one.attribution, one.note, one.status) == ("Agency", "a note", "estimated")
    assert (str(one.value), one.vintage, one.is_current) == ("1.50", JULY, True)
    assert before <= one.recorded_at <= timezone.now()
    assert indicators_of(run) == {series.indicator_id}


@pytest.mark.parametrize("text", ["a\ttab", "a\nline", "back\\slash", "\\N", "“ñ” €", "'; --", "%s %(x)s"])
def test_every_character_of_a_note_arrives(series, text):
    read(series, row("1", note=text))

    assert series.observations.get().note == text


@pytest.mark.parametrize("digits", ["0.10", "123456789012345678901234567890.123456789012", "-0.000001", "0"])
def test_a_number_is_kept_digit_for_digit(series, digits):
    read(series, row(digits))

    assert format(series.observations.get().value, "f") == digits


def test_the_same_answer_again_writes_no_observation(series):
    read(series, row("1", "2022"), row("2", "2023", status="provisional"))
    before = traces(series)

    with no_writing():
        stored = read(series, row("1.00", "2022"), row("2", "2023", status="provisional", vintage=AUGUST))

    assert not stored
    assert traces(series) == before


def traces(series: Series) -> list:
    """Every row with the transaction that wrote it last, where the database tells."""
    columns = "xmin, ctid, *" if connection.vendor == "postgresql" else "rowid, *"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM indicators_observation WHERE series_id = %s ORDER BY id", [series.pk]
        )
        return cursor.fetchall()


@contextmanager
def no_writing() -> Iterator[None]:
    """On SQLite, which does not tell who wrote a row, whatever writes an observation fails."""
    events = ("INSERT", "UPDATE") if connection.vendor == "sqlite" else ()
    with connection.cursor() as cursor:
        for event in events:
            cursor.execute(
                f"CREATE TEMPORARY TRIGGER no_{event} BEFORE {event} ON main.indicators_observation "
                "BEGIN SELECT RAISE(ABORT, 'written'); END"
            )
        yield
        for event in events:
            cursor.execute(f"DROP TRIGGER no_{event}")


PUBLISHED = [("1.5", ""), ("1.5", "provisional"), (None, ""), ("0", "")]
READ = [*PUBLISHED, ("1.50", ""), ("-0", ""), ("1.5000000000000000000001", ""), ("15E-1", "")]


@pytest.mark.parametrize("after", READ)
@pytest.mark.parametrize("before", [None, *PUBLISHED])
def test_the_database_takes_for_news_what_the_program_does(series, before, after):
    current = None
    if before:
        read(series, row("9"))
        read(series, row(before[0], status=before[1]))
        current = series.observations.current().get()
    arrived = row(after[0], status=after[1])

    assert bool(read(series, arrived)) == is_news(current, arrived)


def test_a_withdrawn_value_is_a_vintage_without_a_value(series):
    read(series, row("1"))
    read(series, row(None, vintage=AUGUST))

    assert history(series) == [(Decimal("1"), JULY, False), (None, AUGUST, True)]
    assert not read(series, row(None, vintage=AUGUST), row(None, "2023"))


# --- The vintage --------------------------------------------------------------------------------
@pytest.mark.parametrize("stated", [None, JULY, JULY - timedelta(days=1), datetime(2999, 1, 1, tzinfo=UTC)])
def test_a_revision_without_a_believable_newer_day_is_of_now(series, stated):
    read(series, row("1"))
    before = timezone.now()

    read(series, row("2", vintage=stated))

    assert before <= series.observations.current().get().vintage <= timezone.now()


def test_a_revision_is_newer_also_than_a_vintage_of_a_clock_that_went_wrong(series):
    wrong = datetime(2999, 1, 1, tzinfo=UTC)
    Observation.objects.create(series=series, period=DAY, value=1, vintage=wrong)

    read(series, row("2"))

    assert history(series)[-1] == (Decimal("2"), wrong + timedelta(microseconds=1), True)


def test_a_stated_day_is_the_vintage(series):
    read(series, row("1"))
    read(series, row("2", vintage=AUGUST))

    assert [vintage for _value, vintage, _current in history(series)] == [JULY, AUGUST]


# --- What the database refuses ------------------------------------------------------------------
def refused(message: str | None = None):
    return pytest.raises(IntegrityError, match=message)


def test_a_period_never_has_two_current_vintages(series):
    read(series, row("1"))

    with refused(), transaction.atomic():
        Observation.objects.create(series=series, period=DAY, value=2, vintage=AUGUST)


@pytest.mark.parametrize("column", ["series_id", "run_id", "payload_id", "document_id"])
def test_an_observation_points_to_what_exists(series, column):
    fields = {"series_id": series.pk, column: 10**9}

    with refused(), transaction.atomic():
        Observation.objects.create(period=DAY, value=1, vintage=JULY, **fields)
        connection.check_constraints()


def test_what_an_observation_points_to_stays(series):
    payload = Payload.objects.create(sha256="b" * 64, size=1, content_type="text/csv")
    read(series, row("1"), payload=payload)

    with refused(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM indicators_payload WHERE id = %s", [payload.pk])
        connection.check_constraints()


@on_postgresql
def test_a_superseded_vintage_never_becomes_current_again(series):
    read(series, row("1"))
    read(series, row("2"))

    with refused("never becomes current again"), transaction.atomic():
        series.observations.filter(is_current=False).update(is_current=True)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_that_store_the_same_period_at_once_one_is_refused(loaded):
    series = Series.objects.filter(feed__isnull=False).first()
    outcomes: list[object] = []

    def other() -> None:
        with closing(connection):
            try:
                outcomes.append(read(series, row("2", "1901")))
            except IntegrityError as error:
                outcomes.append(error)

    thread = threading.Thread(target=other)
    with transaction.atomic():
        read(series, row("1", "1901"))
        thread.start()
        thread.join(1)
        assert thread.is_alive(), "it waits until the first has ended"
    thread.join(10)

    assert [type(outcome) for outcome in outcomes] == [IntegrityError]
    assert series.observations.get(period=date(1901, 1, 1)).value == 1
