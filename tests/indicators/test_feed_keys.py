"""An answer in the agency's form, to the question a feed really asks, brings each series of the feed."""

import json
from itertools import product

import pytest

from indicators.models import Feed
from indicators.sources import Answer
from indicators.sources.registry import module_of

pytestmark = pytest.mark.django_db


def census(query: dict) -> str:
    """Header first; a column for the value and one for each predicate, all texts."""
    names = list(query["predicates"])
    lines = product(*(query["predicates"][name] for name in names))
    table = [[*query["values"], *names, "time"], *(["1000", *line, "2025-01"] for line in lines)]
    return json.dumps(table)


def bts(query: dict) -> str:
    """Ports with a 2 in front lie at the border with Mexico."""
    return json.dumps(
        [
            {
                "border": "US-Mexico Border" if port.startswith("2") else "US-Canada Border",
                "measure": measure,
                "port_code": port,
                "date": "2025-01-01T00:00:00.000",
                "value": "1000",
            }
            for port, measure in product(query["ports"], query["measures"])
        ]
    )


def bls(query: dict) -> str:
    data = [{"year": "2025", "period": "M01", "value": "12800", "footnotes": [{}]}]
    series = [{"seriesID": name, "data": data} for name in query["series"]]
    return json.dumps({"status": "REQUEST_SUCCEEDED", "message": [], "Results": {"series": series}})


def statcan(query: dict) -> str:
    point = {
        "refPer": "2025-01-01", "value": 1800.5, "decimals": 1, "scalarFactorCode": 3, "symbolCode": 0,
        "statusCode": 0, "securityLevelCode": 0, "releaseTime": "2025-02-07T08:30", "frequencyCode": 6,
    }  # fmt: skip
    return json.dumps(
        [
            {
                "status": "SUCCESS",
                "object": {
                    "responseStatusCode": 0, "productId": 14100355, "coordinate": "1.5.1.1.0.0.0.0.0.0",
                    "vectorId": int(vector[1:]), "vectorDataPoint": [point],
                },
            }
            for vector in query["vectors"]
        ]
    )  # fmt: skip


def fred(query: dict) -> str:
    row = {
        "realtime_start": "2026-01-01",
        "realtime_end": "2026-01-01",
        "date": "2025-01-01",
        "value": "99.1",
    }
    rows = [row, row | {"date": "2025-02-01"}, row | {"date": "2025-03-01"}]
    return json.dumps({"count": 3, "offset": 0, "limit": 100000, "observations": rows})


def imf(query: dict) -> str:
    head = "DATAFLOW,COUNTRY,INDICATOR,FREQUENCY,TIME_PERIOD,OBS_VALUE,LATEST_ACTUAL_ANNUAL_DATA"
    areas, indicator, frequency = query["key"].split(".")
    lines = [f"IMF.RES:WEO(9.0.0),{area},{indicator},{frequency},2023,1.5,2024" for area in areas.split("+")]
    return "\n".join([head, *lines])


def undp(query: dict) -> str:
    columns = [f"{name}_2023" for name in query["indicators"]]
    lines = [",".join([area, area, *("1" for _name in columns)]) for area in query["areas"]]
    return "\n".join([",".join(["iso3", "country", *columns]), *lines])


ANSWERS = {
    "census": census, "bts": bts, "bls": bls, "statcan": statcan, "fred": fred, "imf": imf, "undp": undp,
}  # fmt: skip
CODES = [
    "undp-hdi", "bls-sector-employment", "fred-motor-vehicle-output", "statcan-manufacturing-employment",
    "census-goods-exports", "census-goods-imports", "census-advanced-technology-exports",
    "census-advanced-technology-imports", "census-electronics-imports", "bts-truck-crossings",
    "bts-loaded-truck-containers", "imf-weo-growth",
]  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_an_answer_brings_every_series_of_its_feed_and_nothing_else(code):
    feed = Feed.objects.select_related("source").get(code=code)
    body = ANSWERS[feed.source.code](feed.query)
    content_type = "text/csv" if feed.source.code in ("imf", "undp") else "application/json"

    rows = module_of(feed).parse(Answer(body.encode(), content_type), feed.query)

    assert {row.key for row in rows} == set(feed.series.values_list("key", flat=True))
