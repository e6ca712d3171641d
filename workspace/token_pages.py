"""Keys for programs of an organization: made after the password was given again, and shown once (R23)."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from stakeholders import rights, tokens
from stakeholders.models import ApiToken
from workspace.own import Place, place_of
from workspace.saving import attempt
from workspace.sign_in import reauthentication_required

A_PAGE = 50
DAYS = [(30, gettext_lazy("30 days")), (90, gettext_lazy("90 days")), (365, gettext_lazy("one year"))]


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        help_text=gettext_lazy("What it is for, such as: Nightly export."),
    )
    scope = forms.ChoiceField(label=gettext_lazy("What it may do"), choices=ApiToken.Scope.choices)
    days = forms.TypedChoiceField(label=gettext_lazy("Valid for"), choices=DAYS, coerce=int, initial=90)


@require_safe
@rights.rule("token", "see")
def token_list(request: HttpRequest, organization: str) -> HttpResponse:
    place = place_of(request.user, organization)
    place.require("see", "token")
    return render(request, "workspace/tokens.html", shown(place, request.GET.get("page")))


def shown(place: Place, page: str | None = None, **more: Any) -> dict[str, Any]:
    found = tokens.seen_by(place.person, place.organization).order_by("-created_at", "-pk")
    standing = {"pager": Paginator(found, A_PAGE).get_page(page), "now": timezone.now()}
    return {"place": place, "form": TokenForm(label_suffix="")} | standing | more


@require_POST
@rights.rule("token", "create")
@reauthentication_required
def make(request: HttpRequest, organization: str) -> HttpResponse:
    place = place_of(request.user, organization)
    place.require("create", "token")
    form = TokenForm(request.POST, label_suffix="")
    made: list[tuple[ApiToken, str]] = []
    if form.is_valid() and attempt(form, lambda: made.append(new(place, **form.cleaned_data))):
        token, key = made[0]
        return render(request, "workspace/tokens.html", shown(place, made=token, key=key))
    return render(request, "workspace/tokens.html", shown(place, form=form))


def new(place: Place, name: str, scope: str, days: int) -> tuple[ApiToken, str]:
    ends = timezone.now() + timedelta(days=days)
    return tokens.make(place.person, place.organization, name=name, scope=scope, expires_at=ends)


@require_POST
@rights.rule("token", "withdraw")
def end(request: HttpRequest, organization: str, pk: int) -> HttpResponse:
    place = place_of(request.user, organization)
    found = get_object_or_404(tokens.seen_by(place.person, place.organization), pk=pk)
    tokens.revoke(found, place.person)
    messages.success(request, _("The token was ended. Programs that use it are refused from now on."))
    return redirect("workspace:tokens", organization)
