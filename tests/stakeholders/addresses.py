"""The one address mails of this room lead to, for tests that need no pages."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def accept(request: HttpRequest, token: str) -> HttpResponse:
    return HttpResponse(token)


workspace = ([path("invitation/<str:token>/", accept, name="accept-invitation")], "workspace")
urlpatterns = [path("my/", include(workspace))]
