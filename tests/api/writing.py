"""What the tests of the private API share: people with keys, and a way to ask as one of them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from stakeholders import tokens
from stakeholders.models import Organization, User
from stakeholders.versions import Versioned

ROOT = "/api/v1/"
Ask = Callable[..., HttpResponse]


def key(owner: User, organization: Organization, scope: str = "write") -> str:
    end = timezone.now() + timedelta(days=30)
    return tokens.make(owner, organization, name="Nightly", scope=scope, expires_at=end)[1]


def by_token(owner: User, organization: Organization, scope: str = "write") -> Ask:
    return asking(Client(), {"Authorization": f"Bearer {key(owner, organization, scope)}"})


def by_session(person: User | None) -> Ask:
    client = Client()
    if person is not None:
        client.force_login(person)
    return asking(client, {})


def asking(client: Client, kept: dict[str, str]) -> Ask:
    """Ask with JSON, over a version if a row or a number is named as `seen`."""

    def ask(method: str, path: str, sent: Any = None, *, seen: Any = None, **more: Any) -> HttpResponse:
        headers = kept | more.pop("headers", {})
        if seen is not None:
            headers["If-Match"] = seen.etag if isinstance(seen, Versioned) else f'"{seen}"'
        if sent is not None or (method != "get" and "data" not in more):
            sent = b"" if sent is None else sent
            more = {"data": sent, "content_type": "application/json"} | more
        return getattr(client, method)(ROOT + path, headers=headers, **more)

    return ask


def told(response: HttpResponse) -> tuple[int, str | None, str | None]:
    """Status, code and field of a problem."""
    body = response.json()
    assert response["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "code", "field", "id"} <= set(body)
    assert body["detail"]
    return response.status_code, body["code"], body["field"]


def sub_goal_fields(**changed: Any) -> dict[str, Any]:
    """From 100 to 200 tons between 2026 and 2028."""
    return {
        "goal": "g3",
        "title": "Double the recycled tonnage",
        "unit": "tons",
        "baseline_value": "100",
        "target_value": "200.50",
        "start_date": "2026-01-01",
        "target_date": "2028-01-01",
        "answers_name": "Ana Nuñez-O'Brien",
    } | changed
