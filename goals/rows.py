"""Reads and stores a few rows without building a query for each: the statement is the same every time.

PostgreSQL gets several statements in one message, so that they cost one way there and back.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import chain
from typing import Any, TypeVar

from django.db import connection, models

M = TypeVar("M", bound=models.Model)
Question = tuple[str, Sequence]
"""A statement that reads, and its parameters."""
Batch = tuple[str, list[list]]
"""A statement, and the parameters of each time it is run."""

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
def selection(model: type[models.Model]) -> str:
    """A statement that reads whole rows of a model; what follows WHERE is still to be added."""
    columns = named(model._meta.concrete_fields)
    return f"SELECT {columns} FROM {quoted(model._meta.db_table)}"  # noqa: S608 - names of our own fields


def loaded(model: type[M], found: Iterable[Sequence], names: tuple[str, ...] = ()) -> list[M]:
    """Rows as objects of their model; `names` are their columns, in the order of the model, if not all."""
    fields = [one for one in model._meta.concrete_fields if not names or one.attname in names]
    attributes, readers = [one.attname for one in fields], [reader(one) for one in fields]
    return [
        model.from_db(
            connection.alias, attributes, [read(value) for read, value in zip(readers, row, strict=True)]
        )
        for row in found
    ]


@cache
def reader(field: models.Field) -> Callable[[Any], Any]:
    """How a value of this field is made of what the database gives."""
    column = field.cached_col
    converters = [*connection.ops.get_db_converters(column), *field.get_db_converters(connection)]

    def read(value: Any) -> Any:
        for convert in converters:
            value = convert(value, column, connection)
        return value

    return read


# --- Writing ------------------------------------------------------------------------------------
def add(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model; they do not learn their numbers."""
    send(additions(rows))


def change(rows: Sequence[models.Model], names: tuple[str, ...]) -> None:
    """Write these fields of rows of one model that are stored already."""
    send(changes(rows, names))


def send(*batches: Batch) -> None:
    """Run statements one after the other."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            runs = [(statement, row) for statement, rows in batches for row in rows]
            for start in range(0, len(runs), MOST_TOGETHER):
                statements, rows = zip(*runs[start : start + MOST_TOGETHER], strict=True)
                cursor.execute("; ".join(statements), list(chain(*rows)))
            return
        for statement, rows in batches:
            if rows:
                cursor.executemany(statement, rows)


def additions(rows: Sequence[models.Model]) -> Batch:
    """What `add` sends."""
    if not rows:
        return "", []
    model = type(rows[0])
    return insertion(model), [values(row, columns_of(model)) for row in rows]


def changes(rows: Sequence[models.Model], names: tuple[str, ...]) -> Batch:
    """What `change` sends."""
    if not rows:
        return "", []
    model = type(rows[0])
    fields = fields_of(model, names)
    return alteration(model, names), [[*values(row, fields), row.pk] for row in rows]


def values(row: models.Model, fields: Sequence[models.Field]) -> list:
    return [write(getattr(row, name)) for name, write in writers(fields)]


@cache
def writers(fields: Sequence[models.Field]) -> list[tuple[str, Callable[[Any], Any]]]:
    return [(field.attname, writer(field)) for field in fields]


def writer(field: models.Field) -> Callable[[Any], Any]:
    """How a value of this field is handed to the database."""
    if isinstance(field, AS_THEY_ARE):
        return lambda value: value
    if isinstance(field, models.BigIntegerField):
        return field.get_prep_value
    return lambda value: field.get_db_prep_save(value, connection)


@cache
def columns_of(model: type[models.Model]) -> tuple[models.Field, ...]:
    return tuple(field for field in model._meta.concrete_fields if not field.primary_key)


@cache
def fields_of(model: type[models.Model], names: tuple[str, ...]) -> tuple[models.Field, ...]:
    by_name = {field.name: field for field in columns_of(model)}
    return tuple(by_name[name] for name in names)


@cache
def insertion(model: type[models.Model]) -> str:
    columns = columns_of(model)
    marks = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {quoted(model._meta.db_table)} ({named(columns)}) VALUES ({marks})"  # noqa: S608 - names of our own fields


@cache
def alteration(model: type[models.Model], names: tuple[str, ...]) -> str:
    changes = ", ".join(f"{quoted(str(field.column))} = %s" for field in fields_of(model, names))
    return f"UPDATE {quoted(model._meta.db_table)} SET {changes} WHERE id = %s"  # noqa: S608 - names of our own fields


def named(fields: Iterable[models.Field]) -> str:
    return ", ".join(quoted(str(field.column)) for field in fields)


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)
