"""An update as its organization sees it, from its first draft to a correction or retraction."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goals.lifecycle import reviewing, updates
from goals.models import Step, Update
from stakeholders import rights
from workspace import actions
from workspace.actions import Action
from workspace.climb import lines
from workspace.fields import ReasonForm
from workspace.own import Place, update_of
from workspace.saving import attempt
from workspace.sub_goal_forms import CommentForm, Confirm
from workspace.talking import conversation, last_question

FORM_PAGE = ["GET", "HEAD", "POST"]


@require_safe
@rights.rule("update", "see_draft")
def update(request: HttpRequest, pk: int) -> HttpResponse:
    place, found = update_of(request.user, pk)
    return render(request, "workspace/update.html", shown(place, found))


def shown(place: Place, found: Update, form: CommentForm | None = None) -> dict[str, Any]:
    steps = Step.objects.filter(cause=updates.cause(found)).select_related("goal", "organization", "sub_goal")
    return {
        "place": place,
        "sub_goal": found.sub_goal,
        "update": found,
        "links": list(found.evidence_links.all()),
        "files": list(found.evidence_files.all()),
        "talk": conversation(found, place),
        "question": last_question(found) if found.state == Update.State.SENT_BACK else None,
        "proposed": updates.open_correction(found),
        "corrected_by": found.corrected_by,
        "lines": lines(steps.order_by("pk")) if found.state in Update.PUBLIC_STATES else [],
        "form": form or CommentForm(label_suffix=""),
    }


# --- Steps --------------------------------------------------------------------------------------
CORRECT = Action(
    gettext_lazy("Correct this update"),
    gettext_lazy(
        "You change a copy of it and send that for review. Once the correction is published, the public sees "
        "the old one struck through and dated. Say in the text what was wrong."
    ),
    gettext_lazy("Begin the correction"),
    ("correct", "update"),
    gettext_lazy("This is the copy to correct. The published update stands until it is replaced."),
)
RETRACT = Action(
    gettext_lazy("Retract this update"),
    gettext_lazy(
        "It no longer counts and stays to be seen, struck through, with your reason. This cannot be undone."
    ),
    gettext_lazy("Retract this update"),
    ("retract", "update"),
    gettext_lazy("The update was retracted."),
)


@require_http_methods(FORM_PAGE)
@rights.rule("update", "see_draft")
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    place, found = update_of(request.user, pk)
    place.require(*CORRECT.right)
    form = Confirm(request.POST or None, initial={"version": found.version})
    begun: list[Update] = []

    def begin() -> None:
        begun.append(updates.correct(found, {}, place.person, form.seen_version))

    response = actions.run(
        request, CORRECT, place, form, begin, reverse("workspace:update", args=[pk]),
        about=found.sub_goal.title, about_language=found.sub_goal.language,
    )  # fmt: skip
    return redirect("workspace:edit-update", begun[0].pk) if begun else response


@require_http_methods(FORM_PAGE)
@rights.rule("update", "see_draft")
def retract(request: HttpRequest, pk: int) -> HttpResponse:
    place, found = update_of(request.user, pk)
    place.require(*RETRACT.right)
    form = ReasonForm(request.POST or None, initial={"version": found.version})
    return actions.run(
        request, RETRACT, place, form,
        lambda: updates.retract(found, form.given["reason"], place.person, form.seen_version),
        reverse("workspace:update", args=[pk]), about=found.sub_goal.title,
        about_language=found.sub_goal.language, ends_with_it=updates.open_correction(found),
    )  # fmt: skip


@require_POST
@rights.rule("update", "see_draft")
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    place, found = update_of(request.user, pk)
    place.require("create", "comment")
    form = CommentForm(request.POST, label_suffix="")
    if form.is_valid() and attempt(
        form, lambda: reviewing.comment(found, form.cleaned_data["text"], place.person)
    ):
        messages.success(request, _("Your comment was added."))
        return redirect("workspace:update", pk)
    return render(request, "workspace/update.html", shown(place, found, form))
