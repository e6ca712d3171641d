"""Who asks the administration, and what waits there for a decision."""

from datetime import timedelta
from decimal import Decimal

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from goals.models import Target
from indicators.models import Feed, HeldBatch, Observation, Run
from stakeholders import inviting, joining
from stakeholders.models import ApiToken, Organization, User
from tests.signing_in import signed_in


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
def one_of_each(held, administrator) -> None:
    """A row of what only people make."""
    request = {"organization_name": "Puente", "type": "academia", "area": "MEX", "language": "es"}
    joining.ask_to_join(**request, person_name="Luz", email="luz@puente.example")
    organization = Organization.objects.first()
    inviting.invite(organization, "luz@puente.example", "editor", administrator)
    until = timezone.now() + timedelta(days=30)
    ApiToken.objects.create(name="Sheet", owner=administrator, organization=organization, expires_at=until)
    Authenticator.objects.create(user=administrator, type=Authenticator.Type.TOTP, data={"secret": "kept"})


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
