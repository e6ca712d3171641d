"""The pages on which staff hand in files for a feed: choose, look at the preview, confirm."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from indicators import refresh, upload_template, uploading
from indicators.models import Feed, HeldBatch, Run
from indicators.sources import upload, upload_rows
from indicators.sources.registry import takes_uploads
from indicators.sources.upload_files import LARGEST_FILE, UploadRefused
from indicators.uploading import CONTENT_TYPES, OutOfDate, Preview, Ticket

LARGEST_BODY = LARGEST_FILE + 64 * 1024
"""The file and the form around it."""
MOST_READ_AWAY = 100 * 1024 * 1024
PIECE = 64 * 1024
ROWS_SHOWN = 500
TEMPLATES = {"csv": upload_template.as_csv, "xlsx": upload_template.as_xlsx}

PART_LABELS = {
    "period": gettext_lazy("Period"),
    "value": gettext_lazy("Value"),
    "area": gettext_lazy("Area"),
    "partner": gettext_lazy("Partner"),
    "product": gettext_lazy("Product"),
    "unit": gettext_lazy("Unit"),
    "status": gettext_lazy("Status"),
    "note": gettext_lazy("Note"),
}


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        help_text=gettext_lazy("CSV in UTF-8, or XLSX without macros; at most 10 MB."),
        error_messages={"required": gettext_lazy("Choose a file; nothing was stored.")},
    )


class ColumnsForm(forms.Form):
    """Which column of a file holds what, and which sheet of a workbook is read."""

    def __init__(self, found: upload.Examined) -> None:
        super().__init__()
        if found.sheets:
            self.fields["sheet"] = forms.ChoiceField(label=_("Sheet"), choices=[(s, s) for s in found.sheets])
        for part in upload_rows.PARTS if found.columns else ():
            self.fields[part] = self.field(part, found)

    def field(self, part: str, found: upload.Examined) -> forms.ChoiceField:
        nothing = _("– choose –") if part in upload_rows.NEEDED else _("– no column –")
        return forms.ChoiceField(
            label=PART_LABELS[part],
            choices=[("", nothing), *((name, name) for name in found.columns)],
            required=part in upload_rows.NEEDED,
            initial=found.mapping.get(part, ""),
        )


# --- The views ----------------------------------------------------------------------------------
class TakesUploads(admin.ModelAdmin):
    """Adds to the administration of feeds the pages of those whose values are handed in."""

    change_form_template = "admin/indicators/feed/change_form.html"

    def get_urls(self):
        # Protected below, once the size of what comes is known: the check itself reads the whole body.
        upload_view = self.admin_site.admin_view(csrf_exempt(self.upload_view))
        template_view = self.admin_site.admin_view(require_GET(self.template_view))
        return [
            path("<int:pk>/upload/", upload_view, name="indicators_feed_upload"),
            path("<int:pk>/upload/template.<str:ending>", template_view, name="indicators_feed_template"),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        feed = self.get_object(request, object_id)
        offered = bool(feed and takes_uploads(feed.source) and self.has_change_permission(request, feed))
        context = {"takes_uploads": offered, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def upload_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if content_length(request) > LARGEST_BODY:
            read_away(request)
            feed = self.feed_for(request, pk)
            return self.choose(request, feed, str(too_large()), status=413)
        return csrf_protect(require_http_methods(["GET", "POST"])(self.step))(request, pk)

    def feed_for(self, request: HttpRequest, pk: int) -> Feed:
        """The feed, if its values are handed in and this person may do so."""
        if not request.user.has_perm("indicators.change_feed"):
            raise PermissionDenied
        feed = get_object_or_404(Feed.objects.select_related("source"), pk=pk)
        if not takes_uploads(feed.source):
            raise Http404
        return feed

    def template_view(self, request: HttpRequest, pk: int, ending: str) -> HttpResponse:
        feed = self.feed_for(request, pk)
        if ending not in TEMPLATES:
            raise Http404
        disposition = f'attachment; filename="{feed.code}.{ending}"'
        return HttpResponse(
            TEMPLATES[ending](feed),
            content_type=CONTENT_TYPES[ending],
            headers={"Content-Disposition": disposition},
        )

    def step(self, request: HttpRequest, pk: int) -> HttpResponse:
        feed = self.feed_for(request, pk)
        if request.method == "GET":
            return self.choose(request, feed)
        try:
            if "ticket" not in request.POST:
                return self.take_file(request, feed)
            ticket = uploading.ticket_of(request.POST["ticket"], feed, request.user)
            if "confirm" in request.POST:
                return self.confirm(request, feed, ticket)
            return self.assign_columns(request, feed, ticket)
        except UploadRefused as error:
            return self.choose(request, feed, str(error), status=error.status)
        except OutOfDate as error:
            return self.choose(request, feed, str(error), status=409)
        except OSError:
            return self.choose(
                request, feed, _("The file could not be stored; nothing was saved."), status=507
            )

    # --- The steps --------------------------------------------------------------------------------
    def choose(self, request, feed: Feed, problem: str = "", status: int = 200) -> HttpResponse:
        every = feed.series.order_by("key").select_related("indicator")
        return self.page(
            request, feed, "upload.html", status, step=1, form=FileForm(), problem=problem,
            series=[(series, upload_template.named(series)) for series in every],
        )  # fmt: skip

    def take_file(self, request, feed: Feed) -> HttpResponse:
        form = FileForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.choose(request, feed, " ".join(map(str, form.errors["file"])), status=400)
        file = form.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise too_large()
        return self.show(request, feed, uploading.admit(feed, request.user, file.name, file.read()))

    def assign_columns(self, request, feed: Feed, ticket: Ticket) -> HttpResponse:
        chosen = {part: request.POST[part] for part in upload_rows.PARTS if part in request.POST}
        sheet = request.POST.get("sheet", ticket.sheet)
        is_open = any(not chosen.get(part, part) for part in upload_rows.NEEDED)
        problem = _("Say which column holds each needed part.") if is_open else ""
        return self.show(request, feed, uploading.with_columns(ticket, sheet, chosen), problem)

    def show(self, request, feed: Feed, ticket: Ticket, problem: str = "") -> HttpResponse:
        """The preview; before it, where that must be known, which sheet and which columns are meant."""
        found = uploading.examine(ticket)
        columns = ColumnsForm(found)
        if found.sheets or upload_rows.lacking(found.mapping):
            return self.page(
                request, feed, "upload_columns.html", 400 if problem else 200, ticket=ticket.signed(),
                file_name=ticket.name, columns=columns, problem=problem,
            )  # fmt: skip
        preview, ticket = uploading.preview(feed, ticket, found)
        status = 409 if problem else 400 if preview.is_refused else 200
        return self.page(
            request, feed, "upload_preview.html", status, ticket=ticket.signed(), file_name=ticket.name,
            sha256=ticket.sha256, columns=columns, preview=preview, problem=problem, tables=tables(preview),
        )  # fmt: skip

    def confirm(self, request, feed: Feed, ticket: Ticket) -> HttpResponse:
        """Compare anew wherever the preview no longer holds: nothing was stored then."""
        try:
            run = uploading.confirm(feed, ticket, request.user)
        except (uploading.ChangedMeanwhile, refresh.AlreadyRunning) as error:
            return self.show(request, feed, ticket, str(error))
        if run.verdict not in uploading.TAKEN:
            return self.show(request, feed, ticket, run.reason)
        self.log_change(request, feed, told(run, ticket.name))
        return self.after(request, run, ticket.name)

    def after(self, request, run: Run, name: str) -> HttpResponse:
        if run.verdict == Run.Verdict.HELD:
            messages.warning(request, told(run, name))
            held = HeldBatch.objects.filter(run=run).first()  # none if the same values wait already
            if held and request.user.has_perm("indicators.view_heldbatch"):
                return redirect("admin:indicators_heldbatch_change", held.pk)
        else:
            messages.success(request, told(run, name))
        return redirect("admin:indicators_feed_upload", run.feed_id)

    def page(self, request, feed: Feed, template: str, status: int = 200, **context: Any) -> HttpResponse:
        whole = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": feed,
            "title": _("Upload a file for %(feed)s") % {"feed": feed.code},
            "address": reverse("admin:indicators_feed_upload", args=(feed.pk,)),
            "step": 2,
            **context,
        }
        return TemplateResponse(request, f"admin/indicators/feed/{template}", whole, status=status)


# --- Words --------------------------------------------------------------------------------------
def told(run: Run, name: str) -> str:
    """What became of a file."""
    if run.verdict == Run.Verdict.HELD:
        return _("“%(name)s” is held for a decision; nothing is published yet. %(reason)s") % {
            "name": name, "reason": run.reason,
        }  # fmt: skip
    if run.verdict == Run.Verdict.UNCHANGED:
        return _("“%(name)s” changes nothing: every value is published already.") % {"name": name}
    return _("“%(name)s” is published: %(new)d new, %(revised)d changed, %(unchanged)d unchanged.") % {
        "name": name, "new": run.new_count, "revised": run.revised_count, "unchanged": run.unchanged_count,
    }  # fmt: skip


def tables(preview: Preview) -> list[dict[str, Any]]:
    """The values of a preview as the page shows them, none of them endless."""
    whole = [
        (ngettext("%d changed value", "%d changed values", len(preview.changed)), preview.changed),
        (ngettext("%d new value", "%d new values", len(preview.new)), preview.new),
        (
            ngettext("%d known value not in the file; it stays", "%d known values not in the file; they stay",
                     len(preview.absent)),
            preview.absent,
        ),
    ]  # fmt: skip
    return [
        {"title": title % len(rows), "rows": rows[:ROWS_SHOWN], "left_out": max(0, len(rows) - ROWS_SHOWN)}
        for title, rows in whole
        if rows
    ]


# --- Size ---------------------------------------------------------------------------------------
def too_large() -> UploadRefused:
    error = UploadRefused(_("The file is larger than 10 MB; nothing was stored."))
    error.status = 413
    return error


def content_length(request: HttpRequest) -> int:
    announced = request.META.get("CONTENT_LENGTH") or "0"
    return int(announced) if announced.isdecimal() else 0


def read_away(request: HttpRequest) -> None:
    """Take what a browser still sends, or it never sees the answer; nothing is kept, and it has an end."""
    left = min(content_length(request), MOST_READ_AWAY)
    while left > 0 and (piece := request.read(min(PIECE, left))):
        left -= len(piece)
