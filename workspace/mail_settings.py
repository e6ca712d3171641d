"""Which mails a person gets: the choice of who is signed in, and the one click of a mail."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from stakeholders import mail_settings, rights
from stakeholders.models import MailKind, MailSettings
from workspace.own import person_of


class MailSettingsForm(forms.ModelForm):
    class Meta:
        model = MailSettings
        fields = MailKind.values


@require_http_methods(["GET", "HEAD", "POST"])
@rights.rule("account", "edit")
def choose(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    sent = request.POST if request.method == "POST" else None
    form = MailSettingsForm(sent, instance=mail_settings.settings_of(person))
    if form.is_valid():
        mail_settings.choose(person, form.cleaned_data)
        messages.success(request, _("Your choice was saved."))
        return redirect("workspace:mail-settings")
    return render(request, "workspace/mail_settings.html", {"form": form})


@never_cache
@csrf_exempt  # mail programs send the one click without a session; the signed link is the proof
@require_http_methods(["GET", "HEAD", "POST"])
@rights.rule("sign_in", "use")
def stop(request: HttpRequest, key: str) -> HttpResponse:
    """Looking at the link changes nothing; sending the form, or the one click of a mail program, does."""
    found = mail_settings.read_stop_key(key)
    if found is None:
        raise Http404
    is_stopped = request.method == "POST"
    if is_stopped:
        mail_settings.stop(found)
    shown = {"kind": found.kind.label, "is_stopped": is_stopped}
    return render(request, "workspace/mail_stopped.html", shown)
