"""Run a file of worked cases against the method and report every difference."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from goals.method.case_inputs import CaseError, number
from goals.method.cases import DEFAULT_TOLERANCE, check_case


class Command(BaseCommand):
    help = "Judges the cases of a JSON file and prints what differs; fails if anything does."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        cases, tolerance = read_cases(file)
        failures = sum(self.report(name_of(case, n), case, tolerance) for n, case in enumerate(cases, 1))
        counted = f"{len(cases)} {'case' if len(cases) == 1 else 'cases'}"
        self.stdout.write(f"{counted}: {len(cases) - failures} as expected, {failures} not")
        if failures:
            raise SystemExit(1)

    def report(self, name: str, case: Any, tolerance: Decimal) -> bool:
        """Print how a case differs, or why it cannot be run; tell whether it failed."""
        try:
            found = [str(difference) for difference in check_case(case, tolerance)]
        except CaseError as error:
            found = [f"cannot be run: {error}."]
        for line in found:
            self.stdout.write(f"{name} {line}")
        return bool(found)


def read_cases(file: Path) -> tuple[list[Any], Decimal]:
    """The cases of a file and its tolerance. Raises CommandError in a sentence."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal, parse_constant=refuse)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{file} is no JSON: {error}.") from error
    cases = content.get("cases") if isinstance(content, Mapping) else content
    if not isinstance(cases, list) or not cases:
        raise CommandError(f"{file} holds no cases.")
    stated = content.get("tolerance") if isinstance(content, Mapping) else None
    return cases, number(stated) or DEFAULT_TOLERANCE


def refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def name_of(case: Any, place: int) -> str:
    return str(case.get("id", place)) if isinstance(case, Mapping) else str(place)
