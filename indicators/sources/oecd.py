"""The OECD's SDMX service.

Query: `flow` (`OECD.SDD.STES,DSD_STES@DF_CLI,`: agency, flow and version, the version empty because versions
roll), `key` (`MEX.M.LI...AA...H`: an empty part asks for all, + joins several), `from` and `to` if wanted.
Row keys: the full dimensions of the observation, joined by dots: `DEU.M.BCICP.IX._Z.AA.IX._Z.H`.

SDMX-CSV is asked for. Lines come in no order; an empty value or NaN is missing; UNIT_MULT is a power of ten
and becomes the row's multiplier; UNIT_MEASURE is its unit. There are no vintages. SDMX-JSON, which the
retired host served, is recognised and refused.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from indicators.sources import (
    Answer,
    Classification,
    Rate,
    Request,
    Row,
    SourceChanged,
    asking,
    refusals,
    sdmx,
    tables,
)

AGENCY = "The OECD"
BASE_URL = "https://sdmx.oecd.org/public/rest"
KEY_VARIABLE: str | None = None
RATE = Rate(requests=1, seconds=60)  # 60 downloads an hour are published; quick ones were refused sooner
NO_RECORDS = ("NoRecordsFound", "NoResultsFound")
NO_FLOW = "Could not find Dataflow"
TOO_OFTEN = "You have exceeded the number of requests"
JSON_REFUSED = "The OECD answers SDMX-JSON, but CSV was asked for: the address or the format has changed."


def requests(query: Mapping[str, Any], today: date) -> list[Request]:
    asking.check(query, ("flow", "key", "from", "to"))
    bounds = (("startPeriod", "from"), ("endPeriod", "to"))
    params = tuple((name, asking.text(query, part)) for name, part in bounds if query.get(part))
    path = f"data/{asking.needed(query, 'flow')}/{asking.needed(query, 'key')}"
    return [Request(path, (*params, ("format", "csvfile")))]


def next_request(answer: Answer, request: Request) -> Request | None:
    """The OECD gives everything in one answer."""
    return None


def classify(answer: Answer) -> Classification:
    return (
        by_words(answer)
        or by_status(answer)
        or refusals.usual(answer, AGENCY)
        or by_content(answer)
    )  # fmt: skip


def by_words(answer: Answer) -> Classification | None:
    """The OECD's own texts, whatever status they come with."""
    text = refusals.words(answer).lstrip("\ufeff \r\n\"'")
    if text.startswith(TOO_OFTEN):
        sentence = "The OECD's limit of downloads an hour is used up."
        return refusals.quota(answer, sentence, otherwise=timedelta(hours=1))
    if text.startswith(NO_RECORDS):
        return refusals.unknown("The OECD knows no values for this key.")
    if text.startswith(NO_FLOW):
        return refusals.unknown("The OECD does not know this dataflow: it was withdrawn or renamed.")
    return None


def by_status(answer: Answer) -> Classification | None:
    if answer.status == 422:
        return refusals.broken("The OECD refuses the key (422): it may have a wrong number of parts.")
    if answer.status == 500:
        sentence = "The OECD reports an error (500); keys with many areas are known to cause it."
        return refusals.transient(answer, sentence)
    return None


def by_content(answer: Answer) -> Classification:
    if sdmx.is_empty_csv(answer):
        return refusals.unknown("The OECD knows no values for this key: it answers a table without lines.")
    if sdmx.is_csv(answer):
        return refusals.DATA
    if is_json(answer):
        return refusals.broken(JSON_REFUSED)
    return refusals.broken(f"The OECD answers something else than CSV: {refusals.quoted(answer)}")


def is_json(answer: Answer) -> bool:
    return answer.body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{")


def parse(answer: Answer, query: Mapping[str, Any]) -> list[Row]:
    if is_json(answer):
        raise SourceChanged(JSON_REFUSED)
    agency, flow = asked_flow(asking.text(query, "flow"))
    key = asking.text(query, "key")
    return tables.one_value_a_period(row(seen, agency, flow, key) for seen in sdmx.from_csv(answer.body))


def asked_flow(text: str) -> tuple[str, str]:
    """`OECD.SDD.STES,DSD_STES@DF_CLI,` names an agency and a flow."""
    agency, _comma, rest = text.partition(",")
    return (agency, rest.partition(",")[0]) if rest else ("", agency)


def row(seen: sdmx.Observation, agency: str, flow: str, key: str) -> Row:
    sdmx.check_asked(seen, flow, key)
    if agency and agency != seen.agency:
        raise SourceChanged(f"{seen.where}: asked for data of {agency}, got data of {seen.agency}.")
    period = seen.period
    return Row(
        key=seen.key,
        period=period,
        value=tables.value_of(seen.cells["OBS_VALUE"], f"{seen.key} {period}"),
        unit=seen.cells.get("UNIT_MEASURE", ""),
        status=seen.status,
        multiplier=multiplier(seen),
        note=seen.note,
    )


def multiplier(seen: sdmx.Observation) -> Decimal:
    """Ten to the power UNIT_MULT, which is empty for the unit itself."""
    power = tables.value_of(seen.cells.get("UNIT_MULT", ""), f"{seen.where}, UNIT_MULT") or Decimal(0)
    if power != power.to_integral_value() or not -12 <= power <= 12:
        raise SourceChanged(f"{seen.where}: UNIT_MULT is “{power}”, expected a whole power of ten.")
    return Decimal(10) ** int(power)
