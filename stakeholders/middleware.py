"""Every change knows the request it came with (R11)."""

import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from stakeholders import trail

API = "/api/"


class TrailMiddleware:
    """What a request changes is recorded as coming by page or API, with an id that stands in the log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        trail_id = secrets.token_hex(8)
        request.trail_id = trail_id  # type: ignore[attr-defined]  # an error names it
        with trail.way("api" if request.path.startswith(API) else "page", trail_id):
            return self.get_response(request)
