import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from indicators.sources import Answer, Kind, Request, SeriesMetadata, SourceChanged, statcan
from tests.recorded_answers import agencys_own, answer, recorded

TODAY = date(2026, 11, 20)
EASTERN = ZoneInfo("America/Toronto")
POINT = {
    "refPer": "2026-01-01", "refPerRaw": "2026-01-01", "value": 5, "decimals": 1, "scalarFactorCode": 0,
    "symbolCode": 0, "statusCode": 0, "securityLevelCode": 0, "releaseTime": "2026-02-06T08:30",
    "frequencyCode": 6,
}  # fmt: skip


def item(*points, code=0, status="SUCCESS", vector=1):
    return {
        "status": status,
        "object": {
            "responseStatusCode": code, "productId": 14100355, "coordinate": "1.8.2.0.0.0.0.0.0.0",
            "vectorId": vector, "vectorDataPoint": list(points),
        },
    }  # fmt: skip


def reply(*items, status=200):
    return answer(json.dumps(items), status=status)


def point(**changes):
    return reply(item({**POINT, **changes}))


# --- Asking ---------------------------------------------------------------------------------------
def test_vectors_are_asked_for_in_one_question():
    assert statcan.requests({"vectors": ["v2057609", 41690973], "latest": 120}, TODAY) == [
        Request(
            "getDataFromVectorsAndLatestNPeriods",
            method="POST",
            json=[{"vectorId": 2057609, "latestN": 120}, {"vectorId": 41690973, "latestN": 120}],
        )
    ]


def test_many_vectors_are_asked_for_in_several_questions():
    requests = statcan.requests({"vectors": list(range(1, 702)), "latest": 1}, TODAY)

    assert [len(request.json) for request in requests] == [300, 300, 101]


def test_a_place_in_a_table_can_stand_for_a_vector():
    query = {"coordinates": ["18100004:2.2.0.0.0.0.0.0.0.0"], "latest": 3}

    assert statcan.requests(query, TODAY)[0].json == [
        {"productId": 18100004, "coordinate": "2.2.0.0.0.0.0.0.0.0", "latestN": 3}
    ]


def test_a_span_is_asked_for_with_quoted_vectors():
    request = statcan.requests({"vectors": ["v1", "v2"], "from": "2019-12-01"}, TODAY)[0]

    assert request.path == "getDataFromVectorByReferencePeriodRange"
    assert dict(request.params) == {
        "vectorIds": '"1","2"',
        "startRefPeriod": "2019-12-01",
        "endReferencePeriod": "2026-11-20",
    }


def test_what_series_are_can_be_asked():
    assert statcan.metadata_requests({"vectors": ["v1"]})[0] == Request(
        "getSeriesInfoFromVector", method="POST", json=[{"vectorId": 1}]
    )


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"latest": 3}, "either “vectors” or “coordinates”"),
        ({"vectors": ["2057609x"], "latest": 3}, "“2057609x” is no vector"),
        ({"vectors": ["1"]}, "“latest” should be a whole number"),
        ({"vectors": ["1"], "latest": "all"}, "“latest”"),
        ({"coordinates": ["here"], "latest": 3}, "“here” is no table and place"),
        ({"vectors": ["1"], "latestN": 3}, "holds “latestN”"),
    ],
)
def test_a_query_that_cannot_be_meant_is_refused(query, said):
    with pytest.raises(SourceChanged, match=said):
        statcan.requests(query, TODAY)


# --- Judging --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("found", "kind", "said"),
    [
        (recorded("statcan/vectors.json"), "data", ""),
        (recorded("statcan/one_failed.json"), "unknown_series", "v999999999"),
        (reply(item(code=4)), "unknown_series", "this vector: v1"),
        (reply(item(code=2, vector=0)), "unknown_series", "14100355:1.8.2"),
        (reply(item(POINT), item(code=6, vector=2)), "transient", "publishing the table of v2"),
        (reply(item(code=4), item(code=6, vector=2)), "transient", "v2"),
        (reply(item(code=8)), "broken", "code 8"),
        (reply(item(code=-20010)), "no_change", "nothing of v1"),
        (reply(item(POINT), item(code=-20010)), "data", ""),
        (reply(item()), "broken", "v1 came empty"),
        (reply(), "broken", "something else"),
        (reply({"status": "SUCCESS", "object": None}), "broken", "“responseStatusCode”"),
        (answer('{"message":"Invalid date"}', status=406), "broken", "406"),
        (answer('{"message":"busy"}', status=503), "transient", "503"),
        (answer("<html>Not found</html>", status=404), "unknown_series", "404"),
        (answer("<html>Maintenance</html>"), "transient", "web page"),
    ],
)
def test_an_answer_is_as_good_as_its_worst_item(found, kind, said):
    judged = statcan.classify(found)

    assert judged.kind == kind
    assert said in judged.sentence


def test_locked_tables_open_later():
    judged = statcan.classify(answer("", status=409))

    assert (judged.kind, judged.retry_after) == (Kind.TRANSIENT, timedelta(hours=1))
    assert "08:30" in judged.sentence


# --- Reading --------------------------------------------------------------------------------------
def test_vectors_are_told_apart_in_whatever_order_they_come():
    rows = statcan.parse(recorded("statcan/vectors.json"), {"vectors": ["v2057609", "v62305752"]})

    shown = [(row.key, row.period, row.value, row.multiplier, row.status, row.note) for row in rows]
    thousand, million = Decimal(1000), Decimal(1_000_000)
    assert shown == [
        ("v2057609", "2026-01", Decimal("1856.4"), thousand, "", ""),
        ("v2057609", "2026-02", None, thousand, "", "not available"),
        ("v2057609", "2026-03", None, thousand, "", "suppressed by the Statistics Act"),
        ("v62305752", "2025-Q4", Decimal(2501573), million, "", ""),
        ("v62305752", "2026-Q1", Decimal(2500680), million, "provisional", ""),
    ]


def test_release_times_are_eastern_in_summer_and_winter():
    vintages = {row.period: row.vintage for row in statcan.parse(recorded("statcan/vectors.json"), {})}

    assert vintages["2026-01"] == datetime(2026, 2, 6, 8, 30, tzinfo=EASTERN)
    assert vintages["2026-01"].utcoffset() == timedelta(hours=-5)
    assert vintages["2026-03"].utcoffset() == timedelta(hours=-4)


@pytest.mark.parametrize(
    ("code", "first", "period"),
    [
        (6, "2026-04-01", "2026-04"),
        (9, "2026-04-01", "2026-Q2"),
        (11, "2026-07-01", "2026-S2"),
        (12, "2026-01-01", "2026"),
        (13, "2026-01-01", "2026"),
    ],
)
def test_periods_go_by_their_first_day_and_the_frequency(code, first, period):
    assert [row.period for row in statcan.parse(point(frequencyCode=code, refPer=first), {})] == [period]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"refPer": "2026-03-01", "frequencyCode": 9}, "no quarterly period starts on 2026-03-01"),
        ({"frequencyCode": 7}, "frequency “7” is unknown"),
        ({"value": "5"}, "“5” is no number"),
        ({"scalarFactorCode": 12}, "scalar factor 12"),
        ({"symbolCode": 9}, "symbol “9” is unknown"),
        ({"statusCode": 42}, "status 42"),
        ({"releaseTime": "yesterday"}, "“yesterday” is no release time"),
        ({"refPer": "2026-02-30"}, "is no date"),
    ],
)
def test_a_point_that_is_not_as_expected_is_refused(changes, said):
    with pytest.raises(SourceChanged, match=said):
        statcan.parse(point(**changes), {})


@pytest.mark.parametrize(
    ("found", "query", "said"),
    [
        (recorded("statcan/vectors.json"), {"vectors": ["v2057609"]}, "Asked for v2057609, got v62305752"),
        (
            recorded("statcan/one_failed.json"),
            {"vectors": [2057609, 999999999]},
            "Asked for v999999999, which",
        ),
        (point(), {"coordinates": ["1:2.2.0.0.0.0.0.0.0.0"]}, "got 14100355:1.8.2"),
        (point(), {"vectors": ["1"], "frequency": "annual"}, "asked for annual values, got 2026-01"),
        (reply(item(POINT, {**POINT, "value": 6})), {}, "2026-01 appears twice: 5 and 6"),
        (reply(item()), {}, "came empty"),
        (reply(item(code=4)), {}, "this vector"),
    ],
)
def test_what_is_not_as_asked_is_refused(found, query, said):
    with pytest.raises(SourceChanged, match=said):
        statcan.parse(found, query)


def test_the_good_part_of_an_answer_is_read_when_nothing_more_is_asked():
    rows = statcan.parse(recorded("statcan/one_failed.json"), {})

    assert [(row.key, row.value) for row in rows] == [("v2057609", Decimal("1856.4"))]


def test_an_answer_to_a_part_of_the_vectors_holds_that_part():
    query = {"vectors": ["v1", "v2"], "latest": 1}
    posted = Request("x", method="POST", json=[{"vectorId": 1, "latestN": 1}])
    ranged = Request("x", (("vectorIds", '"1"'),))

    for request in (posted, ranged):
        found = Answer(point().body, "application/json", request=request)
        assert [row.key for row in statcan.parse(found, query)] == ["v1"]


# --- What Statistics Canada itself answered -----------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "query", "first", "last", "multiplier"),
    [
        ("vector_gdp.json", {"vectors": ["v62305752"], "frequency": "quarterly"},
         ("1996-Q2", "1277434.0"), ("2026-Q1", "2500680.0"), 1_000_000),
        ("vector_unemployment.json", {"vectors": ["v2062815"], "frequency": "monthly"},
         ("2016-05", "7.1"), ("2026-04", "6.9"), 1),
    ],
)  # fmt: skip
def test_recorded_values_are_read(name, query, first, last, multiplier):
    rows = statcan.parse(agencys_own(f"statcan/{name}"), query)

    shown = [(row.period, str(row.value)) for row in rows]
    assert (len(shown), shown[0], shown[-1]) == (120, first, last)
    assert {row.multiplier for row in rows} == {Decimal(multiplier)}
    assert rows[-1].vintage is not None


def test_recorded_release_time_is_kept():
    rows = statcan.parse(agencys_own("statcan/vector_unemployment.json"), {})

    assert rows[0].vintage == datetime(2025, 1, 24, 8, 30, tzinfo=EASTERN)


def test_recorded_descriptions_are_read():
    series = statcan.parse_metadata(agencys_own("statcan/series_info_41690973.json"))
    table = statcan.parse_metadata(agencys_own("statcan/cube_metadata_18100204.json"))

    assert series == {"v41690973": SeriesMetadata("Canada;All-items", "17", "monthly")}
    assert table == {"18100204": SeriesMetadata("Electric power selling price index, monthly", "", "monthly")}


@pytest.mark.parametrize(
    ("name", "status", "kind"),
    [
        ("error_cube_not_available.json", 200, "unknown_series"),
        ("error_404_no_changed_data.json", 404, "no_change"),
        ("series_info_41690973.json", 200, "data"),
        ("cube_metadata_18100204.json", 200, "data"),
    ],
)
def test_recorded_answers_are_judged(name, status, kind):
    assert statcan.classify(agencys_own(f"statcan/{name}", status)).kind == kind


def test_descriptions_are_not_taken_for_values():
    with pytest.raises(SourceChanged, match="describes v41690973"):
        statcan.parse(agencys_own("statcan/series_info_41690973.json"), {})


# --- Unknown series in a batch -----------------------------------------------------------------
VECTORS = [{"vectorId": number} for number in (1, 2, 3)]
ASKED = Request(
    "getDataFromVectorsAndLatestNPeriods", method="POST", json=[{"vectorId": n} for n in (1, 2, 3)]
)
WHOLE = "A batch is taken whole or not at all: its other"


@pytest.mark.parametrize(
    ("items", "sentence"),
    [
        (
            [item(POINT), item(code=4, vector=2, status="FAILED"), item(POINT, vector=3)],
            f"Statistics Canada does not know v2. {WHOLE} series (2) keep their values too.",
        ),
        (
            [item(POINT), item(code=3, vector=2, status="FAILED"), item(code=4, vector=3, status="FAILED")],
            f"Statistics Canada does not know v2, v3. {WHOLE} series (1) keep their values too.",
        ),
        (
            [{"status": "FAILED", "object": "There is no such vector."}, item(POINT), item(POINT, vector=3)],
            f"Statistics Canada does not know v2. {WHOLE} series (2) keep their values too.",
        ),
    ],
)
def test_every_unknown_series_of_a_batch_is_named_and_nothing_else_is_taken(items, sentence):
    """R1: a run takes all of a batch or none of it, and says which series is the cause."""
    found = statcan.classify(replace(reply(*items), request=ASKED))

    assert (found.kind, found.sentence) == (Kind.UNKNOWN_SERIES, sentence)
