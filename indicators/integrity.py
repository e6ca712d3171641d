"""On PostgreSQL, checks what an insert adds to the observations as one set instead of row by row.

A foreign key is looked up for each row, and an index on the mark of the newest vintage makes the database
write every index anew whenever a mark moves: for many rows that takes several times as long as storing them
(see benchmarks/storing.py). So there the four foreign keys, their indexes and `one_current_vintage` give way
to a trigger that promises the same of all added rows at once, also against transactions at the same time:

- what a row points to exists, and is not deleted, renumbered or emptied as long as the row stands;
- a period of a series has one current vintage, and a superseded one never becomes current again.

The checks need to see what others have committed meanwhile, so they refuse to work in any isolation but
READ COMMITTED. Whoever puts rows in past the triggers, as a restore does, calls `refuse_broken` at the end.
SQLite keeps what the model says.
"""

from itertools import product
from typing import Any

from django.db import IntegrityError, connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLE = "indicators_observation"
POINTED_TO = {
    "series_id": "indicators_series",
    "run_id": "indicators_run",
    "payload_id": "indicators_payload",
    "document_id": "indicators_document",
}
LOCKS = {"series_id": "NO KEY UPDATE"}

SEES_OTHERS = """
IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'observations and what they point to are written in READ COMMITTED only'
    USING ERRCODE = 'feature_not_supported';
END IF;
"""
# Whoever adds to a series holds it until its transaction ends; another one waits here and then sees the rows.
ONE_CURRENT = f"""
IF EXISTS (
    SELECT FROM {TABLE} WHERE series_id = ANY (series_ids) AND is_current
    GROUP BY series_id, period HAVING count(*) > 1
) THEN
    RAISE EXCEPTION 'a period of a series has two current vintages'
    USING ERRCODE = 'unique_violation', CONSTRAINT = 'one_current_vintage';
END IF;
"""
ALL_EXIST = """
SELECT count(*) FROM (SELECT FROM {table} WHERE id = ANY ({column}s) ORDER BY id FOR {lock}) held INTO found;
IF found < cardinality({column}s) THEN
    RAISE EXCEPTION 'a {column} of an observation points to nothing' USING ERRCODE = 'foreign_key_violation';
END IF;
"""
FUNCTIONS = f"""
CREATE FUNCTION check_added_observations() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    {"; ".join(f"{column}s bigint[]" for column in POINTED_TO)};
    found bigint;
BEGIN
{SEES_OTHERS}
SELECT {
    ", ".join(f"array_agg(DISTINCT {column}) FILTER (WHERE {column} IS NOT NULL)" for column in POINTED_TO)
}
INTO {", ".join(f"{column}s" for column in POINTED_TO)}
FROM (SELECT DISTINCT {", ".join(POINTED_TO)} FROM added) pointed;
{
    "".join(
        ALL_EXIST.format(column=column, table=table, lock=LOCKS.get(column, "KEY SHARE"))
        for column, table in POINTED_TO.items()
    )
}
{ONE_CURRENT}
RETURN NULL;
END $$;

CREATE FUNCTION refuse_second_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
RAISE EXCEPTION 'a superseded observation never becomes current again: add a newer version'
USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION refuse_loss_of_provenance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE is_pointed_to boolean;
BEGIN
IF TG_OP = 'UPDATE' AND NEW.id = OLD.id THEN
    RETURN NULL;
END IF;
{SEES_OTHERS}
EXECUTE format('SELECT EXISTS (SELECT FROM {TABLE} WHERE %I = $1)', TG_ARGV[0])
INTO is_pointed_to USING OLD.id;
IF is_pointed_to THEN
    RAISE EXCEPTION 'observations point to this row of %', TG_TABLE_NAME
    USING ERRCODE = 'foreign_key_violation';
END IF;
RETURN NULL;
END $$;

CREATE FUNCTION refuse_emptied_provenance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE is_pointed_to boolean;
BEGIN
EXECUTE format('SELECT EXISTS (SELECT FROM {TABLE} WHERE %I IS NOT NULL)', TG_ARGV[0]) INTO is_pointed_to;
IF is_pointed_to THEN
    RAISE EXCEPTION 'observations point to rows of %: empty {TABLE} in the same statement', TG_TABLE_NAME
    USING ERRCODE = 'foreign_key_violation';
END IF;
RETURN NULL;
END $$;
"""  # noqa: S608 - put together from the constants here alone
FUNCTION_NAMES = (
    "check_added_observations", "refuse_second_life",
    "refuse_loss_of_provenance", "refuse_emptied_provenance",
)  # fmt: skip
TRIGGERS = f"""
CREATE TRIGGER {TABLE}_added AFTER INSERT ON {TABLE} REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION check_added_observations();
CREATE TRIGGER {TABLE}_second_life BEFORE UPDATE OF is_current ON {TABLE}
FOR EACH ROW WHEN (NEW.is_current AND NOT OLD.is_current) EXECUTE FUNCTION refuse_second_life();
""" + "".join(
    f"CREATE TRIGGER {table}_pointed_to AFTER DELETE OR UPDATE OF id ON {table} "
    f"FOR EACH ROW EXECUTE FUNCTION refuse_loss_of_provenance('{column}');\n"
    f"CREATE TRIGGER {table}_emptied AFTER TRUNCATE ON {table} "
    f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_emptied_provenance('{column}');\n"
    for column, table in POINTED_TO.items()
)
# Rows arrive in the order of their runs, so a block index finds those of a run at next to no cost. Each page
# has room for the second version of its rows, which a moved mark makes: it then touches no index.
LAYOUT = f"""
CREATE INDEX {TABLE}_provenance ON {TABLE} USING brin (run_id, payload_id, document_id);
ALTER TABLE {TABLE} SET (fillfactor = 50);
"""


def check_in_sets(editor: BaseDatabaseSchemaEditor, model) -> None:
    """Let the triggers take over from the constraints."""
    if editor.connection.vendor != "postgresql":
        return
    with editor.connection.cursor() as cursor:
        found = editor.connection.introspection.get_constraints(cursor, TABLE)
    for name, what in found.items():
        if what["foreign_key"]:
            editor.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT {editor.quote_name(name)}", params=None)
        elif name == "one_current_vintage" or (what["index"] and not what["unique"]):
            editor.execute(f"DROP INDEX {editor.quote_name(name)}", params=None)
    for statements in (FUNCTIONS, TRIGGERS, LAYOUT):
        editor.execute(statements, params=None)


def check_row_by_row(editor: Any, model) -> None:
    """Bring the constraints of the model back."""
    if editor.connection.vendor != "postgresql":
        return
    for name in ("added", "second_life"):
        editor.execute(f"DROP TRIGGER {TABLE}_{name} ON {TABLE}", params=None)
    for table, name in product(POINTED_TO.values(), ("pointed_to", "emptied")):
        editor.execute(f"DROP TRIGGER {table}_{name} ON {table}", params=None)
    for name in FUNCTION_NAMES:
        editor.execute(f"DROP FUNCTION {name}()", params=None)
    editor.execute(f"DROP INDEX {TABLE}_provenance", params=None)
    editor.execute(f"ALTER TABLE {TABLE} RESET (fillfactor)", params=None)
    for name in ("series", "run", "payload", "document"):
        field = model._meta.get_field(name)
        editor.execute(editor._create_fk_sql(model, field, "_fk_%(to_table)s_%(to_column)s"))
        editor.execute(editor._create_index_sql(model, fields=[field]))
    for constraint in model._meta.constraints:
        if constraint.name == "one_current_vintage":
            editor.add_constraint(model, constraint)


# --- Rows that came in past the triggers --------------------------------------------------------
DANGLING = """
SELECT EXISTS (SELECT FROM {here} WHERE {column} IS NOT NULL
    AND NOT EXISTS (SELECT FROM {there} WHERE {there}.id = {here}.{column}))
"""
TWICE_CURRENT = """
SELECT EXISTS (SELECT FROM {here} WHERE is_current GROUP BY series_id, period HAVING count(*) > 1)
"""


def refuse_broken() -> None:
    """Look at every observation of PostgreSQL. Raises IntegrityError naming what does not hold."""
    for column, table in POINTED_TO.items():
        if is_found(DANGLING.format(here=TABLE, there=table, column=column)):
            raise IntegrityError(f"a {column} of an observation points to nothing")
    if is_found(TWICE_CURRENT.format(here=TABLE)):
        raise IntegrityError("a period of a series has two current vintages")


def is_found(question: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]
