"""Pages of the API itself: where to begin, the OpenAPI document, the page that shows it, nothing here."""

from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.shortcuts import render
from django.urls import resolve, reverse
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer

LISTS = {
    "goals": "goal",
    "targets": "target",
    "progress": "progress",
    "sub_goals": "sub-goal",
    "organizations": "organization",
    "indicators": "indicator",
    "series": "series",
    "observations": "observation",
    "sources": "source",
    "documents": "document",
}


def start(request: HttpRequest) -> HttpResponse:
    """The addresses of all lists."""
    lists = {key: reverse(f"api:{name}-list") for key, name in LISTS.items()}
    return JsonResponse({**lists, "schema": reverse("api:schema"), "docs": reverse("api:docs")})


def schema(request: HttpRequest) -> HttpResponse:
    return HttpResponse(openapi_document(), content_type="application/vnd.oai.openapi+json")


@lru_cache(maxsize=1)
def openapi_document() -> bytes:
    """It changes with the code alone, so a process makes it once."""
    with translation.override("en"):
        return OpenApiJsonRenderer().render(SchemaGenerator().get_schema(request=None, public=True))


def docs(request: HttpRequest) -> HttpResponse:
    return render(request, "northamerica/api_docs.html")


def nothing(request: HttpRequest, path: str) -> HttpResponse:
    """Lead on from an address that lacks only its last slash; anywhere else there is nothing."""
    if not path.endswith("/") and resolve(f"{request.path}/").url_name != "nothing":
        return HttpResponsePermanentRedirect(request.get_full_path(force_append_slash=True))
    raise Http404(path)
