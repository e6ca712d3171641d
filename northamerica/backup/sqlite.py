"""SQLite by its own online copy: the file as it is, triggers and counters included."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection

from northamerica.backup.fingerprint import FORGOTTEN

NAME = "monitor.sqlite3"


def here() -> Path:
    return Path(connection.settings_dict["NAME"])


def hold_one_moment() -> None:
    """The transaction around this holds the one lock for writing: readers go on, writers wait."""


def sequences() -> dict[str, int]:
    """They stand in the file."""
    return {}


def write(folder: Path) -> None:
    with closing(sqlite3.connect(here())) as source, closing(sqlite3.connect(folder / NAME)) as copy:
        source.backup(copy)
        for table in FORGOTTEN:
            copy.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own
        copy.commit()
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
        copy.execute("VACUUM")


@contextmanager
def filled_from(folder: Path, sequences: dict[str, int]) -> Iterator[None]:
    """The database filled; what goes wrong within empties it again."""
    connection.close()
    try:
        with closing(sqlite3.connect(folder / NAME)) as source, closing(sqlite3.connect(here())) as target:
            source.backup(target)
        yield
    except BaseException:
        connection.close()
        for ending in ("", "-wal", "-shm"):
            here().with_name(here().name + ending).unlink(missing_ok=True)
        raise
