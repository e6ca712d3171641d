"""Spreadsheets people hand in, read in a process with limits; what happens there knows nothing of Django."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from indicators import limited
from indicators.sources import upload_files
from indicators.sources.upload_files import SheetNeeded, TooLarge, UploadRefused


@dataclass(frozen=True)
class Line:
    """One line with its number in the file; `formulas` names the columns that hold one."""

    number: int
    cells: dict[str, str]
    formulas: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    columns: tuple[str, ...]
    lines: tuple[Line, ...]


def read(body: bytes, name: str, sheet: str = "", usual: Sequence[str] = ()) -> Table:
    """The table of a CSV or XLSX file. Raises UploadRefused with a sentence for its owner.

    Of several sheets the one named `sheet`; if none is named, the one that has a `usual` name.
    """
    found = inside(table, body, name=name, sheet=sheet, usual=list(usual))
    lines = (Line(number, cells, tuple(formulas)) for number, cells, formulas in found["lines"])
    return Table(tuple(found["columns"]), tuple(lines))


def check(body: bytes, name: str) -> None:
    """Whether the file is what its name says and harms nobody. Raises UploadRefused otherwise."""
    inside(checked, body, name=name)


def inside(function: Any, body: bytes, **arguments: Any) -> dict[str, Any]:
    try:
        found = limited.call(function, body, **arguments)
    except limited.LimitReached as error:
        raise TooLarge(str(error)) from error
    except limited.Failed as error:
        raise UploadRefused("The file cannot be read; the log says more.") from error
    if "refusal" in found:
        refused = UploadRefused(found["refusal"])
        refused.status = found["status"]
        raise refused
    return found


# --- Inside that process ------------------------------------------------------------------------
def table(body: bytes, name: str, sheet: str, usual: Sequence[str]) -> dict[str, Any]:
    try:
        found = chosen(body, name, sheet, usual)
    except UploadRefused as error:
        return refusal(error)
    lines = [(line.number, dict(line.cells), sorted(line.formulas)) for line in found.lines]
    return {"columns": found.columns, "lines": lines}


def chosen(body: bytes, name: str, sheet: str, usual: Sequence[str]) -> upload_files.Table:
    try:
        return upload_files.read(body, name, sheet)
    except SheetNeeded as error:
        known = [one for one in error.names if one in usual]
        if sheet or len(known) != 1:
            raise
    return upload_files.read(body, name, known[0])


def checked(body: bytes, name: str) -> dict[str, Any]:
    try:
        if name.lower().endswith(".xlsx"):
            upload_files.check_package(body)
        else:
            for _line in upload_files.csv_lines(body):
                pass
    except UploadRefused as error:
        return refusal(error)
    return {}


def refusal(error: UploadRefused) -> dict[str, Any]:
    return {"refusal": str(error), "status": error.status}
