"""The public form by which an organization asks to take part."""

from typing import Any

from allauth.core.internal import ratelimit
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from goals.words import language
from indicators.areas import area_name
from stakeholders import joining, rights
from stakeholders.models import Organization
from workspace.fields import long_text
from workspace.limits import too_many_requests
from workspace.saving import attempt

RATE = "5/h/ip,20/d/ip"
COUNTRIES = ("CAN", "MEX", "USA")
REGION = "CALI-BAJA"


CHOOSE = ("", _("Choose"))
"""Nobody is of a kind or a country because it stands first."""


def areas() -> list[tuple[str, Any]]:
    return [CHOOSE, *((code, area_name(code, language())) for code in COUNTRIES), (REGION, "Cali Baja")]


class JoinForm(forms.Form):
    organization_name = forms.CharField(label=_("Name of the organization"), max_length=200)
    type = forms.ChoiceField(label=_("Kind"), choices=[CHOOSE, *Organization.Type.choices])
    area = forms.ChoiceField(label=_("Country or region"), choices=areas)
    website = forms.URLField(
        label=_("Website (optional)"), required=False, max_length=200, assume_scheme="https"
    )
    description = forms.CharField(
        label=_("What does it do? (optional)"), required=False, max_length=5_000, widget=long_text(4)
    )
    person_name = forms.CharField(
        label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("Your e-mail address at the organization"), max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("The answer goes there. If it is yes, the link in it makes you the owner of the page."),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language of the answer"), choices=settings.LANGUAGES)
    message = forms.CharField(
        label=_("What would you like to report on? (optional)"), required=False, max_length=5_000,
        widget=long_text(4),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@rights.rule("join_request", "create")
def ask(request: HttpRequest) -> HttpResponse:
    """Anybody may ask; an administrator answers."""
    initial = {"language": get_language()}
    form = JoinForm(request.POST if request.method == "POST" else None, initial=initial, label_suffix="")
    if request.method == "POST" and form.is_valid():
        if not ratelimit.consume(request, app="workspace", action="join", config={"join": RATE}):
            return too_many_requests(request)
        if attempt(form, lambda: joining.ask_to_join(**form.cleaned_data)):
            return redirect("join:thanks")
    return render(request, "workspace/join.html", {"form": form})


@require_safe
@rights.rule("join_request", "create")
def thanks(request: HttpRequest) -> HttpResponse:
    return render(request, "workspace/join_thanks.html")
