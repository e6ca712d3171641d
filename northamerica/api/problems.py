"""Errors as application/problem+json (RFC 9457): what was wrong, where, and an id that stands in the log."""

import logging
import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.core.exceptions import (
    NON_FIELD_ERRORS,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as InvalidData
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ErrorDetail, MethodNotAllowed, NotFound, ValidationError

from goals.lifecycle.evidence import FileLost
from goals.lifecycle.steps import StepNotAllowed
from indicators.payloads import is_disk_full
from indicators.sources.upload_files import UploadRefused
from stakeholders.versions import Stale

log = logging.getLogger("northamerica.api")
RETRY_AFTER_SECONDS = "30"


@dataclass(frozen=True)
class Problem:
    """`code` is for programs, `detail` for people; `field` names the parameter at fault, if one is."""

    status: int
    code: str
    detail: str
    field: str | None = None


class NotAllowed(MethodNotAllowed):
    """The endpoint exists and has other methods."""

    def __init__(self, method: str, allowed: list[str]) -> None:
        super().__init__(method)
        self.allowed = allowed


def handler(error: Exception, context: dict[str, Any]) -> JsonResponse:
    """Answer an error raised in an endpoint (EXCEPTION_HANDLER of the settings)."""
    response = answer(error, context["request"], more_of(error, context["view"]))
    if isinstance(error, Stale) and error.current is not None:
        response["ETag"] = error.current.etag
    return response


def more_of(error: Exception, view: Any) -> dict[str, Any]:
    """What an error says beside the usual; of something stale, how it stands now for this person (R10)."""
    if isinstance(error, Stale) and hasattr(view, "current"):
        current = error.current = view.current(error.current)
        return {"current": view.shown(current) if current else None}
    return getattr(error, "more", {})


def answer(error: Exception, request: HttpRequest, more: Mapping[str, Any] | None = None) -> JsonResponse:
    problem, reference = problem_of(error), getattr(request, "trail_id", None) or secrets.token_hex(8)
    write_log(problem, reference, request, error)
    body = {
        "type": "about:blank", "title": HTTPStatus(problem.status).phrase, "status": problem.status,
        "detail": problem.detail, "code": problem.code, "field": problem.field, "id": reference,
        **(more or {}),
    }  # fmt: skip
    response = JsonResponse(body, status=problem.status, content_type="application/problem+json")
    response["Cache-Control"] = "no-store"
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = RETRY_AFTER_SECONDS
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(math.ceil(wait))
    if challenge := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = challenge
    if isinstance(error, NotAllowed):
        response["Allow"] = ", ".join(error.allowed)
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
        return Problem(403, "permission_denied", str(error) or _("You may not do this."))
    if isinstance(error, Stale):
        changed = _("This was changed by someone else in the meantime. Nothing of yours was saved.")
        return Problem(412, "stale", changed)
    if isinstance(error, StepNotAllowed):
        return Problem(409, "step_not_allowed", str(error))
    if isinstance(error, UploadRefused):
        return Problem(error.status, "file_refused", str(error), "file")
    if isinstance(error, InvalidData):
        return invalid(error)
    if isinstance(error, FileLost):
        return Problem(410, "file_lost", str(error))
    if isinstance(error, RequestDataTooBig):
        return Problem(413, "too_large", _("The request is too large. Nothing was saved."))
    if isinstance(error, SuspiciousOperation | MultiPartParserError | UnreadablePostError):
        return Problem(400, "bad_request", _("The request could not be read."))
    if is_disk_full(error):
        return Problem(507, "disk_full", _("The file could not be stored; nothing was saved."))
    if isinstance(error, OperationalError | InterfaceError):
        return Problem(503, "unavailable", _("The database does not answer. Try again in half a minute."))
    return Problem(500, "error", _("Something went wrong here. Name the id when you ask us about it."))


def refused(detail: Any) -> Problem:
    """The first of the named faults; correcting it brings up the next."""
    names, first = first_fault(detail)
    return Problem(400, code_of(first), str(first), ".".join(names) or None)


def first_fault(detail: Any) -> tuple[list[str], Any]:
    """Where it lies, such as evidence_links.0.url, and what it is."""
    if isinstance(detail, dict):
        name, found = next(iter(detail.items()))
        names, first = first_fault(found)
        return (names if name == "non_field_errors" else [str(name), *names]), first
    if isinstance(detail, list):
        place = next(number for number, found in enumerate(detail) if found)
        names, first = first_fault(detail[place])
        return ([str(place), *names] if isinstance(detail[place], dict) else names), first
    return [], detail


def invalid(error: InvalidData) -> Problem:
    """What a room refuses, said of a field where it names one; a file may be too large or of another kind."""
    fields = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    field, sentences = next(iter(fields.items()))
    named = None if field == NON_FIELD_ERRORS else field
    return Problem(getattr(error, "status", 400), "invalid", sentences[0], named)


def code_of(detail: Any) -> str:
    return str(detail.code) if isinstance(detail, ErrorDetail) else "invalid"
