from datetime import date
from decimal import Decimal

import pytest

from indicators.sources import Kind, Request, SourceChanged, undp
from tests.recorded_answers import agencys_own, answer, recorded

TODAY = date(2026, 11, 20)


def table(*lines: str, encoding="utf-8"):
    return answer("\n".join(["iso3,country,hdi_2022,hdi_2023", *lines]).encode(encoding))


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({"edition": "2025"}, "2025_HDR/HDR25_Composite_indices_complete_time_series.csv"),
        ({"edition": "2023-24"}, "2023-24_HDR/HDR23-24_Composite_indices_complete_time_series.csv"),
        ({"path": "2026_HDR/other.csv"}, "2026_HDR/other.csv"),
    ],
)
def test_an_edition_is_one_file(query, path):
    assert undp.requests(query, TODAY) == [Request(path)]


@pytest.mark.parametrize("edition", ["25", "../2025", "2025-2026"])
def test_another_kind_of_edition_is_refused(edition):
    with pytest.raises(SourceChanged, match="write 2025 or 2023-24"):
        undp.requests({"edition": edition}, TODAY)


def test_columns_become_series_and_years():
    query = {"indicators": ["hdi", "hdi_rank"], "areas": ["CAN"]}

    rows = undp.parse(recorded("undp/hdi.csv"), query)

    assert [(row.key, row.period, row.value) for row in rows] == [
        ("hdi:CAN", "2021", Decimal("0.93")),
        ("hdi:CAN", "2022", None),
        ("hdi:CAN", "2023", Decimal("0.939")),
        ("hdi_rank:CAN", "2023", Decimal(16)),
    ]


def test_an_empty_query_gives_every_country_and_indicator_but_no_groups():
    rows = undp.parse(recorded("undp/hdi.csv"), {})

    assert {row.key for row in rows} == {
        f"{name}:{area}" for name in ("hdi", "hdi_rank", "le") for area in ("CAN", "MEX")
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_the_file_is_read_in_each_encoding_it_has_come_in(encoding):
    (first, second) = undp.parse(table("CIV,Côte d'Ivoire,0.5,0.6", encoding=encoding), {})

    assert (first.value, second.value) == (Decimal("0.5"), Decimal("0.6"))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"areas": ["USA"]}, "Asked for USA, which is not in the file"),
        ({"indicators": "gii"}, "no column gii_"),
    ],
)
def test_what_was_asked_for_must_be_there(query, said):
    with pytest.raises(SourceChanged, match=said):
        undp.parse(recorded("undp/hdi.csv"), query)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["CAN,Canada,0.9"], "Line 2: expected 4 cells, found 3"),
        (["CAN,Canada,0.9,0,9"], "Line 2: expected 4 cells, found 5"),
        (["CAN,Canada,0.9,high"], "hdi_2023 of CAN: “high” is no number"),
        (["CAN,Canada,1,1", "CAN,Canada,1,1"], "Line 3: CAN is there twice"),
        (["Canada,CAN,1,1"], "“Canada” is no code of a country"),
        (["ZZK.WORLD,World,1,1"], "no country"),
        (['CAN,"Canada,1,1'], "no readable CSV"),
    ],
)
def test_what_cannot_be_read_is_named(lines, said):
    with pytest.raises(SourceChanged, match=said):
        undp.parse(table(*lines), {})


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ("Not Found", 404, Kind.UNKNOWN_SERIES),
        ("<!DOCTYPE html><title>Human Development Reports</title>", 200, Kind.TRANSIENT),
        ("a;b;c", 200, Kind.BROKEN),
        ("", 200, Kind.TRANSIENT),
        ("", 304, Kind.NO_CHANGE),
    ],
)
def test_answers_that_are_no_data(body, status, kind):
    found = undp.classify(answer(body, status=status))

    assert found.kind == kind
    assert found.sentence


def test_undps_own_file_for_canada_and_the_united_states():
    found = agencys_own("undp_hdr/hdr2324_composite_CAN_USA.csv")

    assert undp.classify(found).kind == Kind.DATA
    rows = undp.parse(found, {"indicators": ["hdi", "hdi_rank"], "areas": ["CAN", "USA"]})
    values = {(row.key, row.period): row.value for row in rows}
    assert len(rows) == len(values) == 2 * (33 + 1)
    assert values["hdi:CAN", "1990"] == Decimal("0.861")
    assert values["hdi:CAN", "2022"] == Decimal("0.935")
    assert values["hdi:USA", "1990"] == Decimal("0.875")
    assert values["hdi:USA", "2022"] == Decimal("0.927")
    assert values["hdi_rank:CAN", "2022"] == 18
    assert values["hdi_rank:USA", "2022"] == 20
