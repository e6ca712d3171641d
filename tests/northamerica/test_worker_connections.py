"""A worker's database connection outlives a task, and a dead one is replaced before the next."""

import psycopg
import pytest
from celery.fixups.django import DjangoWorkerFixup
from django.db import connection

from northamerica.celery import app, keep_sound_connections

pytestmark = pytest.mark.django_db(transaction=True)


def test_celery_leaves_a_connection_to_the_next_task():
    connection.ensure_connection()
    before = connection.connection

    DjangoWorkerFixup(app).close_database()

    assert connection.connection is before


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no server that could end a connection")
def test_a_connection_the_server_ended_between_two_tasks_is_replaced():
    keep_sound_connections()
    before = process()
    settings = connection.get_connection_params()
    with psycopg.connect(
        host=settings["host"], port=settings["port"], user=settings["user"], dbname=settings["dbname"]
    ) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [before])

    keep_sound_connections()

    assert process() != before


def process() -> int:
    """The number of the server's process that answers this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]
