"""United Nations Comtrade: merchandise trade by year or month, as a cross-check.

Query: `reporters`, `partners` (M49 codes: 842 United States, 484 Mexico, 124 Canada, 0 world), `flows` (M,
X), `commodities` (HS codes, TOTAL if left out), `frequency` (A, the default, or M), `from` (first year; up
to the last whole year is asked, as many periods a request as the free preview can answer, twelve at most).
Row keys: `842.484.M.TOTAL`: reporter, partner, flow, commodity.

Values are `primaryValue`: US dollars, imports with freight and insurance, exports without. Without a key the
free preview answers (500 lines); `with_key` asks the full service (100,000). Totals over means of transport,
second partners and customs procedures are asked for, or lines would multiply.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from math import prod
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

AGENCY = "UN Comtrade"
BASE_URL = "https://comtradeapi.un.org"
KEY_VARIABLE: str | None = "COMTRADE_API_KEY"
KEY_IS_OPTIONAL = True
RATE = Rate(requests=1, seconds=2)  # one a second, and 500 a day, which a few feeds do not reach
PREVIEW, KEYED = "public/v1/preview/", "data/v1/get/"
FREQUENCIES = {"A": "annual", "M": "monthly"}
TOTALS = (("motCode", "0"), ("partner2Code", "0"), ("customsCode", "C00"))
CUT_AT = (500, 100_000, 250_000)
MOST_PERIODS = 12
COLUMNS = {
    "reporters": "reporterCode",
    "partners": "partnerCode",
    "flows": "flowCode",
    "commodities": "cmdCode",
}


def requests(query: Mapping[str, Any], today: date) -> list[Request]:
    asking.check(query, (*COLUMNS, "frequency", "from"))
    subject = [(COLUMNS[name], ",".join(asked(query, name))) for name in COLUMNS]
    wanted, most = wanted_periods(query, today), periods_a_request(query)
    return [
        Request(
            f"{PREVIEW}C/{frequency(query)}/HS",
            (*subject, ("period", ",".join(wanted[first : first + most])), *TOTALS),
        )
        for first in range(0, len(wanted), most)
    ]


def periods_a_request(query: Mapping[str, Any]) -> int:
    """So many that the lines stay below the preview's limit, at which an answer is refused as cut."""
    lines = prod(len(asked(query, name)) for name in COLUMNS)
    if lines >= CUT_AT[0]:
        raise SourceChanged(
            f"The feed's query asks for {lines} series; the preview gives {CUT_AT[0] - 1} lines."
        )
    return min(MOST_PERIODS, (CUT_AT[0] - 1) // lines)


def asked(query: Mapping[str, Any], name: str) -> list[str]:
    found = asking.texts(query, name, ["TOTAL"] if name == "commodities" else [])
    return found or [asking.needed(query, name)]


def frequency(query: Mapping[str, Any]) -> str:
    code = asking.text(query, "frequency", "A")
    if code not in FREQUENCIES:
        raise SourceChanged(f"The feed's query: “frequency” is “{code}”; known are A and M.")
    return code


def wanted_periods(query: Mapping[str, Any], today: date) -> list[str]:
    start = tables.period_of(asking.needed(query, "from"), "The feed's query, “from”", "annual")
    years = [f"{year}" for year in range(int(start), today.year)]
    if not years:
        raise SourceChanged(f"The feed's query: “from” is {start}, but that year is not over.")
    months = [f"{month:02}" for month in range(1, 13)] if frequency(query) == "M" else [""]
    return [year + month for year in years for month in months]


def with_key(request: Request, key: str) -> Request:
    """The same question to the full service."""
    path = request.path.replace(PREVIEW, KEYED, 1)
    return replace(request, path=path, headers={**request.headers, "Ocp-Apim-Subscription-Key": key})


def next_request(answer: Answer, request: Request) -> Request | None:
    """Comtrade has no pages; an answer filled to the limit is refused."""
    return None


def classify(answer: Answer) -> Classification:
    return by_words(answer) or refusals.usual(answer, AGENCY) or by_content(answer)


def by_words(answer: Answer) -> Classification | None:
    """What the gateway in front says, as text or as {"statusCode", "message"}."""
    text = refusals.words(answer).lower()
    if "call volume quota" in text:
        return refusals.quota(answer, "Our calls to UN Comtrade for this day are used up.")
    if "rate limit is exceeded" in text:
        return refusals.quota(answer, "UN Comtrade asks us to ask less often.")
    if "subscription key" in text or answer.status in (401, 403):
        return Classification(Kind.BAD_KEY, f"UN Comtrade refuses our key ({answer.status}).")
    if answer.status == 404:
        return refusals.broken("UN Comtrade does not find the address (404); too long ones are cut.")
    return None


def by_content(answer: Answer) -> Classification:
    try:
        found = reading.json_of(answer)
    except SourceChanged as error:
        return refusals.broken(f"The answer of UN Comtrade is no JSON. {error}")
    if not isinstance(found, dict) or not isinstance(found.get("data"), list) or found.get("error"):
        return refusals.broken(f"UN Comtrade refuses the question: {refusals.quote(message(found))}")
    if not found["data"]:
        return refusals.unknown("UN Comtrade knows no values for this question: it answers no lines.")
    return refusals.DATA


def message(found: Any) -> str:
    inner = found.get("errorObject") if isinstance(found, dict) else None
    said = inner.get("errorMessage") if isinstance(inner, dict) else None
    return str(said or (found.get("error") or found.get("message") if isinstance(found, dict) else "") or "")


def parse(answer: Answer, query: Mapping[str, Any]) -> list[Row]:
    found = reading.json_of(answer)
    data = found.get("data") if isinstance(found, dict) else None
    if not isinstance(data, list) or found.get("error"):
        raise SourceChanged(f"Expected “data”, found: {refusals.quote(message(found))}")
    if not data:
        raise SourceChanged("The answer holds no lines.")
    if found.get("count") != len(data):
        raise SourceChanged(f"Announced {found.get('count')}, received {len(data)}.")
    if len(data) in CUT_AT:
        raise SourceChanged(f"Exactly {len(data)} lines came: the answer was probably cut there.")
    return tables.one_value_a_period(row(line, f"Line {at}", query) for at, line in enumerate(data, 1))


def row(line: Any, where: str, query: Mapping[str, Any]) -> Row:
    if not isinstance(line, dict):
        raise SourceChanged(f"{where}: expected an object.")
    check_total(line, where)
    key = ".".join(code(line, where, name, query) for name in COLUMNS)
    period = period_of(line, where, query)
    if "primaryValue" not in line:
        raise SourceChanged(f"{where}: “primaryValue” is not there.")
    return Row(key, period, tables.json_value(line["primaryValue"], f"{key} {period}"))


def check_total(line: dict[str, Any], where: str) -> None:
    """Raises SourceChanged for a line that is only a part, by transport, second partner or procedure."""
    for name, total in TOTALS:
        if str(line.get(name, total)) != total:
            raise SourceChanged(f"{where}: {name} is {line[name]}, expected the total, {total}.")


def code(line: dict[str, Any], where: str, name: str, query: Mapping[str, Any]) -> str:
    found = line.get(COLUMNS[name])
    if isinstance(found, bool) or not isinstance(found, str | int) or found == "":
        raise SourceChanged(f"{where}: “{COLUMNS[name]}” is not there.")
    wanted = asked(query, name) if query else []
    if wanted and str(found) not in wanted:
        raise SourceChanged(f"{where}: asked for {COLUMNS[name]} {', '.join(wanted)}, got {found}.")
    return str(found)


def period_of(line: dict[str, Any], where: str, query: Mapping[str, Any]) -> str:
    """`2010`, or `201003` with months."""
    text, letter = str(line.get("period", "")), line.get("freqCode")
    if letter not in FREQUENCIES or (query and letter != frequency(query)):
        raise SourceChanged(f"{where}: asked for another frequency than “{letter}”.")
    written = f"{text[:4]}-{text[4:]}" if letter == "M" else text
    return tables.period_of(written, where, FREQUENCIES[letter])
