"""Files that prove an update: boxed in (R28), kept under made-up names, never half and never without a row.

The view that gives a file out reads its row from `EvidenceFile.objects.visible_to(person)` and calls
`opened`; it sends it as an attachment that no browser runs.
"""

import hashlib
import secrets
import unicodedata
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from goals import spreadsheets
from goals.lifecycle.steps import UPDATE_STEPS, check, record
from goals.models import EvidenceFile, Update
from indicators import payloads
from indicators.sources.upload_files import UploadRefused
from stakeholders import rights
from stakeholders.models import Organization, User

MEGABYTE = 1024 * 1024
LARGEST = 10 * MEGABYTE
LARGEST_OF_ORGANIZATION = 500 * MEGABYTE
MOST_FILES = 20
LONGEST_NAME = 200
FOLDER = "evidence"

Type = EvidenceFile.Type
ENDINGS = {
    "pdf": Type.PDF, "png": Type.PNG, "jpg": Type.JPEG, "jpeg": Type.JPEG, "csv": Type.CSV, "xlsx": Type.XLSX,
}  # fmt: skip
STARTS = {
    Type.PDF: b"%PDF-",
    Type.PNG: b"\x89PNG\r\n\x1a\n",
    Type.JPEG: b"\xff\xd8\xff",
    Type.XLSX: b"PK\x03\x04",
}
ENDS = {Type.PNG: b"IEND\xaeB`\x82", Type.JPEG: b"\xff\xd9", Type.PDF: b"%%EOF"}
TAIL = 1024
"""How far before the end of a file its last mark may stand; some programs write a little after it."""


class Upload(Protocol):
    """What a form or the API hands over: Django's UploadedFile."""

    name: str | None
    size: int | None

    def read(self, size: int = ..., /) -> bytes: ...


class FileRefused(ValidationError):
    """The file is not taken; `status` says why to programs: 400, 413 or 415."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__({"file": [sentence]})
        self.status = status


class NoRoom(OSError):
    """The disk is full (507); nothing was saved. `strerror` is the sentence for the person."""


class FileLost(OSError):
    """The file of a row is not where it was put, or is not what it was."""


# --- Taking files -------------------------------------------------------------------------------
def add(update: Update, upload: Upload, by: User, version: int) -> EvidenceFile:
    """Check and keep a file for an update the organization still works on; its version moves on.

    Raises FileRefused, or NoRoom when the disk is full; nothing is kept then.
    """
    rights.require(by, "create", "evidence_file", update.sub_goal.organization)
    UPDATE_STEPS["add_file"].after(update)  # asked again with the row: here no file is read for nothing
    body = whole(upload)
    name, kind = checked(upload.name or "", body)
    row = EvidenceFile(
        update=update, stored_name=secrets.token_hex(16), name=name, type=kind, size=len(body),
        sha256=hashlib.sha256(body).hexdigest(), uploaded_by=by,
    )  # fmt: skip
    keep(row, body, by, version)
    return row


def keep(row: EvidenceFile, body: bytes, by: User, version: int) -> None:
    """The file first, under a name nobody knows yet, then its row; the file goes if the row does not come."""
    write_whole(path_of(row), body)
    try:
        with transaction.atomic():
            check_room(row.update, len(body))
            check(row.update, "add_file", by, version)
            row.update.save_if(version, "state")
            row.save(force_insert=True)
            record(row.update, "add_file", by, before=None, after=told(row))
    except BaseException:
        path_of(row).unlink(missing_ok=True)
        raise


def check_room(update: Update, size: int) -> None:
    """The organization is locked, so that two uploads at once do not both take the last room."""
    organization = Organization.objects.select_for_update(no_key=True).get(pk=update.sub_goal.organization_id)
    if update.evidence_files.count() >= MOST_FILES:
        raise FileRefused(_("An update has at most %(most)d files.") % {"most": MOST_FILES})
    kept = EvidenceFile.objects.filter(update__sub_goal__organization=organization)
    once = kept.order_by().values("stored_name", "size").distinct()
    used = once.aggregate(used=Sum("size"))["used"] or 0
    if used + size > LARGEST_OF_ORGANIZATION:
        most = LARGEST_OF_ORGANIZATION // MEGABYTE
        sentence = _("All files of an organization together have at most %(most)d MB.")
        raise FileRefused(sentence % {"most": most}, 413)


@transaction.atomic
def remove(file: EvidenceFile, by: User, version: int) -> None:
    """Take a file away from an update nobody outside the organization has seen; its version moves on."""
    update = file.update
    check(update, "remove_file", by, version)
    update.save_if(version, "state")
    record(update, "remove_file", by, before=told(file), after=None)
    drop(file)


def drop(file: EvidenceFile) -> dict[str, str | int]:
    """Delete the row and, once that holds, what no other row keeps on disk; returns what the trail says."""
    said = told(file)
    file.delete()
    if not EvidenceFile.objects.filter(stored_name=file.stored_name).exists():
        transaction.on_commit(lambda: remove_from_disk(file))
    return said


def carry(update: Update, newer: Update) -> list[dict[str, str | int]]:
    """Let a correction begin with the files of what it corrects; returns what the trail says of them."""
    for file in update.evidence_files.all():
        file.pk, file.update = None, newer
        file.save(force_insert=True)
    return [told(file) for file in newer.evidence_files.all()]


def told(file: EvidenceFile) -> dict[str, str | int]:
    return {"name": file.name, "type": file.type, "size": file.size, "sha256": file.sha256}


# --- What a file may be -------------------------------------------------------------------------
def whole(upload: Upload) -> bytes:
    """The bytes, read to the limit and no further, whatever the upload says of its size."""
    body = upload.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise FileRefused(_("A file has at most %(most)d MB.") % {"most": LARGEST // MEGABYTE}, 413)
    if not body:
        raise FileRefused(_("The file is empty."))
    return body


def checked(name: str, body: bytes) -> tuple[str, str]:
    """The name as text and the type. Raises FileRefused unless ending, first bytes and content agree."""
    shown = shown_name(name)
    kind = ENDINGS.get(shown.rpartition(".")[2].lower())
    if kind is None:
        raise FileRefused(_("Files may be PDF, PNG, JPEG, CSV or XLSX."), 415)
    if not body.startswith(STARTS.get(kind, b"")) or ENDS.get(kind, b"") not in body[-TAIL:]:
        raise FileRefused(_("The content is not what the name says: %(type)s.") % {"type": kind.label}, 415)
    if kind in (Type.CSV, Type.XLSX):
        check_table(shown, body)
    return shown, kind


def shown_name(name: str) -> str:
    """The last part of the name as plain text: no folders, no line ends, nothing that turns its direction."""
    last = PurePosixPath(name.replace("\\", "/")).name
    signs = unicodedata.normalize("NFC", last)
    plain = "".join(sign for sign in signs if not unicodedata.category(sign).startswith("C"))
    stem, dot, ending = plain.strip().rpartition(".")
    return stem[: LONGEST_NAME - len(ending) - 1] + dot + ending[:10] if stem else ""


def check_table(name: str, body: bytes) -> None:
    """A table is read once within limits of time and memory; it is not looked into otherwise."""
    try:
        spreadsheets.check(body, name)
    except UploadRefused as error:
        raise FileRefused(str(error), error.status) from error


# --- On disk ------------------------------------------------------------------------------------
def path_of(file: EvidenceFile) -> Path:
    return Path(settings.MEDIA_ROOT) / FOLDER / file.stored_name[:2] / file.stored_name


def write_whole(path: Path, body: bytes) -> None:
    try:
        payloads.write_whole(path, body)
    except OSError as error:
        if not payloads.is_disk_full(error):
            raise
        sentence = _("The file could not be stored; nothing was saved. Try again later.")
        raise NoRoom(error.errno, sentence) from error


def opened(file: EvidenceFile) -> BinaryIO:
    """The file to give out, at its start. Raises FileLost if it is gone or was altered."""
    try:
        found = path_of(file).open("rb")
    except FileNotFoundError as error:
        raise FileLost(_("This file is lost; its record and its checksum stay.")) from error
    if hashlib.file_digest(found, "sha256").hexdigest() != file.sha256:
        found.close()
        raise FileLost(_("This file was altered; it is not given out."))
    found.seek(0)
    return found


def remove_from_disk(file: EvidenceFile) -> None:
    path_of(file).unlink(missing_ok=True)
