"""What a database says, in few letters: for each table the number of rows and a sum over all their values."""

import hashlib
from typing import TypedDict

from django.apps import apps
from django.db.models import Model

FORGOTTEN = ("django_session", "usersessions_usersession", "sign_in_limits")
"""Tables that a backup leaves empty: who is signed in, and the counts of wrong passwords."""

SIZE = 2**256


class Table(TypedDict):
    rows: int
    sum: str


Tables = dict[str, Table]


def kept_models() -> list[type[Model]]:
    """Every model with a table whose rows are kept, those between two models too."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return [model for model in models if not model._meta.proxy and model._meta.db_table not in FORGOTTEN]


def columns_of(model: type[Model]) -> list[str]:
    return [str(field.column) for field in model._meta.local_concrete_fields]


def of_tables() -> Tables:
    return {model._meta.db_table: of_table(model) for model in kept_models()}


def of_table(model: type[Model]) -> Table:
    """The sum does not depend on the order of rows: databases sort texts by rules of their own."""
    names = [field.attname for field in model._meta.local_concrete_fields]
    rows = total = 0
    for row in model._base_manager.values_list(*names).iterator():
        rows += 1
        total += int.from_bytes(hashlib.sha256(repr(row).encode()).digest())
    return {"rows": rows, "sum": f"{total % SIZE:064x}"}
