"""What a load balancer is told when a part is down (R8, R34)."""

import time

import pytest
from celery import current_app
from django.db import OperationalError

from northamerica import health

CLOSED_PORT = "redis://127.0.0.1:9/0"


@pytest.fixture
def no_broker(monkeypatch):
    """A broker behind a port where nobody listens."""
    connect = current_app.connection_for_write
    monkeypatch.setattr(current_app, "connection_for_write", lambda *args, **options: connect(CLOSED_PORT))


def test_a_living_process_says_so_without_asking_anything(client):
    """No database mark: a query would fail the test."""
    response = client.get("/healthz")

    assert response.json() == {"status": "ok"}
    assert "no-store" in response.headers["Cache-Control"]


def test_a_site_is_ready_while_everything_answers(client, db):
    assert client.get("/readyz").json() == {"status": "ok", "database": "ok", "broker": "ok"}


def test_without_a_broker_the_site_is_ready_but_degraded(client, db, no_broker):
    start = time.monotonic()
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"status": "degraded", "database": "ok", "broker": "unreachable"}
    assert time.monotonic() - start < 3


def test_without_a_database_the_site_is_not_ready_and_names_no_detail(client, monkeypatch):
    def refuse():
        raise OperationalError("connection to secret-host failed")

    monkeypatch.setattr(health, "migrations_missing", refuse)
    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "database": "unreachable"}
    assert response.headers["Retry-After"] == "10"


def test_with_a_migration_missing_the_site_is_not_ready(client, db, monkeypatch):
    monkeypatch.setattr(health, "migrations_missing", lambda: True)

    assert client.get("/readyz").status_code == 503


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_nobody_writes_to_a_health_address(client, address):
    assert client.post(address).status_code == 405
