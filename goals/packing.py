"""Everything an organization entered, as one ZIP of tables, JSON and files, written while it is sent.

Tables are those a bulk file is read back from (goals/bulk) and safe to open in a spreadsheet (R27); JSON has
every row in every state. Never more than a piece of one file is held in memory.
"""

import json
import zipfile
from collections.abc import Iterator
from typing import Any

from django.db.models import Model, QuerySet

from goals.bulk import columns, files
from goals.lifecycle import evidence
from goals.models import (
    Comment,
    EvidenceFile,
    EvidenceLink,
    MeasureProposal,
    SubGoal,
    SubGoalText,
    SubGoalVersion,
    Update,
)
from stakeholders import rights, trail
from stakeholders.models import Organization, User

PIECE = 64 * 1024
MANY = 500
ABOUT = """Everything {name} entered in the North American Progress Monitor.

sub_goals.csv, updates.csv   tables that can be handed in again, without corrected and retracted updates
everything.json              every row in every state, with texts, versions, proposals, links and comments
files/                       what was handed in as evidence, each under the number of its update
"""


class Sink:
    """Takes what the ZIP writes until it is sent."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self.pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""

    def drained(self) -> bytes:
        found, self.pieces = b"".join(self.pieces), []
        return found


def package(organization: Organization, by: User) -> Iterator[bytes]:
    """The ZIP, piece by piece. The right is asked before the first piece."""
    rights.require(by, "see", "export", organization)
    return pieces(organization, by)


def pieces(organization: Organization, by: User) -> Iterator[bytes]:
    sink = Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as whole:
        whole.writestr("README.txt", ABOUT.format(name=organization.name))
        for kind in (columns.SUB_GOALS, columns.UPDATES):
            whole.writestr(f"{kind}.csv", files.export(kind, organization, by, files.CSV))
            yield sink.drained()
        for _written in in_json(organization, whole):
            yield sink.drained()
        for _written in evidence_of(organization, whole):
            yield sink.drained()
    yield sink.drained()


def in_json(organization: Organization, whole: zipfile.ZipFile) -> Iterator[None]:
    with whole.open("everything.json", "w", force_zip64=True) as out:
        out.write(b'{"organization": ' + line(organization))
        for name, rows in tables(organization).items():
            out.write(f',\n"{name}": ['.encode())
            for number, row in enumerate(rows.iterator(chunk_size=MANY)):
                out.write((b",\n" if number else b"\n") + line(row))
                if number % MANY == 0:
                    yield
            out.write(b"]")
        out.write(b"}\n")


def tables(organization: Organization) -> dict[str, QuerySet]:
    own, reports = {"sub_goal__organization": organization}, {"update__sub_goal__organization": organization}
    said = Comment.objects.filter(sub_goal__organization=organization) | Comment.objects.filter(
        update_discussed__sub_goal__organization=organization
    )
    found = {
        "sub_goals": SubGoal.objects.filter(organization=organization),
        "texts": SubGoalText.objects.filter(**own),
        "versions": SubGoalVersion.objects.filter(**own),
        "proposals": MeasureProposal.objects.filter(**own),
        "updates": Update.objects.filter(**own),
        "links": EvidenceLink.objects.filter(**reports),
        "files": EvidenceFile.objects.filter(**reports),
        "comments": said,
    }
    return {name: rows.order_by("pk") for name, rows in found.items()}


def line(row: Model) -> bytes:
    """Every field of a row; people and other rows as their numbers, exact numbers as text."""
    kept: dict[str, Any] = trail.snapshot(row)
    kept.pop("stored_name", None)
    return json.dumps(kept, ensure_ascii=False).encode()


def evidence_of(organization: Organization, whole: zipfile.ZipFile) -> Iterator[None]:
    """Each file as it was handed in; of one that is lost, a note."""
    rows = EvidenceFile.objects.filter(update__sub_goal__organization=organization).order_by("pk")
    for file in rows.iterator(chunk_size=MANY):
        name = f"files/{file.update_id}/{file.pk}-{file.name}"
        try:
            opened = evidence.opened(file)
        except evidence.FileLost as error:
            whole.writestr(f"{name}.lost.txt", str(error))
            continue
        with opened, whole.open(zipfile.ZipInfo(name), "w", force_zip64=True) as out:
            while piece := opened.read(PIECE):
                out.write(piece)
                yield
