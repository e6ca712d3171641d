"""Writing an update: one page, drafts at every step, a look at what it would change, and sending it."""

import errno
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goals import standings
from goals.lifecycle import checking, evidence, updates
from goals.models import EvidenceFile, SubGoal, Update
from stakeholders import rights
from stakeholders.versions import Stale
from workspace.climb import lines
from workspace.own import Place, sub_goal_of, update_of
from workspace.saving import attempt, conflict
from workspace.sub_goal_forms import Confirm
from workspace.talking import last_question
from workspace.templatetags.values import moment
from workspace.update_forms import UpdateForm, link_forms, links_given

FORM_PAGE = ["GET", "HEAD", "POST"]
TEMPLATE = "workspace/update_form.html"
AUTOSAVE = "X-Autosave"
"""Header of a save that the page makes by itself while somebody types."""


@require_http_methods(FORM_PAGE)
@rights.rule("update", "see_draft")
def report(request: HttpRequest, code: str) -> HttpResponse:
    """A new update; there is a draft from the first save on, and whoever comes back goes on with it."""
    place, sub_goal = sub_goal_of(request.user, code, "parent", "standing")
    place.require("create", "update")
    if sub_goal.state != SubGoal.State.PUBLISHED or sub_goal.progress_from != SubGoal.ProgressFrom.OWN:
        return redirect("workspace:sub-goal", code)
    begun = sub_goal.updates.filter(state__in=Update.OPEN_STATES, correction_of=None).order_by("pk").first()
    if begun and request.method != "POST":
        return redirect("workspace:edit-update", begun.pk)
    return handle(request, place, sub_goal, None, begun)


@require_http_methods(FORM_PAGE)
@rights.rule("update", "see_draft")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    place, update = update_of(request.user, pk)
    place.require("edit", "update")
    if update.state not in Update.OPEN_STATES or updates.never_published(update):
        return redirect("workspace:update", pk)
    return handle(request, place, update.sub_goal, update)


def handle(
    request: HttpRequest, place: Place, sub_goal: SubGoal, update: Update | None, begun: Update | None = None
) -> HttpResponse:
    posted = request.method == "POST"
    form = UpdateForm(request.POST if posted else None, request.FILES if posted else None, sub_goal, update)
    links = link_forms(request.POST if posted else None, update)
    if not posted:
        return render(request, TEMPLATE, page(place, sub_goal, update, form, links))
    if not all([form.is_valid(), links.is_valid()]):  # both say what is wrong
        for sentence in links.non_form_errors():
            form.add_error(None, sentence)
        return unsaved(request, page(place, sub_goal, update, form, links))
    return Save(request, place, sub_goal, update or same_as(begun, form), form, links).answer(begun)


def same_as(begun: Update | None, form: UpdateForm) -> Update | None:
    """The draft that a first press of the same button has just made."""
    if begun and all(getattr(begun, name) == value for name, value in form.kept.items()):
        form.renew(begun.version)
        form.cleaned_data["version"] = begun.version
        return begun
    return None


def unsaved(request: HttpRequest, shown: dict[str, Any]) -> HttpResponse:
    if AUTOSAVE in request.headers:
        return JsonResponse({"saved": ""}, status=422)
    ask_for_files(shown["form"])
    return render(request, TEMPLATE, shown)


def ask_for_files(form: UpdateForm) -> None:
    """A browser does not keep the chosen files over a page that is shown again."""
    if form.files and not form.has_error("files"):
        form.add_error("files", _("Nothing was saved yet: choose the files again."))


class Save:
    """One save of the form and where it leads."""

    def __init__(
        self,
        request: HttpRequest,
        place: Place,
        sub_goal: SubGoal,
        update: Update | None,
        form: UpdateForm,
        links: Any,
    ) -> None:
        self.request, self.place, self.sub_goal = request, place, sub_goal
        self.update, self.form, self.links, self.status = update, form, links, 200

    @property
    def page(self) -> dict[str, Any]:
        return page(self.place, self.sub_goal, self.update, self.form, self.links)

    @property
    def draft(self) -> Update:
        """The update, once it is stored."""
        assert self.update is not None
        return self.update

    def answer(self, begun: Update | None) -> HttpResponse:
        try:
            if begun and self.update is None:
                self.update = begun
                raise Stale(begun)
            if not attempt(self.form, self.keep):
                return unsaved(self.request, self.page)
            return self.saved() if AUTOSAVE in self.request.headers else self.onward()
        except Stale as error:
            return self.met(error)

    def keep(self) -> None:
        given, person, links = self.form.kept, self.place.person, links_given(self.links)
        if self.update is None:
            self.update = updates.create_draft(self.sub_goal, given, person, links=links)
        else:
            updates.save_draft(self.update, given, person, self.form.seen_version, links=links)

    def met(self, error: Stale) -> HttpResponse:
        """Somebody else has saved in between."""
        if AUTOSAVE in self.request.headers:
            return JsonResponse({"saved": ""}, status=409)
        if isinstance(error.current, Update):
            self.update = error.current
        current = {name: getattr(self.update, name) for name in UpdateForm.KEPT}
        ask_for_files(self.form)
        return conflict(self.request, TEMPLATE, error, current, self.page)

    def saved(self) -> HttpResponse:
        address = reverse("workspace:edit-update", args=[self.draft.pk])
        now = _("Draft saved: %(moment)s") % {"moment": moment(timezone.now())}
        return JsonResponse({"saved": now, "version": self.draft.version, "address": address})

    # --- Where the buttons lead ---------------------------------------------------------------------
    def onward(self) -> HttpResponse:
        self.take_files()
        if "remove_file" in self.request.POST:
            self.remove_file(self.request.POST["remove_file"])
        if not self.form.errors and "send" in self.request.POST:
            version = self.draft.version
            if attempt(self.form, lambda: updates.submit(self.draft, self.place.person, version)):
                return redirect("workspace:update", self.draft.pk)
        if self.form.errors:
            return self.again()
        if "preview" in self.request.POST:
            return redirect("workspace:preview-update", self.draft.pk)
        messages.success(self.request, _("The draft is saved."))
        return redirect("workspace:edit-update", self.draft.pk)

    def again(self) -> HttpResponse:
        """The draft is saved; something else was not possible."""
        self.form.renew(self.draft.version)
        return render(self.request, TEMPLATE, self.page | {"is_saved": True}, status=self.status)

    def take_files(self) -> None:
        for upload in self.form.cleaned_data["files"]:
            try:
                evidence.add(self.draft, upload, self.place.person, self.draft.version)
            except evidence.FileRefused as error:
                self.status = error.status
                name, mark = evidence.shown_name(upload.name or ""), pgettext("label", ":")
                self.form.add_error("files", f"{name}{mark} {error.messages[0]}")
            except evidence.NoRoom as error:
                self.status = 507 if error.errno == errno.ENOSPC else 503
                self.form.add_error("files", str(error.strerror))

    def remove_file(self, text: str) -> None:
        found = self.draft.evidence_files.filter(
            pk=int(text) if text.isascii() and text.isdecimal() else 0
        ).first()
        if found:
            person, version = self.place.person, self.draft.version
            attempt(self.form, lambda: evidence.remove(found, person, version))


def page(
    place: Place, sub_goal: SubGoal, update: Update | None, form: UpdateForm, links: Any
) -> dict[str, Any]:
    last = sub_goal.updates.filter(state=Update.State.PUBLISHED, value__isnull=False)
    if update and update.correction_of_id:
        last = last.exclude(pk=update.correction_of_id)
    return {
        "place": place,
        "sub_goal": sub_goal,
        "update": update,
        "form": form,
        "links": links,
        "also_refused": [link for link in links if link.errors],
        "last": last.order_by("-date", "-pk").first(),
        "files": list(update.evidence_files.all()) if update else [],
        "asks_reason": form.asks_reason or bool(update and checking.is_jump(update)),
        "question": last_question(update) if update and update.state == Update.State.SENT_BACK else None,
        "address": reverse("workspace:edit-update", args=[update.pk])
        if update
        else reverse("workspace:report", args=[sub_goal.code]),
    }


# --- What it would change -----------------------------------------------------------------------
@require_http_methods(FORM_PAGE)
@rights.rule("update", "see_draft")
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The update as it will stand, and every step from it up to the overall number; sent from here."""
    place, update = update_of(request.user, pk)
    if update.state not in Update.OPEN_STATES or updates.never_published(update):
        return redirect("workspace:update", pk)
    form = Confirm(request.POST or None, initial={"version": update.version})
    if request.method == "POST" and form.is_valid():
        place.require("submit", "update")
        try:
            if attempt(form, lambda: updates.submit(update, place.person, form.seen_version)):
                return redirect("workspace:update", pk)
        except Stale as error:
            shown = announced(place, update, form)
            return conflict(request, "workspace/preview.html", error, {}, shown)
    return render(request, "workspace/preview.html", announced(place, update, form))


def announced(place: Place, update: Update, form: Confirm) -> dict[str, Any]:
    """What is missing, and the steps publishing it would make; a reason still to be given hides no step."""
    faults = faults_of(update)
    can_stand = not checking.update_faults(update, timezone.now().date())
    return {
        "place": place,
        "sub_goal": update.sub_goal,
        "update": update,
        "form": form,
        "faults": faults,
        "lines": lines(standings.preview(update)) if can_stand else [],
        "links": list(update.evidence_links.all()),
        "files": list(update.evidence_files.all()),
    }


def faults_of(update: Update) -> list[str]:
    try:
        updates.check_whole(update)
    except ValidationError as error:
        return list(error.messages)
    except updates.StepNotAllowed as error:
        return [str(error)]
    return []


@require_POST
@rights.rule("update", "see_draft")
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away, or what can never be published."""
    place, update = update_of(request.user, pk)
    place.require("delete_draft", "update")
    form = Confirm(request.POST)
    if form.is_valid():
        try:
            if attempt(form, lambda: updates.discard(update, place.person, form.seen_version)):
                messages.success(request, _("The draft was thrown away."))
                return redirect("workspace:sub-goal", update.sub_goal.code)
        except Stale:
            form.add_error(
                None, _("Somebody else has changed this draft in the meantime. Nothing was thrown away.")
            )
    for sentences in form.errors.values():
        messages.error(request, " ".join(map(str, sentences)))
    return redirect("workspace:update", pk)


# --- Files --------------------------------------------------------------------------------------
@require_safe
@rights.rule("evidence_file", "see")
def file(request: HttpRequest, pk: int) -> Any:
    """A file that proves an update, for whoever sees the update: an attachment no browser runs (R28)."""
    found = get_object_or_404(EvidenceFile.objects.visible_to(request.user), pk=pk)
    try:
        opened = evidence.opened(found)
    except evidence.FileLost as error:
        raise Http404 from error
    return given_out(opened, found)


def given_out(opened: Any, found: EvidenceFile) -> FileResponse:
    response = FileResponse(opened, as_attachment=True, filename=found.name, content_type=found.type)
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
