"""The whole monitor as one file, and back (R14): database, uploaded files and kept answers, with checksums.

Keys are never inside: they come from the environment, and of the data folder only the folders of FOLDERS are
taken. Sessions are left out too: whoever was signed out since stays so, and everybody signs in again.
"""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from northamerica.backup import archive, fingerprint, postgresql, sqlite
from northamerica.backup.refusing import Refused
from northamerica.backup.state import leaf_migrations, version
from northamerica.health import migrations_missing

FOLDERS = ("payloads", "files")
DATABASES: dict[str, Any] = {"postgresql": postgresql, "sqlite": sqlite}


def database() -> Any:
    """How this kind of database is written and read."""
    return DATABASES[connection.vendor]


def places() -> dict[str, Path]:
    return dict(zip(FOLDERS, (Path(settings.PAYLOAD_DIR), Path(settings.MEDIA_ROOT)), strict=True))


# --- Making -------------------------------------------------------------------------------------
def make(target: Path) -> dict[str, Any]:
    """Write the backup and return its manifest. Nothing stands at `target` until it is whole.

    The database first: what its rows name is only ever added, so every value finds its bytes.
    """
    if target.exists():
        raise Refused(f"{target} exists already; name a new file.")
    if migrations_missing():
        raise Refused("The database lacks migrations; run `manage.py migrate` first.")
    with TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        manifest = write_database(Path(folder) / archive.DATABASE)
        archive.write(Path(folder), places(), manifest).replace(target)
    return manifest


def write_database(folder: Path) -> dict[str, Any]:
    folder.mkdir()
    with transaction.atomic():
        database().hold_one_moment()
        database().write(folder)
        return {
            "format": archive.FORMAT,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "version": version(),
            "database": connection.vendor,
            "migrations": leaf_migrations(),
            "sequences": database().sequences(),
            "tables": fingerprint.of_tables(),
        }


# --- Putting back -------------------------------------------------------------------------------
def put_back(source: Path) -> dict[str, Any]:
    """Restore into an empty place and return the manifest; a place that is not empty is left untouched.

    Everything is checked before anything is written, and compared before it is kept.
    """
    refuse_filled_place()
    Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=settings.DATA_DIR, prefix=".restore-") as name:
        folder = Path(name)
        manifest = archive.read(source, folder)
        refuse_other_release(manifest)
        with database().filled_from(folder / archive.DATABASE, manifest["sequences"]):
            refuse_difference(manifest["tables"], fingerprint.of_tables())
            move_files(folder)
    return manifest


def refuse_filled_place() -> None:
    if connection.introspection.table_names():
        raise Refused("The database has tables already; restore into an empty one.")
    for place in places().values():
        if any(path.is_file() for path in place.rglob("*")):
            raise Refused(f"{place} holds files already; restore into an empty place.")


def refuse_other_release(manifest: dict[str, Any]) -> None:
    """A backup goes back into the release that made it, which then migrates like any other."""
    if manifest["database"] != connection.vendor:
        raise Refused(f"The backup is of {manifest['database']}, this database is {connection.vendor}.")
    if manifest["migrations"] != leaf_migrations():
        raise Refused(
            f"The backup was made by another release ({manifest['version']}, here {version()}): "
            "restore it with that release, then upgrade."
        )


def refuse_difference(said: fingerprint.Tables, found: fingerprint.Tables) -> None:
    differing = sorted(table for table in said.keys() | found.keys() if said.get(table) != found.get(table))
    if differing:
        raise Refused(f"Not what the backup says: {', '.join(differing)}. Nothing was restored.")


def move_files(folder: Path) -> None:
    for name, place in places().items():
        found = folder / name
        if not found.exists():
            continue
        with suppress(FileNotFoundError):
            remove_empty(place)
        found.replace(place)


def remove_empty(place: Path) -> None:
    for path in sorted(place.rglob("*"), reverse=True):
        path.rmdir()
    place.rmdir()
