"""Stores a few rows at once without building a query for each: the statement is the same every time."""

from collections.abc import Iterable, Sequence
from functools import cache

from django.db import connection, models


def add(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model; they do not learn their numbers."""
    if rows:
        model = type(rows[0])
        run(insertion(model), [values(row, columns_of(model)) for row in rows])


def change(rows: Sequence[models.Model], names: tuple[str, ...]) -> None:
    """Write these fields of rows of one model that are stored already."""
    if rows:
        model = type(rows[0])
        fields = fields_of(model, names)
        run(alteration(model, names), [[*values(row, fields), row.pk] for row in rows])


def run(statement: str, parameters: Iterable[Sequence]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(statement, list(parameters))


def values(row: models.Model, fields: Sequence[models.Field]) -> list:
    return [field.get_db_prep_save(field.pre_save(row, add=False), connection) for field in fields]


@cache
def columns_of(model: type[models.Model]) -> tuple[models.Field, ...]:
    return tuple(field for field in model._meta.concrete_fields if not field.primary_key)


@cache
def fields_of(model: type[models.Model], names: tuple[str, ...]) -> tuple[models.Field, ...]:
    return tuple(model._meta.get_field(name) for name in names)  # type: ignore[misc]


@cache
def insertion(model: type[models.Model]) -> str:
    columns = columns_of(model)
    marks = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {quoted(model._meta.db_table)} ({named(columns)}) VALUES ({marks})"  # noqa: S608


@cache
def alteration(model: type[models.Model], names: tuple[str, ...]) -> str:
    changes = ", ".join(f"{quoted(str(field.column))} = %s" for field in fields_of(model, names))
    return f"UPDATE {quoted(model._meta.db_table)} SET {changes} WHERE id = %s"  # noqa: S608


def named(fields: Iterable[models.Field]) -> str:
    return ", ".join(quoted(str(field.column)) for field in fields)


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)
