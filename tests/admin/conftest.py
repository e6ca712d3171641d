"""Who asks the administration, and what waits there for a decision."""

from decimal import Decimal

import pytest
from django.test import Client

from goals.models import Target
from indicators.models import Feed, HeldBatch, Observation, Run
from stakeholders.models import User


@pytest.fixture
def administrator(db) -> User:
    return User.objects.create_superuser("first@project.example", "a long enough pass phrase")


@pytest.fixture
def second_administrator(db) -> User:
    return User.objects.create_superuser("second@project.example", "a long enough pass phrase")


@pytest.fixture
def admin(administrator) -> Client:
    return signed_in(administrator)


@pytest.fixture
def second_admin(second_administrator) -> Client:
    return signed_in(second_administrator)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def published(db) -> Observation:
    """A published value of a series that came from a feed."""
    rows = Observation.objects.current().filter(series__feed__isnull=False, value__gt=0)
    return rows.select_related("series__indicator").first()


@pytest.fixture
def held(published) -> HeldBatch:
    """A batch that doubles one published value."""
    series = published.series
    run = Run.objects.create(feed=Feed.objects.get(pk=series.feed_id), trigger="schedule", verdict="held")
    row = {
        "key": series.key,
        "period": published.period_label,
        "value": str(published.value * 2),
        "unit": series.indicator.unit,
        "status": "",
        "vintage": None,
        "document": "",
        "attribution": "",
        "note": "",
    }
    return HeldBatch.objects.create(run=run, rows=[row], doubts=["Twice the former."])


@pytest.fixture
def target(db) -> Target:
    """A level to reach, from 55 in 2023 over 83 in 2040 to 110 in 2050."""
    return Target.objects.get(indicator__code="trade-linked-employment")


@pytest.fixture
def next_version(target) -> dict:
    """What the form for the next version sends, with a higher target."""
    newest = target.versions.last()
    assert newest.target_value == Decimal(110)
    return {
        "target": target.pk,
        "follows": newest.number,
        "reason": "The three governments agreed on more.",
        "kind": "reach_level",
        "areas": "NAM",
        "direction": "increase",
        "path": "constant_growth",
        "weight": "1",
        "baseline_period": "2023",
        "baseline_value": "55",
        "milestones": "2040: 83",
        "target_period": "2050",
        "target_value": "120",
    }
