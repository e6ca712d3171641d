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

from goals import packing, spreadsheets
from goals.bulk import columns, files, importing
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
    body = files.export(kind, place.organization, place.person, form)
    return as_attachment(HttpResponse(body, content_type=files.CONTENT_TYPES[form]), f"{kind}.{form}")


@require_safe
@rights.rule("export", "see")
def template(request: HttpRequest, organization: str, kind: str, form: str) -> HttpResponse:
    """An empty file with the columns."""
    place_of(request.user, organization)
    known(kind, form)
    body = files.template(kind, form)
    return as_attachment(
        HttpResponse(body, content_type=files.CONTENT_TYPES[form]), f"{kind}-template.{form}"
    )


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
    mapping: dict[str, str] = field(default_factory=dict)

    def signed(self) -> str:
        return signing.dumps(asdict(self), salt="bulk", compress=True)

    def file(self) -> importing.File:
        return importing.File(self.kind, waiting.read(self.sha256), self.name, mapping=self.mapping)


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
        return preview(request, place, replace(ticket, mapping=mapping_of(request.POST)))
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
        given["kind"], place.organization.pk, place.person.pk, waiting.keep(body), name, given["submit"]
    )
    return preview(request, place, ticket)


def refused(request: HttpRequest, place: Place, form: UploadForm, status: int = 200) -> HttpResponse:
    return render(request, PAGE, {"place": place, "form": form, "kinds": KINDS}, status=status)


def preview(request: HttpRequest, place: Place, ticket: Ticket) -> HttpResponse:
    """What taking the file would do, by line and column."""
    file = ticket.file()
    try:
        table = spreadsheets.read(file.body, file.name, file.sheet)
        if open_columns := unknown(table.columns, ticket):
            return ask_columns(request, place, ticket, table.columns, open_columns)
        found = importing.preview(file, place.organization, place.person, submit=ticket.submit)
    except UploadRefused as error:
        form = UploadForm({"kind": ticket.kind, "submit": ticket.submit}, label_suffix="")
        form.full_clean()
        form.errors.pop("file", None)
        form.add_error("file", str(error))
        return refused(request, place, form, error.status)
    if found.missing:
        return ask_columns(request, place, ticket, found.columns, found.columns, found.missing)
    return render(request, PREVIEW, in_words(place, ticket, found))


def in_words(place: Place, ticket: Ticket, found: importing.Preview) -> dict[str, Any]:
    return {
        "place": place,
        "name": ticket.name,
        "kind": dict(KINDS)[ticket.kind],
        "ticket": ticket.signed(),
        "preview": found,
        "refusals": found.refused[:MOST_SHOWN],
        "left_out": max(0, len(found.refused) - MOST_SHOWN),
        "submit": ticket.submit,
    }


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
def unknown(found: tuple[str, ...], ticket: Ticket) -> list[str]:
    own = {column.name for column in columns.COLUMNS[ticket.kind]}
    return [name for name in found if name not in own and name not in ticket.mapping.values()]


def ask_columns(
    request: HttpRequest, place: Place, ticket: Ticket, found: tuple[str, ...], open_columns: Any,
    missing: tuple[str, ...] = (),
) -> HttpResponse:  # fmt: skip
    own = [column.name for column in columns.COLUMNS[ticket.kind]]
    chosen = {column: part for part, column in ticket.mapping.items()}
    rows = [(name, chosen.get(name, name if name in own else "")) for name in found]
    shown = {
        "place": place, "ticket": ticket.signed(), "name": ticket.name, "rows": rows, "parts": own,
        "missing": missing, "needed": columns.NEEDED[ticket.kind],
    }  # fmt: skip
    return render(request, COLUMNS, shown)


def mapping_of(given: Any) -> dict[str, str]:
    """Which column holds what, as it was chosen; the names of both stand in the form."""
    names, parts = given.getlist("column"), given.getlist("part")
    return {part: name for name, part in zip(names, parts, strict=False) if part}
