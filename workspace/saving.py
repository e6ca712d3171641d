"""What becomes of a form: saved, refused at its fields, or met by somebody else's save (R10, R36)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BoundField, Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from goals.lifecycle.steps import StepNotAllowed
from stakeholders.people import NotPossible
from stakeholders.versions import Stale
from workspace.fields import NumberField, VersionForm


def attempt(form: Form, do: Callable[[], Any]) -> bool:
    """Do it; False where it was refused, with each reason at its field."""
    try:
        do()
    except ValidationError as error:
        tell_faults(form, error)
    except (StepNotAllowed, NotPossible) as error:
        form.add_error(None, str(error))
    return not form.errors


def tell_faults(form: Form, error: ValidationError) -> None:
    faults = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for name, sentences in faults.items():
        form.add_error(name if name in form.fields else None, [ValidationError(one) for one in sentences])


# --- Two people, one row ------------------------------------------------------------------------
@dataclass(frozen=True)
class Difference:
    """A field that reads differently in the row as it is now and in the form."""

    label: str
    theirs: str
    yours: str


def conflict(
    request: HttpRequest,
    template: str,
    error: Stale,
    current: Mapping[str, Any],
    page: Mapping[str, Any],
) -> HttpResponse:
    """The page again with both texts; what was typed is kept and can be saved over the present row."""
    form = page["form"]
    form.renew(getattr(error.current, "version", 0))
    met = {**page, "conflict": differences(form, current), "is_stale": True}
    return render(request, template, met, status=409)


def differences(form: VersionForm, current: Mapping[str, Any]) -> list[Difference]:
    fields = [field for field in form.visible_fields() if field.name in current]
    pairs = [
        Difference(
            str(field.label), text(field, current[field.name]), text(field, form.given.get(field.name))
        )
        for field in fields
    ]
    return [one for one in pairs if one.theirs != one.yours]


def text(field: BoundField, value: Any) -> str:
    """A value of a field as a person reads it."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if value is None:
        return ""
    if isinstance(field.field, NumberField):
        return str(field.field.prepare_value(value))
    choices = dict(getattr(field.field, "choices", ()) or ()) if isinstance(value, str) else {}
    return str(choices.get(value, value))
