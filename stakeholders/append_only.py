"""The database's own refusal to change or delete what was written down (R11), whoever writes to it.

SQLite forgets the triggers of a table it rebuilds: a migration that alters the trail ends with `protect`
and `keep_but_for`.
"""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Model

REFUSAL = "is append-only: what was written down is never changed or deleted"
NAMES = ("values_stay", "rows_stay", "moves_head")
FORGOTTEN = "{table}_{column}_is_kept"
IS_KEPT = "WHEN (NEW.{column} <> OLD.{column} AND NEW.{column} <> '{words}')"

MOVE_HEAD = """
UPDATE {head} SET number = NEW.number, hash = NEW.hash
WHERE chain = NEW.chain AND number = NEW.number - 1;
"""
FUNCTIONS = """
CREATE OR REPLACE FUNCTION refuse_change_of_trail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% {refusal}', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$;
CREATE OR REPLACE FUNCTION move_trail_head() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {move} RETURN NULL; END $$;
"""
REFUSE = {
    "postgresql": "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_trail()",
    "sqlite": "BEGIN SELECT RAISE(ABORT, '{table} {refusal}'); END",
}
MOVE = {
    "postgresql": "FOR EACH ROW EXECUTE FUNCTION move_trail_head()",
    "sqlite": "BEGIN {move} END",
}


def protect(
    editor: BaseDatabaseSchemaEditor, entry: type[Model], head: type[Model], may_change: tuple[str, ...] = ()
) -> None:
    """Refuse DELETE, and UPDATE of every column but those of `may_change`; an INSERT moves its head on."""
    release(editor, entry)
    table, vendor = entry._meta.db_table, editor.connection.vendor
    fixed = [field for field in entry._meta.local_concrete_fields if field.name not in may_change]
    columns = ", ".join(editor.quote_name(str(field.column)) for field in fixed)
    words = {"table": table, "refusal": REFUSAL, "move": MOVE_HEAD.format(head=head._meta.db_table)}
    if vendor == "postgresql":
        editor.execute(FUNCTIONS.format(**words), params=None)
    for name, when, body in (
        ("values_stay", f"BEFORE UPDATE OF {columns}", REFUSE[vendor]),
        ("rows_stay", "BEFORE DELETE", REFUSE[vendor]),
        ("moves_head", "AFTER INSERT", MOVE[vendor]),
    ):
        editor.execute(f"CREATE TRIGGER {table}_{name} {when} ON {table} {body.format(**words)}", params=None)


def keep_but_for(editor: BaseDatabaseSchemaEditor, entry: type[Model], column: str, words: str) -> None:
    """Let a column that may change become these words and nothing else."""
    keep_no_more(editor, entry, column)
    table, vendor = entry._meta.db_table, editor.connection.vendor
    name, when = FORGOTTEN.format(table=table, column=column), IS_KEPT.format(column=column, words=words)
    body = REFUSE[vendor].format(table=table, refusal=REFUSAL)
    what = (
        body.replace("FOR EACH ROW ", f"FOR EACH ROW {when} ") if vendor == "postgresql" else f"{when} {body}"
    )
    editor.execute(f"CREATE TRIGGER {name} BEFORE UPDATE OF {column} ON {table} {what}", params=None)


def keep_no_more(editor: BaseDatabaseSchemaEditor, entry: type[Model], column: str) -> None:
    table = entry._meta.db_table
    where = f" ON {table}" if editor.connection.vendor == "postgresql" else ""
    name = FORGOTTEN.format(table=table, column=column)
    editor.execute(f"DROP TRIGGER IF EXISTS {name}{where}", params=None)


def release(editor: BaseDatabaseSchemaEditor, entry: type[Model]) -> None:
    """Take the protection away, where there is any."""
    table = entry._meta.db_table
    where = f" ON {table}" if editor.connection.vendor == "postgresql" else ""
    for name in NAMES:
        editor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{where}", params=None)
