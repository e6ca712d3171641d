"""Figures published in documents, packaged with the application (indicators/catalogue/figures.csv)."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.text import slugify

from indicators import periods
from indicators.models import Document, Feed
from indicators.sources import Answer, Row, SourceChanged, SourceUnavailable
from indicators.sources.reading import number

COLUMNS = [
    "indicator", "area", "partner", "product", "period", "value", "unit", "status", "source", "document",
    "note",
]  # fmt: skip


def fetch(feed: Feed) -> Answer:
    """Read the packaged file; `feed.query` needs nothing."""
    path = Path(settings.PUBLISHED_FIGURES)
    try:
        body = path.read_bytes()
    except OSError as error:
        raise SourceUnavailable(f"The packaged figures cannot be read: {error.strerror}.") from error
    return Answer(body, "text/csv", f"file:{path.name}")


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


def parse(answer: Answer, feed: Feed) -> list[Row]:
    """Every line of the file as a row; raises SourceChanged naming the line that is not as expected."""
    documents = {document.code: document for document in Document.objects.all()}
    return [row(figure, line, documents) for line, figure in read_figures(answer.body)]


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
