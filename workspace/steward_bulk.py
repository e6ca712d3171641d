"""Which updates are approved together, each with the version its reader saw in the list (R10)."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from goals.lifecycle.reviewing import MOST_AT_ONCE
from goals.models import Update

CHOSEN = re.compile(r"([0-9]{1,18})-([0-9]{1,9})", re.ASCII)


class ChosenField(forms.Field):
    """Ticked rows as `id-version`; becomes a dictionary of versions by id."""

    widget = forms.MultipleHiddenInput
    default_error_messages = {
        "required": _("Tick at least one update; nothing was published."),
        "invalid": _("This choice cannot be read; nothing was published."),
        "too_many": _("At most %(most)d at once; nothing was published."),
    }

    def to_python(self, value: Any) -> dict[int, int]:
        found = [CHOSEN.fullmatch(one) for one in value or ()]
        if any(one is None for one in found):
            raise ValidationError(self.error_messages["invalid"])
        if len(found) > MOST_AT_ONCE:
            raise ValidationError(self.error_messages["too_many"] % {"most": MOST_AT_ONCE})
        return {int(one[1]): int(one[2]) for one in found if one}


class BulkForm(forms.Form):
    update = ChosenField(label=_("Updates"))
    grade = forms.ChoiceField(label=_("Evidence"), choices=Update.Evidence)

    @property
    def chosen(self) -> dict[int, int]:
        return self.cleaned_data["update"]
