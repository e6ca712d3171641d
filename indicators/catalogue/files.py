"""Reads the packaged CSV files."""

import csv
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).parent


def read(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def blank_to_none(row: dict[str, str], *columns: str) -> dict[str, str | None]:
    return {**row, **{column: row[column] or None for column in columns}}
