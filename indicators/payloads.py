"""Raw answers on disk: compressed, named by their SHA-256, written once."""

import errno
import gzip
import hashlib
import os
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings

from indicators import clock
from indicators.models import Payload
from indicators.sources import Answer

LEVEL = 6
"""A quarter of the time of the highest level, for nearly the same size."""

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


def is_disk_full(error: BaseException | None) -> bool:
    return isinstance(error, OSError) and error.errno in DISK_FULL


class PayloadRemoved(OSError):
    """The bytes were removed under the retention rule; the message says when."""


def keep(answer: Answer) -> Payload:
    """Store the answer's bytes unless they are there already, and return their record."""
    sha256 = hashlib.sha256(answer.body).hexdigest()
    now = touch(sha256)
    path = path_of(sha256)
    if not path.exists():
        write_whole(path, gzip.compress(answer.body, LEVEL, mtime=0))
    new = {"size": len(answer.body), "content_type": answer.content_type}
    seen = {"first_seen_at": now, "last_seen_at": now}
    payload, _ = Payload.objects.get_or_create(sha256=sha256, defaults=new | seen)
    if payload.removed_at:
        payload.removed_at = None
        payload.save(update_fields=["removed_at"])
    return payload


def touch(sha256: str) -> datetime:
    """Say that these bytes came again, before looking for their file; the moment that was said.

    The retention holds the row while it removes the file. So this waits until the file is gone and will be
    written anew, or else the retention sees that the bytes are young again.
    """
    Payload.objects.filter(sha256=sha256).update(last_seen_at=(now := clock.now()))
    return now


def read(payload: Payload) -> bytes:
    """The bytes as they arrived.

    Raises PayloadRemoved or another OSError if the file is gone, ValueError if it was altered.
    """
    if payload.removed_at:
        raise PayloadRemoved(
            f"The answer {payload} was removed on {payload.removed_at:%Y-%m-%d} under the retention rule; "
            "its record and its checksum stay, and no published value rests on it."
        )
    body = gzip.decompress(path_of(payload.sha256).read_bytes())
    if hashlib.sha256(body).hexdigest() != payload.sha256:
        raise ValueError(f"The kept answer {payload.sha256} does not match its checksum.")
    return body


def remove_file(payload: Payload) -> None:
    path_of(payload.sha256).unlink(missing_ok=True)


def path_of(sha256: str) -> Path:
    return Path(settings.PAYLOAD_DIR) / sha256[:2] / f"{sha256}.gz"


def write_whole(path: Path, content: bytes) -> None:
    """Write under another name first, so that nobody ever sees half a file; a full disk leaves none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, delete=False) as part:
        half = Path(part.name)
        try:
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
            half.replace(path)
        except OSError:
            half.unlink(missing_ok=True)
            raise
