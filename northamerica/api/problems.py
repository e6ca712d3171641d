"""Errors as application/problem+json (RFC 9457): what was wrong, where, and an id that stands in the log."""

import logging
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ErrorDetail, NotFound, ValidationError

log = logging.getLogger("northamerica.api")
RETRY_AFTER_SECONDS = "30"


@dataclass(frozen=True)
class Problem:
    """`code` is for programs, `detail` for people; `field` names the parameter at fault, if one is."""

    status: int
    code: str
    detail: str
    field: str | None = None


def handler(error: Exception, context: dict[str, Any]) -> JsonResponse:
    """Answer an error raised in an endpoint (EXCEPTION_HANDLER of the settings)."""
    return answer(error, context["request"])


def answer(error: Exception, request: HttpRequest) -> JsonResponse:
    problem, reference = problem_of(error), secrets.token_hex(8)
    write_log(problem, reference, request, error)
    body = {
        "type": "about:blank", "title": HTTPStatus(problem.status).phrase, "status": problem.status,
        "detail": problem.detail, "code": problem.code, "field": problem.field, "id": reference,
    }  # fmt: skip
    response = JsonResponse(body, status=problem.status, content_type="application/problem+json")
    response["Cache-Control"] = "no-store"
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = RETRY_AFTER_SECONDS
    if problem.status == HTTPStatus.METHOD_NOT_ALLOWED:
        response["Allow"] = "GET, HEAD, OPTIONS"
    return response


def write_log(problem: Problem, reference: str, request: HttpRequest, error: Exception) -> None:
    """The address is percent-encoded, so it cannot forge a line."""
    fault = error if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR else None
    log.log(
        logging.ERROR if fault else logging.WARNING, "%s %s %s %s %s", reference, problem.status,
        problem.code, request.method, request.get_full_path()[:500], exc_info=fault,
    )  # fmt: skip


def problem_of(error: Exception) -> Problem:
    if isinstance(error, Http404 | NotFound):
        return Problem(404, "not_found", _("There is nothing at this address."))
    if isinstance(error, ValidationError):
        return refused(error.detail)
    if isinstance(error, APIException):
        return Problem(error.status_code, code_of(error.detail), str(error.detail))
    if isinstance(error, PermissionDenied):
        return Problem(403, "permission_denied", _("You may not do this."))
    if isinstance(error, SuspiciousOperation):
        return Problem(400, "bad_request", _("The request could not be read."))
    if isinstance(error, OperationalError | InterfaceError):
        return Problem(503, "unavailable", _("The database does not answer. Try again in half a minute."))
    return Problem(500, "error", _("Something went wrong here. Name the id when you ask us about it."))


def refused(detail: Any) -> Problem:
    """The first of the named faults; correcting it brings up the next."""
    field, found = next(iter(detail.items())) if isinstance(detail, dict) else (None, detail)
    first = found[0] if isinstance(found, list) else found
    return Problem(400, code_of(first), str(first), field)


def code_of(detail: Any) -> str:
    return str(detail.code) if isinstance(detail, ErrorDetail) else "invalid"
