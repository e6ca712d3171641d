"""Reads and stores a few rows without building a query for each: the statement is the same every time.

PostgreSQL gets several statements in one message, so that they cost one way there and back, and the rows of
a statement as one JSON text: a parameter each would cost more than what is done with them.
"""

import json
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.base import ModelState

M = TypeVar("M", bound=models.Model)
Question = tuple[str, Sequence]
"""A statement that reads, and its parameters."""
Batch = tuple[str, Sequence[Sequence]]
"""A statement, and the parameters of each time it is run."""
Readers = list[tuple[int, Any, Callable[..., Any]]]
"""The place of a column, its expression, and what makes a value of what the database gives there."""
Writers = list[tuple[str, Callable[[Any], Any] | None]]
"""An attribute, and what makes of its value what the database takes; None where that is the value."""

MOST_TOGETHER = 5_000
"""Rows in one statement."""
MOST_PLANNED_FOR = 12
"""Parameters; with more of them there are many statements that differ in their number alone."""
PLANS: MutableMapping[Any, dict[str, str]] = WeakKeyDictionary()
"""The statements each connection to PostgreSQL has planned, with their names there."""
STATEMENTS = {
    ("select", "sqlite"): "SELECT {columns} FROM {table}",
    ("select", "postgresql"): "SELECT {columns} FROM {table}",
    ("insert", "sqlite"): "INSERT INTO {table} ({columns}) VALUES ({marks})",
    ("update", "sqlite"): "UPDATE {table} SET {changes} WHERE id = %s",
    ("delete", "sqlite"): "DELETE FROM {table} WHERE id = %s",
    ("insert", "postgresql"): "INSERT INTO {table} ({columns}) SELECT {columns} FROM {listed}",
    ("update", "postgresql"): "UPDATE {table} kept SET {changes} FROM {listed} WHERE kept.id = given.id",
    ("delete", "postgresql"): "DELETE FROM {table} kept USING {listed} WHERE kept.id = given.id",
}
CHANGES = {"sqlite": "{0} = %s", "postgresql": "{0} = given.{0}"}
ENCODED = json.JSONEncoder(default=str).encode  # Decimals are text
AS_THEY_ARE = (
    models.CharField, models.BooleanField, models.PositiveIntegerField, models.ForeignKey, models.AutoField,
)  # fmt: skip
"""Fields whose values both databases take without a change."""


# --- Reading ------------------------------------------------------------------------------------
def ask(*questions: Question) -> list[list[tuple]]:
    """The rows each of these reads, as the database gives them."""
    with connection.cursor() as cursor:
        if cursor.db.vendor != "postgresql":
            return [cursor.execute(*question).fetchall() for question in questions]
        cursor.execute(*message(cursor.db, questions))
        with cursor.db.wrap_database_errors:
            return answers(cursor.cursor)


def answers(cursor: Any) -> list[list[tuple]]:
    """What each statement of a message reads, from the cursor of the driver."""
    found = [cursor.fetchall()]
    while cursor.nextset():
        found.append(cursor.fetchall())
    return found


def message(database: BaseDatabaseWrapper, statements: Iterable[Question]) -> Question:
    """Several statements with their parameters as one."""
    plans = PLANS.setdefault(database.connection, {})
    found = [(planned(statement, len(parameters), plans), parameters) for statement, parameters in statements]
    texts, parameters = zip(*found, strict=True)
    return "; ".join(texts), list(chain(*parameters))


def planned(statement: str, count: int, plans: dict[str, str]) -> str:
    """A statement that PostgreSQL plans once for a connection: its plan takes longer than what is planned."""
    if statement not in plans:
        if count > MOST_PLANNED_FOR or is_pooled():
            return statement
        plans[statement] = plan(statement, count, len(plans))
    given = f"({', '.join(['%s'] * count)})" if count else ""
    return f"EXECUTE {plans[statement]}{given}"


def plan(statement: str, count: int, place: int) -> str:
    """Let PostgreSQL plan a statement; the name says what kind it is, as logs show nothing else of it."""
    name = f"{statement.split()[0].lower()}_{place}"
    marks = tuple(f"${number}" for number in range(1, count + 1))
    with connection.wrap_database_errors:
        connection.connection.execute(f"PREPARE {name} AS {statement % marks}")
    return name


def is_pooled() -> bool:
    """Whether each transaction may come upon another connection of the server."""
    return bool(connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"))


@lru_cache
def with_marks(statement: str, count: int) -> str:
    """A statement with as many marks in its place for them as there are values."""
    return statement.format(", ".join(["%s"] * count))


@cache
def selection(model: type[models.Model], names: tuple[str, ...] = ()) -> str:
    """A statement that reads rows of a model, or these columns; what follows WHERE is still to be added."""
    columns = tuple(field.attname for field in columns_read(model, names))
    return put_together("select", connection.vendor, model, columns)


def loaded(model: type[M], found: Iterable[Sequence], names: tuple[str, ...] = ()) -> list[M]:
    """Rows as objects of their model; `names` are their columns, in the order of the model, if not all."""
    (attributes, readers), stored_in = reading(model, names), connection.alias
    rows = (dict(zip(attributes, converted(row, readers), strict=True)) for row in found)
    return [built(model, values, stored_in) for values in rows]


def built(model: type[M], values: Mapping[str, Any], stored_in: str | None = None) -> M:
    """An object with these attributes, and no other: what is missing is read when somebody asks.

    As the model's own `__init__` makes it, which takes longer than the database with its dozens of fields.
    """
    row = model.__new__(model)
    state = row._state = ModelState()
    state.db, state.adding = stored_in, stored_in is None
    vars(row).update(values)
    return row


def converted(row: Sequence, readers: Readers) -> list:
    values = list(row)
    for place, column, convert in readers:
        values[place] = convert(values[place], column, connection)
    return values


@cache
def reading(model: type[models.Model], names: tuple[str, ...]) -> tuple[list[str], Readers]:
    """The attributes these columns become, and what makes their values of what the database gives."""
    fields = columns_read(model, names)
    readers = [
        (place, field.cached_col, convert)
        for place, field in enumerate(fields)
        for convert in (
            *connection.ops.get_db_converters(field.cached_col), *field.get_db_converters(connection),
        )
    ]  # fmt: skip
    return [one.attname for one in fields], readers


def columns_read(model: type[models.Model], names: tuple[str, ...]) -> list[models.Field]:
    return [field for field in model._meta.concrete_fields if not names or field.attname in names]


# --- Writing ------------------------------------------------------------------------------------
def add(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model; they do not learn their numbers."""
    send(*additions(rows))


def change(rows: Sequence[models.Model], names: tuple[str, ...]) -> None:
    """Write these fields of rows of one model that are stored already."""
    send(*changes(rows, names))


def send(*batches: Batch) -> None:
    """Run statements one after the other."""
    with connection.cursor() as cursor:
        if cursor.db.vendor != "postgresql":
            for statement, runs in batches:
                cursor.executemany(statement, runs)
        elif batches:
            cursor.execute(*message(cursor.db, [(statement, run) for statement, [run] in batches]))


def additions(rows: Sequence[models.Model]) -> list[Batch]:
    """What `add` sends."""
    return batches("insert", rows)


def changes(rows: Sequence[models.Model], names: tuple[str, ...]) -> list[Batch]:
    """What `change` sends."""
    return batches("update", rows, (*names, "id"))


def removals(rows: Sequence[models.Model]) -> list[Batch]:
    """Deletes rows of one model that nothing refers to."""
    return batches("delete", rows, ("id",))


def batches(kind: str, rows: Sequence[models.Model], names: tuple[str, ...] = ()) -> list[Batch]:
    if not rows:
        return []
    model, vendor = type(rows[0]), connection.vendor
    statement, written = put_together(kind, vendor, model, names), writers(model, names)
    if vendor != "postgresql":
        return [(statement, [values(row, written) for row in rows])]
    parts = (rows[start : start + MOST_TOGETHER] for start in range(0, len(rows), MOST_TOGETHER))
    return [(statement, [[as_text(part, written)]]) for part in parts]


def values(row: models.Model, written: Writers) -> list:
    held = vars(row)
    return [write(held[name]) if write else held[name] for name, write in written]


def as_text(rows: Iterable[models.Model], written: Writers) -> str:
    names = [name for name, _write in written]
    found = (zip(names, values(row, written), strict=True) for row in rows)
    return ENCODED([{name: value for name, value in row if value is not None} for row in found])


@lru_cache
def writers(model: type[models.Model], names: tuple[str, ...]) -> Writers:
    """What hands these attributes to the database, or all but the number of the row."""
    return [(field.attname, writer(field)) for field in fields_of(model, names)]


def writer(field: models.Field) -> Callable[[Any], Any] | None:
    """What makes of a value of this field what the database takes."""
    if isinstance(field, AS_THEY_ARE):
        return None
    if isinstance(field, models.BigIntegerField):
        return field.get_prep_value
    if isinstance(field, models.DateField):  # rows that are written together tell of the same moment
        return lru_cache(maxsize=16)(lambda value: moment_as_text(field, value))
    return lambda value: field.get_db_prep_save(value, connection)


def moment_as_text(field: models.DateField, value: Any) -> str | None:
    return None if value is None else str(field.get_db_prep_value(value, connection, prepared=True))


def fields_of(model: type[models.Model], names: tuple[str, ...] = ()) -> list[models.Field]:
    fields = model._meta.concrete_fields
    by_name = {field.attname: field for field in fields if names or not field.primary_key}
    return [by_name[name] for name in names or by_name]


@lru_cache
def put_together(
    kind: str, vendor: str, model: type[models.Model], names: tuple[str, ...], listed: str = ""
) -> str:
    """A statement that takes these columns of a row, of which an update writes all but the last.

    `listed` is where PostgreSQL finds the rows, called `given`, if they do not come as a text.
    """
    fields = fields_of(model, names)
    columns = [quoted(str(field.column)) for field in fields]
    return STATEMENTS[kind, vendor].format(
        table=quoted(model._meta.db_table),
        listed=listed or in_text(columns, fields),
        columns=", ".join(columns),
        marks=", ".join(["%s"] * len(columns)),
        changes=", ".join(CHANGES[vendor].format(column) for column in columns[:-1]),
    )


def in_text(columns: Iterable[str], fields: Iterable[models.Field]) -> str:
    """Rows that come as one JSON text; a value that is not there is NULL."""
    typed = zip(columns, (field.db_type(connection) for field in fields), strict=True)
    return f"json_to_recordset(%s) AS given ({', '.join(f'{column} {kind}' for column, kind in typed)})"


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)
