"""CSV that is safe to open and says the same as the JSON (R6, R27)."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.cells import cell, original
from stakeholders.models import Organization
from tests.api.conftest import results, rows

TEXT = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
CSV = {"accept": "text/csv"}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-1+1", "'-1+1"),
        ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        (" =1", "' =1"),
        ("＝1", "'＝1"),
        ("－1", "'－1"),
        ("'=1", "''=1"),
        ("-27", "-27"),
        ("-0.5", "-0.5"),
        ("0", "0"),
        (None, ""),
        (True, "true"),
        (["USA", "MEX"], "USA MEX"),
        ("Nuñez-O'Brien & Söhne", "Nuñez-O'Brien & Söhne"),
    ],
)
def test_a_cell_is_never_run_and_a_negative_number_stays_one(value, written):
    assert cell(value) == written


@settings(max_examples=300)
@given(text=st.text(TEXT) | st.text("'=+-@ \t\r\n1＝"))
def test_a_text_comes_back_from_its_cell_unchanged(text):
    file = io.StringIO()
    csv.writer(file).writerow([cell(text), "end"])
    (read,) = csv.reader(io.StringIO(file.getvalue(), newline=""))

    assert original(read[0]) == text


def test_a_name_that_a_spreadsheet_would_run_is_made_plain(ask):
    Organization.objects.create(code="hostile", name='=HYPERLINK("http://x","y")', type="sme", area="MEX")

    (row,) = rows(ask("organizations/", headers=CSV, is_sample="false"))

    assert row["name"] == '\'=HYPERLINK("http://x","y")'


@pytest.mark.parametrize(
    "path",
    ["goals/", "targets/", "sub-goals/", "sub-goals/sample-apprentices/updates/", "organizations/",
     "indicators/", "series/", "observations/", "sources/", "documents/", "progress/overall/history/",
     "goals/g1/", "observations/1/"],
)  # fmt: skip
def test_every_list_and_object_can_be_had_as_csv(ask, path):
    response = ask(path, format="csv")

    assert rows(response)
    assert response.content == ask(path, headers=CSV).content
    assert b"\r\n" in response.content


def test_csv_and_json_say_the_same(ask):
    told = results(ask("observations/", page_size=200))
    written = rows(ask("observations/", page_size=200, format="csv"))

    assert [row["value"] for row in written] == [row["value"] or "" for row in told]
    for column in ("unit", "source", "vintage", "period", "citation"):
        assert [row[column] for row in written] == [row[column] or "" for row in told]


def test_a_long_list_goes_on_by_the_link_header(ask):
    response = ask("observations/", format="csv", page_size=10)

    assert len(rows(response)) == 10
    assert 'page=2&page_size=10>; rel="next"' in response["Link"]
