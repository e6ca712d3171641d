"""What the connectors share for CSV and for rows: strict cells, known periods, one value a period."""

import csv
import io
import re
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from indicators import periods
from indicators.sources import Row, SourceChanged
from indicators.sources.reading import number

MISSING = ("", "..", "NaN")
AGENCY_PERIOD = re.compile(r"(\d{4})-?(?:M(\d\d)|([QS]\d)|A1)", re.ASCII)


def read_csv(text: str, required: Collection[str]) -> list[tuple[int, dict[str, str]]]:
    """The lines with their numbers. Raises SourceChanged unless each has one cell for each column."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = next(reader, [])
        check_columns(columns, required)
        return [(reader.line_num, filled(columns, cells, reader.line_num)) for cells in reader if any(cells)]
    except csv.Error as error:
        raise SourceChanged(f"Line {reader.line_num}: this is no readable CSV ({error}).") from error


def check_columns(columns: list[str], required: Collection[str]) -> None:
    for column in required:
        if column not in columns:
            raise SourceChanged(f"Line 1: the column “{column}” is not there.")
    if len(set(columns)) < len(columns):
        twice = next(column for column in columns if columns.count(column) > 1)
        raise SourceChanged(f"Line 1: the column “{twice}” is there twice.")


def filled(columns: list[str], cells: list[str], line: int) -> dict[str, str]:
    if len(cells) != len(columns):
        raise SourceChanged(f"Line {line}: expected {len(columns)} cells, found {len(cells)}.")
    return dict(zip(columns, cells, strict=True))


def value_of(cell: str, where: str) -> Decimal | None:
    """The number of a cell, None where it is marked as missing."""
    if cell in MISSING:
        return None
    try:
        return number(cell)
    except ValueError as error:
        raise SourceChanged(f"{where}: {error}.") from error


def json_value(value: Any, where: str) -> Decimal | None:
    """The number of a JSON value, which may be written as text; None for null and marked as missing."""
    if value is None or isinstance(value, str):
        return value_of(value or "", where)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return value_of(str(value), where)
    raise SourceChanged(f"{where}: “{str(value)[:40]}” is no number.")


def period_of(text: str, where: str, frequency: str = "") -> str:
    """An agency's period in our form (2024-M07: 2024-07), of that frequency if one is given."""
    match = AGENCY_PERIOD.fullmatch(text)
    period = "-".join(part for part in match.groups() if part) if match else text
    try:
        found = periods.frequency(period)
    except ValueError as error:
        raise SourceChanged(f"{where}: “{text[:40]}” is no period.") from error
    if frequency and found != frequency:
        raise SourceChanged(f"{where}: “{text}” is {found}, expected {frequency}.")
    return period


def one_value_a_period(rows: Iterable[Row]) -> list[Row]:
    """The rows by series and period, equal ones folded. Raises SourceChanged where two differ."""
    found: dict[tuple[str, str], Row] = {}
    for row in rows:
        first = found.setdefault((row.key, row.period), row)
        if (first.value, first.multiplier) != (row.value, row.multiplier):
            raise SourceChanged(
                f"{row.key}: {row.period} appears twice: {said(first.value)} and {said(row.value)}."
            )
    return [found[subject] for subject in sorted(found)]


def said(value: Decimal | None) -> str:
    return "missing" if value is None else str(value)
