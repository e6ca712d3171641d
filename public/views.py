"""The public pages: each view is one query function and one render."""

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from goals.lifecycle import evidence
from goals.models import EvidenceFile
from public import (
    calendar_pages,
    change_pages,
    data_files,
    goal_pages,
    indicator_pages,
    organization_pages,
    source_pages,
    sub_goal_pages,
)
from public.middleware import public_page
from public.texts import method_text
from stakeholders import rights

BOXED_IN = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cache-Control": "private, no-store",
}
"""What goes with every file that came from outside."""
PLAIN = "text/plain; charset=utf-8"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
    shown = sub_goal_pages.sub_goal_page(code, request.GET, timezone.localdate())
    return render(request, "public/sub_goal.html", shown)


@require_safe
@public_page
def organizations(request: HttpRequest) -> HttpResponse:
    shown = organization_pages.organization_list(request.GET, timezone.localdate())
    return render(request, "public/organizations.html", shown)


@require_safe
@public_page
def organization(request: HttpRequest, code: str) -> HttpResponse:
    """A code an organization had before it was merged leads on for good."""
    try:
        shown = organization_pages.organization_page(code, request.GET, timezone.localdate())
    except Http404:
        if (path := organization_pages.led_to(code)) is None:
            raise
        return HttpResponsePermanentRedirect(path)
    return render(request, "public/organization.html", shown)


@require_safe
@public_page
def changes(request: HttpRequest) -> HttpResponse:
    return render(request, "public/changes.html", change_pages.change_list(request.GET))


@require_safe
@public_page
def changes_feed(request: HttpRequest, language: str) -> HttpResponse:
    """What changed, for feed readers, in one of our languages."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    return HttpResponse(change_pages.feed(language), content_type="application/atom+xml; charset=utf-8")


@require_safe
@rights.rule("evidence_file", "see")
def evidence_file(request: HttpRequest, pk: int) -> HttpResponse:
    """A file that proves an update, for whoever sees the update; no browser runs or shows it (R28)."""
    file = get_object_or_404(EvidenceFile.objects.visible_to(request.user), pk=pk)
    try:
        with evidence.opened(file) as opened:
            body = opened.read()
    except evidence.FileLost as error:
        return HttpResponse(str(error), status=410, content_type=PLAIN, headers=BOXED_IN)
    name = content_disposition_header(as_attachment=True, filename=file.name)
    return HttpResponse(body, content_type=file.type, headers={**BOXED_IN, "Content-Disposition": name})


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
def csv_file(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """All current values of an indicator, the same columns as in the API; written while it is sent."""
    lines = data_files.csv_lines(data_files.observations_of(code))
    headers = attachment(data_files.file_name(code, "csv"))
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


@require_safe
@public_page
def workbook_file(request: HttpRequest, code: str) -> HttpResponse:
    """The same for spreadsheets, as long as it is not too large for one."""
    try:
        book = data_files.workbook(data_files.observations_of(code))
    except data_files.TooLarge:
        text = _("There are too many values for a workbook; the CSV file has them all.")
        return HttpResponse(text, status=413, content_type=PLAIN)
    headers = attachment(data_files.file_name(code, "xlsx"))
    return HttpResponse(book, content_type=WORKBOOK, headers=headers)


def attachment(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


@require_safe
@public_page
def chart_file(request: HttpRequest, code: str) -> HttpResponse:
    """An indicator's chart as a file, in the language of ?lang= (English if it is none of ours)."""
    asked = request.GET.get("lang", "")
    language = asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    svg = indicator_pages.chart_file(code, language)
    headers = attachment(f"{code}_{language}.svg")
    return HttpResponse(svg, content_type="image/svg+xml", headers=headers)


@require_safe
@public_page
def calendar_file(request: HttpRequest, language: str) -> HttpResponse:
    """The expected releases for calendar programs, in one of our languages."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    written = calendar_pages.calendar_file(language)
    return HttpResponse(written, content_type="text/calendar; charset=utf-8")
