"""The IMF's DataMapper: whole series in one small JSON, without vintages and without marks of projection.

Query: `indicator` (NGDPD, NGDPDPC, NGDP_RPCH), `areas` (ISO3 codes; all that come when left out),
`last_actual` (the last year that is history, taken from the World Economic Outlook of the day).
Row keys: `NGDPDPC:USA`. Years after `last_actual` are “projection”; without it every value is “estimated”,
because history, estimates and projections come mixed. Prefer the SDMX service (`imf`), which parts them.

The country part of the address is ignored since 2026 (all economies come), so it is not sent.
"""

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

AGENCY = "The IMF's DataMapper"
BASE_URL = "https://www.imf.org/external/datamapper/api/v1"
KEY_VARIABLE: str | None = None
RATE = Rate(requests=1, seconds=2)  # none is published


def requests(query: Mapping[str, Any], today: date) -> list[Request]:
    asking.check(query, ("indicator", "areas", "last_actual"))
    return [Request(asking.needed(query, "indicator"))]


def next_request(answer: Answer, request: Request) -> Request | None:
    """The DataMapper gives everything in one answer."""
    return None


def classify(answer: Answer) -> Classification:
    refused = refusals.usual(answer, AGENCY)
    if refused:
        return refused
    try:
        found = reading.json_of(answer)
    except SourceChanged as error:
        return refusals.broken(f"The answer of the IMF's DataMapper is no JSON. {error}")
    if not isinstance(found, dict) or "api" not in found:
        return refusals.broken(f"The IMF answers something else: {refusals.quoted(answer)}")
    if not found.get("values"):
        return refusals.unknown("The IMF's DataMapper does not know this indicator: it answers no values.")
    return refusals.DATA


def parse(answer: Answer, query: Mapping[str, Any]) -> list[Row]:
    values = at(reading.json_of(answer), "values", "The answer")
    indicators = asking.texts(query, "indicator", values)
    areas = asking.texts(query, "areas")
    return tables.one_value_a_period(
        row
        for indicator in indicators
        for row in rows_of(indicator, at(values, indicator, "“values”"), areas, query)
    )


def rows_of(
    indicator: str, by_area: Mapping[str, Any], areas: list[str], query: Mapping[str, Any]
) -> Iterator[Row]:
    last_actual = asking.text(query, "last_actual")
    for area in areas or by_area:
        by_year = at(by_area, area, f"“{indicator}”")
        for year in by_year:
            where = f"{indicator}:{area}"
            period = tables.period_of(year, where, "annual")
            value = tables.json_value(by_year[year], f"{where} {year}")
            yield Row(where, period, value, status=status(period, last_actual), note=note(last_actual))


def status(year: str, last_actual: str) -> str:
    if not last_actual:
        return "estimated"
    return "" if int(year) <= int(last_actual) else "projection"


def note(last_actual: str) -> str:
    return "" if last_actual else "history, estimates and projections are not told apart"


def at(found: Any, name: str, where: str) -> dict[str, Any]:
    """The object of that name inside. Raises SourceChanged when it is not there."""
    inner = found.get(name) if isinstance(found, dict) else None
    if not isinstance(inner, dict):
        raise SourceChanged(f"{where} holds no object “{name}”.")
    return inner
