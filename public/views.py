"""The public pages: each view is one query function and one render."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from public import (
    calendar_pages,
    goal_pages,
    indicator_pages,
    organization_pages,
    source_pages,
    sub_goal_pages,
)
from public.middleware import public_page
from public.texts import method_text


@require_safe
@public_page
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "public/home.html", goal_pages.home(timezone.localdate()))


@require_safe
@public_page
def goals(request: HttpRequest) -> HttpResponse:
    return render(request, "public/goals.html", goal_pages.goal_list())


@require_safe
@public_page
def goal(request: HttpRequest, code: str) -> HttpResponse:
    shown = goal_pages.goal_page(code, request.GET, timezone.localdate())
    return render(request, "public/goal.html", shown)


@require_safe
@public_page
def indicators(request: HttpRequest) -> HttpResponse:
    return render(request, "public/indicators.html", indicator_pages.indicator_list(request.GET))


@require_safe
@public_page
def indicator(request: HttpRequest, code: str) -> HttpResponse:
    return render(request, "public/indicator.html", indicator_pages.indicator_page(code))


@require_safe
@public_page
def sub_goals(request: HttpRequest) -> HttpResponse:
    shown = sub_goal_pages.sub_goal_list(request.GET, timezone.localdate())
    return render(request, "public/sub_goals.html", shown)


@require_safe
@public_page
def sub_goal(request: HttpRequest, code: str) -> HttpResponse:
    return render(request, "public/sub_goal.html", sub_goal_pages.sub_goal_page(code, timezone.localdate()))


@require_safe
@public_page
def organizations(request: HttpRequest) -> HttpResponse:
    shown = organization_pages.organization_list(timezone.localdate())
    return render(request, "public/organizations.html", shown)


@require_safe
@public_page
def organization(request: HttpRequest, code: str) -> HttpResponse:
    shown = organization_pages.organization_page(code, timezone.localdate())
    return render(request, "public/organization.html", shown)


@require_safe
@public_page
def data(request: HttpRequest) -> HttpResponse:
    return render(request, "public/data.html", {"section": "data", "trail": [(_("Data"), "")]})


@require_safe
@public_page
def sources(request: HttpRequest) -> HttpResponse:
    return render(request, "public/sources.html", source_pages.source_list())


@require_safe
@public_page
def calendar(request: HttpRequest) -> HttpResponse:
    return render(request, "public/calendar.html", calendar_pages.calendar_page())


@require_safe
@public_page
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "public/about.html", {"section": "about", "trail": [(_("About"), "")]})


@require_safe
@public_page
def method(request: HttpRequest) -> HttpResponse:
    shown = {"text": method_text(), "section": "about", "trail": [(_("Method"), "")]}
    return render(request, "public/method.html", shown)


@require_safe
@public_page
def accessibility(request: HttpRequest) -> HttpResponse:
    shown = {"section": "about", "trail": [(_("Accessibility"), "")]}
    return render(request, "public/accessibility.html", shown)


@require_safe
@public_page
def corrections(request: HttpRequest) -> HttpResponse:
    return render(request, "public/corrections.html", {"section": "about", "trail": [(_("Corrections"), "")]})


@require_safe
@public_page
def chart_file(request: HttpRequest, code: str) -> HttpResponse:
    """An indicator's chart as a file, in the language of ?lang= (English if it is none of ours)."""
    asked = request.GET.get("lang", "")
    language = asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    svg = indicator_pages.chart_file(code, language)
    name = f'attachment; filename="{code}_{language}.svg"'
    return HttpResponse(svg, content_type="image/svg+xml", headers={"Content-Disposition": name})


@require_safe
@public_page
def calendar_file(request: HttpRequest, language: str) -> HttpResponse:
    """The expected releases for calendar programs, in one of our languages."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    written = calendar_pages.calendar_file(language)
    return HttpResponse(written, content_type="text/calendar; charset=utf-8")
