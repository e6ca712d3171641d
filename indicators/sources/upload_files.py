"""Uploaded CSV and XLSX files as tables of text cells, read within limits and without running anything.

A file is whole or refused: UploadRefused says why. Outer spaces are dropped, Unicode is composed (NFC), and
the apostrophe goes with which our own CSV files keep spreadsheets from running a cell (indicators/cells.py).
A number of a workbook becomes its shortest exact text, a date its ISO form, a percentage keeps its sign, so
that 5.5% is not taken for 0.055. Cells with a formula are listed, not calculated. Read strangers' files in a
process with limits of time and memory: indicators/limited.py.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any
from zipfile import ZipFile

import openpyxl

from indicators.cells import original
from indicators.sources import SourceChanged

LARGEST_FILE = 10 * 1024 * 1024
LARGEST_UNPACKED = 50 * 1024 * 1024
MOST_ENTRIES = 2_000
MOST_LINES = 50_000
MOST_COLUMNS, LONGEST_COLUMN = 100, 200
MOST_SHEETS = 200
MOST_SHEET_ROWS, MOST_SHEET_COLUMNS = 1_048_576, 1_000
"""How far a sheet may reach with blank cells, which are stepped over."""

ZIP_START = b"PK\x03\x04"
ENTRY_START = b"PK\x01\x02"
PIECE = 64 * 1024
PROTECTED = 0x1
DELIMITERS = ",;\t"
QUOTED = re.compile(r'"[^"]*"')


class UploadRefused(SourceChanged):
    """The file cannot be read as a table; the sentence is for the person who handed it in."""

    status = 400
    """What HTTP calls it."""


class TooLarge(UploadRefused):
    """A limit of size is named in the sentence."""

    status = 413


class WrongKind(UploadRefused):
    """Ending, first bytes and content are not those of a file that is taken."""

    status = 415


class SheetNeeded(UploadRefused):
    """The workbook has the sheets `names`, and none of them was named."""

    def __init__(self, names: Sequence[str], unknown: str = "") -> None:
        several = f"The workbook has several sheets ({', '.join(names)}): say which one."
        missing = f"The workbook has no sheet “{unknown}”; there are {', '.join(names)}."
        super().__init__(missing if unknown else several)
        self.names = names


@dataclass(frozen=True)
class Line:
    """One line with its number in the file; `formulas` names the columns that hold one."""

    number: int
    cells: Mapping[str, str]
    formulas: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Table:
    """Named columns, and the lines below that are not blank."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Cell:
    text: str = ""
    is_formula: bool = False


Numbered = tuple[int, list[Cell]]


def read(body: bytes, name: str, sheet: str = "") -> Table:
    """The table of a file whose name and content agree; `sheet` is needed where a workbook has several."""
    if len(body) > LARGEST_FILE:
        raise TooLarge(f"The file is larger than {LARGEST_FILE // 1024 // 1024} MB.")
    ending = name.rpartition(".")[2].lower()
    if ending == "csv" and not body.startswith(ZIP_START):
        return table(csv_lines(body))
    if ending == "xlsx" and body.startswith(ZIP_START):
        return table(workbook_lines(body, sheet))
    if ending in ("xlsm", "xltm", "xlsb"):
        raise WrongKind("Workbooks that may hold macros are not taken: save it as .xlsx.")
    raise WrongKind("The file is neither CSV nor XLSX, or its name says otherwise than its content.")


def table(lines: Iterable[Numbered]) -> Table:
    """The first line that is not blank names the columns; every other has no more cells than it."""
    filled = ((number, cells) for number, cells in lines if any(cell.text for cell in cells))
    first, header = next(filled, (0, []))
    columns = column_names(first, header)
    found: list[Line] = []
    for number, cells in filled:
        if len(found) == MOST_LINES:
            raise TooLarge(f"The file has more than {MOST_LINES} lines.")
        found.append(line_of(number, cells, columns))
    if not found:
        raise UploadRefused("The file holds no line below its header.")
    return Table(columns, tuple(found))


def column_names(number: int, header: list[Cell]) -> tuple[str, ...]:
    names = [cell.text for cell in trimmed(header)]
    if len(names) > MOST_COLUMNS:
        raise TooLarge(f"The file has more than {MOST_COLUMNS} columns.")
    for name in names:
        if not name:
            raise UploadRefused(f"Line {number}: a column has no name.")
        if names.count(name) > 1:
            raise UploadRefused(f"Line {number}: two columns are named “{name[:LONGEST_COLUMN]}”.")
        if len(name) > LONGEST_COLUMN:
            raise TooLarge(f"Line {number}: the name of a column is longer than {LONGEST_COLUMN} characters.")
    return tuple(names)


def line_of(number: int, cells: list[Cell], columns: tuple[str, ...]) -> Line:
    cells = trimmed(cells)
    if len(cells) > len(columns):
        raise UploadRefused(f"Line {number}: {len(cells)} cells stand under {len(columns)} columns.")
    padded = [*cells, *[Cell()] * (len(columns) - len(cells))]
    named = dict(zip(columns, padded, strict=True))
    formulas = frozenset(name for name in columns if named[name].is_formula)
    return Line(number, {name: named[name].text for name in columns}, formulas)


def trimmed(cells: list[Cell]) -> list[Cell]:
    """Without the blank cells at the end."""
    while cells and not cells[-1].text:
        cells = cells[:-1]
    return cells


def cleaned(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def csv_lines(body: bytes) -> Iterator[Numbered]:
    text = decoded(body)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True)
    try:
        for cells in reader:
            yield reader.line_num, [Cell(cleaned(original(cell))) for cell in cells]
    except csv.Error as error:
        raise UploadRefused(f"Line {reader.line_num}: this is no readable CSV ({error}).") from error


def decoded(body: bytes) -> str:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise UploadRefused(f"Line {line}: the file is not UTF-8; save it as “CSV UTF-8”.") from error
    if "\x00" in text:
        raise UploadRefused("The file holds a NUL character.")
    return text


def delimiter_of(text: str) -> str:
    """Comma, semicolon or tab: whichever the header holds most of, the comma where none is there."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=QUOTED.sub("", header).count)


def workbook_lines(body: bytes, sheet: str) -> Iterator[Numbered]:
    check_package(body)
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(body), read_only=True, keep_links=False)
        try:
            yield from sheet_lines(chosen(workbook, sheet))
        finally:
            workbook.close()
    except (UploadRefused, MemoryError):
        raise
    except Exception as error:  # a broken or hostile workbook makes openpyxl raise almost anything
        raise UploadRefused("The workbook cannot be read.") from error


def chosen(workbook: Any, name: str) -> Any:
    names = [sheet.title for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    if len(names) > MOST_SHEETS:
        raise TooLarge(f"The workbook has more than {MOST_SHEETS} sheets.")
    if name and name not in names:
        raise SheetNeeded(names, name)
    if not name and len(names) != 1:
        raise SheetNeeded(names)
    return workbook[name or names[0]]


def sheet_lines(sheet: Any) -> Iterator[Numbered]:
    sheet.reset_dimensions()  # what a file says of its size is not trusted
    for number, row in enumerate(sheet.iter_rows(), 1):
        if number > MOST_SHEET_ROWS:
            raise TooLarge(f"The sheet has more than {MOST_SHEET_ROWS} rows.")
        if len(row) > MOST_SHEET_COLUMNS:
            raise TooLarge(f"Row {number} reaches over more than {MOST_SHEET_COLUMNS} columns.")
        yield number, [cell_of(cell) for cell in row]


def cell_of(cell: Any) -> Cell:
    if cell.value is None:
        return Cell()
    if cell.data_type == "f":
        return Cell("(formula)", is_formula=True)
    return Cell(cleaned(written(cell.value, cell.number_format or "")))


def written(value: Any, number_format: str) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return percentage(value) if "%" in number_format else str(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    return str(value)


def percentage(value: int | float) -> str:
    return f"{Decimal(str(value)) * 100:f}%"


def check_package(body: bytes) -> None:
    """Raises UploadRefused for a package beyond the limits, protected, with macros or with entities."""
    if body.count(ENTRY_START) > MOST_ENTRIES:
        raise TooLarge(f"The workbook holds more than {MOST_ENTRIES} parts.")
    try:
        with ZipFile(io.BytesIO(body)) as package:
            check_announced(package)
            check_unpacked(package)
    except (UploadRefused, MemoryError):
        raise
    except Exception as error:  # a hostile package makes zipfile and its decompressors raise almost anything
        raise UploadRefused("The workbook is damaged: it cannot be unpacked.") from error


def check_announced(package: ZipFile) -> None:
    entries = package.infolist()
    if len(entries) > MOST_ENTRIES:
        raise TooLarge(f"The workbook holds more than {MOST_ENTRIES} parts.")
    if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
        raise too_large()
    if len({entry.filename for entry in entries}) < len(entries):
        raise UploadRefused("The workbook is damaged: two of its parts have one name.")
    if any(entry.flag_bits & PROTECTED for entry in entries):
        raise WrongKind("The workbook is protected by a password.")
    if any("vbaproject" in entry.filename.lower() for entry in entries):
        raise WrongKind("The workbook holds macros: save it as .xlsx without them.")


def check_unpacked(package: ZipFile) -> None:
    """Unpack every part once, counting, since a package may announce less than it holds."""
    left = LARGEST_UNPACKED
    for entry in package.infolist():
        content = unpacked(package, entry.filename, left)
        left -= len(content)
        plain = content.replace(b"\x00", b"")  # UTF-16 too
        if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
            raise WrongKind("The workbook declares entities, which no spreadsheet program writes.")
        if entry.filename == "[Content_Types].xml" and b"macroenabled" in plain.lower():
            raise WrongKind("The workbook may hold macros: save it as .xlsx without them.")


def unpacked(package: ZipFile, name: str, most: int) -> bytes:
    found = bytearray()
    with package.open(name) as part:
        while piece := part.read(PIECE):
            found += piece
            if len(found) > most:
                raise too_large()
    return bytes(found)


def too_large() -> TooLarge:
    return TooLarge(f"The workbook is larger than {LARGEST_UNPACKED // 1024 // 1024} MB unpacked.")
