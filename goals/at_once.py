"""Many changes of an app's tables in one step of a migration.

After each operation Django renders every related model anew, and SQLite rebuilds the table for most of them:
some fifty changes took half of what an empty database takes to migrate. Together they are rendered once and
each changed table is rebuilt once. SQLite forgets the triggers of a table it rebuilds.
"""

from collections.abc import Sequence
from typing import Any

from django.db.migrations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Field, Model


class AtOnce(Operation):
    """New models, and fields, indexes and constraints of models there were before; no field is renamed."""

    def __init__(self, operations: Sequence[Any]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # rendered, and whole, when next asked for
        state.is_delayed = False
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, editor: Any, before: ProjectState, after: ProjectState
    ) -> None:
        if editor.connection.vendor == "sqlite":
            self.rebuild(app_label, editor, before, after)
        for operation in self.run_singly(editor):
            operation.database_forwards(app_label, editor, before, after)

    def database_backwards(
        self, app_label: str, editor: Any, after: ProjectState, before: ProjectState
    ) -> None:
        for operation in reversed(self.run_singly(editor)):
            operation.database_backwards(app_label, editor, after, before)
        if editor.connection.vendor == "sqlite":
            self.rebuild(app_label, editor, after, before)

    def run_singly(self, editor: Any) -> list[Any]:
        """PostgreSQL alters a table in place, so only SQLite leaves the changes to the rebuilding."""
        is_sqlite = editor.connection.vendor == "sqlite"
        return [one for one in self.operations if not is_sqlite or isinstance(one, CreateModel)]

    def rebuild(self, app_label: str, editor: Any, old: ProjectState, new: ProjectState) -> None:
        """Each changed table once; the rows keep their values."""
        changed = (one.model_name for one in self.operations if not isinstance(one, CreateModel))
        for name in dict.fromkeys(changed):
            model = new.apps.get_model(app_label, name)
            if self.allow_migrate_model(editor.connection.alias, model):
                rebuild_table(editor, old.apps.get_model(app_label, name), model)

    def describe(self) -> str:
        return "; ".join(operation.describe() for operation in self.operations)


def rebuild_table(editor: Any, old: type[Model], new: type[Model]) -> None:
    """From one form of a model's table to another; a value that may no longer be missing gets its default."""
    table = editor.quote_name(new._meta.db_table)
    there = {field.column: field for field in old._meta.local_concrete_fields}
    now_needed = []
    for field in new._meta.local_concrete_fields:
        earlier = there.get(field.column) or missing(field)
        if field.column not in there:
            kind = field.db_type(editor.connection)
            editor.execute(f"ALTER TABLE {table} ADD COLUMN {editor.quote_name(field.column)} {kind}")
        if earlier.null and not field.null:
            now_needed.append((earlier, field))
    editor._remake_table(new, alter_fields=now_needed)


def missing(field: Field) -> Field:
    """The same field in a column of which no row has a value yet."""
    copy = field.clone()
    copy.null = True
    copy.set_attributes_from_name(field.name)
    return copy
