"""Tables whose rows are only ever added (R4): the database itself refuses the rest, whoever writes to it.

DELETE is refused, and an UPDATE that so much as names a column of what was published, even with an equal
value; an UPDATE of the other columns alone costs nothing. What empties or drops a whole table passes.
SQLite forgets the triggers of a table it rebuilds: a migration that alters such a table ends with `protect`.
"""

from collections.abc import Iterable

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Model

REFUSAL = "is append-only: add a newer version instead of changing or deleting one"

POSTGRESQL_REFUSAL = f"""
CREATE OR REPLACE FUNCTION refuse_change_of_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% {REFUSAL}', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$
"""
BODIES = {
    "postgresql": "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history()",
    "sqlite": f"BEGIN SELECT RAISE(ABORT, '{{table}} {REFUSAL}'); END",
}


def protect(
    editor: BaseDatabaseSchemaEditor,
    model: type[Model],
    may_change: Iterable[str] = (),
    *,
    may_go: bool = False,
) -> None:
    """Refuse UPDATE of every column but those of `may_change`, and DELETE unless whole rows may go."""
    release(editor, model)
    table, vendor = model._meta.db_table, editor.connection.vendor
    fixed = [field for field in model._meta.local_concrete_fields if field.name not in may_change]
    columns = ", ".join(editor.quote_name(str(field.column)) for field in fixed)
    if vendor == "postgresql":
        editor.execute(POSTGRESQL_REFUSAL, params=None)
    body = BODIES[vendor].format(table=table)
    events = {"values_stay": f"UPDATE OF {columns}"} | ({} if may_go else {"rows_stay": "DELETE"})
    for name, event in events.items():
        editor.execute(f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} {body}", params=None)


def release(editor: BaseDatabaseSchemaEditor, model: type[Model]) -> None:
    """Take the protection away, where there is any."""
    table = model._meta.db_table
    where = f" ON {table}" if editor.connection.vendor == "postgresql" else ""
    for name in ("values_stay", "rows_stay"):
        editor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{where}", params=None)
