"""The International Monetary Fund's SDMX service: World Economic Outlook (WEO), goods trade (IMTS).

Query: `flow` (WEO, IMTS), `key` (the dimensions in the flow's order, joined by dots; + joins several, an
empty part asks for all: `USA+MEX+CAN.NGDP_RPCH.A`), `from` and `to` (periods) if wanted. The
world is G001 in WEO.
Row keys: `WEO:MEX.NGDP_RPCH.A`, one per observation's full key.

SDMX-CSV is asked for; SDMX-ML of the same flows is read too, and DataMapper JSON is handed to
`imf_datamapper`. Values are in full units: SCALE says only how the IMF displays them. After
LATEST_ACTUAL_ANNUAL_DATA a value is a “projection”. Where the IMF does not give that year (groups such as the
world), years before the publication are “estimated” and the others, or all without a publication date,
“projection”: what may be a projection never passes for history. The vintage is UPDATE_DATE, else
PUBLICATION_DATE, since values may change with an update.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from indicators import periods
from indicators.sources import (
    Answer,
    Classification,
    Rate,
    Request,
    Row,
    SourceChanged,
    asking,
    imf_datamapper,
    refusals,
    sdmx,
    tables,
)

AGENCY = "The IMF"
BASE_URL = "https://api.imf.org/external/sdmx/2.1"
KEY_VARIABLE: str | None = None
RATE = Rate(requests=1, seconds=2)  # none is published
ACCEPT = {"Accept": "application/vnd.sdmx.data+csv;version=1.0.0"}
DIMENSIONS = {
    "WEO": ("COUNTRY", "INDICATOR", "FREQUENCY"),
    "IMTS": ("COUNTRY", "INDICATOR", "COUNTERPART_COUNTRY", "FREQUENCY"),
}
WITH_PROJECTIONS = ("WEO",)
YEAR = re.compile(r"\D*([12]\d{3})\b")
"""The first year of LATEST_ACTUAL_ANNUAL_DATA: 2024, or FY2024/25 for the fiscal year that began in 2024."""


def requests(query: Mapping[str, Any], today: date) -> list[Request]:
    asking.check(query, ("flow", "key", "from", "to"))
    bounds = (("startPeriod", "from"), ("endPeriod", "to"))
    params = tuple((name, asking.text(query, part)) for name, part in bounds if query.get(part))
    path = f"data/{asking.needed(query, 'flow')}/{asking.needed(query, 'key')}"
    return [Request(path, params, headers=ACCEPT)]


def next_request(answer: Answer, request: Request) -> Request | None:
    """The IMF gives everything in one answer."""
    return None


def classify(answer: Answer) -> Classification:
    if is_json(answer) and answer.status == 200:
        return imf_datamapper.classify(answer)
    if b"NoRecordsFound" in answer.body[:4000] or sdmx.is_empty_csv(answer):
        return refusals.unknown("The IMF knows no values for this key: it answers a table without lines.")
    refused = refusals.usual(answer, AGENCY)
    if refused:
        return refused
    if sdmx.is_csv(answer):
        return refusals.DATA
    return classify_xml(answer)


def classify_xml(answer: Answer) -> Classification:
    if b"StructureSpecificData" not in answer.body[:4000]:
        return refusals.broken(f"The IMF answers neither CSV nor SDMX: {refusals.quoted(answer)}")
    if b"<Obs" not in answer.body:
        return refusals.unknown("The IMF knows no values for this key: its message holds no observation.")
    return refusals.DATA


def is_json(answer: Answer) -> bool:
    return answer.body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"{", b"["))


def parse(answer: Answer, query: Mapping[str, Any]) -> list[Row]:
    if is_json(answer):
        return imf_datamapper.parse(answer, query)
    flow, key = asking.text(query, "flow"), asking.text(query, "key")
    return tables.one_value_a_period(row(seen, flow, key) for seen in observations(answer))


def observations(answer: Answer) -> Iterator[sdmx.Observation]:
    if sdmx.is_csv(answer):
        return sdmx.from_csv(answer.body)
    if answer.body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return sdmx.from_xml(answer.body, DIMENSIONS)
    raise SourceChanged("The answer is neither SDMX-CSV nor SDMX-ML.")


def row(seen: sdmx.Observation, flow: str, key: str) -> Row:
    sdmx.check_asked(seen, flow, key)
    name = f"{seen.flow}:{seen.key}" if seen.flow else seen.key
    period = seen.period
    vintage = published(seen)
    return Row(
        key=name,
        period=period,
        value=tables.value_of(seen.cells["OBS_VALUE"], f"{name} {period}"),
        unit=seen.cells.get("UNIT", ""),
        status=status(seen, period, vintage),
        vintage=vintage,
        note=seen.note,
    )


def status(seen: sdmx.Observation, period: str, vintage: datetime | None) -> str:
    """Whether the value is history, an estimate or a projection."""
    if seen.flow not in WITH_PROJECTIONS and "LATEST_ACTUAL_ANNUAL_DATA" not in seen.cells:
        return seen.status
    year = periods.first_day(period).year
    last_actual = YEAR.match(seen.cells.get("LATEST_ACTUAL_ANNUAL_DATA", ""))
    if last_actual:
        return seen.status if year <= int(last_actual[1]) else "projection"
    return "estimated" if vintage and year < vintage.year else "projection"


def published(seen: sdmx.Observation) -> datetime | None:
    text = seen.cells.get("UPDATE_DATE") or seen.cells.get("PUBLICATION_DATE", "")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise SourceChanged(f"{seen.where}: “{text[:40]}” is no date of publication.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
