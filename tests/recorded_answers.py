"""Answers for tests of connectors: small ones in an agency's form, and agencies' own where they are kept."""

from pathlib import Path

import pytest
from django.conf import settings

from indicators.sources import Answer, Request

RECORDED = Path(__file__).parent / "recorded"
CONTENT_TYPES = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".json": "application/json",
    ".txt": "text/plain",
    ".xml": "application/xml",
}


def answer(body: str | bytes, *, status=200, content_type="", headers=None, params=(), path="") -> Answer:
    raw = body.encode() if isinstance(body, str) else body
    return Answer(
        raw, content_type, status=status, headers=headers or {}, request=Request(path, tuple(params))
    )


def recorded(name: str, status: int = 200) -> Answer:
    """A small answer of our own in the form of an agency's (tests/recorded/)."""
    return of_file(RECORDED / name, status)


def agencys_own(name: str, status: int = 200) -> Answer:
    """An answer as the agency gave it. Not part of the repository: skips where they are not kept."""
    path = Path(settings.BASE_DIR).parent / "shared" / "payloads" / name
    if not path.exists():
        pytest.skip("the agencies' recorded answers are not kept here")
    return of_file(path, status)


def of_file(path: Path, status: int) -> Answer:
    return Answer(path.read_bytes(), CONTENT_TYPES[path.suffix], f"file:{path.name}", status)
