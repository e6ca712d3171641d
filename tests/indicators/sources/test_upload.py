import io
from decimal import Decimal

import openpyxl
import pytest

from indicators.sources import Row, SourceChanged, upload
from indicators.sources.upload_files import UploadRefused, read
from tests.recorded_answers import answer

MAPPING = {"period": "Year", "value": "Vehicles", "area": "Country", "note": "Remark"}
CARS = """Year,Country,Vehicles,Remark
2023,MEX,4002047,
2024,MEX,4202642,
2024,USA,10562188,without heavy trucks
"""


def preview(text=CARS, mapping=MAPPING, known=None):
    return upload.preview(read(text.encode(), "cars.csv"), mapping, known or {})


def test_lines_become_rows_named_by_area_partner_product_and_frequency():
    text = "p,v,a,b,c,u,s\n2024-07,1.50,MEX,USA,vehicles,thousand,provisional\n"
    mapping = {
        "period": "p", "value": "v", "area": "a", "partner": "b", "product": "c", "unit": "u", "status": "s",
    }  # fmt: skip

    (entry,) = preview(text, mapping).new

    assert entry.row == Row(
        "MEX|USA|vehicles|monthly", "2024-07", Decimal("1.50"), unit="thousand", status="provisional"
    )
    assert (entry.line, str(entry.row.value)) == (2, "1.50")


def test_a_preview_says_what_is_new_changed_and_the_same():
    known = {("MEX|||annual", "2023"): Decimal("4002047.0"), ("MEX|||annual", "2024"): Decimal(4000000)}

    found = preview(known=known)

    assert [(entry.line, entry.known) for entry in found.new] == [(4, None)]
    assert [(entry.line, entry.known) for entry in found.changed] == [(3, Decimal(4000000))]
    assert [entry.line for entry in found.same] == [2]
    assert found.can_be_taken


def test_the_same_file_twice_changes_nothing_the_second_time():
    first = preview()
    known = {(entry.row.key, entry.row.period): entry.row.value for entry in first.new}

    second = preview(known=known)

    assert (second.new, second.changed, len(second.same)) == ((), (), 3)


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
    found = preview(f"Year,Country,Vehicles,Remark\n2020,CAN,1,\n{line}\n")

    (refusal,) = found.refused
    assert (refusal.line, refusal.column) == (3 + line.count("\n"), column)
    assert said in refusal.reason
    assert not found.can_be_taken


def test_every_refused_cell_of_a_line_is_named():
    found = preview("Year,Country,Vehicles,Remark\nlast,Mexico,many,\n")

    assert [refusal.column for refusal in found.refused] == ["Year", "Vehicles", "Country"]


def test_an_unknown_status_and_a_bar_in_a_product_are_refused():
    text = "p,v,a,c,s\n2024,1,MEX,a|b,guessed\n"
    mapping = {"period": "p", "value": "v", "area": "a", "product": "c", "status": "s"}

    assert [refusal.column for refusal in preview(text, mapping).refused] == ["c", "s"]


def test_a_formula_is_refused_where_its_column_is_used():
    book = openpyxl.Workbook()
    for row in (["Year", "Country", "Vehicles", "Sum"], [2024, "MEX", 1, "=C2"], [2024, "USA", "=1+1", 2]):
        book.active.append(row)
    saved = io.BytesIO()
    book.save(saved)

    found = upload.preview(
        read(saved.getvalue(), "a.xlsx"), {"period": "Year", "area": "Country", "value": "Vehicles"}, {}
    )

    assert [(refusal.line, refusal.column) for refusal in found.refused] == [(3, "Vehicles")]
    assert [entry.row.key for entry in found.new] == ["MEX|||annual"]


def test_equal_lines_fold_into_one_and_different_ones_are_refused():
    found = preview("Year,Country,Vehicles,Remark\n2024,MEX,1,\n2024,MEX,1,\n2024,MEX,2,\n")

    assert len(found.new) == 1
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
        preview(mapping=mapping)


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
    mapping = {name: name for name in (*upload.NEEDED, *upload.NOT_NEEDED)}

    found = [preview(example, mapping) for example in examples]

    assert len(found) == 5
    assert [example.refused for example in found] == [()] * 5
    assert all(example.new for example in found)
