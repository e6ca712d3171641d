from datetime import date, timedelta
from decimal import Decimal

import pytest

from indicators.sources import Kind, Request, SourceChanged, oecd
from tests.recorded_answers import agencys_own, answer, recorded

TODAY = date(2026, 11, 20)
QUERY = {"flow": "OECD.SDD.TPS,DSD_PDB@DF_PDB,", "key": "MEX+CAN..."}
HEADER = "DATAFLOW,REF_AREA,FREQ,MEASURE,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MULT\n"


def productivity(*lines: str):
    return answer(HEADER + "".join(f"O:D@F(2.0),{line}\n" for line in lines), content_type="text/csv")


def test_a_query_becomes_one_request_with_the_version_left_open():
    query = {"flow": "OECD.SDD.STES,DSD_STES@DF_CLI,", "key": "MEX.M.LI...AA...H", "from": "2000-01"}

    assert oecd.requests(query, TODAY) == [
        Request(
            "data/OECD.SDD.STES,DSD_STES@DF_CLI,/MEX.M.LI...AA...H",
            (("startPeriod", "2000-01"), ("format", "csvfile")),
        )
    ]


def test_lines_in_any_order_come_out_in_time_order_with_status_and_unit():
    rows = oecd.parse(recorded("oecd/productivity.csv"), QUERY)

    assert [(row.key, row.period, row.value, row.unit, row.status) for row in rows] == [
        ("CAN.A.HRS.H", "2023", Decimal("33.125"), "H", "estimated"),
        ("MEX.A.GDPHRS.USD_PPP", "2022", None, "USD_PPP", ""),
        ("MEX.A.GDPHRS.USD_PPP", "2023", Decimal("26.75"), "USD_PPP", ""),
        ("MEX.A.GDPHRS.USD_PPP", "2024", Decimal("27.5"), "USD_PPP", "provisional"),
    ]


def test_the_unit_multiplier_is_a_power_of_ten_and_the_value_stays_as_written():
    rows = oecd.parse(recorded("oecd/productivity.csv"), {})

    assert [row.multiplier for row in rows] == [Decimal(10) ** 6, 1, 1, 1]


def test_a_status_without_a_word_of_ours_is_kept_as_a_note():
    (row,) = oecd.parse(productivity("MEX,A,HRS,2023,1,B,0"), {})

    assert (row.status, row.note) == ("", "OBS_STATUS B")


def test_names_in_the_file_with_labels_are_no_dimensions():
    text = (
        "STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,ACTION,REF_AREA,Reference area,FREQ,Frequency,TIME_PERIOD,"
        "Time period,OBS_VALUE,UNIT_MULT\n"
        "DATAFLOW,O:D@F(2.0),Hours,I,MEX,Mexico,Q,Quarterly,2024-Q2,,3.5,\n"
    )

    (row,) = oecd.parse(answer("\ufeff" + text), {"flow": "O,D@F,", "key": "MEX.Q"})
    assert (row.key, row.period, row.multiplier) == ("MEX.Q", "2024-Q2", 1)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("MEX,A,HRS,2023,1,A,1.5", "UNIT_MULT is “1.5”"),
        ("MEX,A,HRS,2023,1,A,300", "UNIT_MULT is “300”"),
        ("MEX,A,HRS,2023-Q1,1,A,0", "“2023-Q1” is quarterly, expected annual"),
        ('MEX,A,HRS,2023,"1,234",A,0', "“1,234” is no number"),
    ],
)
def test_what_cannot_be_read_is_named(line, said):
    with pytest.raises(SourceChanged, match=said):
        oecd.parse(productivity(line), {})


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"flow": "OECD.SDD.TPS,DSD_OTHER@DF_PDB,"}, "asked for DSD_OTHER@DF_PDB, got DSD_PDB@DF_PDB"),
        ({"flow": "OECD.CFE,DSD_PDB@DF_PDB,"}, "asked for data of OECD.CFE, got data of OECD.SDD.TPS"),
        ({"key": "USA..."}, "asked for USA..., got MEX.A.GDPHRS.USD_PPP"),
    ],
)
def test_another_flow_or_series_than_asked_for_is_refused(query, said):
    with pytest.raises(SourceChanged, match=said):
        oecd.parse(recorded("oecd/productivity.csv"), query)


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ("NoResultsFound", 404, Kind.UNKNOWN_SERIES),
        ("Could not find Dataflow and/or DSD related with this data request", 404, Kind.UNKNOWN_SERIES),
        ("Semantic error: not enough key values", 422, Kind.BROKEN),
        ("Internal error", 500, Kind.TRANSIENT),
        (HEADER, 200, Kind.UNKNOWN_SERIES),
        ('{"meta": {}}', 200, Kind.BROKEN),
    ],
)
def test_answers_that_are_no_data(body, status, kind):
    found = oecd.classify(answer(body, status=status, content_type="text/plain"))

    assert found.kind == kind
    assert found.sentence


@pytest.mark.parametrize("status", [200, 429])
def test_a_used_up_quota_is_known_by_its_words_and_waits_an_hour(status):
    text = "You have exceeded the number of requests for data downloads or very large data ranges permitted"

    found = oecd.classify(answer(text, status=status, content_type="text/plain"))

    assert (found.kind, found.retry_after) == (Kind.QUOTA, timedelta(hours=1))


def test_a_used_up_quota_waits_as_long_as_told():
    text = "You have exceeded the number of requests for data downloads"

    found = oecd.classify(answer(text, status=429, headers={"retry-after": "120"}))

    assert found.retry_after == timedelta(minutes=2)


def test_the_oecds_own_confidence_index():
    found = agencys_own("oecd/DF_CLI_DEU_BCICP_trimmed.csv")

    assert oecd.classify(found).kind == Kind.DATA
    query = {"flow": "OECD.SDD.STES,DSD_STES@DF_CLI,", "key": "DEU.M.BCICP...AA...H"}
    assert [(row.key, row.period, row.value, row.unit) for row in oecd.parse(found, query)] == [
        ("DEU.M.BCICP.IX._Z.AA.IX._Z.H", "1990-07", Decimal("102.1031"), "IX"),
        ("DEU.M.BCICP.IX._Z.AA.IX._Z.H", "2026-03", Decimal("99.14655"), "IX"),
        ("DEU.M.BCICP.IX._Z.AA.IX._Z.H", "2026-04", Decimal("99.23952"), "IX"),
    ]


def test_the_oecds_own_words_for_no_match():
    found = oecd.classify(agencys_own("oecd/error_404_NoRecordsFound.txt", status=404))

    assert (found.kind, found.sentence) == (Kind.UNKNOWN_SERIES, "The OECD knows no values for this key.")


def test_the_retired_hosts_json_is_recognised_and_refused():
    found = agencys_own("oecd/QNA_legacy_sdmx_json1_oecd1.json")

    assert oecd.classify(found).kind == Kind.BROKEN
    assert "SDMX-JSON" in oecd.classify(found).sentence
    with pytest.raises(SourceChanged, match="SDMX-JSON"):
        oecd.parse(found, {})
