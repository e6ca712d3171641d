"""Cells of a CSV file that are safe to open in a spreadsheet."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
RUN_BY_SPREADSHEETS = tuple("=+-@\t\r\n＝＋－＠")
PLAIN_MARK = "'"


def cell(value: Any) -> str:
    """Write a value for a cell: missing is empty, a list is its members with a space between them.

    Text that a spreadsheet would run gets an apostrophe in front; a true negative number stays a number.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return cell(" ".join(map(str, value)))
    return plain(str(value))


def plain(text: str) -> str:
    """Apostrophes that stand there already are seen through, so that `original` can tell them apart."""
    bare = text.lstrip(PLAIN_MARK)
    is_run = bare.startswith(RUN_BY_SPREADSHEETS) or bare.strip().startswith(RUN_BY_SPREADSHEETS)
    return PLAIN_MARK + text if is_run and not NUMBER.fullmatch(text) else text


def original(text: str) -> str:
    """The text as it was before `cell` made it plain; for who reads our files back."""
    rest = text.removeprefix(PLAIN_MARK)
    return rest if rest != text and plain(rest) == text else text


def row(record: Mapping[str, Any], columns: Iterable[str]) -> list[str]:
    return [cell(look_up(record, column)) for column in columns]


def look_up(record: Mapping[str, Any], column: str) -> Any:
    """The value of a column; `result.status` is the status inside the result."""
    found: Any = record
    for name in column.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
