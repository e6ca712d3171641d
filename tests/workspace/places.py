"""People signed in to an organization, and as many sub-goals as a page may show."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

from django.test import Client
from django.urls import reverse

from goals.models import Goal, SubGoal
from stakeholders.models import User


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name: str, *args) -> str:
    return reverse(f"workspace:{name}", args=args)


def make_sub_goals(people: SimpleNamespace, count: int, **changed) -> list[SubGoal]:
    """Published ones, without the long way there; for pages that show many."""
    goal = Goal.objects.get(number=3)
    fields = {
        "state": "published", "unit": "tons", "start_date": date(2026, 1, 1),
        "target_date": date(2028, 1, 1), "baseline_value": Decimal(0), "target_value": Decimal(100),
        "published_on": date(2026, 1, 1), "cadence": "quarterly",
    } | changed  # fmt: skip
    rows = [
        SubGoal(organization=people.mills, goal=goal, title=f"Line {number}", **fields)
        for number in range(count)
    ]
    return SubGoal.objects.bulk_create(rows)
