"""A decision of a steward: what refuses it stands on the form, with what was typed and who was first."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError

from goals.lifecycle import reviewing
from goals.lifecycle.steps import StepNotAllowed
from stakeholders import people
from stakeholders.versions import Stale
from workspace.saving import tell_faults


def attempt(form: forms.Form, step: Callable[[], Any]) -> int:
    """Go the step; 200 if it was gone, else the status of the answer, with the reason on the form."""
    try:
        step()
    except (Stale, StepNotAllowed) as error:
        form.add_error(None, reviewing.sentence(error))
        return 409
    except PermissionDenied as error:
        form.add_error(None, str(error))
        return 403
    except ValidationError as error:
        tell_faults(form, error)
        return 400
    except people.NotPossible as error:
        form.add_error(None, str(error))
        return 409
    return 200
