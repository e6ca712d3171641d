"""The one file: a compressed tar that ends with a manifest naming every member with its checksum."""

import hashlib
import json
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from northamerica.backup.refusing import Refused

FORMAT = 1
DATABASE = "database"
MANIFEST = "manifest.json"
WHOLE = "whole.tar.gz"
HALF = "tmp"
"""How files begin that are still being written."""

BROKEN = (tarfile.TarError, EOFError, zlib.error, OSError, ValueError, KeyError)


# --- Writing ------------------------------------------------------------------------------------
def write(folder: Path, places: dict[str, Path], manifest: dict[str, Any]) -> Path:
    """Put the database in `folder` and the files of `places` into one file there; returns its path."""
    members = {DATABASE: folder / DATABASE, **places}
    manifest["files"] = {}
    with tarfile.open(folder / WHOLE, "w:gz", compresslevel=6) as tar:
        for name, place in members.items():
            for path in whole_files(place):
                inside = f"{name}/{path.relative_to(place).as_posix()}"
                tar.add(path, arcname=inside, recursive=False)
                manifest["files"][inside] = checksum(path)
        note = folder / MANIFEST
        note.write_text(json.dumps(manifest, indent=1))
        tar.add(note, arcname=MANIFEST)
    (folder / WHOLE).chmod(0o600)
    return folder / WHOLE


def whole_files(place: Path) -> Iterator[Path]:
    for path in sorted(place.rglob("*")):
        if path.is_file() and not path.is_symlink() and not path.name.startswith(HALF):
            yield path


def checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- Reading ------------------------------------------------------------------------------------
def read(source: Path, folder: Path) -> dict[str, Any]:
    """Unpack into `folder` and return the manifest. Raises Refused unless every member is what it says."""
    try:
        with tarfile.open(source, "r:gz") as tar:
            tar.extractall(folder, filter="data")  # which refuses what leads out of it
        manifest = json.loads((folder / MANIFEST).read_text())
        found = manifest["files"]
    except BROKEN as error:
        raise Refused(f"{source} cannot be read whole: {error}. Nothing was restored.") from error
    if manifest.get("format") != FORMAT:
        raise Refused(f"{source} is of a format this release does not know. Nothing was restored.")
    refuse_altered(folder, found)
    return manifest


def refuse_altered(folder: Path, said: dict[str, str]) -> None:
    paths = [path for path in folder.rglob("*") if path.is_file() and path != folder / MANIFEST]
    found = {path.relative_to(folder).as_posix(): checksum(path) for path in paths}
    for name in sorted(said.keys() | found.keys()):
        if said.get(name) != found.get(name):
            raise Refused(f"The backup was altered: {name} is not what it was. Nothing was restored.")
