import io
from datetime import date
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula

from indicators.sources import upload_files
from indicators.sources.upload_files import UploadRefused, read
from tests.uploads import workbook


def cells(table):
    return [(line.number, list(line.cells.values())) for line in table.lines]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_header_says_how_cells_are_parted(delimiter):
    text = delimiter.join(["period", '"value, in thousands; yearly"']) + "\n" + delimiter.join(["2024", "1"])

    found = read(text.encode("utf-8-sig"), "cars.csv")

    assert found.columns == ("period", "value, in thousands; yearly")
    assert cells(found) == [(2, ["2024", "1"])]


def test_lines_keep_their_numbers_and_blank_ones_are_left_out():
    found = read("\r\nperiod,note\r\n\r\n2024,Nuñez-O'Brien & Söhne \r\n2023\r\n".encode(), "a.CSV")

    assert cells(found) == [(4, ["2024", "Nuñez-O'Brien & Söhne"]), (5, ["2023", ""])]


def test_text_is_composed():
    assert cells(read(b"a\nMe\xcc\x81xico", "a.csv")) == [(2, ["México"])]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"a,b\n1,2,3", "Line 2: 3 cells stand under 2 columns"),
        (b"a,a\n1,2", "Line 1: two columns are named “a”"),
        (b"a,,b\n1,2,3", "Line 1: a column has no name"),
        (b"a,b\n", "no line below its header"),
        (b"", "no line below its header"),
        (b"a\nM\xe9xico", "Line 2: the file is not UTF-8"),
        (b"a\n1\x00", "NUL"),
        (b'a\n"1', "no readable CSV"),
        (b"PK\x03\x04,b\n1,2", "its name says otherwise than its content"),
    ],
)
def test_csv_that_is_no_table_is_refused(body, said):
    with pytest.raises(UploadRefused, match=said):
        read(body, "a.csv")


def test_numbers_dates_and_percentages_of_a_workbook_become_text():
    body = workbook([["a", "b", "c", "d", "e"], [2024, 61.9, date(2024, 7, 1), True, None], ["x", 0.1]])

    assert cells(read(body, "a.xlsx")) == [
        (2, ["2024", "61.9", "2024-07-01", "TRUE", ""]),
        (3, ["x", "0.1", "", "", ""]),
    ]


def test_a_percentage_is_not_taken_for_its_hundredth():
    book = openpyxl.Workbook()
    book.active.append(["share"])
    book.active.append([0.055])
    book.active["A2"].number_format = "0.0%"
    saved = io.BytesIO()
    book.save(saved)

    (line,) = read(saved.getvalue(), "a.xlsx").lines
    assert line.cells["share"] == "5.500%"


def test_formulas_are_listed_and_not_calculated():
    array = ArrayFormula("B3", "=SUM(A2:A3)")

    found = read(workbook([["a", "b"], [1, "=1+1"], [2, array]]), "a.xlsx")

    assert [line.formulas for line in found.lines] == [{"b"}, {"b"}]


def test_several_sheets_need_a_name():
    body = workbook([["a"], [1]], [["a"], [2]])

    assert cells(read(body, "a.xlsx", "Sheet2")) == [(2, ["2"])]
    with pytest.raises(UploadRefused, match=r"several sheets \(Sheet1, Sheet2\)"):
        read(body, "a.xlsx")
    with pytest.raises(UploadRefused, match="no sheet “Sheet3”"):
        read(body, "a.xlsx", "Sheet3")


@pytest.mark.parametrize(
    ("name", "parts", "said"),
    [
        ("a.xlsm", {}, "macros"),
        ("a.xlsx", {"xl/vbaProject.bin": b"x"}, "macros"),
        ("a.xlsx", {"xl/x.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, "entities"),
        ("a.xlsx", {"xl/x.xml": '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'.encode("utf-16")}, "entities"),
        ("a.pdf", {}, "neither CSV nor XLSX"),
        ("a.csv", {}, "its name says otherwise"),
    ],
)
def test_workbooks_with_something_to_run_or_another_name_are_refused(name, parts, said):
    with pytest.raises(UploadRefused, match=said):
        read(workbook([["a"], [1]], **parts), name)


def test_a_content_type_with_macros_is_refused():
    saved = io.BytesIO()
    with ZipFile(saved, "w") as package:
        package.writestr(
            "[Content_Types].xml", "<Types>application/vnd.ms-excel.sheet.macroEnabled.12</Types>"
        )

    with pytest.raises(UploadRefused, match="macros"):
        read(saved.getvalue(), "a.xlsx")


@pytest.mark.parametrize("body", [b"PK\x03\x04 and nothing else", workbook([["a"], [1]])[:-200]])
def test_damaged_workbooks_are_refused(body):
    with pytest.raises(UploadRefused, match="damaged"):
        read(body, "a.xlsx")


def test_a_package_that_is_no_workbook_is_refused():
    saved = io.BytesIO()
    with ZipFile(saved, "w") as package:
        package.writestr("hello.txt", "hello")

    with pytest.raises(UploadRefused, match="cannot be read"):
        read(saved.getvalue(), "a.xlsx")


def test_a_file_over_ten_megabytes_is_refused():
    with pytest.raises(UploadRefused, match="larger than 10 MB"):
        read(b"a" * (upload_files.LARGEST_FILE + 1), "a.csv")


def test_a_workbook_that_unpacks_to_too_much_is_refused():
    with pytest.raises(UploadRefused, match="larger than 50 MB unpacked"):
        read(workbook([["a"], [1]], **{"xl/media/big": b"0" * (51 * 1024 * 1024)}), "a.xlsx")


def test_a_workbook_that_announces_less_than_it_holds_is_refused():
    content = b"0" * 3_000_000
    body = workbook([["a"], [1]], **{"xl/media/big": content})
    announced = len(content).to_bytes(4, "little")
    assert announced in body

    with pytest.raises(UploadRefused, match="damaged"):
        read(body.replace(announced, (1000).to_bytes(4, "little")), "a.xlsx")


def test_unpacking_stops_at_the_limit(monkeypatch):
    monkeypatch.setattr(upload_files, "check_announced", lambda package: None)

    with pytest.raises(UploadRefused, match="larger than 50 MB unpacked"):
        read(workbook([["a"], [1]], **{"xl/media/big": b"0" * (51 * 1024 * 1024)}), "a.xlsx")


def test_too_many_parts_are_refused():
    parts = {f"xl/media/{number}": b"" for number in range(2_001)}

    with pytest.raises(UploadRefused, match="more than 2000 parts"):
        read(workbook([["a"], [1]], **parts), "a.xlsx")


def test_too_many_lines_are_refused():
    body = b"a\n" + b"1\n" * 50_001

    with pytest.raises(UploadRefused, match="more than 50000 lines"):
        read(body, "a.csv")


def test_a_sheet_that_claims_a_row_far_away_ends():
    body = workbook([["a"], [1]])
    far = rewritten(body, b'<row r="2"', b'<row r="99999999999"', b' r="A2"', b"")

    with pytest.raises(UploadRefused, match="more than 1048576 rows"):
        read(far, "a.xlsx")


def test_a_row_that_reaches_far_to_the_right_is_refused():
    body = workbook([["a"], [1]])
    wide = rewritten(body, b'r="A2"', b'r="XFD2"')

    with pytest.raises(UploadRefused, match="Row 2 reaches over more than 1000 columns"):
        read(wide, "a.xlsx")


def rewritten(body: bytes, *changes: bytes) -> bytes:
    saved = io.BytesIO()
    with ZipFile(io.BytesIO(body)) as before, ZipFile(saved, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            for old, new in zip(changes[::2], changes[1::2], strict=True):
                content = content.replace(old, new) if name.startswith("xl/worksheets/") else content
            after.writestr(name, content)
    return saved.getvalue()
