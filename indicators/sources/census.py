"""The United States Census Bureau: international trade by month (array of arrays, needs a key).

Query: `flow` (exports, imports), `dataset` (hs, naics, enduse, porths, ...), `values` (ALL_VAL_MO for
exports, GEN_VAL_MO or CON_VAL_MO for imports), `predicates` (column: code or list of codes, `{"CTY_CODE":
["2010", "1220", "-"], "COMM_LVL": "HS2", "E_COMMODITY": "87"}`), `from` (first month). Mexico is 2010,
Canada 1220, the world `-`.
Row keys are built from the columns of the line, `flow:partner[:NAME=code...]`:
- the flow by the column of the value: ALL_VAL_MO `exports`, GEN_VAL_MO `imports`, CON_VAL_MO
  `imports_consumption`;
- the partner is CTY_CODE, `-` where that column is not there;
- then the other columns in the answer's order, except texts (CTY_NAME, ..._NAME, ..._DESC and the like) and
  levels; HS commodities are named by their level: `exports:1220:HS10=2710121510`, `imports:2010:NAICS=3344`,
  `exports:2010:PORT=2304`.

Values are US dollars, not seasonally adjusted; a month without trade is absent. A predicate also asked for as
a value stands twice in the header; both must agree. Without a key the service redirects to a web page, so
redirects must not be followed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from indicators.sources import (
    Answer,
    Classification,
    Kind,
    Rate,
    Request,
    Row,
    SourceChanged,
    asking,
    reading,
    refusals,
    tables,
)

AGENCY = "The Census Bureau"
BASE_URL = "https://api.census.gov/data"
KEY_VARIABLE: str | None = "CENSUS_API_KEY"
RATE = Rate(requests=1, seconds=2)  # with a key none is published
FOLLOWS_REDIRECTS = False
FLOWS = {"ALL_VAL_MO": "exports", "GEN_VAL_MO": "imports", "CON_VAL_MO": "imports_consumption"}
COMMODITIES = ("E_COMMODITY", "I_COMMODITY")
NOT_IN_KEYS = {"time", "YEAR", "MONTH", "CTY_CODE", "COMM_LVL", "SUMMARY_LVL", "SUMMARY_LVL2", *FLOWS}
TEXT_ENDINGS = ("_NAME", "_DESC", "_SDESC", "_LDESC")
MEASURE_ENDINGS = ("_MO", "_YR", "_FLAG")
TOO_HEAVY = "There was an error while running your query"


def requests(query: Mapping[str, Any], today: date) -> list[Request]:
    asking.check(query, ("flow", "dataset", "values", "predicates", "from"))
    path = f"timeseries/intltrade/{asking.needed(query, 'flow')}/{asking.needed(query, 'dataset')}"
    values = ",".join(asking.texts(query, "values")) or asking.needed(query, "values")
    given = predicates(query)
    codes = tuple((name, code) for name in given for code in given[name])
    return [Request(path, (("get", values), *codes, ("time", f"from {asking.needed(query, 'from')}")))]


def predicates(query: Mapping[str, Any]) -> dict[str, list[str]]:
    given = query.get("predicates", {})
    if not isinstance(given, Mapping):
        raise SourceChanged("The feed's query: “predicates” must name a code or codes for each column.")
    return {name: asking.texts(given, name) for name in given}


def with_key(request: Request, key: str) -> Request:
    return replace(request, params=(*request.params, ("key", key)))


def next_request(answer: Answer, request: Request) -> Request | None:
    """The Census Bureau gives everything in one answer."""
    return None


def classify(answer: Answer) -> Classification:
    return (
        about_the_key(answer)
        or by_status(answer)
        or refusals.usual(answer, AGENCY)
        or by_content(answer)
    )  # fmt: skip


def about_the_key(answer: Answer) -> Classification | None:
    """A redirect to, or the page itself of, “Missing Key” or “Invalid Key”."""
    location = answer.headers.get("location", "")
    page = refusals.words(answer).lower() if reading.is_web_page(answer) else ""
    if "missing_key" in location or "<title>missing key" in page:
        return Classification(Kind.BAD_KEY, "The Census Bureau needs a key, and none was sent.")
    if "x-datawebapi-keyerror" in answer.headers or "invalid_key" in location or "<title>invalid key" in page:
        return Classification(Kind.BAD_KEY, "The Census Bureau refuses our key.")
    return None


def by_status(answer: Answer) -> Classification | None:
    if answer.status == 204:
        return refusals.unknown("The Census Bureau knows no values for this question (204).")
    if TOO_HEAVY in refusals.words(answer):
        sentence = "The Census Bureau failed while running the question; a smaller one may pass."
        return refusals.transient(answer, sentence)
    if answer.status == 400:
        return refusals.broken(f"The Census Bureau refuses the question: {refusals.quoted(answer)}")
    return None


def by_content(answer: Answer) -> Classification:
    try:
        table = reading.json_of(answer)
    except SourceChanged as error:
        return refusals.broken(f"The answer of the Census Bureau is no JSON. {error}")
    if not isinstance(table, list) or not all(isinstance(line, list) for line in table) or not table:
        return refusals.broken(f"The Census Bureau answers no table: {refusals.quoted(answer)}")
    if len(table) == 1:
        return refusals.unknown("The Census Bureau answers a table without lines.")
    return refusals.DATA


def parse(answer: Answer, query: Mapping[str, Any]) -> list[Row]:
    flow, asked = asking.text(query, "flow"), predicates(query)
    return tables.one_value_a_period(
        row for where, cells in lines(answer) for row in rows_of(where, cells, flow, asked)
    )


def lines(answer: Answer) -> Iterator[tuple[str, dict[str, str]]]:
    """Each line of the table with its cells by column. Raises SourceChanged for any other shape."""
    table = reading.json_of(answer)
    if not isinstance(table, list) or len(table) < 2 or not all(isinstance(line, list) for line in table):
        raise SourceChanged("The answer is no table of a header and lines.")
    header = table[0]
    if not all(isinstance(name, str) for name in header) or "time" not in header:
        raise SourceChanged("Line 1: expected names of columns, one of them “time”.")
    for number, line in enumerate(table[1:], 2):
        yield f"Line {number}", cells_of(header, line, f"Line {number}")


def cells_of(header: list[str], line: list[Any], where: str) -> dict[str, str]:
    if len(line) != len(header):
        raise SourceChanged(f"{where}: expected {len(header)} cells, found {len(line)}.")
    cells: dict[str, str] = {}
    for name, cell in zip(header, line, strict=True):
        if cell is not None and not isinstance(cell, str):
            raise SourceChanged(f"{where}, {name}: expected a text, found “{str(cell)[:40]}”.")
        if cells.setdefault(name, cell or "") != (cell or ""):
            raise SourceChanged(f"{where}: the column “{name}” is there twice, with different codes.")
    return cells


def rows_of(where: str, cells: dict[str, str], flow: str, asked: dict[str, list[str]]) -> Iterator[Row]:
    check_asked(where, cells, asked)
    period = tables.period_of(cells["time"], where, "monthly")
    for column in measures(where, cells):
        if flow and not FLOWS[column].startswith(flow):
            raise SourceChanged(f"{where}: asked for {flow}, got {column}, which counts {FLOWS[column]}.")
        key = series_key(column, cells)
        yield Row(key, period, tables.value_of(cells[column], f"{key} {period}"))


def check_asked(where: str, cells: dict[str, str], asked: dict[str, list[str]]) -> None:
    for name, codes in asked.items():
        if name not in cells:
            raise SourceChanged(f"{where}: the column “{name}”, which was asked for, is not there.")
        if "*" not in codes and cells[name] not in codes:
            raise SourceChanged(f"{where}: asked for {name} {', '.join(codes)}, got {cells[name]}.")


def measures(where: str, cells: dict[str, str]) -> list[str]:
    """The columns with values. Raises SourceChanged for a measure whose meaning is not known here."""
    for name in cells:
        if name.endswith(MEASURE_ENDINGS) and name not in FLOWS:
            raise SourceChanged(f"{where}: the column “{name}” is not read here.")
    found = [name for name in cells if name in FLOWS]
    if not found:
        raise SourceChanged(f"{where}: expected a column {', '.join(FLOWS)}.")
    return found


def series_key(column: str, cells: dict[str, str]) -> str:
    names = [name for name in cells if name not in NOT_IN_KEYS and not name.endswith(TEXT_ENDINGS)]
    subject = [f"{named(name, cells)}={cells[name]}" for name in names]
    return ":".join([FLOWS[column], cells.get("CTY_CODE", "-"), *subject])


def named(name: str, cells: dict[str, str]) -> str:
    """HS codes by their level (HS10), which keeps chapter 87 apart from other levels."""
    if name in COMMODITIES:
        return cells.get("COMM_LVL") or f"HS{len(cells[name])}"
    return name
