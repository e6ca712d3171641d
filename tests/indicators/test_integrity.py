"""R4 on PostgreSQL: what triggers promise in place of foreign keys and a unique index."""

import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from unittest.mock import Mock

import pytest
from django.db import DatabaseError, IntegrityError, NotSupportedError, connection, transaction

from indicators import derived, edition, integrity
from indicators.models import Document, Feed, Indicator, Observation, Payload, Run, Series, Source

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps what the model says"),
    pytest.mark.django_db,
]
really = pytest.mark.django_db(transaction=True)

DAY = date(2024, 1, 1)
JULY, AUGUST = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC)


@pytest.fixture
def series() -> Series:
    source = Source.objects.create(code="agency", name="Agency")
    feed = Feed.objects.create(code="sets", source=source)
    indicator = Indicator.objects.create(code="sets", name="Sets", unit="percent", origin="derived")
    return Series.objects.create(
        indicator=indicator, area="MEX", source=source, frequency="annual", feed=feed, key="K"
    )


@pytest.fixture
def parents(series) -> dict[str, int]:
    """A row of each table an observation points to, by its column."""
    payload = Payload.objects.create(sha256="c" * 64, size=1, content_type="text/csv")
    document = Document.objects.create(code="paper", title="Paper")
    run = Run.objects.create(feed=series.feed, trigger="command")
    return {"series_id": series.pk, "run_id": run.pk, "payload_id": payload.pk, "document_id": document.pk}


def add(vintage: datetime = JULY, **fields) -> Observation:
    return Observation.objects.create(period=DAY, value=1, vintage=vintage, **fields)


def execute(statement: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


class Meanwhile:
    """Something another connection does at the same time, and what came of it."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.error: DatabaseError | None = None
        self.thread = threading.Thread(target=self.do, args=[work])
        self.thread.start()

    def do(self, work: Callable[[], object]) -> None:
        with closing(connection):
            try:
                work()
            except DatabaseError as error:
                self.error = error

    def waits(self) -> bool:
        self.thread.join(0.5)
        return self.thread.is_alive()

    def ended(self) -> DatabaseError | None:
        self.thread.join(10)
        assert not self.thread.is_alive()
        return self.error


# --- What an observation points to ----------------------------------------------------------------
@pytest.mark.parametrize("column", integrity.POINTED_TO)
@pytest.mark.parametrize(
    "change", ["UPDATE {} SET id = id + 1000000 WHERE id = %s", "DELETE FROM {} WHERE id = %s"]
)
def test_a_row_that_observations_point_to_keeps_its_place(parents, column, change):
    add(**parents)
    execute("DELETE FROM indicators_run_payloads")

    with pytest.raises(IntegrityError, match="observations point to this row"), transaction.atomic():
        execute(change.format(integrity.POINTED_TO[column]), parents[column])


@pytest.mark.parametrize("column", integrity.POINTED_TO)
def test_a_table_that_observations_point_to_is_not_emptied_alone(parents, column):
    add(**parents)

    with pytest.raises(IntegrityError, match="in the same statement"), transaction.atomic():
        execute("SET CONSTRAINTS ALL IMMEDIATE")
        execute(f"TRUNCATE {integrity.POINTED_TO[column]} CASCADE")


def test_what_nothing_points_to_may_go(parents):
    with transaction.atomic():
        execute("DELETE FROM indicators_payload WHERE id = %s", parents["payload_id"])

    assert not Payload.objects.filter(pk=parents["payload_id"]).exists()


@really
@pytest.mark.parametrize("column", integrity.POINTED_TO)
def test_who_deletes_waits_for_who_adds_and_is_refused(parents, column):
    with transaction.atomic():
        add(**parents)
        delete = f"DELETE FROM {integrity.POINTED_TO[column]} WHERE id = %s"
        other = Meanwhile(lambda: execute(delete, parents[column]))
        assert other.waits()

    assert isinstance(other.ended(), IntegrityError)
    integrity.refuse_broken()


@really
def test_who_adds_waits_for_who_deletes_and_is_refused(parents):
    with transaction.atomic():
        execute("DELETE FROM indicators_payload WHERE id = %s", parents["payload_id"])
        other = Meanwhile(lambda: add(**parents))
        assert other.waits()

    assert isinstance(other.ended(), IntegrityError)
    assert not Observation.objects.filter(series=parents["series_id"]).exists()


# --- One current vintage --------------------------------------------------------------------------
def test_two_statements_of_one_transaction_make_no_two_current_vintages(parents):
    with pytest.raises(IntegrityError, match="two current vintages"), transaction.atomic():
        add(**parents)
        add(AUGUST, **parents)


def test_one_statement_makes_no_two_current_vintages(parents):
    rows = [Observation(period=DAY, value=1, vintage=day, **parents) for day in (JULY, AUGUST)]

    with pytest.raises(IntegrityError, match="two current vintages"), transaction.atomic():
        Observation.objects.bulk_create(rows)


@really
def test_who_adds_the_same_period_goes_on_when_the_first_gives_up(parents):
    with transaction.atomic():
        add(**parents)
        other = Meanwhile(lambda: add(AUGUST, **parents))
        assert other.waits()
        transaction.set_rollback(True)

    assert other.ended() is None
    assert Observation.objects.get(series=parents["series_id"]).vintage == AUGUST


@really
@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_who_could_not_see_what_others_committed_is_refused(parents, level):
    """Both would add a current vintage of the same period and find nothing wrong."""
    with pytest.raises(NotSupportedError, match="READ COMMITTED only"), transaction.atomic():
        execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
        assert not Observation.objects.filter(series=parents["series_id"]).exists()
        other = Meanwhile(lambda: add(**parents))
        assert other.ended() is None
        add(AUGUST, **parents)

    assert Observation.objects.get(series=parents["series_id"]).vintage == JULY


# --- Who waits for whom ---------------------------------------------------------------------------
@really
def test_a_series_saved_while_it_is_calculated_stops_neither(parents, monkeypatch):
    """Who saves holds the series and then wants the edition; the calculation takes both in that order too."""
    series = Series.objects.get(pk=parents["series_id"])
    monkeypatch.setattr(derived.formulas, "parse", lambda text: None)
    monkeypatch.setattr(derived, "InputSeries", lambda formula: Mock(formulas_of_subjects=lambda: [None]))
    monkeypatch.setattr(derived, "recompute_series", lambda *_: bool(add(**parents)))

    with transaction.atomic():
        series.save()
        other = Meanwhile(lambda: derived.recompute_indicator(series.indicator))
        assert other.waits()
        edition.advance()

    assert other.ended() is None
    assert Observation.objects.filter(series=series).count() == 1


# --- Rows that came in past the triggers ----------------------------------------------------------
@pytest.mark.parametrize("column", integrity.POINTED_TO)
def test_a_dangling_row_is_found_afterwards(parents, column):
    without_triggers()
    add(**parents | {column: 10**9})

    with pytest.raises(IntegrityError, match=f"a {column} of an observation points to nothing"):
        integrity.refuse_broken()


def test_two_current_vintages_are_found_afterwards(parents):
    without_triggers()
    add(**parents)
    add(AUGUST, **parents)

    with pytest.raises(IntegrityError, match="two current vintages"):
        integrity.refuse_broken()


def without_triggers() -> None:
    """As a restore puts rows in; the end of the test takes it back."""
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute(f"ALTER TABLE {integrity.TABLE} DISABLE TRIGGER USER")
