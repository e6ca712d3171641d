"""One page for one step on a row: what it does, what it asks, and its button."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from stakeholders.versions import Stale
from workspace.fields import VersionForm
from workspace.own import Place
from workspace.saving import attempt, conflict

TEMPLATE = "workspace/action.html"


@dataclass(frozen=True)
class Action:
    """`right` is action and kind in the table of rights; `do` takes the form that was filled in."""

    heading: str | Promise
    explanation: str | Promise
    button: str | Promise
    right: tuple[str, str]
    done: str | Promise


def run(
    request: HttpRequest, action: Action, place: Place, form: VersionForm, do: Callable[[], Any],
    back: str, **context: Any,
) -> HttpResponse:  # fmt: skip
    """Show the form, or do the step and go on to `back`; what was typed stays whatever happens."""
    shown = {"action": action, "place": place, "form": form, "back": back, **context}
    before: Mapping[str, Any] = getattr(form, "current", {})
    if request.method == "POST" and form.is_valid():
        try:
            if attempt(form, do):
                messages.success(request, str(action.done))
                return redirect(back)
        except Stale as error:
            return conflict(request, TEMPLATE, error, before, shown)
    return render(request, TEMPLATE, shown)
