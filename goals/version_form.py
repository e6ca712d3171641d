"""The form for a target's next version: checked by the method, prefilled from the version in force."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import model_to_dict
from django.utils.translation import gettext_lazy as _

from goals import known
from goals.method.case_inputs import CaseError, target_parameters
from goals.method.parameters import problems
from goals.models import Target, TargetVersion

VERSION_FIELDS = (
    "document", "kind", "areas", "direction", "path", "weight", "baseline_period", "baseline_value",
    "milestones", "target_period", "target_value", "change", "bound", "threshold", "comparator_area",
    "margin", "hold_from", "hold_to",
)  # fmt: skip

AREA = re.compile(r"[A-Z0-9-]{2,20}")
PLAIN_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,12})?")
NEEDED = {"reach_level": "target_value", "rank": "target_value", "relative_change": "change"}
"""The number without which a kind of target says nothing."""


class AreasField(forms.Field):
    """Area codes written as USA+MEX+CAN."""

    def prepare_value(self, value: Any) -> Any:
        return "+".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        codes = [code.strip().upper() for code in str(value or "").split("+") if code.strip()]
        for code in codes:
            if not AREA.fullmatch(code):
                raise ValidationError(_("“%(code)s” is no area code.") % {"code": code})
        return codes


class MilestonesField(forms.Field):
    """Periods with their values written as 2040: 83; 2045: 95."""

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "; ".join(f"{milestone['period']}: {milestone['value']}" for milestone in value)

    def to_python(self, value: Any) -> list[dict]:
        return [milestone(text) for text in str(value or "").split(";") if text.strip()]


def milestone(text: str) -> dict:
    period, _colon, value = (part.strip() for part in text.partition(":"))
    if not PLAIN_NUMBER.fullmatch(value):
        raise ValidationError(_("“%(text)s” is no milestone: write 2040: 83.") % {"text": text})
    return {"period": period, "value": Decimal(value)}


class NewVersionForm(forms.ModelForm):
    target = forms.ModelChoiceField(
        Target.objects.select_related("indicator"), widget=forms.HiddenInput, label=""
    )
    follows = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput, label="")
    areas = AreasField(required=False, help_text=_("Area codes, e.g. USA+MEX+CAN: all of them must hold."))
    milestones = MilestonesField(required=False, help_text=_("E.g. 2040: 83; 2045: 95"))

    class Meta:
        model = TargetVersion
        fields = ("target", "reason", *VERSION_FIELDS)

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or self.cleaned_data
        if target := fields.get("target"):
            self.number_after(target)
        if not self.errors:
            self.refuse_impossible(fields)
        return fields

    def number_after(self, target: Target) -> None:
        """Refuse when somebody added a version since this form was opened; the target stays locked."""
        Target.objects.select_for_update().get(pk=target.pk)
        newest = target.versions.select_related("author").last()
        self.next_number = newest.number + 1 if newest else 1
        if newest and newest.number != self.cleaned_data.get("follows"):
            self.add_error(None, overtaken(newest))

    def refuse_impossible(self, fields: dict[str, Any]) -> None:
        version = TargetVersion(**{name: fields[name] for name in VERSION_FIELDS})
        needed = NEEDED.get(version.kind)
        if needed and fields[needed] is None:
            self.add_error(needed, _("This kind of target needs it."))
        if version.kind != TargetVersion.Kind.MONITOR and not version.areas:
            self.add_error("areas", _("Name at least one area."))
        if version.weight <= 0:
            self.add_error("weight", _("The weight must be above zero."))
        for problem in found_by_method(version):
            self.add_error(None, problem)


def found_by_method(version: TargetVersion) -> tuple[str, ...]:
    try:
        return problems(target_parameters({"kind": version.kind, **known.parameters(version)}))
    except CaseError as error:
        return (f"{str(error).capitalize()}.",)


def overtaken(newest: TargetVersion) -> str:
    return _("Version %(number)d was added meanwhile by %(person)s: “%(reason)s”. Open the form anew.") % {
        "number": newest.number,
        "person": newest.author or _("the program"),
        "reason": newest.reason,
    }


def prefill(target: Target) -> dict[str, Any]:
    """The parameters in force, as initial values of the form."""
    newest = target.versions.last()
    if newest is None:
        return {"target": target.pk}
    parameters = model_to_dict(newest, VERSION_FIELDS)
    return {**parameters, "target": target.pk, "follows": newest.number}
