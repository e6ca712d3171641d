"""All current values of an indicator as one file: CSV row by row, or a workbook of the same columns."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import Http404
from xlsxwriter.worksheet import Worksheet

from indicators import edition
from indicators.api import ObservationSerializer, ObservationViewSet
from indicators.cells import row as safe_row
from indicators.models import Indicator

MOST_WORKBOOK_ROWS = 10_000
CHUNK = 500
EXACT_DIGITS = 15
"""Spreadsheets calculate with floats: a longer number would be altered, so it is written as text."""

COLUMNS = ObservationSerializer.Meta.fields
WIDTHS = {"indicator": 28, "citation": 50, "attribution": 30, "note": 30, "payload_sha256": 20, "vintage": 20}


class TooLarge(Exception):
    """More rows than a workbook is made of; the CSV has them all."""


def observations_of(code: str):
    if not Indicator.objects.filter(code=code).exists():
        raise Http404
    current = ObservationViewSet.queryset.filter(series__indicator__code=code, is_current=True)
    return current.order_by(*ObservationViewSet.ordering)


def records(observations) -> Iterator[Mapping[str, Any]]:
    """Each value as the API gives it, so that file and API never differ; a part at a time."""
    serializer = ObservationSerializer()
    for observation in observations.iterator(chunk_size=CHUNK):
        yield serializer.to_representation(observation)


def file_name(code: str, ending: str) -> str:
    return f"{code}_{edition.current_number()}.{ending}"


# --- CSV ----------------------------------------------------------------------------------------
def csv_lines(observations) -> Iterator[str]:
    """The lines one by one, so that no file is ever whole in memory."""
    yield line(COLUMNS)
    for record in records(observations):
        yield line(safe_row(record, COLUMNS))


def line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


# --- Workbook -----------------------------------------------------------------------------------
def workbook(observations) -> bytes:
    """Raises TooLarge instead of leaving values out."""
    if observations.count() > MOST_WORKBOOK_ROWS:
        raise TooLarge
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("data")
        lay_out(sheet, book)
        for number, record in enumerate(records(observations), start=1):
            write(sheet, number, record)
    return written.getvalue()


def lay_out(sheet: Worksheet, book: xlsxwriter.Workbook) -> None:
    sheet.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    for place, name in enumerate(COLUMNS):
        sheet.set_column(place, place, WIDTHS.get(name, 12))
        sheet.write_string(0, place, name, bold)


def write(sheet: Worksheet, number: int, record: Mapping[str, Any]) -> None:
    """Texts are typed as texts, so no spreadsheet runs one; only the value is a number."""
    for place, (name, text) in enumerate(zip(COLUMNS, safe_row(record, COLUMNS), strict=True)):
        if name == "value" and is_exact(text):
            sheet.write_number(number, place, Decimal(text))
        elif text:
            sheet.write_string(number, place, text)


def is_exact(text: str) -> bool:
    return bool(text) and len(Decimal(text).normalize().as_tuple().digits) <= EXACT_DIGITS
