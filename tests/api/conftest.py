"""What the tests of the API share: a way to ask, a series of its own, and vintages added by hand."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client

from goals.models import Goal, SubGoal
from indicators.models import Indicator, Observation, Series, Source
from stakeholders.models import Organization
from tests.goals.lifecycle.conftest import people

__all__ = ["people"]

ROOT = "/api/v1/"
Y2024 = date(2024, 1, 1)


@pytest.fixture
def ask(db, client: Client) -> Callable[..., HttpResponse]:
    """Ask for a path below /api/v1/ with query parameters."""

    def asked(path: str = "", headers: dict | None = None, **parameters) -> HttpResponse:
        return client.get(ROOT + path, parameters, headers=headers)

    return asked


@pytest.fixture
def series(db) -> Series:
    """A series without values, of an indicator nothing else uses."""
    indicator = Indicator.objects.create(code="tested", name_en="Tested", unit="percent")
    source = Source.objects.get(code="published-figures")
    return Series.objects.create(indicator=indicator, area="NAM", source=source, frequency="annual")


@pytest.fixture
def draft(db) -> SubGoal:
    return SubGoal.objects.create(
        code="secret-draft",
        title="A plan nobody may know of",
        organization=Organization.objects.first(),
        goal=Goal.objects.first(),
        start_date=date(2026, 1, 1),
        target_date=date(2028, 1, 1),
    )


def add_vintage(series: Series, value: str | None, published: date, period: date = Y2024) -> Observation:
    """Publish a value by hand; the former vintage stays."""
    series.observations.filter(period=period, is_current=True).update(is_current=False)
    return Observation.objects.create(
        series=series,
        period=period,
        value=None if value is None else Decimal(value),
        vintage=datetime(published.year, published.month, published.day, 12, tzinfo=UTC),
    )


def results(response: HttpResponse) -> list[dict]:
    assert response.status_code == 200, response.content
    return response.json()["results"]


def rows(response: HttpResponse) -> list[dict[str, str]]:
    """A CSV answer as one dictionary a row."""
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.content.decode(), newline="")))


def without_id(problem: HttpResponse) -> dict:
    return {key: value for key, value in problem.json().items() if key != "id"}
