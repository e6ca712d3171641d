"""Files of an organization: everything it entered to take away, and many entries at once to hand in."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from goals import packing
from goals.bulk import columns, files, importing, previews
from goals.lifecycle import evidence
from indicators import waiting
from indicators.sources.upload_files import UploadRefused
from stakeholders import rights
from stakeholders.models import Organization, User
from workspace.own import Place, place_of

KINDS = ((columns.SUB_GOALS, gettext_lazy("Sub-goals")), (columns.UPDATES, gettext_lazy("Updates")))
MOST_SHOWN = 200
PAGE, PREVIEW, COLUMNS = (
    "workspace/files.html",
    "workspace/import_preview.html",
    "workspace/import_columns.html",
)


class UploadForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("What is in the file?"), choices=KINDS)
    file = forms.FileField(
        label=gettext_lazy("File"), help_text=gettext_lazy("CSV or XLSX, up to 10 MB and 2,000 lines."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )  # fmt: skip
    sheet = forms.CharField(
        label=gettext_lazy("Sheet (only for a workbook with several)"), max_length=31, required=False
    )
    submit = forms.BooleanField(label=gettext_lazy("Send each for review at once"), required=False)


@require_safe
@rights.rule("export", "see")
def files_page(request: HttpRequest, organization: str) -> HttpResponse:
    place = place_of(request.user, organization)
    return render(request, PAGE, {"place": place, "form": UploadForm(label_suffix=""), "kinds": KINDS})


@require_safe
@rights.rule("export", "see")
def everything(request: HttpRequest, organization: str) -> Any:
    place = place_of(request.user, organization)
    place.require("see", "export")
    return packed(place.organization, place.person)


def packed(organization: Organization, person: User) -> Any:
    """One ZIP, written while it is sent."""
    pieces = packing.package(organization, person)
    response = StreamingHttpResponse(pieces, content_type="application/zip")
    return as_attachment(response, f"{organization.code}.zip")


@require_safe
@rights.rule("export", "see")
def table(request: HttpRequest, organization: str, kind: str, form: str) -> HttpResponse:
    """What was entered of one kind, as it can be handed in again."""
    place = place_of(request.user, organization)
    place.require("see", "export")
    known(kind, form)
    body = files.export(kind, place.organization, place.person, form, in_words=True)
    return as_attachment(HttpResponse(body, content_type=files.CONTENT_TYPES[form]), f"{kind}.{form}")


@require_safe
@rights.rule("export", "see")
def template(request: HttpRequest, organization: str, kind: str, form: str) -> HttpResponse:
    """An empty file with the columns; a workbook explains them on a second sheet."""
    place_of(request.user, organization)
    known(kind, form)
    body = files.template(kind, form)
    return as_attachment(
        HttpResponse(body, content_type=files.CONTENT_TYPES[form]), f"{kind}-template.{form}"
    )


@require_safe
@rights.rule("export", "see")
def explained(request: HttpRequest, organization: str, kind: str) -> HttpResponse:
    """What may stand in each column of the CSV template."""
    place_of(request.user, organization)
    known(kind, files.CSV)
    return csv_file(files.explained(kind), f"{kind}-columns.csv")


def csv_file(body: bytes, name: str) -> HttpResponse:
    return as_attachment(HttpResponse(body, content_type=files.CONTENT_TYPES[files.CSV]), name)


def known(kind: str, form: str) -> None:
    if kind not in columns.COLUMNS or form not in files.CONTENT_TYPES:
        raise Http404


def as_attachment(response: Any, name: str) -> Any:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# --- Handing in ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class Ticket:
    """Which file was previewed, by whom and for whom; signed, so that exactly that one is taken."""

    kind: str
    organization: int
    person: int
    sha256: str
    name: str
    submit: bool
    sheet: str = ""
    mapping: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    def signed(self) -> str:
        return signing.dumps(asdict(self), salt="bulk", compress=True)

    def file(self) -> importing.File:
        return importing.File(
            self.kind, waiting.read(self.sha256), self.name, self.sheet, self.mapping, tuple(self.left_out)
        )


def ticket_of(text: str, place: Place) -> Ticket:
    """The ticket this person was given for this organization. Raises waiting.Gone for any other."""
    try:
        ticket = Ticket(**signing.loads(text, salt="bulk", max_age=waiting.LONGEST_WAIT))
    except signing.BadSignature as error:
        raise waiting.Gone from error
    if (ticket.organization, ticket.person) != (place.organization.pk, place.person.pk):
        raise waiting.Gone
    return ticket


@require_POST
@rights.rule("export", "see")
def hand_in(request: HttpRequest, organization: str) -> HttpResponse:
    """The file, then its columns where they are unknown, then the preview, then all of it or nothing."""
    place = place_of(request.user, organization)
    place.require("import", "sub_goal")
    if "ticket" not in request.POST:
        return receive(request, place)
    try:
        ticket = ticket_of(request.POST["ticket"], place)
        if "confirm" in request.POST:
            return take(request, place, ticket)
        if "whole" in request.POST:
            return whole(place, ticket)
        return preview(request, place, replace(ticket, **chosen(request.POST)))
    except waiting.Gone:
        messages.error(request, _("The file waits no longer; nothing was changed. Hand it in again."))
        return redirect("workspace:files", organization)


def receive(request: HttpRequest, place: Place) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES, label_suffix="")
    if not form.is_valid():
        return refused(request, place, form)
    given = form.cleaned_data
    try:
        body = evidence.whole(given["file"])
        name = evidence.shown_name(given["file"].name or "")
    except evidence.FileRefused as error:
        form.add_error("file", error.messages[0])
        return refused(request, place, form, error.status)
    ticket = Ticket(
        given["kind"], place.organization.pk, place.person.pk, waiting.keep(body), name, given["submit"],
        given["sheet"],
    )  # fmt: skip
    return preview(request, place, ticket)


def refused(request: HttpRequest, place: Place, form: UploadForm, status: int = 200) -> HttpResponse:
    return render(request, PAGE, {"place": place, "form": form, "kinds": KINDS}, status=status)


def preview(request: HttpRequest, place: Place, ticket: Ticket) -> HttpResponse:
    """What taking the file would do, by line and column."""
    file = ticket.file()
    try:
        table = importing.read(file)
        if unknown(table.columns, ticket):
            return ask_columns(request, place, ticket, table.columns)
        found = importing.preview(file, place.organization, place.person, submit=ticket.submit)
    except UploadRefused as error:
        given = {"kind": ticket.kind, "submit": ticket.submit, "sheet": ticket.sheet}
        form = UploadForm(given, label_suffix="")
        form.full_clean()
        form.errors.pop("file", None)
        form.add_error("file", str(error))
        return refused(request, place, form, error.status)
    if found.missing:
        return ask_columns(request, place, ticket, found.columns, found.missing)
    return render(request, PREVIEW, in_words(place, ticket, found))


def in_words(place: Place, ticket: Ticket, found: importing.Preview) -> dict[str, Any]:
    return {
        "place": place,
        "name": ticket.name,
        "kind": dict(KINDS)[ticket.kind],
        "ticket": ticket.signed(),
        "preview": found,
        "refusals": [replace(one, column=title(found, one.column)) for one in found.refused[:MOST_SHOWN]],
        "refusals_left_out": max(0, len(found.refused) - MOST_SHOWN),
        "details": [told(found, detail) for detail in found.shown],
        "submit": ticket.submit,
    }


def title(found: importing.Preview, column: str) -> str:
    """As the file calls it; a column that the file lacks as the forms call it."""
    if column in found.columns or not column:
        return column
    return columns.BY_NAME[found.kind][column].label


def told(found: importing.Preview, detail: previews.Detail) -> previews.Detail:
    """The line with its cells as the reader calls them."""
    own = columns.BY_NAME[found.kind]
    cells = [
        previews.Cell(
            title(found, one.column), one.part, own[one.part].in_words(one.before),
            own[one.part].in_words(one.after),
        )
        for one in detail.cells
    ]  # fmt: skip
    return replace(detail, cells=tuple(cells))


def whole(place: Place, ticket: Ticket) -> HttpResponse:
    """All of the preview as a file."""
    found = importing.preview(ticket.file(), place.organization, place.person, submit=ticket.submit)
    return csv_file(found.whole(), "preview.csv")


def take(request: HttpRequest, place: Place, ticket: Ticket) -> HttpResponse:
    try:
        found = importing.take(
            ticket.file(), place.organization, place.person, ticket.sha256, submit=ticket.submit
        )
    except (UploadRefused, importing.OtherFile) as error:
        messages.error(request, str(error))
        return redirect("workspace:files", place.organization.code)
    if not found.can_be_taken:  # something changed since the preview
        return render(request, PREVIEW, in_words(place, ticket, found))
    words = {"added": len(found.added), "changed": len(found.changed), "same": len(found.same)}
    messages.success(
        request, _("The file was taken: %(added)d added, %(changed)d changed, %(same)d as before.") % words
    )
    return redirect("workspace:dashboard", place.organization.code)


# --- Columns ------------------------------------------------------------------------------------
LEAVE_OUT = "-"
"""In place of what a column holds: it is not taken."""


def unknown(found: tuple[str, ...], ticket: Ticket) -> list[str]:
    own = importing.recognized(ticket.kind, found).values()
    return [name for name in found if name not in (*own, *ticket.mapping.values(), *ticket.left_out)]


def ask_columns(
    request: HttpRequest, place: Place, ticket: Ticket, found: tuple[str, ...], missing: tuple[str, ...] = ()
) -> HttpResponse:
    own = columns.BY_NAME[ticket.kind]
    chosen = {column: part for part, column in importing.recognized(ticket.kind, found).items()}
    chosen |= {column: part for part, column in ticket.mapping.items()}
    chosen |= dict.fromkeys(ticket.left_out, LEAVE_OUT)
    shown = {
        "place": place, "ticket": ticket.signed(), "name": ticket.name,
        "rows": [(name, chosen.get(name, "")) for name in found],
        "parts": [(name, column.label) for name, column in own.items()],
        "missing": [own[name].label for name in missing],
        "leave_out": LEAVE_OUT,
    }  # fmt: skip
    return render(request, COLUMNS, shown)


def chosen(given: Any) -> dict[str, Any]:
    """Which column holds what and which are not taken; the names of both stand in the form."""
    pairs = list(zip(given.getlist("column"), given.getlist("part"), strict=False))
    mapping = {part: name for name, part in pairs if part not in ("", LEAVE_OUT)}
    return {"mapping": mapping, "left_out": [name for name, part in pairs if part == LEAVE_OUT]}
