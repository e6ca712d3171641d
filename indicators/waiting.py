"""Files between their preview and its confirmation: on disk under their checksum, for at most a day."""

import hashlib
import re
import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from indicators.payloads import write_whole

LONGEST_WAIT = timedelta(days=1)
CHECKSUM = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Gone(Exception):
    """The file waits no more: it was taken, or its day is over."""


def keep(body: bytes) -> str:
    """Let a file wait and return its SHA-256; what waited too long goes. Raises OSError on a full disk."""
    remove_old()
    sha256 = hashlib.sha256(body).hexdigest()
    write_whole(path_of(sha256), body)
    return sha256


def read(sha256: str) -> bytes:
    """The bytes of exactly that file. Raises Gone."""
    try:
        body = path_of(sha256).read_bytes()
    except FileNotFoundError as error:
        raise Gone from error
    if hashlib.sha256(body).hexdigest() != sha256:
        raise Gone
    return body


def forget(sha256: str) -> None:
    path_of(sha256).unlink(missing_ok=True)


def remove_old() -> None:
    """Everything in the folder that is older, also the halves of files that a full disk left behind."""
    oldest = time.time() - LONGEST_WAIT.total_seconds()
    for path in folder().glob("*"):
        try:
            if path.stat().st_mtime < oldest:
                path.unlink()
        except FileNotFoundError:  # another process was quicker
            continue


def folder() -> Path:
    return Path(settings.DATA_DIR) / "waiting"


def path_of(sha256: str) -> Path:
    if not CHECKSUM.fullmatch(sha256):
        raise ValueError(f"“{sha256[:70]}” is no checksum")
    return folder() / sha256
