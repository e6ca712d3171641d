"""What is answered when something went wrong outside the views, where no middleware sees it."""

import sys

from django.http import HttpRequest, HttpResponse
from django.views import defaults

from indicators.payloads import is_disk_full
from public.middleware import no_room


def server_error(request: HttpRequest) -> HttpResponse:
    """The plain page; another one when an upload was cut short by a full disk before any view saw it."""
    error = sys.exc_info()[1]
    return no_room(error) if is_disk_full(error) else defaults.server_error(request)
