"""The Public Data API of the U.S. Bureau of Labor Statistics, version 2.

Query: `series` (`["CES3000000001"]`), `from` and, if wanted, `to` (years; this year when left out),
`frequency` if values of another one must be refused, `keyless` (true: spans and lists as short as they must
be without a key). Row keys: the series ids.

A key allows 50 series, 20 years a question and 500 questions a day; without one it is 25, 10 and 25. Errors
come with status 200; their text may quote the key and is never shown whole. Longer spans are cut with a
mere message. Footnote P marks provisional values, “-” a missing one. Averages over a year (M13, Q05, S03),
and those that a monthly or quarterly series has for longer periods, are no values of their own. There are
no vintages.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from indicators import periods
from indicators.sources import (
    Answer,
    Classification,
    Kind,
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

AGENCY = "The BLS"
BASE_URL = "https://api.bls.gov/publicAPI/v2"
KEY_VARIABLE: str | None = "BLS_API_KEY"
KEY_IS_OPTIONAL = True
RATE = Rate(requests=1, seconds=2)  # and 500 a day, 25 without a key, which a few feeds do not reach
SERIES_AND_YEARS, KEYLESS_SERIES_AND_YEARS = (50, 20), (25, 10)
NAMES = ("series", "from", "to", "frequency", "keyless")
NO_SERIES = re.compile(r"(?:Series does not exist|Invalid Series) for Series\s+([A-Za-z0-9_#-]{1,40})", re.I)
PERIOD = re.compile(r"M(?:0[1-9]|1[0-3])|Q0[1-5]|S0[1-3]|A01", re.ASCII)
AVERAGES = ("M13", "Q05", "S03")
FINEST_FIRST = "MQSA"


# --- Asking -------------------------------------------------------------------------------------
def requests(query: Mapping[str, Any], today: date) -> list[Request]:
    asking.check(query, NAMES)
    series = asking.texts(query, "series")
    if not series:
        raise SourceChanged("The feed's query lacks “series”.")
    most, years = KEYLESS_SERIES_AND_YEARS if query.get("keyless") is True else SERIES_AND_YEARS
    return [
        question(series[start : start + most], first, last)
        for start in range(0, len(series), most)
        for first, last in spans(*asked_years(query, today), years)
    ]


def asked_years(query: Mapping[str, Any], today: date) -> tuple[int, int]:
    first, last = asking.needed(query, "from"), asking.text(query, "to", str(today.year))
    if not (re.fullmatch(r"\d{4}", first, re.ASCII) and re.fullmatch(r"\d{4}", last, re.ASCII)):
        raise SourceChanged(f"The feed's query: {first} to {last} are no years.")
    return int(first), int(last)


def spans(first: int, last: int, years: int) -> Iterator[tuple[int, int]]:
    """The years in pieces as long as one question may be."""
    for start in range(first, last + 1, years):
        yield start, min(start + years - 1, last)


def question(series: list[str], first: int, last: int) -> Request:
    body = {"seriesid": series, "startyear": str(first), "endyear": str(last)}
    return Request("timeseries/data/", method="POST", json=body)


def with_key(request: Request, key: str) -> Request:
    """The key also allows to ask what the series are."""
    return replace(request, json={**request.json, "catalog": True, "registrationkey": key})


def next_request(answer: Answer, request: Request) -> Request | None:
    """The BLS does not page; `requests` splits instead."""
    return None


# --- Judging ------------------------------------------------------------------------------------
def classify(answer: Answer) -> Classification:
    if answer.status == 200 and is_web_page(answer):
        sentence = (
            "The BLS sends a web page, not data, as during maintenance or once the day's quota is spent."
        )
        return Classification(Kind.TRANSIENT, sentence, timedelta(hours=1))
    return parts.classified(answer, AGENCY, judge)


def judge(found: Any) -> Classification | None:
    if not isinstance(found, dict) or "status" not in found:
        return None
    messages = found.get("message") or []
    words = " ".join(map(str, messages if isinstance(messages, list) else [messages]))
    return (
        by_words(words)
        or unknown_series(found, words)
        or by_status(str(found["status"]), words)
        or by_content(found, words)
    )


def unknown_series(found: Any, words: str) -> Classification | None:
    names = set(NO_SERIES.findall(words))
    if not names:
        return None
    listed = {series_id(series) for series in series_in(found)} if found.get("Results") else set()
    return refusals.unknown_among(AGENCY, names, len(listed - names))


def by_words(words: str) -> Classification | None:
    lower = words.lower()
    if "daily threshold" in lower or "number of requests allowed" in lower:
        sentence = "The BLS has answered as many questions of ours as it does in a day."
        return Classification(Kind.QUOTA, sentence, timedelta(days=1))
    if "key" in lower and "invalid" in lower:
        return Classification(Kind.BAD_KEY, "The BLS says our registration key is invalid.")
    if "year range" in lower and "reduced" in lower:
        return refusals.broken("The BLS cut the years asked for, as it does without a key.")
    return None


def by_status(status: str, words: str) -> Classification | None:
    if status == "REQUEST_SUCCEEDED":
        return None
    if status == "REQUEST_FAILED":
        return Classification(Kind.TRANSIENT, f"The BLS failed on our question: {refusals.quote(words)}")
    return refusals.broken(f"The BLS did not process our question: {refusals.quote(words)}")


def by_content(found: Any, words: str) -> Classification:
    """Data, as long as the BLS says of each empty series that it has none for these years."""
    empty = [series_id(series) for series in series_in(found) if not series.get("data")]
    if series_in(found) and (not empty or "no data available" in words.lower()):
        return refusals.DATA
    named = ", ".join(empty) or "no series"
    return refusals.broken(f"The BLS's answer came empty ({named}); the known values stay.")


# --- Reading ------------------------------------------------------------------------------------
def series_in(found: Any) -> list[dict[str, Any]]:
    return parts.objects(parts.part(found, "Results", dict, AGENCY), "series", f"{AGENCY}'s results")


def series_id(series: Mapping[str, Any]) -> str:
    return parts.part(series, "seriesID", str, f"A series of {AGENCY}")


def parse(answer: Answer, query: Mapping[str, Any]) -> list[Row]:
    found = json_of(answer)
    check_whole(found, query)
    parts.check_complete(asked_series(answer, query), {series_id(series) for series in series_in(found)})
    frequency = asking.text(query, "frequency")
    return tables.one_value_a_period(row for series in series_in(found) for row in rows_of(series, frequency))


def check_whole(found: Any, query: Mapping[str, Any]) -> None:
    """Raises SourceChanged for an error; with a query also where a series is unknown or years are cut off."""
    judgement = judge(found)
    if judgement is None or found["status"] != "REQUEST_SUCCEEDED":
        raise SourceChanged(judgement.sentence if judgement else "The BLS answers something else.")
    if query and judgement.kind is not Kind.DATA:
        raise SourceChanged(judgement.sentence)


def asked_series(answer: Answer, query: Mapping[str, Any]) -> list[str]:
    """What this answer must hold: what its own question named, which may be a part of the query."""
    if answer.request is None or not answer.request.json:
        return asking.texts(query, "series")
    return list(answer.request.json["seriesid"])


def rows_of(series: Mapping[str, Any], frequency: str) -> Iterator[Row]:
    key = series_id(series)
    entries = [(period_code(entry, key), entry) for entry in parts.objects(series, "data", key)]
    letters = {code[0] for code, _entry in entries}
    finest = next((letter for letter in FINEST_FIRST if letter in letters), "")
    for code, entry in entries:
        if code[0] == finest and code not in AVERAGES:
            row = row_of(key, code, entry)
            parts.check_frequency(frequency, row.period, key)
            yield row


def period_code(entry: Mapping[str, Any], key: str) -> str:
    code = parts.part(entry, "period", str, key)
    if not PERIOD.fullmatch(code):
        raise SourceChanged(f"{key}: {parts.shown(code)} is no period of the BLS.")
    return code


def row_of(key: str, code: str, entry: Mapping[str, Any]) -> Row:
    period = period_of(parts.part(entry, "year", str, key), code, key)
    value = parts.written_value(entry.get("value"), ("-",), f"{key} {period}")
    notes = footnotes(entry, f"{key} {period}")
    others = "; ".join(text for mark, text in notes if mark != "P")
    return Row(key, period, value, status="provisional" if "P" in dict(notes) else "", note=others)


def period_of(year: str, code: str, key: str) -> str:
    """`2024` with `M07`, `Q03`, `S01` or `A01` in our form."""
    written = {"M": f"-{code[1:]}", "Q": f"-Q{code[2]}", "S": f"-S{code[2]}", "A": ""}[code[0]]
    try:
        periods.parse(year + written)
    except ValueError:
        raise SourceChanged(f"{key}: {parts.shown(year)} is no year.") from None
    return year + written


def footnotes(entry: Mapping[str, Any], where: str) -> list[tuple[str, str]]:
    """Codes and texts; the empty footnote stands for none."""
    found = parts.objects(entry, "footnotes", where) if entry.get("footnotes") else []
    return [(str(note.get("code", "")), str(note.get("text", ""))) for note in found if note]


def parse_metadata(answer: Answer) -> dict[str, SeriesMetadata]:
    """What the catalogue says, which comes only with a key; the unit is part of `measure_data_type`."""
    return {
        series_id(series): SeriesMetadata(
            str(series["catalog"].get("series_title", "")),
            str(series["catalog"].get("measure_data_type", "")),
            next((periods.frequency(row.period) for row in rows_of(series, "")), ""),
        )
        for series in series_in(json_of(answer))
        if isinstance(series.get("catalog"), dict)
    }
