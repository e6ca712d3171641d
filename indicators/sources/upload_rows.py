"""The lines of an uploaded table as rows, refused cell by cell.

`mapping` says which column holds what: `period`, `value` and `area` are needed; `partner`, `product`, `unit`,
`status` and `note` are not. Row keys: `area|partner|product|frequency`, as `MEX||vehicles|annual`. See
docs/upload.md for what a cell may hold.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from indicators import periods
from indicators.sources import Row
from indicators.sources.reading import number
from indicators.sources.upload_files import Line, Table, UploadRefused

NEEDED = ("period", "value", "area")
NOT_NEEDED = ("partner", "product", "unit", "status", "note")
PARTS = (*NEEDED, *NOT_NEEDED)
STATUSES = ("", "provisional", "estimated", "projection", "at_least", "about")
AREA = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*", re.ASCII)
LONGEST = {"area": 20, "partner": 20, "product": 100, "unit": 30, "note": 300}
MOST_DIGITS, MOST_DECIMALS = 30, 12
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Refusal:
    """Why a cell is not taken; `column` is its name in the file."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True)
class Entry:
    """A row and the line it stands in."""

    line: int
    row: Row


@dataclass(frozen=True)
class Entries:
    """What a table holds. With a refusal nothing of it can be taken."""

    taken: tuple[Entry, ...]
    refused: tuple[Refusal, ...]


class CellRefused(ValueError):
    """What is wrong with one cell."""


def entries(table: Table, mapping: Mapping[str, str]) -> Entries:
    """Every line as a row, equal ones folded into one. Raises UploadRefused for an impossible mapping."""
    check_mapping(table, mapping)
    found: dict[tuple[str, str], Entry] = {}
    refused: list[Refusal] = []
    for line in table.lines:
        row = row_of(line, mapping, refused)
        if row:
            add(Entry(line.number, row), found, mapping, refused)
    return Entries(tuple(found.values()), tuple(refused))


def fitting(columns: Iterable[str], remembered: Mapping[str, str]) -> dict[str, str]:
    """What can be assigned without asking: as it was the last time, else columns named as in the template.

    What a person left without a column is remembered as an empty name, and stays without one.
    """
    there, found = set(columns), {}
    for part in PARTS:
        name = remembered.get(part, part)
        column = name if name in there or not name else part
        if column in there:
            found[part] = column
    return found


def lacking(mapping: Mapping[str, str]) -> list[str]:
    """The needed parts that no column is assigned to."""
    return [part for part in NEEDED if part not in mapping]


def check_mapping(table: Table, mapping: Mapping[str, str]) -> None:
    for part in lacking(mapping):
        raise UploadRefused(f"Say which column holds the {part}.")
    for part, column in mapping.items():
        if part not in PARTS:
            raise UploadRefused(f"“{part}” is nothing a column can hold here.")
        if column not in table.columns:
            raise UploadRefused(f"The column “{column}” is not there; there are {', '.join(table.columns)}.")


def add(
    entry: Entry,
    found: dict[tuple[str, str], Entry],
    mapping: Mapping[str, str],
    refused: list[Refusal],
) -> None:
    """Keep the first line of a period; an equal one folds into it, a different one is refused."""
    first = found.setdefault((entry.row.key, entry.row.period), entry)
    if first.row != entry.row:
        reason = f"Line {first.line} gives {entry.row.period} already, as {first.row.value}."
        refused.append(Refusal(entry.line, mapping["value"], reason))


def row_of(line: Line, mapping: Mapping[str, str], refused: list[Refusal]) -> Row | None:
    """The line as a row; None when a cell is refused, after noting every such cell."""
    found: dict[str, Any] = {}
    before = len(refused)
    for part, column in mapping.items():
        try:
            found[part] = cell(line, column, part)
        except CellRefused as error:
            refused.append(Refusal(line.number, column, str(error)))
    return None if len(refused) > before else row(found)


def row(found: Mapping[str, Any]) -> Row:
    subject = [found["area"], found.get("partner", ""), found.get("product", "")]
    return Row(
        key="|".join([*subject, periods.frequency(found["period"])]),
        period=found["period"],
        value=found["value"],
        unit=found.get("unit", ""),
        status=found.get("status", ""),
        note=found.get("note", ""),
    )


def cell(line: Line, column: str, part: str) -> Any:
    if column in line.formulas:
        raise CellRefused("A formula is not calculated here: put its value into the cell.")
    return READERS[part](line.cells[column], part)


def value(text: str, part: str) -> Decimal:
    if not text:
        raise CellRefused("No value: leave a line out when its value is not known. Write 0 for zero.")
    try:
        found = number(text)
    except ValueError as error:
        hint = "write digits alone, as 1234.5"
        raise CellRefused(f"{error}: {hint}.") from error
    return bounded(found, text)


def bounded(found: Decimal, text: str) -> Decimal:
    digits = format(found, "f").lstrip("-").partition(".")
    if len(digits[0]) + len(digits[2]) > MOST_DIGITS or len(digits[2]) > MOST_DECIMALS:
        limits = f"{MOST_DIGITS} digits, {MOST_DECIMALS} of them behind the point"
        raise CellRefused(f"“{text[:40]}” has too many digits; at most {limits}.")
    return found


def period(text: str, part: str) -> str:
    try:
        frequency = periods.frequency(text)
    except ValueError:
        raise CellRefused(f"“{text[:40]}” is no period: write 2024, 2024-S1, 2024-Q3 or 2024-07.") from None
    if frequency == "daily":
        hint = "spreadsheet programs turn 2024-07 into a day: format the column as text"
        raise CellRefused(f"“{text}” is a day; values are for months and longer ({hint}).")
    return text


def area(text: str, part: str) -> str:
    if not AREA.fullmatch(text):
        raise CellRefused(f"“{text[:40]}” is no code of an area: write MEX, USA, CAN, NAM or WLD.")
    return short(text, part)


def partner(text: str, part: str) -> str:
    return area(text, part) if text else ""


def status(text: str, part: str) -> str:
    if text not in STATUSES:
        raise CellRefused(f"“{text[:40]}” is no status: write {', '.join(STATUSES[1:])}, or nothing.")
    return text


def product(text: str, part: str) -> str:
    if "|" in text:
        raise CellRefused("The sign | parts the names of series: leave it out.")
    return short(text, part)


def short(text: str, part: str) -> str:
    if len(text) > LONGEST[part]:
        raise CellRefused(f"This is longer than {LONGEST[part]} characters.")
    if CONTROL.search(text):
        raise CellRefused("This holds a line end or another control character.")
    return text


READERS: dict[str, Callable[[str, str], Any]] = {
    "period": period,
    "value": value,
    "area": area,
    "partner": partner,
    "product": product,
    "unit": short,
    "status": status,
    "note": short,
}
