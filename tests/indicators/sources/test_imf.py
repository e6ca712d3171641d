from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from indicators.sources import Kind, Request, SourceChanged, imf, imf_datamapper
from tests.recorded_answers import agencys_own, answer, recorded

TODAY = date(2026, 11, 20)
HEADER = (
    "DATAFLOW,COUNTRY,INDICATOR,FREQUENCY,TIME_PERIOD,OBS_VALUE,LATEST_ACTUAL_ANNUAL_DATA,PUBLICATION_DATE\n"
)


def weo(*lines: str):
    text = HEADER + "".join(f"IMF.RES:WEO(9.0.0),{line}\n" for line in lines)
    return answer(text, content_type="text/csv")


def by_subject(rows):
    return {(row.key, row.period): row for row in rows}


def test_a_query_becomes_one_request_for_csv():
    query = {"flow": "WEO", "key": "USA+MEX+CAN.NGDP_RPCH.A", "from": "1990"}

    assert imf.requests(query, TODAY) == [
        Request(
            "data/WEO/USA+MEX+CAN.NGDP_RPCH.A",
            (("startPeriod", "1990"),),
            headers={"Accept": "application/vnd.sdmx.data+csv;version=1.0.0"},
        )
    ]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"key": "USA.NGDPD.A"}, "lacks “flow”"),
        ({"flow": "WEO", "key": "USA.NGDPD.A", "since": "1990"}, "holds “since”"),
        ({"flow": "WEO", "key": ["USA.NGDPD.A"]}, "“key” must be a text"),
    ],
)
def test_a_query_that_cannot_be_meant_is_refused(query, said):
    with pytest.raises(SourceChanged, match=said):
        imf.requests(query, TODAY)


def test_projections_start_after_the_latest_actual_year():
    rows = by_subject(imf.parse(recorded("imf/weo.csv"), {}))

    assert rows["WEO:CAN.NGDPD.A", "2024"].status == ""
    assert rows["WEO:CAN.NGDPD.A", "2025"].status == "projection"


def test_without_a_latest_actual_year_only_years_before_the_publication_are_estimates():
    rows = by_subject(imf.parse(recorded("imf/weo.csv"), {}))

    assert rows["WEO:G001.NGDPD.A", "2024"].status == "estimated"
    assert rows["WEO:G001.NGDPD.A", "2026"].status == "projection"


def test_without_any_sign_of_what_is_history_everything_is_a_projection():
    rows = imf.parse(weo("G001,NGDPD,A,1990,1,0,"), {})

    assert [row.status for row in rows] == ["projection"]


def test_a_fiscal_year_counts_from_its_first_year():
    rows = imf.parse(weo("IND,NGDPD,A,2024,1,FY2024/25,", "IND,NGDPD,A,2025,2,FY2024/25,"), {})

    assert [row.status for row in rows] == ["", "projection"]


def test_values_are_full_units_exactly_as_written_and_an_empty_one_is_missing():
    rows = by_subject(imf.parse(recorded("imf/weo.csv"), {}))

    canada = rows["WEO:CAN.NGDPD.A", "2024"]
    assert (canada.value, canada.multiplier) == (Decimal("2100000000000.5"), 1)
    assert canada.unit == "USD"
    assert canada.vintage == datetime(2026, 5, 2, 21, tzinfo=UTC)
    assert rows["WEO:G001.NGDPD.A", "2026"].value is None


def test_monthly_trade_between_two_countries_has_our_periods_and_no_projections():
    rows = imf.parse(recorded("imf/imts.csv"), {"flow": "IMTS", "key": "USA.MG_CIF_USD.MEX.M"})

    assert [(row.key, row.period, row.value, row.status) for row in rows] == [
        ("IMTS:USA.MG_CIF_USD.MEX.M", "2024-01", Decimal("40000000000.25"), ""),
        ("IMTS:USA.MG_CIF_USD.MEX.M", "2024-02", Decimal("41000000000"), ""),
    ]


def test_xml_says_of_each_country_what_its_own_group_says():
    rows = imf.parse(recorded("imf/weo.xml"), {"flow": "WEO", "key": "MEX+CAN.LUR.A"})

    assert [(row.key, row.value, row.status, row.unit) for row in rows] == [
        ("WEO:CAN.LUR.A", Decimal("6.9"), "projection", "PT"),
        ("WEO:MEX.LUR.A", Decimal("2.7"), "", "PT"),
    ]


def test_xml_with_entities_is_refused():
    bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'

    with pytest.raises(SourceChanged, match="entities"):
        imf.parse(answer(bomb, content_type="application/xml"), {})


def test_xml_in_an_unknown_encoding_is_refused():
    with pytest.raises(SourceChanged, match="encoding"):
        imf.parse(answer('<?xml version="1.0" encoding="klingon"?><a/>', content_type="application/xml"), {})


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"flow": "IMTS"}, "Line 2: asked for IMTS, got WEO"),
        ({"key": "MEX.NGDPD.A"}, "Line 2: asked for MEX.NGDPD.A, got CAN.NGDPD.A"),
        ({"key": "CAN.NGDPD"}, "asked for CAN.NGDPD, got CAN.NGDPD.A"),
    ],
)
def test_another_flow_or_series_than_asked_for_is_refused(query, said):
    with pytest.raises(SourceChanged, match=said):
        imf.parse(recorded("imf/weo.csv"), query)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["MEX,LUR,A,2024,61.9,2024,", "MEX,LUR,A,2024,99.9,2024,"], "2024 appears twice: 61.9 and 99.9"),
        (["MEX,LUR,A,2023,61.9p,2024,"], "WEO:MEX.LUR.A 2023: “61.9p” is no number"),
        (["MEX,LUR,A,2023-M13,2.7,2024,"], "Line 2: “2023-M13” is no period"),
        (["MEX,LUR,A,2023-M12,2.7,2024,"], "“2023-M12” is monthly, expected annual"),
        (["MEX,LUR,A,2023,2.7,2024"], "Line 2: expected 8 cells, found 7"),
        (["MEX,LUR,A,2023,2.7,2024,last week"], "“last week” is no date of publication"),
        ([], "a header and no observation"),
    ],
)
def test_what_cannot_be_read_is_named(lines, said):
    with pytest.raises(SourceChanged, match=said):
        imf.parse(weo(*lines), {})


def test_equal_values_for_a_period_fold_into_one():
    assert len(imf.parse(weo("MEX,LUR,A,2024,2.7,2024,", "MEX,LUR,A,2024,2.7,2024,"), {})) == 1


@pytest.mark.parametrize(
    ("body", "status", "content_type", "kind"),
    [
        (HEADER + ",,,,,,,\n", 200, "text/csv", Kind.UNKNOWN_SERIES),
        (HEADER, 200, "text/csv", Kind.UNKNOWN_SERIES),
        ("<html><title>Just a moment</title></html>", 200, "text/html", Kind.TRANSIENT),
        ("", 200, "text/csv", Kind.TRANSIENT),
        ("<!doctype html>", 403, "text/html", Kind.BROKEN),
        ('{"message": "slow down"}', 429, "application/json", Kind.QUOTA),
        ('{"errors": [{"code": 404}]}', 404, "application/json", Kind.UNKNOWN_SERIES),
        ("upstream", 502, "text/plain", Kind.TRANSIENT),
        ("something else", 200, "text/plain", Kind.BROKEN),
    ],
)
def test_answers_that_are_no_data(body, status, content_type, kind):
    found = imf.classify(answer(body, status=status, content_type=content_type))

    assert found.kind == kind
    assert found.sentence


def test_the_datamapper_gives_the_areas_asked_for_and_marks_projections():
    query = {"indicator": "NGDPD", "areas": ["USA"], "last_actual": "2024"}

    rows = imf_datamapper.parse(recorded("imf/datamapper.json"), query)

    assert [(row.key, row.period, row.value, row.status) for row in rows] == [
        ("NGDPD:USA", "2023", Decimal("27000.1"), ""),
        ("NGDPD:USA", "2024", Decimal(29000), ""),
        ("NGDPD:USA", "2025", Decimal("30000.25"), "projection"),
    ]


def test_the_datamapper_without_a_last_actual_year_gives_estimates_only():
    rows = imf.parse(recorded("imf/datamapper.json"), {})

    assert {row.status for row in rows} == {"estimated"}
    assert by_subject(rows)["NGDPD:MEX", "2025"].value is None


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"indicator": "LUR"}, "“values” holds no object “LUR”"),
        ({"indicator": "NGDPD", "areas": ["CAN"]}, "“NGDPD” holds no object “CAN”"),
    ],
)
def test_the_datamapper_without_what_was_asked_for_is_refused(query, said):
    with pytest.raises(SourceChanged, match=said):
        imf_datamapper.parse(recorded("imf/datamapper.json"), query)


def test_the_imfs_own_outlook_for_mexico():
    found = agencys_own("imf_sdmx/WEO_NGDP_RPCH_MEX.csv")

    assert imf.classify(found).kind == Kind.DATA
    rows = imf.parse(found, {"flow": "WEO", "key": "MEX.NGDP_RPCH.A"})
    assert [(row.key, row.period, row.value, row.unit, row.status) for row in rows] == [
        ("WEO:MEX.NGDP_RPCH.A", "2024", Decimal("1.350576"), "PT", ""),
        ("WEO:MEX.NGDP_RPCH.A", "2025", Decimal("0.561683"), "PT", "projection"),
        ("WEO:MEX.NGDP_RPCH.A", "2026", Decimal("1.638836"), "PT", "projection"),
    ]


def test_the_imfs_own_xml_is_not_scaled():
    found = agencys_own("imf_sdmx/WEO_NGDP_R_SVK_2018.xml")

    assert imf.classify(found).kind == Kind.DATA
    (row,) = imf.parse(found, {"flow": "WEO", "key": "SVK.NGDP_R.A"})
    assert (row.key, row.period, row.value, row.unit) == (
        "WEO:SVK.NGDP_R.A", "2018", Decimal("94669000000"), "XDC",
    )  # fmt: skip
    assert (row.multiplier, row.status) == (1, "")
    assert row.vintage == datetime(2025, 11, 19, 21, tzinfo=UTC)


def test_the_imfs_own_empty_table_is_an_unknown_series():
    found = agencys_own("imf_sdmx/empty_result.csv")

    assert imf.classify(found).kind == Kind.UNKNOWN_SERIES
    with pytest.raises(SourceChanged, match="no observation"):
        imf.parse(found, {})


def test_the_datamappers_own_answer_for_the_united_states():
    found = agencys_own("imf_datamapper/NGDPDPC_USA.json")

    assert imf_datamapper.classify(found).kind == imf.classify(found).kind == Kind.DATA
    rows = imf.parse(found, {"indicator": "NGDPDPC", "areas": "USA", "last_actual": "2023"})
    assert len(rows) == 50
    assert (rows[0].key, rows[0].period, rows[0].value) == ("NGDPDPC:USA", "1980", Decimal("12552.943"))
    assert (rows[-1].period, rows[-1].value) == ("2029", Decimal("100579.865"))
    assert next(row.period for row in rows if row.status == "projection") == "2024"


def test_the_datamappers_own_answer_without_values_is_an_unknown_series():
    found = agencys_own("imf_datamapper/error_no_values_key.json")

    assert imf_datamapper.classify(found).kind == imf.classify(found).kind == Kind.UNKNOWN_SERIES
    with pytest.raises(SourceChanged, match="no object “values”"):
        imf_datamapper.parse(found, {})
