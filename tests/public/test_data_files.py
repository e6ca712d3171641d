"""All values of an indicator as one file, exact and safe to open (R6, R27, R32)."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from indicators.models import Indicator, Observation, Series, Source
from public import data_files

pytestmark = pytest.mark.django_db

ODD_TEXT = "=HYPERLINK(1)"


@pytest.fixture
def series() -> Series:
    """A series whose first value has 16 digits and a note that a spreadsheet would run."""
    indicator = Indicator.objects.create(code="tested", name_en="Tested", unit="percent")
    source = Source.objects.get(code="published-figures")
    series = Series.objects.create(indicator=indicator, area="NAM", source=source, frequency="annual")
    for year, value, note in ((2022, "1.234567890123456", ODD_TEXT), (2023, "-27.50", ""), (2024, "0", "")):
        series.observations.create(
            period=date(year, 1, 1), value=Decimal(value), note=note, vintage=datetime(2025, 1, 1, tzinfo=UTC)
        )
    return series


@pytest.fixture
def csv_rows(client):
    def read(code: str) -> list[dict[str, str]]:
        content = client.get(f"/data/indicators/{code}.csv").getvalue().decode()
        return list(csv.DictReader(io.StringIO(content)))

    return read


@pytest.fixture
def sheet_rows(client):
    """The cells of the workbook by column, as a spreadsheet reads them."""

    def read(code: str) -> list[dict]:
        content = client.get(f"/data/indicators/{code}.xlsx").content
        columns, *rows = load_workbook(io.BytesIO(content))["data"].iter_rows(values_only=True)
        return [dict(zip(columns, row, strict=True)) for row in rows]

    return read


def test_the_csv_has_every_current_value_and_the_columns_of_the_api(client, csv_rows):
    code = "gdp-current"
    current = Observation.objects.current().filter(series__indicator__code=code)
    of_api = client.get(f"/api/v1/observations/?indicator={code}&page_size=200&format=csv").content.decode()

    rows = csv_rows(code)

    assert len(rows) == current.count() > 50
    assert rows[:200] == list(csv.DictReader(io.StringIO(of_api)))


def test_numbers_are_exact_in_both_files(series, csv_rows, sheet_rows):
    assert [row["value"] for row in csv_rows("tested")] == ["1.234567890123456", "-27.50", "0"]
    assert [row["value"] for row in sheet_rows("tested")] == ["1.234567890123456", -27.5, 0]


def test_nothing_in_a_file_is_run_by_a_spreadsheet(series, csv_rows, sheet_rows):
    assert csv_rows("tested")[0]["note"] == f"'{ODD_TEXT}"
    assert sheet_rows("tested")[0]["note"] == f"'{ODD_TEXT}"


def test_a_withdrawn_value_is_empty_and_never_zero(series, csv_rows, sheet_rows):
    Observation.objects.filter(series=series, period=date(2024, 1, 1)).update(is_current=False)
    series.observations.create(period=date(2024, 1, 1), value=None, vintage=datetime(2026, 1, 1, tzinfo=UTC))

    assert csv_rows("tested")[2]["value"] == ""
    assert sheet_rows("tested")[2]["value"] is None


def test_the_files_are_attachments_named_for_the_indicator(client):
    for ending in ("csv", "xlsx"):
        answer = client.get(f"/data/indicators/food-trade.{ending}")
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="food-trade_')
        assert client.get(f"/data/indicators/no-such-thing.{ending}").status_code == 404
        assert client.post(f"/data/indicators/food-trade.{ending}").status_code == 405


def test_a_workbook_too_large_for_a_spreadsheet_is_refused_rather_than_cut(client, series, monkeypatch):
    monkeypatch.setattr(data_files, "MOST_WORKBOOK_ROWS", 2)

    answer = client.get("/data/indicators/tested.xlsx")

    assert answer.status_code == 413
    assert "the CSV file has them all" in answer.content.decode()


def test_the_number_of_queries_does_not_grow_with_the_values(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        client.get("/data/indicators/gdp-current.csv").getvalue()
