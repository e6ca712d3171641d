"""`manage.py read SOURCE FILE`: what a connector makes of an answer in a file; nothing is stored."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from indicators.sources import Answer, Classification, Kind, Row, SourceChanged, SourceError, registry
from indicators.sources.parts import OnlyDescribed

CONTENT_TYPES = {
    ".csv": "text/csv",
    ".htm": "text/html",
    ".html": "text/html",
    ".json": "application/json",
    ".txt": "text/plain",
    ".xml": "application/xml",
}


class Command(BaseCommand):
    help = "Print the values of an agency's answer that lies in a file, one JSON object a line."

    def add_arguments(self, parser) -> None:
        parser.add_argument("source", help=f"one of {', '.join(registry.CONNECTORS)}")
        parser.add_argument("file", type=Path)
        parser.add_argument("--status", type=int, default=200, help="the HTTP status it came with")
        parser.add_argument("--content-type", help="guessed from the ending of the file when left out")
        parser.add_argument("--request", default="{}", help="the feed's query as JSON")

    def handle(
        self, *args, source: str, file: Path, status: int, content_type: str | None, request: str, **options
    ) -> None:
        module, query = module_named(source), read_query(request)
        answer = read_answer(file, status, content_type)
        classification = classified(module, answer)
        if classification.kind is not Kind.DATA:
            self.say(classification)
            return
        try:
            self.print(lines(module, answer, query))
        except SourceError as error:
            self.say(Classification(Kind.BROKEN, str(error)))

    def say(self, classification: Classification) -> None:
        """Print why the answer is no data. Raises CommandError unless all is well."""
        sentence = classification.sentence or "The source gives no reason."
        self.print([{"classification": classification.kind.value, "sentence": sentence}])
        if classification.kind is not Kind.NO_CHANGE:
            raise CommandError(sentence)

    def print(self, entries: Iterable[Mapping[str, Any]]) -> None:
        for entry in entries:
            self.stdout.write(json.dumps(entry, ensure_ascii=False))


def module_named(source: str) -> ModuleType:
    try:
        return registry.connector(source)
    except SourceChanged as error:
        raise CommandError(str(error)) from error


def read_query(text: str) -> dict[str, Any]:
    try:
        query = json.loads(text)
    except ValueError as error:
        raise CommandError(f"--request is no JSON: {error}.") from error
    if not isinstance(query, dict):
        raise CommandError('--request must be a JSON object, e.g. {"series": "GDP"}.')
    return query


def read_answer(file: Path, status: int, content_type: str | None) -> Answer:
    try:
        body = file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
    guessed = CONTENT_TYPES.get(file.suffix.lower(), "application/octet-stream")
    return Answer(body, content_type or guessed, f"file:{file.name}", status)


def classified(module: ModuleType, answer: Answer) -> Classification:
    """What the connector says of the answer; the published figures are data as they are."""
    classify = getattr(module, "classify", None)
    return classify(answer) if classify else Classification(Kind.DATA)


def lines(module: ModuleType, answer: Answer, query: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows as objects; for an answer that only describes series, what it says of them."""
    try:
        rows = module.parse(answer, query)
    except OnlyDescribed:
        described = descriptions(module, answer)
        if described:
            return described
        raise
    if not rows:
        raise SourceChanged("The answer holds no values.")
    return [line(row) for row in rows]


def line(row: Row) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "key": row.key,
        "period": row.period,
        "value": None if row.value is None else f"{row.value:f}",
        "status": row.status,
        "unit": row.unit,
    }
    if row.multiplier != 1:
        shown["multiplier"] = f"{row.multiplier:f}"
    if row.vintage:
        shown["vintage"] = row.vintage.isoformat()
    return shown


def descriptions(module: ModuleType, answer: Answer) -> list[dict[str, Any]]:
    try:
        found = module.parse_metadata(answer)
    except SourceChanged:  # another kind of description, e.g. days of publication
        return []
    return [{"key": key, **asdict(metadata)} for key, metadata in found.items()]
