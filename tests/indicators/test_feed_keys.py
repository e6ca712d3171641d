"""An answer in the agency's form, to the question a feed really asks, brings each series of the feed."""

import json
from decimal import Decimal
from itertools import product

import pytest

from indicators import batches
from indicators.catalogue import agencies
from indicators.models import Feed
from indicators.sources import Answer, asking
from indicators.sources.registry import module_of
from tests.recorded_answers import recorded

pytestmark = pytest.mark.django_db


def census(query: dict) -> str:
    """Header first; a column for the value and one for each predicate, all texts."""
    names = list(query["predicates"])
    lines = product(*(asking.texts(query["predicates"], name) for name in names))
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


def datamapper(query: dict) -> str:
    """All economies come, whatever is asked, with projections."""
    values = {area: {"2024": 1.5, "2031": 1.6} for area in [*query["areas"], "FRA"]}
    return json.dumps({"values": {query["indicator"]: values}, "api": {"version": "1"}})


def oecd(query: dict) -> str:
    dimensions = [f"DIMENSION_{at}" for at, _part in enumerate(query["key"].split("."))]
    flow = query["flow"].replace(",", ":", 1).rstrip(",")
    lines = product(*(part.split("+") for part in query["key"].split(".")))
    head = ["DATAFLOW", *dimensions, "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "UNIT_MULT"]
    return "\n".join(
        ",".join(line)
        for line in [head, *([f"{flow}(1.1)", *line, "2025-Q1", "1.5", "A", "0"] for line in lines)]
    )


def comtrade(query: dict) -> str:
    lines = product(query["reporters"], query["partners"], query["flows"], query["commodities"])
    data = [
        {
            "freqCode": query["frequency"], "refYear": 2023, "period": "2023", "reporterCode": int(reporter),
            "partnerCode": int(partner), "flowCode": flow, "cmdCode": commodity, "primaryValue": 1000.5,
        }
        for reporter, partner, flow, commodity in lines
    ]  # fmt: skip
    return json.dumps({"count": len(data), "data": data, "error": ""})


def inegi(query: dict) -> str:
    point = {"TIME_PERIOD": "2025/01", "OBS_VALUE": "59100000.0000", "OBS_STATUS": "3", "COBER_GEO": "00"}
    series = [
        {"INDICADOR": name, "FREQ": "4", "UNIT": "96", "LASTUPDATE": "", "OBSERVATIONS": [point]}
        for name in query["indicators"]
    ]
    return json.dumps({"Series": series})


def worldbank(query: dict) -> str:
    rows = [
        {
            "indicator": {"id": query["indicator"], "value": "what it measures"}, "countryiso3code": area,
            "country": {"id": area[:2], "value": area}, "date": "2024", "value": 1.5, "unit": "",
            "obs_status": "", "decimal": 0,
        }
        for area in query["areas"]
    ]  # fmt: skip
    meta = {"page": 1, "pages": 1, "per_page": 1000, "total": len(rows), "lastupdated": "2026-07-01"}
    return json.dumps([meta, rows])


ANSWERS = {
    "census": census, "bts": bts, "bls": bls, "statcan": statcan, "fred": fred, "imf": imf, "undp": undp,
    "imf_datamapper": datamapper, "oecd": oecd, "comtrade": comtrade, "inegi": inegi,
    "worldbank": worldbank,
}  # fmt: skip
CODES = [
    row["code"]
    for row in agencies.read(agencies.FOLDER / "feeds.csv")
    if row["source"] in ANSWERS and not row["waits_for"]
]


@pytest.mark.parametrize("code", CODES)
def test_an_answer_brings_every_series_of_its_feed_and_nothing_else(code):
    feed = Feed.objects.select_related("source").get(code=code)
    body = ANSWERS[feed.source.code](feed.query)
    content_type = "text/csv" if feed.source.code in ("imf", "undp", "oecd") else "application/json"

    rows = module_of(feed).parse(Answer(body.encode(), content_type), feed.query)

    assert {row.key for row in rows} == set(feed.series.values_list("key", flat=True))


# --- What a feed's answer becomes in our units --------------------------------------------------
READ = {
    "census-farm-products-imports": ("census/imports_chapters.json", {
        ("us-farm-products-trade", "MEX", "USA", "HS 07", "2026-01", "1.5"),
        ("us-farm-products-trade", "MEX", "USA", "HS 07", "2026-02", "1.25"),
        ("us-farm-products-trade", "CAN", "USA", "HS 07", "2026-01", "0.3"),
        ("us-farm-products-trade", "MEX", "USA", "HS 08", "2026-01", "0.9"),
    }),
    "census-mexico-port-exports": ("census/exports_ports.json", {
        ("us-port-trade", "USA", "MEX", "Port of Laredo", "2026-01", "9.8"),
        ("us-port-trade", "USA", "MEX", "Port of Laredo", "2026-02", "10.1"),
        ("us-port-trade", "USA", "MEX", "Port of Otay Mesa", "2026-01", "2.1"),
    }),
    "census-advanced-technology-imports-by-partner": ("census/imports_hitech.json", {
        ("us-advanced-technology-imports", "USA", "MEX", "", "2026-01", "5.5"),
        ("us-advanced-technology-imports", "USA", "TWN", "", "2026-01", "21.5"),
        ("us-advanced-technology-imports", "USA", "WLD", "", "2026-01", "81"),
    }),
    "comtrade-canada-mexico-food-trade": ("comtrade/canada_mexico_food.json", {
        ("canada-mexico-farm-products-trade", "CAN", "MEX", "HS 02", "2023", "0.31000000025"),
        ("canada-mexico-farm-products-trade", "MEX", "CAN", "HS 08", "2023", "0.92"),
        ("canada-mexico-processed-food-trade", "MEX", "CAN", "HS 22", "2022", "0.41"),
    }),
    "oecd-quarterly-growth": ("oecd/growth.csv", {
        ("real-gdp-growth-quarterly", "MEX", "", "", "2026-Q2", "0.75"),
        ("real-gdp-growth-quarterly", "MEX", "", "", "2026-Q1", "0.5"),
        ("real-gdp-growth-quarterly", "USA", "", "", "2026-Q2", "2.125"),
    }),
    "imf-world-gdp-share": ("imf/datamapper_shares.json", {  # 2025 may be a projection: not ours to publish
        ("world-gdp-share-ppp", area, "", "", year, value)
        for area, values in {"MEX": ("1.75", "1.7"), "USA": ("15", "14.9"), "CAN": ("1.4", "1.35")}.items()
        for year, value in zip(("2023", "2024"), values, strict=True)
    }),
    "inegi-employment": ("inegi/employed.json", {
        ("employed-persons", "MEX", "", "", "2026-Q1", "59.8"),
        ("employed-persons", "MEX", "", "", "2026-Q2", "60.25"),
    }),
}  # fmt: skip


@pytest.mark.parametrize("code", READ)
def test_an_agencys_answer_becomes_values_in_our_units(code):
    feed = Feed.objects.select_related("source").get(code=code)
    name, expected = READ[code]

    rows = batches.wanted_rows(feed, module_of(feed).parse(recorded(name), feed.query))

    known = {series.key: series for series in feed.series.select_related("indicator")}
    found = {
        (one.indicator.code, one.area, one.partner, one.product, row.period, row.value)
        for row in rows
        for one in [known[row.key]]
    }
    assert found == {(*place, Decimal(value)) for *place, value in expected}
    assert batches.group(rows, feed)
