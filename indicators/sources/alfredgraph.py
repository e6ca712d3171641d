"""ALFRED's graph files: a series as it was known on given days, one column a vintage, without a key.

Query: `series` (one id), `vintages` (days), `from` (a year or a day), `to` if wanted, `frequency` as in
`fredgraph`. Row keys: the series id; each row carries the vintage of its column.

The parameters go by position: id and range are repeated for every vintage, or only the first one comes. A
day before the series was first published answers with nothing at all.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from indicators.sources import Answer, Classification, Request, SourceChanged, asking, fredgraph, refusals
from indicators.sources.fredgraph import KEY_VARIABLE, RATE, next_request, parse

__all__ = ["BASE_URL", "KEY_VARIABLE", "RATE", "classify", "next_request", "parse", "requests"]

BASE_URL = "https://alfred.stlouisfed.org/graph"
NAMES = (*fredgraph.NAMES, "vintages", "to")


def requests(query: Mapping[str, Any], today: date) -> list[Request]:
    asking.check(query, NAMES)
    vintages = asking.texts(query, "vintages")
    if not vintages:
        raise SourceChanged("The feed's query lacks “vintages”.")
    columns = {
        "id": asking.needed(query, "series"),
        "cosd": fredgraph.first_day(query) if query.get("from") else "1776-07-04",
        "coed": asking.text(query, "to", today.isoformat()),
    }
    repeated = [(name, ",".join([text] * len(vintages))) for name, text in columns.items()]
    return [Request("alfredgraph.csv", (*repeated, ("vintage_date", ",".join(vintages))))]


def classify(answer: Answer) -> Classification:
    if answer.status == 200 and not answer.body.strip():
        return refusals.broken("ALFRED knows no values of that day: the series was first published later.")
    return fredgraph.classify(answer)
