"""Raw answers on disk: compressed, named by their SHA-256, written once."""

import gzip
import hashlib
import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings

from indicators.models import Payload
from indicators.sources import Answer


def keep(answer: Answer) -> Payload:
    """Store the answer's bytes unless they are there already, and return their record."""
    sha256 = hashlib.sha256(answer.body).hexdigest()
    path = path_of(sha256)
    if not path.exists():
        write_whole(path, gzip.compress(answer.body, mtime=0))
    payload, _ = Payload.objects.get_or_create(
        sha256=sha256, defaults={"size": len(answer.body), "content_type": answer.content_type}
    )
    return payload


def read(payload: Payload) -> bytes:
    """The bytes as they arrived. Raises OSError if the file is gone, ValueError if it was altered."""
    body = gzip.decompress(path_of(payload.sha256).read_bytes())
    if hashlib.sha256(body).hexdigest() != payload.sha256:
        raise ValueError(f"The kept answer {payload.sha256} does not match its checksum.")
    return body


def path_of(sha256: str) -> Path:
    return Path(settings.PAYLOAD_DIR) / sha256[:2] / f"{sha256}.gz"


def write_whole(path: Path, content: bytes) -> None:
    """Write under another name first, so that nobody ever sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, delete=False) as part:
        part.write(content)
        part.flush()
        os.fsync(part.fileno())
    Path(part.name).replace(path)
