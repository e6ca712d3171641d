"""Files to download: the empty template, and everything an organization entered; safe to open (R27)."""

import csv
import io
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import xlsxwriter

from goals.bulk.columns import COLUMNS, SUB_GOALS, Column
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
    return written(kind, [], form)


def export(kind: str, organization: Organization, by: User, form: str) -> bytes:
    """Everything the organization entered, drafts included; read back it changes nothing."""
    rights.require(by, "see", "export", organization)
    return written(kind, rows_of(kind, organization), form)


def rows_of(kind: str, organization: Organization) -> Iterator[Any]:
    if kind == SUB_GOALS:
        related = ("goal", "target__indicator", "parent", "contributes_to")
        rows = SubGoal.objects.filter(organization=organization).select_related(*related)
        return rows.order_by("created_at", "pk").iterator(chunk_size=2000)
    reports = Update.objects.filter(sub_goal__organization=organization).select_related("sub_goal")
    standing = reports.exclude(state__in=(Update.State.CORRECTED, Update.State.RETRACTED))
    return standing.order_by("sub_goal__code", "date", "pk").iterator(chunk_size=2000)


def written(kind: str, rows: Iterable[Any], form: str) -> bytes:
    return as_csv(COLUMNS[kind], rows) if form == CSV else as_xlsx(COLUMNS[kind], rows)


def as_csv(columns: tuple[Column, ...], rows: Iterable[Any]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.name for column in columns])
    writer.writerows([cell(plain(column.write(row))) for column in columns] for row in rows)
    return (MARK + out.getvalue()).encode()


def plain(value: Any) -> Any:
    return format(value, "f") if isinstance(value, Decimal) else value


def as_xlsx(columns: tuple[Column, ...], rows: Iterable[Any]) -> bytes:
    """Text stays text, whatever it begins with: cells are written by type and nothing is a formula."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column.name, bold)
            sheet.set_column(place, place, 18, text)
            if column.choices:
                offered = {"validate": "list", "source": list(column.choices)}
                sheet.data_validation(1, place, ROOM, place, offered)
        for number, row in enumerate(rows, 1):
            for place, column in enumerate(columns):
                write(sheet, number, place, column.write(row))
        sheet.freeze_panes(1, 0)
    return out.getvalue()


def write(sheet: Any, number: int, place: int, value: Any) -> None:
    if isinstance(value, Decimal) and len(value.normalize().as_tuple().digits) <= EXACT_DIGITS:
        sheet.write_number(number, place, float(value))
    elif value not in (None, ""):
        sheet.write_string(number, place, str(cell(value)) if isinstance(value, bool) else str(plain(value)))
