"""What a file would do, by line and column, as pages and the API tell it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import pgettext

from goals.bulk import words
from goals.bulk.columns import COLUMNS, MAIN, Column
from goals.bulk.files import as_csv

ADDED, CHANGED, SAME = "added", "changed", "same"
MOST_SHOWN = 200
"""Lines a page or an answer of the API tells of; the whole is a file to download."""


@dataclass(frozen=True)
class Refusal:
    """Why a cell is not taken; `column` is its name in the file, empty for a whole line.

    What is needed and has no column in the file goes by the column's own name.
    """

    line: int
    column: str
    reason: str


@dataclass(frozen=True)
class Cell:
    """`column` as the file names it, `part` what it holds; both texts as a file has them."""

    column: str
    part: str
    before: str
    after: str


@dataclass(frozen=True)
class Detail:
    """A line that is added, with its main cells, or changed, with each cell that differs."""

    line: int
    outcome: str
    cells: tuple[Cell, ...]


@dataclass
class Preview:
    """What the file does, by the number of the line. With a refusal nothing of it can be taken."""

    kind: str
    sha256: str
    columns: tuple[str, ...]
    mapping: Mapping[str, str]
    missing: tuple[str, ...] = ()
    added: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    same: list[int] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    details: list[Detail] = field(default_factory=list)

    @property
    def refused_lines(self) -> set[int]:
        """A line may be refused for several reasons."""
        return {refusal.line for refusal in self.refused}

    @property
    def can_be_taken(self) -> bool:
        return not self.refused and not self.missing

    @property
    def does_something(self) -> bool:
        return bool(self.added or self.changed)

    @property
    def shown(self) -> list[Detail]:
        return self.details[:MOST_SHOWN]

    @property
    def left_out(self) -> int:
        return len(self.details) - len(self.shown)

    def note(self, line: int, outcome: str, before: Any, after: Any, *, is_sent: bool) -> None:
        """Remember what a line does; `before` is None for a new row."""
        getattr(self, outcome).append(line)
        if outcome == SAME:
            return
        told = [one for one in COLUMNS[self.kind] if one.read and (before or one.name in MAIN[self.kind])]
        cells = [self.cell(column, before, after) for column in told]
        if is_sent:
            cells.append(Cell(self.named("state"), "state", getattr(before, "state", ""), "submitted"))
        differing = (one for one in cells if one.before != one.after)
        self.details.append(Detail(line, outcome, tuple(differing)))

    def cell(self, column: Column, before: Any, after: Any) -> Cell:
        old = column.text(before) if before else ""
        if before and column.write(before) == column.write(after):
            return Cell(self.named(column.name), column.name, old, old)  # 100.50 is 100.5
        return Cell(self.named(column.name), column.name, old, column.text(after))

    def named(self, part: str) -> str:
        return self.mapping.get(part, part)

    def refuse(self, line: int, faults: Mapping[str, list[str]]) -> None:
        own = {column.name for column in COLUMNS[self.kind]}
        for part, sentences in faults.items():
            column = self.named(part) if part in own else ""
            self.refused += [Refusal(line, column, sentence) for sentence in sentences]

    def whole(self) -> bytes:
        """Every line with what it does, as a CSV file in the reader's language."""
        header = [str(title) for title in words.PREVIEW_HEADER]
        return as_csv(header, sorted(self.rows(), key=lambda row: int(row[0])))

    def rows(self) -> Iterator[list[str]]:
        does = {ADDED: pgettext("line", "Added"), CHANGED: pgettext("line", "Changed")}
        for detail in self.details:
            for one in detail.cells:
                yield [str(detail.line), does[detail.outcome], one.column, one.before, one.after, ""]
        for refusal in self.refused:
            yield [str(refusal.line), pgettext("line", "Refused"), refusal.column, "", "", refusal.reason]
        for line in self.same:
            yield [str(line), pgettext("line", "As before"), "", "", "", ""]
