"""A copy of the loaded monitor, so that tests that emptied the tables have it again within milliseconds."""

import sqlite3

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import connection, transaction

SQLITE: list[sqlite3.Connection] = []
POSTGRES: dict[str, bytes] = {}
"""The rows of each table that has any, as COPY gives them."""


def keep_copy() -> None:
    connection.ensure_connection()
    if connection.vendor == "sqlite" and not SQLITE:
        copy = sqlite3.connect(":memory:", check_same_thread=False)
        connection.connection.backup(copy)
        SQLITE.append(copy)
    if connection.vendor == "postgresql" and not POSTGRES and may_skip_triggers():
        POSTGRES.update({table: rows for table in tables() if (rows := copy_of(table))})


def restore_copy() -> bool:
    """Put the copy in place of what there is; False where none could be kept."""
    connection.ensure_connection()
    ContentType.objects.clear_cache()
    if SQLITE:
        SQLITE[0].backup(connection.connection)
    if POSTGRES:
        copy_back()
    return bool(SQLITE or POSTGRES)


def may_skip_triggers() -> bool:
    """Only a superuser of PostgreSQL puts rows past the triggers that look at each of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser') = 'on'")
        return cursor.fetchone()[0]


def tables() -> list[str]:
    return sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True)})


def copy_of(table: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" TO STDOUT') as rows:
        return b"".join(rows)


def copy_back() -> None:
    """The tables are empty, or hold what every flush puts there, such as content types."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, rows in POSTGRES.items():
            cursor.execute(f'DELETE FROM "{table}"')
            with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                copy.write(rows)
    reset_sequences()


def reset_sequences() -> None:
    models = apps.get_models(include_auto_created=True)
    filled = [model for model in models if model._meta.db_table in POSTGRES]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), filled):
            cursor.execute(statement)
