"""Which release this is: pages that an earlier one made name styles and words that may be gone."""

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings

KINDS = {".py", ".csv", ".md", ".html", ".txt", ".xml", ".mo", ".css", ".js", ".svg", ".woff2"}


@cache
def fingerprint() -> str:
    """A checksum of everything of ours that a page is made from; the same wherever the same release runs."""
    digest = hashlib.sha256()
    for path in sorted(files()):
        digest.update(str(path.relative_to(settings.BASE_DIR)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def files() -> Iterator[Path]:
    for folder in folders():
        yield from (path for path in folder.rglob("*") if path.suffix in KINDS)


def folders() -> set[Path]:
    """The rooms of the house, and what they share."""
    rooms = {Path(room.path) for room in apps.get_app_configs()}
    ours = {room for room in rooms if room.parent == settings.BASE_DIR}
    return ours | {settings.BASE_DIR / name for name in ("northamerica", "templates", "static", "locale")}
