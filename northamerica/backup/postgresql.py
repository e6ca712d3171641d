"""PostgreSQL table by table through COPY, which keeps every digit and needs no program beside Python.

The tables, triggers and constraints come from the migrations; only rows and sequences are in the backup.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Model

from indicators import integrity
from northamerica.backup.fingerprint import columns_of, kept_models

CHUNK = 1024 * 1024


def hold_one_moment() -> None:
    """All reading of the transaction sees the database as it is now; nobody waits."""
    run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def run(statement: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


# --- Making -------------------------------------------------------------------------------------
def sequences() -> dict[str, int]:
    """How far each has counted: a number once given is not given to something else after a restore."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sequencename, last_value FROM pg_sequences "
            "WHERE schemaname = current_schema() AND last_value IS NOT NULL"
        )
        return dict(cursor.fetchall())


def write(folder: Path) -> None:
    for model in kept_models():
        with (
            connection.cursor() as cursor,
            path_of(folder, model).open("wb") as file,
            cursor.copy(f"COPY {named(model)} TO STDOUT") as copy,
        ):
            for block in copy:
                file.write(block)


def path_of(folder: Path, model: type[Model]) -> Path:
    return folder / f"{model._meta.db_table}.copy"


def named(model: type[Model]) -> str:
    """The table with its columns by name: their order in the table may differ elsewhere."""
    columns = ", ".join(connection.ops.quote_name(column) for column in columns_of(model))
    return f"{table_of(model)} ({columns})"


def table_of(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


# --- Putting back -------------------------------------------------------------------------------
@contextmanager
def filled_from(folder: Path, sequences: dict[str, int]) -> Iterator[None]:
    """All in one transaction: tables, rows, sequences and what the caller does within, or nothing."""
    with transaction.atomic():
        run("SET CONSTRAINTS ALL IMMEDIATE")  # migrations alter tables, which no open check may hinder
        call_command("migrate", verbosity=0, interactive=False)
        fill(folder)
        for name, value in sequences.items():
            run("SELECT setval(%s::regclass, %s)", connection.ops.quote_name(name), value)
        yield


def fill(folder: Path) -> None:
    """Rows arrive as they were: triggers rest meanwhile, what they promise is checked at the end."""
    models = kept_models()
    run(f"TRUNCATE {', '.join(table_of(model) for model in models)} CASCADE")
    run("SET CONSTRAINTS ALL DEFERRED")
    each(models, "ALTER TABLE {} DISABLE TRIGGER USER")
    for model in models:
        read(folder, model)
    run("SET CONSTRAINTS ALL IMMEDIATE")
    integrity.refuse_broken()
    each(models, "ALTER TABLE {} ENABLE TRIGGER USER")


def each(models: list[type[Model]], statement: str) -> None:
    for model in models:
        run(statement.format(table_of(model)))


def read(folder: Path, model: type[Model]) -> None:
    with (
        connection.cursor() as cursor,
        path_of(folder, model).open("rb") as file,
        cursor.copy(f"COPY {named(model)} FROM STDIN") as copy,
    ):
        while block := file.read(CHUNK):
            copy.write(block)
