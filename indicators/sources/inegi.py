"""The indicators API of Mexico's INEGI. Needs a free token, which is part of the path.

Query: `indicators` (`["910392"]`, 10 a question), `bank` (`BIE-BISE`, the economic bank, when left out;
`BISE`), `area` (`00`, the nation, when left out), `recent` (true: only the newest value), `frequency` if
values of another one must be refused. Row keys: the indicators' ids.

Values carry the noise of binary numbers (145.46199999999999): they are read as written, and their series must
say how many decimals the source really gives, or every refresh looks like a revision. A wrong token, a wrong
bank and an unknown id all answer alike, with status 400. FREQ says what the part after the slash of a period
means. UNIT is a code. LASTUPDATE (Mexico City) is the vintage.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from indicators import periods
from indicators.sources import (
    Answer,
    Classification,
    Rate,
    Request,
    Row,
    SeriesMetadata,
    SourceChanged,
    asking,
    parts,
    refusals,
    tables,
)
from indicators.sources.reading import is_web_page, json_of

AGENCY = "INEGI"
BASE_URL = "https://www.inegi.org.mx/app/api/indicadores/desarrolladores/jsonxml"
KEY_VARIABLE: str | None = "INEGI_TOKEN"
RATE = Rate(requests=1, seconds=1)  # none is published; many at once are said to be slowed down
MOST_INDICATORS = 10
NAMES = ("indicators", "bank", "area", "recent", "frequency")
MEXICO_CITY = ZoneInfo("America/Mexico_City")
YEARLY, QUARTERLY, MONTHLY = ("1", "3", "7", "9", "16"), "4", "8"
FREQUENCIES = {"3": "annual", "9": "biennial", "4": "quarterly", "8": "monthly"}
STATUSES = {"": "", "1": "provisional", "2": "", "3": ""}  # 2 revised, 3 final
UPDATED = re.compile(r"(\d\d?)/(\d\d?)/(\d{4}) (\d\d?):(\d\d):(\d\d) ([ap])\.?\s?m\.?", re.I | re.ASCII)
REFUSED = (
    "INEGI finds nothing. It answers alike when our token is wrong and when the bank does not hold the"
    " indicator: ask for an indicator known to exist; if that fails too, it is the token."
)


# --- Asking -------------------------------------------------------------------------------------
def requests(query: Mapping[str, Any], today: date) -> list[Request]:
    asking.check(query, NAMES)
    area, recent = asking.text(query, "area", "00"), "true" if query.get("recent") is True else "false"
    return [question(f"INDICATOR/{ids}/es/{area}/{recent}", query) for ids in pieces(query)]


def metadata_requests(query: Mapping[str, Any]) -> list[Request]:
    return [question(f"CL_INDICATOR/{ids}/es", query) for ids in pieces(query)]


def pieces(query: Mapping[str, Any]) -> Iterator[str]:
    ids = asking.texts(query, "indicators")
    if not ids:
        raise SourceChanged("The feed's query lacks “indicators”.")
    for start in range(0, len(ids), MOST_INDICATORS):
        yield ",".join(ids[start : start + MOST_INDICATORS])


def question(start: str, query: Mapping[str, Any]) -> Request:
    return Request(f"{start}/{asking.text(query, 'bank', 'BIE-BISE')}/2.0", (("type", "json"),))


def with_key(request: Request, key: str) -> Request:
    return replace(request, path=f"{request.path}/{key}")


def next_request(answer: Answer, request: Request) -> Request | None:
    """INEGI does not page; `requests` splits instead."""
    return None


# --- Judging ------------------------------------------------------------------------------------
def classify(answer: Answer) -> Classification:
    if answer.status in (200, 403) and is_web_page(answer):
        return refusals.transient(answer, "INEGI sends a web page, not data, as during maintenance.")
    return parts.classified(answer, AGENCY, judge)


def judge(found: Any) -> Classification | None:
    if isinstance(found, list):
        return by_errors([str(text) for text in found])
    if isinstance(found, dict) and found.get("CODE"):
        return refusals.DATA
    if not isinstance(found, dict) or "Series" not in found:
        return None
    series = parts.objects(found, "Series", AGENCY)
    if not series or not all(one.get("OBSERVATIONS") for one in series):
        empty = ", ".join(str(one.get("INDICADOR")) for one in series if not one.get("OBSERVATIONS"))
        return refusals.broken(
            f"INEGI's answer came empty ({empty or 'no series'}), as from a bank that does not hold it."
        )
    return refusals.DATA


def by_errors(texts: list[str]) -> Classification | None:
    if "ErrorCode:100" in texts:
        return refusals.unknown(REFUSED)
    if any(text.startswith("Error") for text in texts):
        return refusals.broken(f"INEGI refuses the question: {refusals.quote(' '.join(texts))}")
    return None


# --- Reading ------------------------------------------------------------------------------------
def parse(answer: Answer, query: Mapping[str, Any]) -> list[Row]:
    series = series_in(answer)
    keys = [parts.part(one, "INDICADOR", str, AGENCY) for one in series]
    parts.check_complete(asked_indicators(answer, query), keys)
    return tables.one_value_a_period(
        row for key, one in zip(keys, series, strict=True) for row in rows_of(key, one, query)
    )


def series_in(answer: Answer) -> list[dict[str, Any]]:
    found = json_of(answer)
    if isinstance(found, list):
        raise SourceChanged(classify(answer).sentence)
    if isinstance(found, dict) and "CODE" in found:
        raise parts.OnlyDescribed("INEGI's answer is a part of its catalogue; there are no values.")
    return parts.objects(found, "Series", AGENCY)


def asked_indicators(answer: Answer, query: Mapping[str, Any]) -> list[str]:
    """What this answer must hold: what its own question named, which may be a part of the query."""
    path = answer.request.path if answer.request else ""
    if path.startswith("INDICATOR/"):
        return path.split("/")[1].split(",")
    return asking.texts(query, "indicators")


def rows_of(key: str, series: Mapping[str, Any], query: Mapping[str, Any]) -> Iterator[Row]:
    frequency = parts.part(series, "FREQ", str, key)
    unit, updated = parts.text_or_nothing(series, "UNIT", key), updated_at(series, key)
    factor = multiplier(series, key)
    observations = parts.objects(series, "OBSERVATIONS", key)
    if not observations:
        raise SourceChanged(f"{key} came empty; the known values stay.")
    for entry in observations:
        check_area(entry, asking.text(query, "area"), key)
        period = period_of(parts.part(entry, "TIME_PERIOD", str, key), frequency, key)
        parts.check_frequency(asking.text(query, "frequency"), period, key)
        where = f"{key} {period}"
        value = parts.written_value(entry.get("OBS_VALUE"), ("", None), where)
        mark = parts.text_or_nothing(entry, "OBS_STATUS", where)
        yield Row(key, period, value, unit, parts.meaning(mark, STATUSES, "status", where), factor, updated)


def period_of(text: str, frequency: str, key: str) -> str:
    """`2026/08` is a month or a quarter, as the frequency says."""
    year, slash, rest = text.partition("/")
    if frequency in YEARLY and not slash:
        period = year
    elif frequency == QUARTERLY and len(rest) == 2:
        period = f"{year}-Q{rest.removeprefix('0')}"
    elif frequency == MONTHLY and slash:
        period = f"{year}-{rest}"
    else:
        raise SourceChanged(f"{key}: {parts.shown(text)} is no period of frequency {frequency}.")
    try:
        periods.parse(period)
    except ValueError:
        raise SourceChanged(f"{key}: {parts.shown(text)} is no period of frequency {frequency}.") from None
    return period


def check_area(entry: Mapping[str, Any], area: str, key: str) -> None:
    """Raises SourceChanged when the nation was asked for and something else came, or the other way round."""
    found = str(entry.get("COBER_GEO") or "").lstrip("0")
    if area and found != area.lstrip("0"):
        raise SourceChanged(f"{key}: asked for the area {area}, got {parts.shown(entry.get('COBER_GEO'))}.")


def multiplier(series: Mapping[str, Any], key: str) -> Decimal:
    """Ten to the power UNIT_MULT, which is empty for the unit itself."""
    text = parts.text_or_nothing(series, "UNIT_MULT", key) or "0"
    if not re.fullmatch(r"\d|1[0-2]", text, re.ASCII):
        raise SourceChanged(f"{key}: UNIT_MULT {parts.shown(text)} is no power of ten.")
    return Decimal(10) ** int(text)


def updated_at(series: Mapping[str, Any], key: str) -> datetime | None:
    """`09/12/2026 12:00:00 a. m.`: the ninth of December, midnight."""
    text = parts.text_or_nothing(series, "LASTUPDATE", key)
    match = UPDATED.fullmatch(text.replace("\xa0", " ").replace("\u202f", " "))
    if not match:
        if text:
            raise SourceChanged(f"{key}: {parts.shown(text)} is no time of an update.")
        return None
    day, month, year, hour, minute, second = (int(part) for part in match.groups()[:6])
    hours = hour % 12 + (12 if match[7].lower() == "p" else 0)
    try:
        return datetime(year, month, day, hours, minute, second, tzinfo=MEXICO_CITY)
    except ValueError:
        raise SourceChanged(f"{key}: {parts.shown(text)} is no time of an update.") from None


def parse_metadata(answer: Answer) -> dict[str, SeriesMetadata]:
    """The names from a catalogue answer, or unit and frequency from values, whichever came."""
    found = json_of(answer)
    if isinstance(found, dict) and "CODE" in found:
        return {
            parts.part(code, "value", str, AGENCY): SeriesMetadata(
                parts.part(code, "Description", str, AGENCY)
            )
            for code in parts.objects(found, "CODE", AGENCY)
        }
    return {
        parts.part(one, "INDICADOR", str, AGENCY): SeriesMetadata(
            "",
            parts.text_or_nothing(one, "UNIT", AGENCY),
            FREQUENCIES.get(parts.part(one, "FREQ", str, AGENCY), ""),
        )
        for one in series_in(answer)
    }
