"""What a load balancer asks: is the process alive, and can it answer for the site."""

import logging

from celery import current_app
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from indicators.queueing import BROKER_ERRORS

logger = logging.getLogger(__name__)

BROKER_SECONDS = 1
RETRY_AFTER_SECONDS = "10"


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Ready while the database answers with every migration applied; without a broker only degraded."""
    database = database_state()
    if database != "ok":
        unready = {"status": "unavailable", "database": database}
        return JsonResponse(unready, status=503, headers={"Retry-After": RETRY_AFTER_SECONDS})
    broker = "ok" if broker_answers() else "unreachable"
    status = "ok" if broker == "ok" else "degraded"
    return JsonResponse({"status": status, "database": database, "broker": broker})


def database_state() -> str:
    """`ok`, `unreachable` or `migrations missing`."""
    try:
        return "migrations missing" if migrations_missing() else "ok"
    except DatabaseError as error:
        logger.warning("The database cannot be reached: %s", error)
        return "unreachable"


def migrations_missing() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def broker_answers() -> bool:
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_SECONDS)
    except BROKER_ERRORS as error:
        logger.warning("The broker cannot be reached: %s", error)
        return False
    return True
