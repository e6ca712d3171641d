"""Figures published in documents, packaged with the application (indicators/catalogue/figures.csv)."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.text import slugify

from indicators import periods
from indicators.models import Document, Series
from indicators.sources import (
    Answer,
    Classification,
    Kind,
    Rate,
    Request,
    Row,
    SourceChanged,
    SourceUnavailable,
)
from indicators.sources.reading import number

SOURCE = "published-figures"
FILE = "figures.csv"
RATE = Rate(requests=10, seconds=1)
COLUMNS = [
    "indicator", "area", "partner", "product", "period", "value", "unit", "status", "source", "document",
    "note",
]  # fmt: skip


def requests(query: Mapping[str, Any], today: date) -> list[Request]:
    return [Request(FILE)]


def fetch(request: Request) -> Answer:
    """Read the packaged file instead of asking anybody."""
    path = Path(settings.PUBLISHED_FIGURES)
    try:
        body = path.read_bytes()
    except OSError as error:
        raise SourceUnavailable(f"The packaged figures cannot be read: {error.strerror}.") from error
    return Answer(body, "text/csv", f"file:{path.name}", request=request)


def classify(answer: Answer) -> Classification:
    return Classification(Kind.DATA)


def series_key(figure: dict[str, str]) -> str:
    """How a line names its series; the frequency keeps 2025 and 2025-Q3 in series of their own."""
    subject = [figure[column] for column in ("indicator", "area", "partner", "product")]
    return "|".join([*subject, periods.frequency(figure["period"])])


def unit_code(label: str) -> str:
    """`USD billion` -> `usd_billion`, `index (0-1)` -> `index_0_1`."""
    return slugify(label).replace("-", "_")


def read_figures(body: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines with their number in the file. Raises SourceChanged when the columns are others."""
    try:
        reader = csv.DictReader(io.StringIO(body.decode("utf-8"), newline=""), strict=True)
        if reader.fieldnames != COLUMNS:
            raise SourceChanged(f"Line 1: expected the columns {', '.join(COLUMNS)}.")
        for figure in reader:
            if None in figure or None in figure.values():
                raise SourceChanged(f"Line {reader.line_num}: expected {len(COLUMNS)} cells.")
            yield reader.line_num, figure
    except (UnicodeDecodeError, csv.Error) as error:
        raise SourceChanged(f"The figures are no readable CSV in UTF-8: {error}.") from error


def parse(answer: Answer, query: Mapping[str, Any]) -> list[Row]:
    """Every line of the file as a row; raises SourceChanged naming the line that is not as expected."""
    documents = {document.code: document for document in Document.objects.all()}
    units = dict(Series.objects.filter(source__code=SOURCE).values_list("key", "indicator__unit"))
    rows = [row(figure, line, documents) for line, figure in read_figures(answer.body)]
    for found in rows:
        if found.key not in units:
            raise SourceChanged(f"The figures hold “{found.key}”, which is not in the catalogue.")
        if found.unit != units[found.key]:
            raise SourceChanged(f"{found.key}: expected {units[found.key]}, got {found.unit}.")
    return rows


def row(figure: dict[str, str], line: int, documents: dict[str, Document]) -> Row:
    if figure["document"] not in documents:
        raise SourceChanged(f"Line {line}: the document “{figure['document']}” is not in the catalogue.")
    try:
        key, value = series_key(figure), number(figure["value"])
    except ValueError as error:
        raise SourceChanged(f"Line {line}: {error}.") from error
    return Row(
        key=key,
        period=figure["period"],
        value=value,
        unit=unit_code(figure["unit"]),
        status=figure["status"],
        vintage=documents[figure["document"]].published_by(),
        document=figure["document"],
        attribution=figure["source"],
        note=figure["note"],
    )
