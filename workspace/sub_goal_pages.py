"""A sub-goal as its organization sees it: state, dated record, texts, and every step its state allows."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goals.lifecycle import proposing, reviewing, sub_goals
from goals.lifecycle.steps import SUB_GOAL_STEPS
from goals.models import SubGoal, Update
from stakeholders import rights
from workspace import actions
from workspace.actions import Action
from workspace.measure_pages import PROPOSE, waiting_or_asked
from workspace.own import Place, place_in, sub_goal_of
from workspace.saving import attempt
from workspace.sub_goal_forms import (
    CommentForm,
    Confirm,
    Measure,
    Nest,
    OtherLanguage,
    Weigh,
    WhoAnswers,
    Withdraw,
    Words,
)
from workspace.talking import conversation
from workspace.templatetags.values import language_name

FORM_PAGE = ["GET", "HEAD", "POST"]
A_PAGE = 50


@require_safe
@rights.rule("sub_goal", "see_draft")
def sub_goal(request: HttpRequest, code: str) -> HttpResponse:
    related = ("parent__organization", "target__indicator", "contributes_to", "standing", "answers_user")
    place, found = sub_goal_of(request.user, code, *related)
    return render(request, "workspace/sub_goal.html", shown(place, found, request.GET.get("page")))


def shown(place: Place, found: SubGoal, page: str | None, form: CommentForm | None = None) -> dict[str, Any]:
    proposed = waiting_or_asked(found)
    return {
        "place": place,
        "sub_goal": found,
        "texts": list(found.texts.all()),
        "pager": Paginator(found.updates.select_related("author").order_by("-date", "-pk"), A_PAGE).get_page(
            page
        ),
        "open_update": found.updates.filter(state__in=Update.OPEN_STATES, correction_of=None)
        .order_by("pk")
        .first(),
        "children": children_of(found, place),
        "versions": list(found.versions.select_related("contributes_to").order_by("-number")[:A_PAGE]),
        "talk": conversation(found, place),
        "form": form or CommentForm(label_suffix=""),
        "steps": [one for one in steps_open(place, found) if not is_asked(one, proposed)],
        "confirm": Confirm(initial={"version": found.version}),
        **proposed,
    }


def children_of(found: SubGoal, place: Place) -> list[SubGoal]:
    rows = found.children.visible_to(place.person).select_related("organization", "standing")
    return list(rows.order_by("title", "pk")[:A_PAGE])


def steps_open(place: Place, found: SubGoal) -> list[dict[str, Any]]:
    """The steps that role and state allow, with the words for each."""
    return [
        {"url": reverse(f"workspace:{name}", args=[found.code]), "action": action}
        for name, (action, _form, _do) in ACTIONS.items()
        if place.may(*action.right) and found.state in SUB_GOAL_STEPS[STEP_OF[name]].leads
    ]


def is_asked(step: dict[str, Any], proposed: dict[str, Any]) -> bool:
    """Whether this is another change of the measure while one waits already."""
    return step["action"] is PROPOSE and "proposal" in proposed and proposed["proposal"].is_waiting


# --- Steps --------------------------------------------------------------------------------------
Do = Callable[[SubGoal, Any, Any], Any]


def describe(row: SubGoal, form: Any, by: Any) -> Any:
    return sub_goals.describe(row, form.given, by, form.seen_version)


def propose_measure(row: SubGoal, form: Any, by: Any) -> Any:
    return proposing.propose(row, form.measure, form.given["reason"], by, form.seen_version)


def nest(row: SubGoal, form: Any, by: Any) -> Any:
    return sub_goals.re_parent(row, form.given["parent"], by, form.seen_version)


def complete(row: SubGoal, form: Any, by: Any) -> Any:
    return sub_goals.complete(row, by, form.seen_version)


def withdraw(row: SubGoal, form: Any, by: Any) -> Any:
    given = form.given
    return sub_goals.withdraw(
        row, given["reason"], by, form.seen_version, delivered_stands=given["delivered_stands"]
    )


ACTIONS: dict[str, tuple[Action, type, Do]] = {
    "describe": (
        Action(
            _("Change the words"), _("Title and description. What is measured stays."),
            _("Save"), ("edit", "sub_goal"), _("The words were changed."),
        ), Words, describe,
    ),
    "answers": (
        Action(
            _("Change who answers for this sub-goal"),
            _("It holds at once. Reminders go first to the colleague with an account."),
            _("Save"), ("edit", "sub_goal"), _("Who answers for it was changed."),
        ), WhoAnswers, describe,
    ),
    "measure": (PROPOSE, Measure, propose_measure),
    "nest": (
        Action(
            _("Put this sub-goal under another one"),
            _(
                "Leave the field empty to let it stand on its own. Where it counts changes at once. "
                "If it came to stand under another or on its own, its weight is 1 again."
            ),
            _("Save"), ("edit", "sub_goal_parent"), _("Its place was changed."),
        ), Nest, nest,
    ),
    "complete": (
        Action(
            _("Mark this sub-goal as completed"),
            _("It keeps the progress it has; no more updates are asked for. Corrections stay possible."),
            _("It is completed"), ("complete", "sub_goal"), _("The sub-goal is completed."),
        ), Confirm, complete,
    ),
    "withdraw": (
        Action(
            _("Withdraw this sub-goal"),
            _("It no longer counts and stays to be seen with its reason. This cannot be undone."),
            _("Withdraw this sub-goal"), ("withdraw", "sub_goal"), _("The sub-goal was withdrawn."),
        ), Withdraw, withdraw,
    ),
}  # fmt: skip
STEP_OF = {
    "describe": "describe", "answers": "describe", "measure": "propose_measure", "nest": "re_parent",
    "complete": "complete", "withdraw": "withdraw",
}  # fmt: skip


@require_http_methods(FORM_PAGE)
@rights.rule("sub_goal", "see_draft")
def act(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """One of the steps above, on a page of its own."""
    place, found = sub_goal_of(request.user, code, "parent")
    action, form_class, do = ACTIONS[name]
    place.require(*action.right)
    data = request.POST or None
    filled = (
        form_class(data, initial={"version": found.version})
        if form_class in (Confirm, Withdraw)
        else form_class(data, place, found)
    )
    back = reverse("workspace:sub-goal", args=[code])
    return actions.run(
        request, action, place, filled, lambda: do(found, filled, place.person), back,
        about=found.title, about_language=found.language,
    )  # fmt: skip


WEIGH = Action(
    _("Weigh this sub-goal"), _("How much it counts among the sub-goals beside it, under yours."), _("Save"),
    ("edit", "sub_goal"), _("It has its new weight."),
)  # fmt: skip


DETACH = Action(
    _("Detach it"),
    _("It stands on its own again, in its own organization, with the weight 1. Yours counts without it."),
    _("Detach it"), ("detach", "sub_goal_parent"), _("It was detached."),
)  # fmt: skip


@require_http_methods(FORM_PAGE)
@rights.rule("sub_goal", "see_draft")
def weigh(request: HttpRequest, code: str) -> HttpResponse:
    """What stands under a sub-goal is weighed by that one's organization."""
    place, found = under_own(request, code)
    form = Weigh(request.POST or None, place, found)
    return from_above(
        request, WEIGH, place, found, form,
        lambda: sub_goals.re_weigh(found, form.given["weight"], place.person, form.seen_version),
    )  # fmt: skip


@require_http_methods(FORM_PAGE)
@rights.rule("sub_goal", "see_draft")
def detach(request: HttpRequest, code: str) -> HttpResponse:
    """What stands under a sub-goal moves it; that one's organization may let it go."""
    place, found = under_own(request, code)
    form = Confirm(request.POST or None, initial={"version": found.version})
    return from_above(
        request, DETACH, place, found, form,
        lambda: sub_goals.detach(found, place.person, form.seen_version),
    )  # fmt: skip


def under_own(request: HttpRequest, code: str) -> tuple[Place, SubGoal]:
    """A sub-goal of anybody's under one of the person's organizations, and that one's place."""
    own = rights.organizations_of(request.user)
    under = SubGoal.objects.visible_to(request.user).filter(parent__organization__in=own)
    found = get_object_or_404(under.select_related("parent__organization", "organization", "goal"), code=code)
    assert found.parent is not None
    return place_in(request.user, found.parent.organization), found


def from_above(
    request: HttpRequest, action: Action, place: Place, found: SubGoal, form: Any, do: Callable[[], Any]
) -> HttpResponse:
    place.require(*action.right)
    assert found.parent is not None
    back = reverse("workspace:sub-goal", args=[found.parent.code])
    return actions.run(
        request, action, place, form, do, back, about=found.title, about_language=found.language
    )


RIGHT_TO_TRANSLATE = ("edit", "sub_goal")


def translating(language: str) -> Action:
    named = {"language": language_name(language)}
    return Action(
        gettext("Title and description in %(language)s") % named,
        gettext("Readers of this language see these words instead of the original."),
        gettext("Save"), RIGHT_TO_TRANSLATE, gettext("The words in the other language were saved."),
    )  # fmt: skip


@require_http_methods(FORM_PAGE)
@rights.rule("sub_goal", "see_draft")
def other_language(request: HttpRequest, code: str, language: str) -> HttpResponse:
    place, found = sub_goal_of(request.user, code)
    place.require(*RIGHT_TO_TRANSLATE)
    if language not in dict(settings.LANGUAGES) or language == found.language:
        raise Http404
    form = OtherLanguage(request.POST or None, place, found)
    said = found.texts.filter(language=language).first()
    form.initial["title"] = said.title if said else ""
    form.initial["description"] = said.description if said else ""
    return actions.run(
        request, translating(language), place, form,
        lambda: sub_goals.add_text(
            found, language, form.given["title"], form.given["description"], place.person, form.seen_version
        ),
        reverse("workspace:sub-goal", args=[code]), about=found.title, about_language=found.language,
        language=language, original=found,
    )  # fmt: skip


@require_POST
@rights.rule("sub_goal", "see_draft")
def comment(request: HttpRequest, code: str) -> HttpResponse:
    place, found = sub_goal_of(request.user, code, "parent__organization", "target__indicator")
    place.require("create", "comment")
    form = CommentForm(request.POST, label_suffix="")
    if form.is_valid() and attempt(
        form, lambda: reviewing.comment(found, form.cleaned_data["text"], place.person)
    ):
        messages.success(request, str(_("Your comment was added.")))
        to_be_sent = found.state == SubGoal.State.SENT_BACK and place.may("submit", "sub_goal")
        return redirect("workspace:check" if to_be_sent else "workspace:sub-goal", code)
    return render(request, "workspace/sub_goal.html", shown(place, found, None, form))
