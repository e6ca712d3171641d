"""The table to fill in for a feed whose values are handed in: known values, and a line for the next one."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from decimal import Context, Decimal
from typing import Any

import xlsxwriter

from indicators import cells, periods
from indicators.batches import published_values
from indicators.models import Feed, Observation, Series
from indicators.sources.upload_rows import PARTS

EXACT = Context(prec=60)
WIDTHS = {"note": 40, "product": 30, "unit": 20}


def rows(feed: Feed) -> Iterator[dict[str, str]]:
    """Series by series; the line without a value is for the period after the newest known one."""
    every = list(feed.series.order_by("key").select_related("indicator"))
    known = published_values(every)
    for series in every:
        published = [value for _day, value in sorted(known[series.pk].items()) if value.value is not None]
        yield from (filled(series, observation) for observation in published)
        yield {**named(series), "period": next_period(series, published)}


def named(series: Series) -> dict[str, str]:
    """What every line of a series holds, by the series' key."""
    area, partner, product, _frequency = series.key.split("|")
    return {"area": area, "partner": partner, "product": product, "unit": series.source_unit}


def filled(series: Series, observation: Observation) -> dict[str, str]:
    return {
        **named(series),
        "period": periods.label(observation.period, series.frequency),
        "value": in_their_unit(observation.value or Decimal(0), series.factor),
        "status": observation.status,
        "note": observation.note,
    }


def in_their_unit(value: Decimal, factor: Decimal) -> str:
    """The value as the agency counts: the way back from what is published."""
    found = EXACT.divide(value, factor)
    return format(found.normalize(EXACT) if found % 1 == 0 else found, "f")


def next_period(series: Series, published: list[Observation]) -> str:
    """Empty where nothing is known yet: the first period is the person's to write."""
    if not published:
        return ""
    newest = periods.label(published[-1].period, series.frequency)
    after = periods.last_day(newest) + timedelta(days=1)
    step = after.replace(year=after.year + 1) if series.frequency == "biennial" else after
    return periods.label(step, series.frequency)


def as_csv(feed: Feed) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(PARTS)
    writer.writerows([cells.cell(row.get(part, "")) for part in PARTS] for row in rows(feed))
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(feed: Feed) -> bytes:
    """Texts stay texts, so that no program turns 2024-07 into a day."""
    saved = io.BytesIO()
    with xlsxwriter.Workbook(saved, {"in_memory": True}) as workbook:
        sheet, plain = workbook.add_worksheet("Values"), workbook.add_format({"num_format": "@"})
        for column, part in enumerate(PARTS):
            sheet.set_column(column, column, WIDTHS.get(part, 12), None if part == "value" else plain)
            sheet.write_string(0, column, part)
        for number, row in enumerate(rows(feed), 1):
            for column, part in enumerate(PARTS):
                write(sheet, number, column, row.get(part, ""), part == "value")
        sheet.freeze_panes(1, 0)
    return saved.getvalue()


def write(sheet: Any, number: int, column: int, text: str, is_value: bool) -> None:
    """A value as a number where a workbook keeps all its digits, else as a text."""
    if is_value and text and Decimal(repr(float(text))) == Decimal(text):
        sheet.write_number(number, column, float(text))
    elif text:
        sheet.write_string(number, column, text)
