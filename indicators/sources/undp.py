"""The United Nations Development Programme: the Human Development Index with its whole back series (CSV).

Query: `edition` (`2025`, or `2023-24`; a new one each year, and the whole back series is computed anew, so
editions are never mixed), `indicators` (hdi, hdi_rank, le, ...; one or a list), `areas` (ISO3; one or a
list), `path` (of the file, where its name does not follow the usual pattern).
Row keys: `hdi:CAN`, `hdi_rank:CAN`.

The file is wide: one line a country, one column an indicator and year (`hdi_1990`). An empty cell is missing.
Lines whose code begins with ZZ are groups and left out. UTF-8 with a byte-order mark, or Latin-1.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from indicators.sources import (
    Answer,
    Classification,
    Rate,
    Request,
    Row,
    SourceChanged,
    asking,
    reading,
    refusals,
    tables,
)

AGENCY = "The UNDP"
BASE_URL = "https://hdr.undp.org/sites/default/files"
KEY_VARIABLE: str | None = None
RATE = Rate(requests=1, seconds=10)  # none is published; one file a year
EDITION = re.compile(r"20(\d\d)(-\d\d)?", re.ASCII)
COLUMN = re.compile(r"([a-z][a-z0-9_]*)_(\d{4})", re.ASCII)
COUNTRY = re.compile(r"[A-Z]{3}", re.ASCII)
GROUPS = "ZZ"


def requests(query: Mapping[str, Any], today: date) -> list[Request]:
    asking.check(query, ("edition", "indicators", "areas", "path"))
    return [Request(asking.text(query, "path") or usual_path(asking.needed(query, "edition")))]


def usual_path(edition: str) -> str:
    """2023-24: 2023-24_HDR/HDR23-24_Composite_indices_complete_time_series.csv"""
    match = EDITION.fullmatch(edition)
    if not match:
        raise SourceChanged(f"The feed's query: “edition” is “{edition[:40]}”; write 2025 or 2023-24.")
    return f"{edition}_HDR/HDR{edition[2:]}_Composite_indices_complete_time_series.csv"


def next_request(answer: Answer, request: Request) -> Request | None:
    """The UNDP gives everything in one file."""
    return None


def classify(answer: Answer) -> Classification:
    if answer.status in (404, 410):
        return refusals.unknown("The UNDP has no file at this address: its name changes with each edition.")
    refused = refusals.usual(answer, AGENCY)
    if refused:
        return refused
    if not refusals.words(answer).lstrip("\ufeff").startswith("iso3,"):
        return refusals.broken(f"The UNDP answers something else than its table: {refusals.quoted(answer)}")
    return refusals.DATA


def parse(answer: Answer, query: Mapping[str, Any]) -> list[Row]:
    lines = countries(answer.body)
    columns = indicator_columns(lines, asking.texts(query, "indicators"))
    areas = asking.texts(query, "areas") or list(lines)
    for area in areas:
        if area not in lines:
            raise SourceChanged(f"Asked for {area}, which is not in the file.")
    return tables.one_value_a_period(row for area in areas for row in rows_of(area, lines[area], columns))


def countries(body: bytes) -> dict[str, dict[str, str]]:
    """The line of each country by its code, without groups."""
    found: dict[str, dict[str, str]] = {}
    for line, cells in tables.read_csv(decoded(body), ("iso3", "country")):
        code = cells["iso3"]
        if code.startswith(GROUPS):
            continue
        if not COUNTRY.fullmatch(code):
            raise SourceChanged(f"Line {line}: “{code[:40]}” is no code of a country.")
        if code in found:
            raise SourceChanged(f"Line {line}: {code} is there twice.")
        found[code] = cells
    if not found:
        raise SourceChanged("The file holds a header and no country.")
    return found


def decoded(body: bytes) -> str:
    try:
        return reading.decode(body)
    except SourceChanged:
        return reading.decode(body, "latin-1")


def indicator_columns(
    lines: Mapping[str, Mapping[str, str]], wanted: list[str]
) -> list[tuple[str, str, str]]:
    """Column, indicator and year of what is wanted; of everything when nothing is named."""
    header = next(iter(lines.values()))
    matches = [match for match in map(COLUMN.fullmatch, header) if match]
    for indicator in wanted:
        if all(match[1] != indicator for match in matches):
            raise SourceChanged(f"Asked for “{indicator}”, but no column {indicator}_(year) is there.")
    return [(match[0], match[1], match[2]) for match in matches if not wanted or match[1] in wanted]


def rows_of(area: str, cells: Mapping[str, str], columns: list[tuple[str, str, str]]) -> Iterator[Row]:
    for column, indicator, year in columns:
        value = tables.value_of(cells[column], f"{column} of {area}")
        yield Row(f"{indicator}:{area}", tables.period_of(year, column, "annual"), value)
