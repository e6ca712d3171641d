"""The Bureau of Transportation Statistics on the Socrata platform: border crossings by port and month.

Query: `border` (US-Mexico Border, US-Canada Border; one or a list), `measures` (Trucks, Trains, ...; one or a
list), `ports` (codes with their zeros, if not all), `by` (`port`, the default, or `border`: summed by the
agency), `from` (first month), `dataset` (keg4-3bc2 if left out).
Row keys: `US-Mexico Border:Trucks:2304` (the code of the port: two ports share the name Eastport), summed
`US-Mexico Border:Trucks`.

Crossings into the United States only. Pages hold up to 50,000 lines in a fixed order; a full page has a
next one. The platform leaves a column without a value out of a line. A token raises the limits, none is
needed.
"""

import re
from collections.abc import Mapping
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

AGENCY = "The Bureau of Transportation Statistics"
BASE_URL = "https://data.bts.gov/resource"
KEY_VARIABLE: str | None = "BTS_APP_TOKEN"
KEY_IS_OPTIONAL = True
RATE = Rate(requests=1, seconds=1)  # none is published
DATASET = "keg4-3bc2"
PAGE = 50_000
PLATFORM_PAGE = 1_000
"""How many lines the platform gives, without a word, when no limit is asked for."""

SELECTED = {
    "port": "border,measure,port_code,date,value",
    "border": "border,measure,date,sum(value) as value",
}
ORDERED = {"port": "date,border,measure,port_code", "border": "date,border,measure"}
MONTH = re.compile(r"(\d{4}-\d\d)-01T00:00:00(\.0+)?", re.ASCII)
PORT = re.compile(r"\d{4}", re.ASCII)


def requests(query: Mapping[str, Any], today: date) -> list[Request]:
    asking.check(query, ("border", "measures", "ports", "by", "from", "dataset"))
    by = grouping(query)
    params = [("$select", SELECTED[by]), ("$where", condition(query))]
    if by == "border":
        params.append(("$group", "border,measure,date"))
    params += [("$order", ORDERED[by]), ("$limit", str(PAGE)), ("$offset", "0")]
    return [Request(f"{asking.text(query, 'dataset', DATASET)}.json", tuple(params))]


def grouping(query: Mapping[str, Any]) -> str:
    by = asking.text(query, "by", "port")
    if by not in SELECTED:
        raise SourceChanged(f"The feed's query: “by” is “{by}”; known are port and border.")
    return by


def condition(query: Mapping[str, Any]) -> str:
    start = tables.period_of(asking.needed(query, "from"), "The feed's query, “from”", "monthly")
    parts = [
        among("border", asking.texts(query, "border")),
        among("measure", asking.texts(query, "measures")),
        among("port_code", asking.texts(query, "ports")),
        f"date >= '{start}-01'",
    ]
    return " AND ".join(part for part in parts if part)


def among(column: str, values: list[str]) -> str:
    quoted = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return f"{column} in ({quoted})" if values else ""


def with_key(request: Request, key: str) -> Request:
    return replace(request, headers={**request.headers, "X-App-Token": key})


def next_request(answer: Answer, request: Request) -> Request | None:
    """The page after a full one; only pages in a fixed order can be put together."""
    if answer.status != 200:
        return None
    asked = dict(request.params)
    try:
        found = reading.json_of(answer)
    except SourceChanged:  # what is no page has no next one; what it is says `classify`
        return None
    if not isinstance(found, list) or "$order" not in asked or len(found) < int(asked["$limit"]):
        return None
    offset = int(asked.get("$offset", "0")) + len(found)
    kept = tuple(param for param in request.params if param[0] != "$offset")
    return replace(request, params=(*kept, ("$offset", str(offset))))


def classify(answer: Answer) -> Classification:
    if answer.status in (401, 403) and "token" in refusals.words(answer).lower():
        return Classification(Kind.BAD_KEY, f"{AGENCY} refuses our token.")
    refused = refusals.usual(replace_body(answer), AGENCY)
    return refused or by_content(answer)


def replace_body(answer: Answer) -> Answer:
    """The answer with the platform's message alone, which is what an administrator should read."""
    return replace(answer, body=message(answer).encode()) if answer.status >= 400 else answer


def message(answer: Answer) -> str:
    """What the platform says, in any of its three envelopes; else the start of the body."""
    try:
        envelope = reading.json_of(answer)
    except SourceChanged:
        return refusals.words(answer)
    found = envelope.get("message") if isinstance(envelope, dict) else None
    return found if isinstance(found, str) else refusals.words(answer)


def by_content(answer: Answer) -> Classification:
    try:
        found = reading.json_of(answer)
    except SourceChanged as error:
        return refusals.broken(f"The answer of {AGENCY} is no JSON. {error}")
    if not isinstance(found, list):
        return refusals.broken(f"{AGENCY} answers no list: {refusals.quote(message(answer))}")
    if not found and not is_later_page(answer):
        return refusals.unknown(f"{AGENCY} knows no crossings for this question.")
    return refusals.DATA


def is_later_page(answer: Answer) -> bool:
    """An empty page after a full one says only that the full one was the last."""
    return answer.request is not None and dict(answer.request.params).get("$offset", "0") != "0"


def parse(answer: Answer, query: Mapping[str, Any]) -> list[Row]:
    found = reading.json_of(answer)
    if not isinstance(found, list):
        raise SourceChanged(f"Expected a list of crossings, found: {refusals.quote(message(answer))}")
    check_whole(len(found), answer.request)
    return tables.one_value_a_period(
        row(line, f"Line {number}", query) for number, line in enumerate(found, 1)
    )


def check_whole(count: int, request: Request | None) -> None:
    """Raises SourceChanged where the platform may have cut the list and no next page is asked for."""
    asked = dict(request.params) if request else {}
    if "$order" in asked and "$limit" in asked:
        return
    if count in ({int(asked["$limit"])} if "$limit" in asked else {PLATFORM_PAGE, PAGE}):
        raise SourceChanged(f"Exactly {count} lines came: the list was probably cut there.")


def row(line: Any, where: str, query: Mapping[str, Any]) -> Row:
    if not isinstance(line, dict):
        raise SourceChanged(f"{where}: expected an object.")
    parts = [
        asked_for(line, "border", "border", where, query),
        asked_for(line, "measure", "measures", where, query),
    ]
    if "port_code" in line:
        parts.append(port(line, where, query))
    elif grouping(query) == "port" and query:
        raise SourceChanged(f"{where}: “port_code” is not there.")
    key = ":".join(parts)
    period = month(line, where)
    return Row(key, period, tables.json_value(line.get("value"), f"{key} {period}"))


def asked_for(line: dict[str, Any], column: str, name: str, where: str, query: Mapping[str, Any]) -> str:
    found, asked = line.get(column), asking.texts(query, name)
    if not isinstance(found, str) or not found:
        raise SourceChanged(f"{where}: “{column}” is not there.")
    if asked and found not in asked:
        raise SourceChanged(f"{where}: asked for {', '.join(asked)}, got {found}.")
    return found


def port(line: dict[str, Any], where: str, query: Mapping[str, Any]) -> str:
    code = asked_for(line, "port_code", "ports", where, query)
    if not PORT.fullmatch(code):
        raise SourceChanged(f"{where}: “{code[:40]}” is no code of a port, which has four digits.")
    return code


def month(line: dict[str, Any], where: str) -> str:
    match = MONTH.fullmatch(str(line.get("date", "")))
    if not match:
        raise SourceChanged(f"{where}: “{str(line.get('date'))[:40]}” is no first day of a month.")
    return tables.period_of(match[1], where, "monthly")
