"""Files that prove an update are boxed in (R28), and never half there (R8)."""

import io
import os
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from openpyxl import Workbook

from goals.lifecycle import evidence, updates
from goals.lifecycle.evidence import FileLost, FileRefused, NoRoom
from goals.lifecycle.steps import StepNotAllowed
from goals.models import EvidenceFile, Update
from stakeholders.models import TrailEntry
from stakeholders.versions import Stale
from tests.goals.lifecycle.conftest import make_published_update, make_submitted_update, make_update

PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20 + b"IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 20 + b"\xff\xd9"


def workbook() -> bytes:
    book = Workbook()
    book.active.append(["plant", "tons"])
    book.active.append(["north", 12])
    book.create_sheet("more").append(["x"])
    book.save(written := io.BytesIO())
    return written.getvalue()


def upload(name: str, body: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body)


@pytest.fixture
def update(people, published):
    return make_update(people, published)


@pytest.fixture(autouse=True)
def media(tmp_path, settings) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def on_disk(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("name", "body", "kind"),
    [
        ("Report 2026.pdf", PDF, "application/pdf"),
        ("plant.PNG", PNG, "image/png"),
        ("plant.jpeg", JPEG, "image/jpeg"),
        ("tons.csv", "plant;tons\nMazatlán;12\n".encode(), "text/csv"),
        ("tons.xlsx", workbook(), EvidenceFile.Type.XLSX),
    ],
)
def test_five_kinds_of_files_are_kept_under_made_up_names(people, update, media, name, body, kind):
    kept = evidence.add(update, upload(name, body), people.editor, update.version)

    assert (kept.name, kept.type, kept.size, kept.uploaded_by) == (name, kind, len(body), people.editor)
    (path,) = on_disk(media)
    assert name not in str(path)
    assert evidence.opened(kept).read() == body
    assert TrailEntry.objects.filter(action="update.add_file").get().after["sha256"] == kept.sha256


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("page.html", b"<html>", 415),
        ("noending", PDF, 415),
        (".pdf", PDF, 415),
        ("report.pdf", PNG, 415),
        ("report.pdf.exe", PDF, 415),
        ("plant.png", PNG[:-4], 415),
        ("plant.jpg", b"GIF89a", 415),
        ("book.xlsm", workbook(), 415),
        ("book.xlsx", b"PK\x03\x04 no archive", 400),
        ("tons.csv", b"a,b\n\x00,1\n", 400),
        ("tons.csv", b"\xff\xfe\x00", 400),
        ("empty.pdf", b"", 400),
        ("large.pdf", b"%PDF-" + b"x" * (10 * 1024 * 1024), 413),
    ],
)
def test_what_is_something_else_than_its_name_is_refused(people, update, media, name, body, status):
    with pytest.raises(FileRefused) as refused:
        evidence.add(update, upload(name, body), people.editor, update.version)

    assert refused.value.status == status
    assert not on_disk(media)
    assert not EvidenceFile.objects.exists()


def test_a_workbook_with_macros_is_refused(people, update):
    written = io.BytesIO(workbook())
    with zipfile.ZipFile(written, "a") as package:
        package.writestr("xl/vbaProject.bin", b"macro")
    with pytest.raises(FileRefused, match="macros"):
        evidence.add(update, upload("book.xlsx", written.getvalue()), people.editor, update.version)


def test_names_lose_folders_and_what_cannot_be_shown(people, update):
    kept = evidence.add(update, upload("report.pdf", PDF), people.editor, update.version)
    assert kept.name == "report.pdf"
    assert evidence.shown_name("../../etc/passwd.pdf") == "passwd.pdf"
    assert evidence.shown_name("C:\\secret\\plan.pdf") == "plan.pdf"
    assert evidence.shown_name("a\r\nb\u202efdp.pdf") == "abfdp.pdf"
    assert evidence.shown_name("Nuñez-O'Brien & Söhne <b>.pdf") == "Nuñez-O'Brien & Söhne <b>.pdf"
    assert len(evidence.shown_name("x" * 500 + ".pdf")) == 200


def test_all_files_of_an_organization_share_one_limit(people, update, media, monkeypatch):
    monkeypatch.setattr(evidence, "LARGEST_OF_ORGANIZATION", 2 * len(PDF))
    for _turn in range(2):
        evidence.add(update, upload("report.pdf", PDF), people.editor, update.version)
    with pytest.raises(FileRefused) as refused:
        evidence.add(update, upload("report.pdf", PDF), people.editor, update.version)
    assert refused.value.status == 413
    assert len(on_disk(media)) == EvidenceFile.objects.count() == 2


def test_a_full_disk_leaves_no_half_file_and_no_row(people, update, media, monkeypatch):
    """R8"""

    def full(_file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoRoom, match="nothing was saved"):
        evidence.add(update, upload("report.pdf", PDF), people.editor, update.version)
    assert not on_disk(media)
    assert not EvidenceFile.objects.exists()


def test_without_its_row_no_file_stays(people, update, media, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("the trail cannot be written")

    monkeypatch.setattr(evidence, "record", broken)
    with pytest.raises(RuntimeError):
        evidence.add(update, upload("report.pdf", PDF), people.editor, update.version)
    assert not on_disk(media)
    assert not EvidenceFile.objects.exists()


def test_a_file_that_is_gone_or_altered_is_not_given_out(people, update, media):
    kept = evidence.add(update, upload("report.pdf", PDF), people.editor, update.version)
    (path,) = on_disk(media)
    path.write_bytes(b"something else")
    with pytest.raises(FileLost, match="altered"):
        evidence.opened(kept)
    path.unlink()
    with pytest.raises(FileLost, match="lost"):
        evidence.opened(kept)


def test_who_may_add_take_away_and_see(people, published, media):
    draft = make_update(people, published)
    kept = evidence.add(draft, upload("report.pdf", PDF), people.editor, draft.version)

    with pytest.raises(Http404):
        evidence.add(draft, upload("report.pdf", PDF), people.other, draft.version)
    with pytest.raises(PermissionDenied):
        evidence.add(draft, upload("report.pdf", PDF), people.viewer, draft.version)
    assert not EvidenceFile.objects.visible_to(None).exists()
    assert not EvidenceFile.objects.visible_to(people.other).exists()
    assert not EvidenceFile.objects.visible_to(people.steward).exists()
    assert EvidenceFile.objects.visible_to(people.viewer).get() == kept

    updates.submit(draft, people.editor, draft.version)
    assert EvidenceFile.objects.visible_to(people.steward).get() == kept
    updates.publish(draft, people.steward, draft.version)
    assert EvidenceFile.objects.visible_to(None).get() == kept


@pytest.mark.django_db(transaction=True)
def test_a_file_of_a_draft_is_taken_away_for_good(loaded, people, media):
    from tests.goals.lifecycle.conftest import make_published

    draft = make_update(people, make_published(people))
    kept = evidence.add(draft, upload("report.pdf", PDF), people.editor, draft.version)
    evidence.remove(kept, people.editor, draft.version)
    assert not on_disk(media)


def test_what_was_sent_keeps_its_files(people, published):
    sent = make_submitted_update(people, published)
    public = make_published_update(people, published, date="2026-03-01")
    for update in (sent, public):
        with pytest.raises(StepNotAllowed):
            evidence.add(update, upload("report.pdf", PDF), people.editor, update.version)


def as_read_now(update: Update) -> Update:
    return Update.objects.select_related("sub_goal__organization").get(pk=update.pk)


def test_no_file_is_added_to_what_was_sent_meanwhile(people, update, media):
    held = as_read_now(update)
    updates.submit(update, people.editor, update.version)

    with pytest.raises(Stale):
        evidence.add(held, upload("report.pdf", PDF), people.editor, held.version)
    assert not on_disk(media)


def test_no_file_is_taken_from_what_was_published_meanwhile(people, update):
    evidence.add(update, upload("report.pdf", PDF), people.editor, update.version)
    held = EvidenceFile.objects.select_related("update__sub_goal__organization").get()
    updates.submit(update, people.editor, update.version)
    updates.publish(update, people.steward, update.version)

    with pytest.raises(Stale):
        evidence.remove(held, people.editor, held.update.version)
    assert update.evidence_files.count() == 1


def test_nothing_is_sent_over_a_file_one_has_not_seen(people, update):
    """R10"""
    held = as_read_now(update)
    evidence.add(update, upload("report.pdf", PDF), people.owner, update.version)

    with pytest.raises(Stale):
        updates.submit(held, people.editor, held.version)


def published_with_file(people, update: Update) -> Update:
    evidence.add(update, upload("report.pdf", PDF), people.editor, update.version)
    updates.submit(update, people.editor, update.version)
    return updates.publish(update, people.steward, update.version)


def test_a_correction_begins_with_the_files_of_what_it_corrects(people, update, media, monkeypatch):
    """One file on disk for both, counted once; the stewards see it with the correction."""
    first = published_with_file(people, update)
    newer = updates.correct(first, {"note": "Said better."}, people.editor, first.version)

    file = newer.evidence_files.get()
    assert evidence.opened(file).read() == PDF
    assert len(on_disk(media)) == 1
    assert TrailEntry.objects.get(action="update.correct").after["evidence_files"][0]["name"] == "report.pdf"
    monkeypatch.setattr(evidence, "LARGEST_OF_ORGANIZATION", 2 * len(PDF))
    evidence.add(newer, upload("more.pdf", PDF), people.editor, newer.version)
    updates.submit(newer, people.editor, newer.version)
    assert file in EvidenceFile.objects.visible_to(people.steward)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["take away", "throw away"])
def test_what_a_correction_lets_go_stays_with_what_it_corrects(loaded, people, media, way):
    from tests.goals.lifecycle.conftest import make_published

    first = published_with_file(people, make_update(people, make_published(people)))
    newer = updates.correct(first, {}, people.editor, first.version)
    if way == "take away":
        evidence.remove(newer.evidence_files.get(), people.editor, newer.version)
    else:
        updates.discard(newer, people.editor, newer.version)

    assert not EvidenceFile.objects.exclude(update=first).exists()
    assert evidence.opened(first.evidence_files.get()).read() == PDF


def test_files_lie_outside_what_is_served():
    assert not Path(settings.STATIC_ROOT).is_relative_to(settings.MEDIA_ROOT)
    assert not Path(settings.MEDIA_ROOT).is_relative_to(settings.STATIC_ROOT)
    assert not settings.MEDIA_URL or settings.MEDIA_URL == "/"
