import io
from decimal import Decimal

import openpyxl
import pytest

from indicators.sources import Row, SourceChanged, upload, upload_rows
from indicators.sources.upload_files import UploadRefused, read
from tests.recorded_answers import answer

MAPPING = {"period": "Year", "value": "Vehicles", "area": "Country", "note": "Remark"}
CARS = """Year,Country,Vehicles,Remark
2023,MEX,4002047,
2024,MEX,4202642,
2024,USA,10562188,without heavy trucks
"""


def entries(text=CARS, mapping=MAPPING):
    return upload_rows.entries(read(text.encode(), "cars.csv"), mapping)


def test_lines_become_rows_named_by_area_partner_product_and_frequency():
    text = "p,v,a,b,c,u,s\n2024-07,1.50,MEX,USA,vehicles,thousand,provisional\n"
    mapping = {
        "period": "p", "value": "v", "area": "a", "partner": "b", "product": "c", "unit": "u", "status": "s",
    }  # fmt: skip

    (entry,) = entries(text, mapping).taken

    assert entry.row == Row(
        "MEX|USA|vehicles|monthly", "2024-07", Decimal("1.50"), unit="thousand", status="provisional"
    )
    assert (entry.line, str(entry.row.value)) == (2, "1.50")


def test_columns_are_assigned_as_the_last_time_else_by_the_names_of_the_template():
    columns = ("Year", "Country", "Vehicles", "period", "value", "area")

    assert upload_rows.fitting(columns, MAPPING) == {"period": "Year", "value": "Vehicles", "area": "Country"}
    assert upload_rows.fitting(columns, {}) == {"period": "period", "value": "value", "area": "area"}
    assert upload_rows.fitting(("Year",), {}) == {}


def test_a_part_left_without_a_column_stays_without_one():
    columns = ("period", "value", "area", "note")

    assert "note" in upload_rows.fitting(columns, {"note": "Remark"})
    assert "note" not in upload_rows.fitting(columns, {"note": ""})


@pytest.mark.parametrize(
    ("line", "column", "said"),
    [
        ("2024,MEX,\"1,234\",", "Vehicles", "“1,234” is no number: write digits alone"),
        ("2024,MEX,1_000,", "Vehicles", "is no number"),
        ("2024,MEX,5.5%,", "Vehicles", "is no number"),
        ("2024,MEX,,", "Vehicles", "No value"),
        ("2024,MEX,0.1234567890123,", "Vehicles", "too many digits"),
        ("2024,MEX,1e50,", "Vehicles", "too many digits"),
        ("2024-13,MEX,1,", "Year", "“2024-13” is no period"),
        ("2024-07-01,MEX,1,", "Year", "is a day"),
        ("2024,Mexico,1,", "Country", "no code of an area"),
        ("2024,,1,", "Country", "no code of an area"),
        ("2024,MEX,1,\"two\nlines\"", "Remark", "control character"),
        (f"2024,MEX,1,{'x' * 301}", "Remark", "longer than 300"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_kept_exactly_is_refused_by_line_and_column(line, column, said):
    found = entries(f"Year,Country,Vehicles,Remark\n2020,CAN,1,\n{line}\n")

    (refusal,) = found.refused
    assert (refusal.line, refusal.column) == (3 + line.count("\n"), column)
    assert said in refusal.reason


def test_every_refused_cell_of_a_line_is_named():
    found = entries("Year,Country,Vehicles,Remark\nlast,Mexico,many,\n")

    assert [refusal.column for refusal in found.refused] == ["Year", "Vehicles", "Country"]


def test_an_unknown_status_and_a_bar_in_a_product_are_refused():
    text = "p,v,a,c,s\n2024,1,MEX,a|b,guessed\n"
    mapping = {"period": "p", "value": "v", "area": "a", "product": "c", "status": "s"}

    assert [refusal.column for refusal in entries(text, mapping).refused] == ["c", "s"]


def test_a_formula_is_refused_where_its_column_is_used():
    book = openpyxl.Workbook()
    for row in (["Year", "Country", "Vehicles", "Sum"], [2024, "MEX", 1, "=C2"], [2024, "USA", "=1+1", 2]):
        book.active.append(row)
    saved = io.BytesIO()
    book.save(saved)

    found = upload_rows.entries(
        read(saved.getvalue(), "a.xlsx"), {"period": "Year", "area": "Country", "value": "Vehicles"}
    )

    assert [(refusal.line, refusal.column) for refusal in found.refused] == [(3, "Vehicles")]
    assert [entry.row.key for entry in found.taken] == ["MEX|||annual"]


def test_equal_lines_fold_into_one_and_different_ones_are_refused():
    found = entries("Year,Country,Vehicles,Remark\n2024,MEX,1,\n2024,MEX,1,\n2024,MEX,2,\n")

    assert len(found.taken) == 1
    assert [(refusal.line, refusal.reason) for refusal in found.refused] == [
        (4, "Line 2 gives 2024 already, as 1.")
    ]


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"period": "Year", "value": "Vehicles"}, "which column holds the area"),
        (MAPPING | {"weight": "Remark"}, "“weight” is nothing a column can hold"),
        (MAPPING | {"unit": "Unit"}, "“Unit” is not there; there are Year, Country"),
    ],
)
def test_an_impossible_mapping_is_refused(mapping, said):
    with pytest.raises(UploadRefused, match=said):
        entries(mapping=mapping)


def test_as_a_source_it_gives_all_rows_or_none():
    query = {"name": "cars.csv", "mapping": MAPPING}

    assert [row.key for row in upload.parse(answer(CARS), query)] == [
        "MEX|||annual", "MEX|||annual", "USA|||annual",
    ]  # fmt: skip
    with pytest.raises(SourceChanged, match="Line 5, Vehicles: “n/a” is no number"):
        upload.parse(answer(CARS + "2022,MEX,n/a,\n"), query)


def test_the_documented_examples_are_read(settings):
    """docs/upload.md: each example is a CSV with the template's columns."""
    text = (settings.BASE_DIR / "docs" / "upload.md").read_text(encoding="utf-8")
    examples = [part.split("```")[0] for part in text.split("```csv\n")[1:]]
    mapping = {name: name for name in upload_rows.PARTS}

    found = [entries(example, mapping) for example in examples]

    assert len(found) == 5
    assert [example.refused for example in found] == [()] * 5
    assert all(example.taken for example in found)
