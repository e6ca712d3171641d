"""Which release this is, by its number and by the migrations it ends with."""

import tomllib

from django.conf import settings
from django.db.migrations.loader import MigrationLoader


def version() -> str:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]
    return project["version"]


def leaf_migrations() -> list[list[str]]:
    return sorted([app, name] for app, name in MigrationLoader(None).graph.leaf_nodes())
