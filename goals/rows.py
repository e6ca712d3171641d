"""Reads and stores a few rows without building a query for each: the statement is the same every time.

PostgreSQL gets several statements in one message, so that they cost one way there and back.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import Any, TypeVar

from django.db import connection, models

M = TypeVar("M", bound=models.Model)
Question = tuple[str, Sequence]
"""A statement that reads, and its parameters."""
Batch = tuple[str, list[list]]
"""A statement, and the parameters of each time it is run."""
Readers = list[tuple[int, Any, Callable[..., Any]]]
"""The place of a column, its expression, and what makes a value of what the database gives there."""
Writers = list[tuple[str, Callable[[Any], Any]]]
"""An attribute, and what makes of its value what the database takes."""

MOST_TOGETHER = 500
"""Statements in one message."""
AS_THEY_ARE = (models.CharField, models.BooleanField, models.PositiveIntegerField, models.ForeignKey)
"""Fields whose values both databases take without a change."""


# --- Reading ------------------------------------------------------------------------------------
def ask(*questions: Question) -> list[list[tuple]]:
    """The rows each of these reads, as the database gives them."""
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            return [cursor.execute(*question).fetchall() for question in questions]
        statements, parameters = zip(*questions, strict=True)
        cursor.execute("; ".join(statements), list(chain(*parameters)))
        answers = [cursor.fetchall()]
        while cursor.nextset():
            answers.append(cursor.fetchall())
        return answers


@cache
def selection(model: type[models.Model], names: tuple[str, ...] = ()) -> str:
    """A statement that reads rows of a model, or these columns; what follows WHERE is still to be added."""
    columns = named(columns_read(model, names))
    return f"SELECT {columns} FROM {quoted(model._meta.db_table)}"  # noqa: S608 - names of our own fields


def loaded(model: type[M], found: Iterable[Sequence], names: tuple[str, ...] = ()) -> list[M]:
    """Rows as objects of their model; `names` are their columns, in the order of the model, if not all."""
    (attributes, readers), alias = reading(model, names), connection.alias
    return [model.from_db(alias, attributes, converted(row, readers)) for row in found]


def converted(row: Sequence, readers: Readers) -> list:
    values = list(row)
    for place, column, convert in readers:
        values[place] = convert(values[place], column, connection)
    return values


@cache
def reading(model: type[models.Model], names: tuple[str, ...]) -> tuple[dict[str, int], Readers]:
    """The attributes these columns become, and what makes their values of what the database gives."""
    fields = columns_read(model, names)
    readers = [
        (place, field.cached_col, convert)
        for place, field in enumerate(fields)
        for convert in (
            *connection.ops.get_db_converters(field.cached_col), *field.get_db_converters(connection),
        )
    ]  # fmt: skip
    return {one.attname: place for place, one in enumerate(fields)}, readers


def columns_read(model: type[models.Model], names: tuple[str, ...]) -> list[models.Field]:
    return [field for field in model._meta.concrete_fields if not names or field.attname in names]


# --- Writing ------------------------------------------------------------------------------------
def add(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model; they do not learn their numbers."""
    send(*additions(rows))


def change(rows: Sequence[models.Model], names: tuple[str, ...]) -> None:
    """Write these fields of rows of one model that are stored already."""
    send(changes(rows, names))


def send(*batches: Batch) -> None:
    """Run statements one after the other."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Each by itself: psycopg keeps what it found in a short statement, but not in a long message.
            runs = [cursor.mogrify(statement, row) for statement, rows in batches for row in rows]
            for start in range(0, len(runs), MOST_TOGETHER):
                cursor.execute("; ".join(runs[start : start + MOST_TOGETHER]))
            return
        for statement, rows in batches:
            if rows:
                cursor.executemany(statement, rows)


def additions(rows: Sequence[models.Model]) -> list[Batch]:
    """What `add` sends: two rows a statement, which halves them and leaves each short; and what is left."""
    if not rows:
        return []
    model = type(rows[0])
    each = [values(row, writers(model)) for row in rows]
    pairs = [first + second for first, second in zip(each[::2], each[1::2], strict=False)]
    return [(insertion(model, 2), pairs), (insertion(model, 1), each[2 * len(pairs) :])]


def changes(rows: Sequence[models.Model], names: tuple[str, ...]) -> Batch:
    """What `change` sends."""
    if not rows:
        return "", []
    model = type(rows[0])
    written = writers(model, names)
    return alteration(model, names), [[*values(row, written), row.pk] for row in rows]


def removals(rows: Sequence[models.Model]) -> Batch:
    """Deletes rows of one model that nothing refers to."""
    if not rows:
        return "", []
    table = quoted(type(rows[0])._meta.db_table)
    return f"DELETE FROM {table} WHERE id = %s", [[row.pk] for row in rows]  # noqa: S608 - a name of our own


def values(row: models.Model, written: Writers) -> list:
    return [write(getattr(row, name)) for name, write in written]


@lru_cache
def writers(model: type[models.Model], names: tuple[str, ...] = ()) -> Writers:
    """What hands these attributes to the database, or all but the number of the row."""
    return [(field.attname, writer(field)) for field in fields_of(model, names)]


def writer(field: models.Field) -> Callable[[Any], Any]:
    """How a value of this field is handed to the database."""
    if isinstance(field, AS_THEY_ARE):
        return lambda value: value
    if isinstance(field, models.BigIntegerField):
        return field.get_prep_value
    if isinstance(field, models.DateField):
        return lambda value: field.get_db_prep_value(value, connection, prepared=True)
    return lambda value: field.get_db_prep_save(value, connection)


def fields_of(model: type[models.Model], names: tuple[str, ...] = ()) -> list[models.Field]:
    by_name = {field.attname: field for field in model._meta.concrete_fields if not field.primary_key}
    return [by_name[name] for name in names or by_name]


@cache
def insertion(model: type[models.Model], count: int) -> str:
    """A statement that adds so many rows."""
    columns = fields_of(model)
    marks = ", ".join([f"({', '.join(['%s'] * len(columns))})"] * count)
    return f"INSERT INTO {quoted(model._meta.db_table)} ({named(columns)}) VALUES {marks}"  # noqa: S608 - names of our own fields


@lru_cache
def alteration(model: type[models.Model], names: tuple[str, ...]) -> str:
    changes = ", ".join(f"{quoted(str(field.column))} = %s" for field in fields_of(model, names))
    return f"UPDATE {quoted(model._meta.db_table)} SET {changes} WHERE id = %s"  # noqa: S608 - names of our own fields


def named(fields: Iterable[models.Field]) -> str:
    return ", ".join(quoted(str(field.column)) for field in fields)


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)
