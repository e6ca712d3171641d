"""Lets the flush after a test with real transactions empty the append-only tables on SQLite.

There a flush deletes row by row, which the triggers refuse; on PostgreSQL it truncates, which they let pass.
So the triggers are set aside and put back word for word, in the same transaction.
"""

from collections.abc import Callable, Iterable

from django.db import transaction
from django.db.backends.sqlite3.base import DatabaseOperations

Flush = Callable[[DatabaseOperations, Iterable[str]], None]


def without_triggers(flush: Flush) -> Flush:
    def flush_all(operations: DatabaseOperations, statements: Iterable[str]) -> None:
        with transaction.atomic(), operations.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _statement in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            flush(operations, statements)
            for _name, statement in triggers:
                cursor.execute(statement)

    return flush_all


def let_flush() -> None:
    DatabaseOperations.execute_sql_flush = without_triggers(DatabaseOperations.execute_sql_flush)
