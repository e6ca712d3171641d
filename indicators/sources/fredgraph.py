"""FRED's graph files: CSV without a key, one column a series. Not documented; a fallback to the API.

Query: `series` (one id or several), `from` (a year or a day), `frequency` (by the spacing of the dates when
left out). Row keys: the series ids. An empty cell is missing, as is “.” in older files. Nothing tells
vintages here; see `alfredgraph` for those, whose columns are named `GDP_20260528`.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from indicators.sources import (
    Answer,
    Classification,
    Rate,
    Request,
    Row,
    SourceChanged,
    asking,
    parts,
    refusals,
    spacing,
    tables,
)
from indicators.sources.reading import decode, is_web_page

AGENCY = "FRED"
BASE_URL = "https://fred.stlouisfed.org/graph"
KEY_VARIABLE: str | None = None
RATE = Rate(requests=1, seconds=2)  # none is published
NAMES = ("series", "from", "frequency")
DATE_COLUMNS = ("observation_date", "DATE")
MISSING = ("", ".")
VINTAGE_COLUMN = re.compile(r"(.+)_((?:19|20)\d{6})", re.ASCII)


# --- Asking -------------------------------------------------------------------------------------
def requests(query: Mapping[str, Any], today: date) -> list[Request]:
    asking.check(query, NAMES)
    params = [("id", ",".join(series_of(query)))]
    if query.get("from"):
        params.append(("cosd", first_day(query)))
    return [Request("fredgraph.csv", tuple(params))]


def series_of(query: Mapping[str, Any]) -> list[str]:
    series = asking.texts(query, "series")
    if not series:
        raise SourceChanged("The feed's query lacks “series”.")
    return series


def first_day(query: Mapping[str, Any]) -> str:
    """Where the query starts, as a day; a year alone means its first."""
    text = asking.text(query, "from")
    return f"{text}-01-01" if len(text) == 4 else text


def next_request(answer: Answer, request: Request) -> Request | None:
    """A graph file is whole."""
    return None


# --- Judging ------------------------------------------------------------------------------------
def classify(answer: Answer) -> Classification:
    if answer.status == 404:
        return refusals.unknown("FRED's graph files do not hold this series (404).")
    if answer.status == 403 or (answer.status == 200 and is_web_page(answer)):
        sentence = (
            f"FRED sends a web page instead of a graph file ({answer.status}); it may shut out programs."
        )
        return refusals.transient(answer, sentence)
    return refusals.usual(answer, AGENCY) or by_content(answer)


def by_content(answer: Answer) -> Classification:
    if not is_graph_file(answer):
        return refusals.broken(f"FRED answers something else than a graph file: {refusals.quoted(answer)}")
    if len(answer.body.splitlines()) < 2:
        return refusals.broken("FRED's graph file came empty; the known values stay.")
    return refusals.DATA


def is_graph_file(answer: Answer) -> bool:
    start = answer.body[:40].removeprefix(b"\xef\xbb\xbf").decode("ascii", "replace")
    return start.split(",")[0] in DATE_COLUMNS


# --- Reading ------------------------------------------------------------------------------------
def parse(answer: Answer, query: Mapping[str, Any]) -> list[Row]:
    lines = tables.read_csv(decode(answer.body), ())
    if not lines:
        raise SourceChanged("The graph file holds no lines.")
    columns = list(lines[0][1])
    if columns[0] not in DATE_COLUMNS:
        raise SourceChanged(f"Line 1: expected “observation_date” first, found {parts.shown(columns[0])}.")
    parts.check_complete(asking.texts(query, "series"), {named(column)[0] for column in columns[1:]})
    by_series: dict[str, list[spacing.Point]] = {}
    for column in columns[1:]:
        key, vintage = named(column)
        by_series.setdefault(key, []).extend(points(lines, columns[0], column, vintage))
    asked = asking.text(query, "frequency")
    return [row for key, found in by_series.items() for row in spacing.rows(key, found, asked)]


def named(column: str) -> tuple[str, datetime | None]:
    """The series a column is for, and its vintage where the name ends with one."""
    match = VINTAGE_COLUMN.fullmatch(column)
    if not match:
        return column, None
    text = match[2]
    return match[1], vintage_of(f"{text[:4]}-{text[4:6]}-{text[6:]}", column)


def vintage_of(text: str, where: str) -> datetime:
    """The day a value was published, which FRED gives without an hour."""
    return datetime.combine(parts.day(text, where), time.min, UTC)


def points(
    lines: list[tuple[int, dict[str, str]]], dates: str, column: str, vintage: datetime | None
) -> list[spacing.Point]:
    return [
        spacing.Point(
            parts.day(cells[dates], f"Line {line}"),
            parts.written_value(cells[column], MISSING, f"Line {line}, {column}"),
            vintage,
        )
        for line, cells in lines
    ]
