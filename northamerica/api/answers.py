"""What happens around every endpoint: known parameters, one language, and who may keep the answer."""

import hashlib
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.permissions import SAFE_METHODS

from northamerica.api import problems
from workspace.sign_in import needs_second_step

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
DEFAULT_LANGUAGE = settings.MODELTRANSLATION_DEFAULT_LANGUAGE
SHORTEST_SHARED_SECONDS = 60

View = Callable[..., HttpResponse]


def answered(view: View) -> View:
    """Wrap an endpoint; unless it asks who one is, its answer is the same for everybody.

    An endpoint that asks checks the token against forgery with that (SessionAuthentication), so the
    middleware need not (csrf_exempt).
    """
    known = parameters_of(view)

    @csrf_exempt
    @wraps(view)
    def wrapped(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        response = respond(view, known, request, *args, **kwargs)
        if is_private(view):
            return keep_private(response)
        return share(request, response, is_one_format(view))

    return wrapped


def respond(view: View, known: frozenset[str], request: HttpRequest, *args, **kwargs) -> HttpResponse:
    """The rendered answer, or the problem: nothing that goes wrong leaves as a trace."""
    with translation.override(DEFAULT_LANGUAGE):
        try:
            translation.activate(language_of(request))
            check_method(request, view)
            check_parameters(request, known)
            check_second_step(request, view)
            response = view(request, *args, **kwargs)
            response = response.render() if hasattr(response, "render") else response
        except Exception as error:
            response = problems.answer(error, request)
        response["Content-Language"] = translation.get_language()
    return response


def language_of(request: HttpRequest) -> str:
    """Asked for with `?lang=` alone: the browser's language would make one address many pages."""
    language = request.GET.get("lang", DEFAULT_LANGUAGE)
    return language if language in LANGUAGES else DEFAULT_LANGUAGE


def check_method(request: HttpRequest, view: View) -> None:
    if request.method not in methods_of(view):
        raise problems.NotAllowed(request.method or "", methods_of(view))


def methods_of(view: View) -> list[str]:
    """The methods an endpoint has; a plain function only reads."""
    cls = getattr(view, "cls", None)
    names = getattr(view, "actions", None) or [
        name for name in getattr(cls, "http_method_names", ()) if hasattr(cls, name)
    ]
    own = {name.upper() for name in names}
    if is_private(view):
        return sorted(own | {"HEAD"} if "GET" in own else own)
    return sorted(own if own and "GET" not in own else own | set(SAFE_METHODS))


# --- Parameters ---------------------------------------------------------------------------------
def parameters_of(view: View) -> frozenset[str]:
    """The query parameters an endpoint knows: filters, ordering and paging on lists, nothing else."""
    names = {"lang", "format"}
    if (cls := getattr(view, "cls", None)) is None:
        return frozenset(names)
    given = {name: getattr(cls, name, None) for name in ("filterset_class", "pagination_class")}
    given |= getattr(view, "initkwargs", {})
    if given.get("suffix") == "List":
        if given["filterset_class"]:
            names |= set(given["filterset_class"].base_filters)
        if given["pagination_class"]:
            names |= {"page", "page_size"}
            names |= {"ordering"} if getattr(cls, "ordering_fields", ()) else set()
    return frozenset(names)


def check_parameters(request: HttpRequest, known: frozenset[str]) -> None:
    """Raise ValidationError for what would otherwise be bent or ignored in silence."""
    for name, values in request.GET.lists():
        if name not in known:
            text = _("This address knows these parameters: %(names)s.") % {"names": ", ".join(sorted(known))}
            raise refused(name[:50], text, "unknown_parameter")
        if len(values) > 1:
            raise refused(name, _("Give this parameter once."), "repeated_parameter")
        check_text(name, values[0])
    if request.GET.get("lang", DEFAULT_LANGUAGE) not in LANGUAGES:
        raise refused("lang", _("The languages are en, es and fr."), "unknown_language")


def check_text(name: str, text: str) -> None:
    if not text:
        raise refused(name, _("Leave the parameter out or give it a value."), "empty_parameter")
    if not text.isprintable() or "\N{REPLACEMENT CHARACTER}" in text:
        raise refused(name, _("The value holds characters that cannot be read."), "bad_characters")
    if len(text) > 200:
        raise refused(name, _("The value is longer than 200 characters."), "too_long")


def refused(field: str, text: str, code: str) -> ValidationError:
    return ValidationError({field: ErrorDetail(text, code=code)})


# --- Private ones -------------------------------------------------------------------------------
def is_private(view: View) -> bool:
    """Whether an endpoint asks who one is."""
    return bool(getattr(getattr(view, "cls", None), "authentication_classes", ()))


def check_second_step(request: HttpRequest, view: View) -> None:
    """An administrator's session opens no more here than it does on the pages (R20)."""
    if settings.MFA_REQUIRED and is_private(view) and needs_second_step(request.user):
        raise PermissionDenied(_("Administrators need a second step at sign-in: set one up to go on."))


def keep_private(response: HttpResponse) -> HttpResponse:
    """No cache keeps it (R19)."""
    response["Cache-Control"] = "no-store"
    patch_vary_headers(response, ("Authorization", "Cookie"))
    return response


# --- Sharing ------------------------------------------------------------------------------------
def is_one_format(view: View) -> bool:
    renderers = getattr(getattr(view, "cls", None), "renderer_classes", ())
    return len(getattr(view, "initkwargs", {}).get("renderer_classes", renderers)) < 2


def share(request: HttpRequest, response: HttpResponse, is_one_format: bool) -> HttpResponse:
    """Let a good answer be kept: by the edition cache where the address alone decides what it is.

    The edition cache does not look at the Accept header, so an answer that header chose gets its ETag here.
    """
    if request.method not in SAFE_METHODS:
        response["Cache-Control"] = "no-store"
    if request.method not in ("GET", "HEAD") or response.status_code != 200:
        return response
    if request.method == "GET" and (is_one_format or "format" in request.GET):
        response.is_public = True  # type: ignore[attr-defined]  # the edition cache reads it
        return response
    patch_cache_control(response, public=True, max_age=SHORTEST_SHARED_SECONDS)
    response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:20]}"'
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
