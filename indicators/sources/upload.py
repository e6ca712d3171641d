"""Agencies without an interface for programs: their values are handed in as CSV or XLSX files.

Nobody is asked for them. The feed's query holds how the last file was read, as `mapping` and, for workbooks
with several sheets, `sheet`; `manage.py read` gives the `name` of a file there too. See docs/upload.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from indicators import limited
from indicators.sources import (
    Answer,
    Classification,
    Kind,
    Rate,
    Request,
    Row,
    SourceChanged,
    asking,
    upload_files,
    upload_rows,
)
from indicators.sources.upload_files import SheetNeeded, TooLarge, UploadRefused
from indicators.sources.upload_rows import Entry, Refusal

RATE = Rate(requests=10, seconds=1)
KEY_VARIABLE = None
REMEMBERED = ("mapping", "sheet")
"""What a feed's query keeps of the last file that was taken."""
MOST_REFUSALS = 200
"""Named one by one; a file with more has another trouble than single cells."""


# --- As a source --------------------------------------------------------------------------------
def requests(query: Mapping[str, Any], today: date) -> list[Request]:
    return [Request("upload")]


def fetch(request: Request) -> Answer:
    raise SourceChanged("Nobody is asked for these values: hand in a file on the page of the feed.")


def classify(answer: Answer) -> Classification:
    return Classification(Kind.DATA)


def parse(answer: Answer, query: Mapping[str, Any]) -> list[Row]:
    """Every line as a row. Raises SourceChanged for the first cell that is refused."""
    asking.check(query, ("name", *REMEMBERED))
    name = asking.text(query, "name") or answer.address
    found = examine(answer.body, name, asking.text(query, "sheet"), mapping_of(query))
    if found.sheets:
        raise SheetNeeded(found.sheets)
    for refusal in found.refused:
        raise SourceChanged(f"Line {refusal.line}, {refusal.column}: {refusal.reason}")
    for part in upload_rows.lacking(found.mapping):
        raise UploadRefused(f"Say which column holds the {part}.")
    return [entry.row for entry in found.entries]


def mapping_of(query: Mapping[str, Any]) -> dict[str, str]:
    """The query's mapping; people may have written it. Raises SourceChanged when it is none."""
    mapping = query.get("mapping", {})
    if not isinstance(mapping, dict) or not all(isinstance(column, str) for column in mapping.values()):
        raise SourceChanged("The feed's query: “mapping” must name a column for each part.")
    return mapping


# --- Reading in a process of its own ------------------------------------------------------------
@dataclass(frozen=True)
class Examined:
    """What was found in a file.

    `sheets` are there where one of them must be chosen. Without a column for every needed part in `mapping`,
    and without a sheet, there are no entries.
    """

    sheets: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()
    refused: tuple[Refusal, ...] = ()
    refused_count: int = 0


def examine(body: bytes, name: str, sheet: str, mapping: Mapping[str, str]) -> Examined:
    """Read a file within limits of time and memory. Raises UploadRefused with a sentence for its owner."""
    try:
        found = limited.call(examined, body, name=name, sheet=sheet, mapping=dict(mapping))
    except limited.LimitReached as error:
        raise TooLarge(f"{error} Hand in less at a time, or save it as CSV.") from error
    except limited.Failed as error:
        raise UploadRefused("The file cannot be read; the log says more.") from error
    if "refusal" in found:
        raise as_refused(found)
    return as_examined(found)


def as_refused(found: dict[str, Any]) -> UploadRefused:
    error = UploadRefused(found["refusal"])
    error.status = found["status"]
    return error


def as_examined(found: dict[str, Any]) -> Examined:
    return Examined(
        sheets=tuple(found["sheets"]),
        columns=tuple(found["columns"]),
        mapping=found["mapping"],
        entries=tuple(Entry(line, as_row(*fields)) for line, *fields in found["entries"]),
        refused=tuple(Refusal(*refusal) for refusal in found["refused"]),
        refused_count=found["refused_count"],
    )


def as_row(key: str, period: str, value: str, unit: str, status: str, note: str) -> Row:
    return Row(key, period, Decimal(value), unit=unit, status=status, note=note)


# --- Inside that process ------------------------------------------------------------------------
def examined(body: bytes, name: str, sheet: str, mapping: dict[str, str]) -> dict[str, Any]:
    """What `examine` answers, in what JSON can carry."""
    try:
        table = upload_files.read(body, name, sheet)
    except SheetNeeded as error:
        return told(sheets=error.names)
    except UploadRefused as error:
        return {"refusal": str(error), "status": error.status}
    fits = upload_rows.fitting(table.columns, mapping)
    if upload_rows.lacking(fits):
        return told(columns=table.columns, mapping=fits)
    found = upload_rows.entries(table, fits)
    return told(table.columns, fits, found.taken, found.refused)


def told(
    columns: Sequence[str] = (),
    mapping: Mapping[str, str] | None = None,
    entries: Iterable[Entry] = (),
    refused: Sequence[Refusal] = (),
    sheets: Sequence[str] = (),
) -> dict[str, Any]:
    return {
        "sheets": sheets,
        "columns": columns,
        "mapping": mapping or {},
        "entries": [[entry.line, *cells(entry.row)] for entry in entries],
        "refused": [astuple(refusal) for refusal in refused[:MOST_REFUSALS]],
        "refused_count": len(refused),
    }


def cells(row: Row) -> list[str]:
    return [row.key, row.period, str(row.value), row.unit, row.status, row.note]
