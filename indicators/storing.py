"""Stores what was read as new vintages, in sets: what is published is never altered, only followed.

All rows go into a temporary table; the database itself finds what is new and what differs. A value that
differs by its value or its status is a revision, an absent one that was never there is no news, and rows
that say what is published already write nothing.
"""

# ruff: noqa: S608 - the statements are put together from the constants here alone

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction

from indicators import clock
from indicators.batches import Batch, Payloads
from indicators.fields import digits
from indicators.models import Document, Observation, Run

MEMORY = "64MB"
"""For a join of many rows without files between."""

Read = tuple
"""Series, period, value, status, vintage, payload, document, attribution and note of one row, by ids."""

COLUMNS = "series_id, period, value, status, vintage, payload_id, document_id, attribution, note"
TYPES = {
    "postgresql": "series_id bigint, period date, value numeric, status varchar, vintage timestamptz, "
    "payload_id bigint, document_id bigint, attribution varchar, note varchar",
    "sqlite": "series_id integer, period text, value text, status text, vintage text, "
    "payload_id integer, document_id integer, attribution text, note text",
}
ADD = (
    "INSERT INTO indicators_observation (series_id, period, value, status, vintage, payload_id, document_id, "
    "attribution, note, run_id, recorded_at, is_current) "
)
REST = "payload_id, document_id, attribution, note, %(run)s, %(now)s, %(yes)s"
SAME_PLACE = "old.series_id = read_rows.series_id AND old.period = read_rows.period AND old.is_current"
# Else PostgreSQL reads every observation there is rather than look for ten thousand of them.
AMONG_THEIRS = f"{SAME_PLACE} AND old.series_id = ANY (%(series)s)"

ADD_NEW = (
    f"{ADD} SELECT series_id, period, value, status, vintage, {REST} FROM read_rows WHERE value IS NOT NULL "
    "AND NOT EXISTS (SELECT 1 FROM indicators_observation old WHERE {place})"
)
# One statement: the replaced rows are found, marked and followed without a table between.
FOLLOW_REPLACED = f"""
WITH replaced AS (
    UPDATE indicators_observation old SET is_current = false FROM read_rows
    WHERE {AMONG_THEIRS}
    AND (old.value IS DISTINCT FROM read_rows.value OR old.status <> read_rows.status)
    RETURNING read_rows.*, old.vintage AS replaced_vintage
)
{ADD} SELECT series_id, period, value, status, CASE WHEN vintage > replaced_vintage THEN vintage
    ELSE greatest(%(now)s, replaced_vintage + interval '1 microsecond') END, {REST} FROM replaced
"""
# SQLite adds nothing from what an UPDATE returns, and keeps numbers as text: 1.50 is 1.5.
FIND_REPLACED = f"""
CREATE TEMPORARY TABLE replaced AS
SELECT read_rows.rowid AS place, old.id AS old_id, old.vintage AS replaced_vintage
FROM read_rows CROSS JOIN indicators_observation old ON {SAME_PLACE}
WHERE old.status <> read_rows.status
   OR (old.value IS NOT read_rows.value AND is_other_number(old.value, read_rows.value))
"""
MARK_REPLACED = "UPDATE indicators_observation SET is_current = 0 WHERE id IN (SELECT old_id FROM replaced)"
ADD_REPLACED = f"""
{ADD} SELECT series_id, period, value, status, CASE WHEN vintage > replaced_vintage THEN vintage
    WHEN %(now)s > replaced_vintage THEN %(now)s ELSE just_after(replaced_vintage) END, {REST}
FROM replaced JOIN read_rows ON read_rows.rowid = replaced.place
"""


@dataclass(frozen=True)
class Stored:
    """How many values were never there before, and how many follow another one."""

    new: int = 0
    revised: int = 0

    def __bool__(self) -> bool:
        return bool(self.new or self.revised)


def store(batch: Batch, kept: Payloads, record: Run) -> Stored:
    """Publish what the batch changes as vintages of this run."""
    documents = dict(Document.objects.values_list("code", "pk"))
    return store_rows(read_rows(batch, kept, documents, clock.now()), record)


def read_rows(batch: Batch, kept: Payloads, documents: dict[str, int], now: datetime) -> Iterator[Read]:
    """The vintage is when the agency says it published; now if it does not say, or says the future."""
    payloads = {place: payload.pk for place, payload in kept.items()}
    for series, by_period in batch.items():
        series_id = series.pk
        for period, row in by_period.items():
            stated = row.vintage
            vintage = stated if stated and stated <= now else now
            payload = payloads.get((row.key, row.period))
            document = documents.get(row.document) if row.document else None
            yield (
                series_id, period, row.value, row.status, vintage,
                payload, document, row.attribution, row.note,
            )  # fmt: skip


def store_rows(rows: Iterable[Read], record: Run) -> Stored:
    """Store what differs, in one transaction; `rows` must not ask the database for anything."""
    now, is_postgresql = clock.now(), connection.vendor == "postgresql"
    values = {"run": record.pk, "now": connection.ops.adapt_datetimefield_value(now), "yes": True}
    fill, follow = (copy, follow_on_postgresql) if is_postgresql else (insert, follow_on_sqlite)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE read_rows ({TYPES[connection.vendor]})")
        fill(cursor, rows)
        stored = follow(cursor, values)
        cursor.execute("DROP TABLE read_rows")
    return stored


def run(cursor, statement: str, values: dict) -> int:
    cursor.execute(statement, values)
    return cursor.rowcount


# --- PostgreSQL ---------------------------------------------------------------------------------
def copy(cursor, rows: Iterable[Read]) -> None:
    types = [column.split()[1] for column in TYPES["postgresql"].split(", ")]
    with cursor.copy(f"COPY read_rows ({COLUMNS}) FROM STDIN (FORMAT BINARY)") as stream:
        stream.set_types(types)
        for row in rows:
            stream.write_row(row)
    cursor.execute("ANALYZE read_rows")
    cursor.execute(f"SET LOCAL work_mem = '{MEMORY}'")


def follow_on_postgresql(cursor, values: dict) -> Stored:
    cursor.execute("SELECT DISTINCT series_id FROM read_rows")
    values["series"] = [series for (series,) in cursor.fetchall()]
    revised = run(cursor, FOLLOW_REPLACED, values)
    return Stored(run(cursor, ADD_NEW.format(place=AMONG_THEIRS), values), revised)


# --- SQLite -------------------------------------------------------------------------------------
def insert(cursor, rows: Iterable[Read]) -> None:
    marks = ", ".join(["%s"] * len(COLUMNS.split(",")))
    cursor.executemany(f"INSERT INTO read_rows ({COLUMNS}) VALUES ({marks})", as_texts(rows))


def as_texts(rows: Iterable[Read]) -> Iterator[Read]:
    """The rows as SQLite keeps them; the same days and moments come again and again."""
    texts: dict[date, str | None] = {}
    for series, period, value, status, vintage, payload, document, attribution, note in rows:
        if period not in texts:
            texts[period] = connection.ops.adapt_datefield_value(period)
        if vintage not in texts:
            texts[vintage] = connection.ops.adapt_datetimefield_value(vintage)
        yield (
            series, texts[period], None if value is None else digits(value), status, texts[vintage],
            payload, document, attribution, note,
        )  # fmt: skip


def follow_on_sqlite(cursor, values: dict) -> Stored:
    connection.connection.create_function("is_other_number", 2, is_other_number, deterministic=True)
    connection.connection.create_function("just_after", 1, just_after, deterministic=True)
    cursor.execute(FIND_REPLACED)
    run(cursor, MARK_REPLACED, values)
    revised = run(cursor, ADD_REPLACED, values)
    cursor.execute("DROP TABLE replaced")
    return Stored(run(cursor, ADD_NEW.format(place=SAME_PLACE), values), revised)


def is_other_number(one: str | None, other: str | None) -> bool:
    return one is None or other is None or Decimal(one) != Decimal(other)


def just_after(vintage: str) -> str:
    return str(datetime.fromisoformat(vintage) + timedelta(microseconds=1))


def indicators_of(record: Run) -> set[int]:
    """The ids of the indicators of which a run stored a value."""
    found = Observation.objects.filter(run=record).order_by()
    return set(found.values_list("series__indicator", flat=True).distinct())
