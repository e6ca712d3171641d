import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from indicators.sources import Answer, Kind, Request, SeriesMetadata, SourceChanged, inegi
from tests.recorded_answers import agencys_own, answer, recorded

TODAY = date(2026, 11, 20)
TOKEN = "8fbac81c-e270-2f88-47b0-a4b8aae60b0d"
MEXICO_CITY = ZoneInfo("America/Mexico_City")
BOTH = {"indicators": ["702097", "736183"]}


def series(**changes):
    """One series with one value, with changes to either."""
    value = {"TIME_PERIOD": "2026/08", "OBS_VALUE": "1.5", "OBS_STATUS": "3", "COBER_GEO": "0"}
    one = {"INDICADOR": "1", "FREQ": "8", "UNIT": "96", "UNIT_MULT": "", "LASTUPDATE": ""}
    value |= {name: changes[name] for name in changes if name in value}
    one |= {name: changes[name] for name in changes if name in one}
    return answer(json.dumps({"Header": {}, "Series": [{**one, "OBSERVATIONS": [value]}]}))


# --- Asking ---------------------------------------------------------------------------------------
def test_ten_indicators_are_asked_for_at_once():
    requests = inegi.requests({"indicators": list(range(1, 13))}, TODAY)

    assert requests == [
        Request("INDICATOR/1,2,3,4,5,6,7,8,9,10/es/00/false/BIE-BISE/2.0", (("type", "json"),)),
        Request("INDICATOR/11,12/es/00/false/BIE-BISE/2.0", (("type", "json"),)),
    ]


def test_bank_area_and_the_newest_value_alone_can_be_asked_for():
    query = {"indicators": "6207136901", "bank": "BISE", "area": "09", "recent": True}

    assert inegi.requests(query, TODAY)[0].path == "INDICATOR/6207136901/es/09/true/BISE/2.0"
    assert inegi.metadata_requests(query)[0].path == "CL_INDICATOR/6207136901/es/BISE/2.0"


def test_the_token_is_in_the_path_of_the_secret_request_alone():
    request = inegi.requests(BOTH, TODAY)[0]

    assert inegi.with_key(request, TOKEN).path == f"{request.path}/{TOKEN}"
    assert TOKEN not in request.path


@pytest.mark.parametrize("query", [{}, {"indicators": [], "bank": "BIE"}, {"indicators": "1", "token": "x"}])
def test_a_query_that_cannot_be_meant_is_refused(query):
    with pytest.raises(SourceChanged, match="query"):
        inegi.requests(query, TODAY)


# --- Judging --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("found", "kind", "said"),
    [
        (recorded("inegi/employment.json"), "data", ""),
        (answer('{"CODE":[{"value":"1","Description":"Total"}]}'), "data", ""),
        (answer('["ErrorInfo:Otro","ErrorCode:200"]', status=400), "broken", "Otro"),
        (answer('["1","2"]'), "broken", "something else"),
        (answer('{"Series":[]}'), "broken", "no series"),
        (answer('{"Series":[{"INDICADOR":"1","OBSERVATIONS":[]}]}'), "broken", "empty (1)"),
        (answer("<html>Request Rejected</html>"), "transient", "web page"),
        (answer("<html>Forbidden</html>", status=403), "transient", "web page"),
        (answer('{"Series":[{', status=200), "broken", "ends too early"),
        (answer("<html>Error</html>", status=500), "transient", "500"),
    ],
)
def test_what_an_answer_is_stands_in_its_body(found, kind, said):
    judged = inegi.classify(found)

    assert judged.kind == kind
    assert said in judged.sentence


# --- Reading --------------------------------------------------------------------------------------
def test_months_and_quarters_look_alike_and_are_told_apart_by_the_frequency():
    rows = inegi.parse(recorded("inegi/employment.json"), BOTH)

    shown = [(row.key, row.period, row.value, row.multiplier, row.unit, row.status) for row in rows]
    assert shown == [
        ("702097", "2026-08", None, Decimal(1000), "96", ""),
        ("702097", "2026-09", Decimal("4521.46199999999999000000"), Decimal(1000), "96", "provisional"),
        ("736183", "2026-Q3", Decimal("-0.25"), Decimal(1), "105", ""),
    ]


def test_updates_are_day_first_and_of_mexico_city():
    updates = {row.key: row.vintage for row in inegi.parse(recorded("inegi/employment.json"), {})}

    assert updates["702097"] == datetime(2026, 12, 9, 13, 30, tzinfo=MEXICO_CITY)
    assert updates["736183"] == datetime(2026, 11, 20, 0, 0, tzinfo=MEXICO_CITY)
    assert updates["736183"].utcoffset() == timedelta(hours=-6)


@pytest.mark.parametrize(
    ("frequency", "written", "period"),
    [("3", "2026", "2026"), ("4", "2026/01", "2026-Q1"), ("8", "2026/12", "2026-12"), ("9", "2024", "2024")],
)
def test_the_frequency_says_what_a_period_is(frequency, written, period):
    rows = inegi.parse(series(FREQ=frequency, TIME_PERIOD=written), {})

    assert [row.period for row in rows] == [period]


@pytest.mark.parametrize(
    "update", ["09/09/2026 12:00:00 a. m.", "09/09/2026 12:00:00 AM", "9/9/2026 12:00:00 a.\xa0m."]
)
def test_midnight_is_written_in_several_ways(update):
    assert inegi.parse(series(LASTUPDATE=update), {})[0].vintage == datetime(2026, 9, 9, tzinfo=MEXICO_CITY)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"FREQ": "15", "TIME_PERIOD": "2026/08/02"}, "is no period of frequency 15"),
        ({"FREQ": "4", "TIME_PERIOD": "2026/08"}, "is no period of frequency 4"),
        ({"FREQ": "8", "TIME_PERIOD": "2026/13"}, "is no period of frequency 8"),
        ({"FREQ": "8", "TIME_PERIOD": "2026"}, "is no period of frequency 8"),
        ({"OBS_VALUE": "1,234.5"}, "“1,234.5” is no number"),
        ({"OBS_VALUE": 1.5}, "should be a text"),
        ({"OBS_STATUS": ["1"]}, "“OBS_STATUS” should be a text"),
        ({"UNIT": 96}, "“UNIT” should be a text"),
        ({"OBS_STATUS": "7"}, "status “7” is unknown"),
        ({"UNIT_MULT": "thousand"}, "UNIT_MULT “thousand”"),
        ({"LASTUPDATE": "31/02/2026 12:00:00 a. m."}, "no time of an update"),
        ({"LASTUPDATE": "2026-09-09"}, "no time of an update"),
        ({"FREQ": None}, "“FREQ” should be a text"),
    ],
)
def test_what_is_not_as_expected_is_refused(changes, said):
    with pytest.raises(SourceChanged, match=said):
        inegi.parse(series(**changes), {})


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"indicators": ["2"]}, "Asked for 2, got 1"),
        ({"indicators": ["1", "2"]}, "Asked for 2, which is not in the answer"),
        ({"indicators": ["1"], "frequency": "quarterly"}, "asked for quarterly values, got 2026-08"),
        ({"indicators": ["1"], "area": "09"}, "asked for the area 09, got “0”"),
    ],
)
def test_another_series_than_asked_for_is_refused(query, said):
    with pytest.raises(SourceChanged, match=said):
        inegi.parse(series(), query)


def test_a_state_is_not_taken_for_the_nation():
    with pytest.raises(SourceChanged, match="asked for the area 00, got “09”"):
        inegi.parse(series(COBER_GEO="09"), {"indicators": ["1"], "area": "00"})


def test_an_answer_to_a_part_of_the_indicators_holds_that_part():
    request = Request("INDICATOR/1/es/00/false/BIE-BISE/2.0")

    found = Answer(series().body, "application/json", request=request)

    assert [row.key for row in inegi.parse(found, {"indicators": ["1", "2"]})] == ["1"]


def test_names_come_from_the_catalogue_and_units_from_the_values():
    catalogue = answer('{"agencyID":"INEGI","CODE":[{"value":"910392","Description":"INPC, general"}]}')

    assert inegi.parse_metadata(catalogue) == {"910392": SeriesMetadata("INPC, general")}
    assert inegi.parse_metadata(series()) == {"1": SeriesMetadata("", "96", "monthly")}


# --- What INEGI itself answered -----------------------------------------------------------------------
def test_recorded_values_are_read():
    rows = inegi.parse(agencys_own("inegi/INDICATOR_910392_BIE-BISE_trimmed.json"), {"indicators": "910392"})

    shown = [(row.key, row.period, row.value, row.unit) for row in rows]
    assert len(shown) == 27
    assert shown[0] == ("910392", "2024-06", Decimal("134.593999999999"), "1051")
    assert shown[-1] == ("910392", "2026-08", Decimal("145.46199999999999"), "1051")
    assert {row.vintage for row in rows} == {datetime(2026, 9, 9, tzinfo=MEXICO_CITY)}


def test_recorded_refusal_may_be_the_token_or_the_indicator():
    judged = inegi.classify(agencys_own("inegi/error_400_no_results.json", 400))

    assert judged.kind is Kind.UNKNOWN_SERIES
    assert "token" in judged.sentence
    assert "indicator" in judged.sentence
