"""Files to download: the empty template with its help, and all that was entered; safe to open (R27)."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_range_abs

from goals.bulk import words
from goals.bulk.columns import COLUMNS, NEEDED, SUB_GOALS, Column
from goals.lifecycle import cleaning
from goals.models import SubGoal, Update
from indicators.cells import cell
from stakeholders import rights
from stakeholders.models import Organization, User

CSV, XLSX = "csv", "xlsx"
CONTENT_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MARK = "\ufeff"
"""By this spreadsheet programs know that a CSV file is UTF-8."""
EXACT_DIGITS = 15
"""A number of a workbook is exact up to here; a longer one is written as text."""
ROOM = 10_000
"""Rows of the template that offer choices."""


def template(kind: str, form: str) -> bytes:
    """An empty file with the columns in the reader's language."""
    return written(kind, [], form, in_words=True)


def explained(kind: str) -> bytes:
    """What may stand in each column, as a table of its own: a CSV file has no second sheet."""
    return as_csv(list(words.HELP_HEADER), (told(kind, column) for column in COLUMNS[kind]))


def export(kind: str, organization: Organization, by: User, form: str, *, in_words: bool = False) -> bytes:
    """Everything the organization entered, drafts included; read back it changes nothing.

    `in_words` names columns and choices as the reader does, not by their codes; both are read back.
    """
    rights.require(by, "see", "export", organization)
    return written(kind, rows_of(kind, organization), form, in_words=in_words)


def rows_of(kind: str, organization: Organization) -> Iterator[Any]:
    if kind == SUB_GOALS:
        related = ("goal", "target__indicator", "parent", "contributes_to")
        rows = SubGoal.objects.filter(organization=organization).select_related(*related)
        return rows.order_by("created_at", "pk").iterator(chunk_size=2000)
    reports = Update.objects.filter(sub_goal__organization=organization).select_related("sub_goal")
    standing = reports.exclude(state__in=(Update.State.CORRECTED, Update.State.RETRACTED))
    return standing.order_by("sub_goal__code", "date", "pk").iterator(chunk_size=2000)


def written(kind: str, rows: Iterable[Any], form: str, *, in_words: bool) -> bytes:
    if form == XLSX:
        return as_xlsx(kind, rows, in_words)
    columns = COLUMNS[kind]
    cells = ([column.text(row, in_words=in_words) for column in columns] for row in rows)
    return as_csv([header(column, in_words) for column in columns], cells)


def header(column: Column, in_words: bool) -> str:
    return column.label if in_words else column.name


def as_csv(header: Sequence[Any], rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([cell(text) for text in row] for row in rows)
    return (MARK + out.getvalue()).encode()


# --- What may stand where -----------------------------------------------------------------------
def told(kind: str, column: Column) -> list[str]:
    """The row about a column: its names, whether it is needed, what is allowed, an example, its choices."""
    needed = _("Yes") if column.name in NEEDED[kind] else ""
    example = str(words.EXAMPLES.get(column.name, ""))
    offered = column.offered if column.read else []
    return [column.label, column.name, needed, allowed(column), example, *offered]


def allowed(column: Column) -> str:
    if column.read is None:
        return str(words.INFORMS)
    if column.choices:
        return str(words.ONE_CHOICE)
    if column.name in words.ALLOWED:
        return str(words.ALLOWED[column.name])
    if column.longest:
        return str(words.TEXT) % {"most": column.longest}
    return str(words.NUMBER if column.read is cleaning.decimal else words.DAY)


# --- Workbooks ----------------------------------------------------------------------------------
def as_xlsx(kind: str, rows: Iterable[Any], in_words: bool) -> bytes:
    """Text stays text, whatever it begins with: cells are written by type and nothing is a formula."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        Sheets(book, kind, in_words).write(rows)
    return out.getvalue()


class Sheets:
    """The lines under their columns, and a second sheet that says what may stand in each."""

    def __init__(self, book: Any, kind: str, in_words: bool) -> None:
        self.book, self.kind, self.in_words = book, kind, in_words
        self.lines = book.add_worksheet(str(words.SHEETS[kind]))
        self.help = book.add_worksheet(str(words.HELP_SHEET))
        self.bold, self.plain = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        self.numbers: dict[int, Any] = {}

    def write(self, rows: Iterable[Any]) -> None:
        for place, title in enumerate(words.HELP_HEADER):
            self.help.write_string(0, place, str(title), self.bold)
            self.help.set_column(place, place, 28)
        for place, column in enumerate(COLUMNS[self.kind]):
            self.begin(place, column)
        for number, row in enumerate(rows, 1):
            for place, column in enumerate(COLUMNS[self.kind]):
                self.cell(number, place, column, row)
        self.lines.freeze_panes(1, 0)
        self.help.freeze_panes(1, 0)

    def begin(self, place: int, column: Column) -> None:
        self.lines.write_string(0, place, header(column, self.in_words), self.bold)
        self.lines.set_column(place, place, 18, self.plain)
        row = told(self.kind, column)
        for at, text in enumerate(row):
            self.help.write_string(place + 1, at, text)
        if column.choices and column.read:
            first = len(row) - len(column.choices)
            offered = xl_range_abs(place + 1, first, place + 1, len(row) - 1)
            source = f"='{self.help.get_name()}'!{offered}"
            self.lines.data_validation(1, place, ROOM, place, {"validate": "list", "source": source})

    def cell(self, number: int, place: int, column: Column, row: Any) -> None:
        value = column.write(row)
        if isinstance(value, Decimal) and len(value.normalize().as_tuple().digits) <= EXACT_DIGITS:
            self.lines.write_number(number, place, float(value), self.decimals(value))
        elif text := column.text(row, in_words=self.in_words):
            self.lines.write_string(number, place, text)

    def decimals(self, value: Decimal) -> Any:
        """A format that shows the number with as many decimals as were entered."""
        count = max(0, -int(value.as_tuple().exponent))
        if count not in self.numbers:
            shape = "0." + "0" * count if count else "0"
            self.numbers[count] = self.book.add_format({"num_format": shape})
        return self.numbers[count]
