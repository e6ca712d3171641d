"""Fields people fill in by hand: numbers and days as they are, or refused by name (R25)."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from goals.lifecycle import cleaning
from goals.words import language

LONGEST_NUMBER = 60
WITH_POINT = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", re.ASCII)
WITH_COMMA = re.compile(r"-?(\d+|\d{1,3}( \d{3})+)([.,]\d+)?", re.ASCII)
SPACES = str.maketrans(dict.fromkeys("\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}", " "))


class NumberField(forms.Field):
    """An exact number, written as the language of the page writes numbers: 1,234.5 or 1 234,5."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "number"})

    def to_python(self, value: Any) -> Decimal | None:
        text = str(value or "").strip().translate(SPACES).replace("\N{MINUS SIGN}", "-")
        return cleaning.decimal(plain(text)) if text else None

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        text = format(value, "f")
        return text.replace(".", ",") if language() == "fr" else text


def plain(text: str) -> str:
    """With a point and without marks between thousands. Raises ValidationError for anything else."""
    form = WITH_COMMA if language() == "fr" else WITH_POINT
    if len(text) > LONGEST_NUMBER or not form.fullmatch(text):
        example = "1234,5" if language() == "fr" else "1234.5"
        raise ValidationError(_("Write a plain number such as %(example)s."), params={"example": example})
    if language() == "fr":
        return text.replace(" ", "").replace(",", ".")
    return text.replace(",", "")


class DayField(forms.DateField):
    """A day; the browser shows its own calendar."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"invalid": _("Write the day as 2026-11-22.")})
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)


def capital(choices: Iterable[tuple[str, Any]]) -> Any:
    """The choices as they begin a line, in the language of the reader."""
    return lambda: [(value, capfirst(str(label))) for value, label in choices]


def long_text(rows: int = 4) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class VersionForm(forms.Form):
    """A form that says which version of its row the author has seen (R10)."""

    version = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=0,
        error_messages={"required": _("The form was not whole. Open the page again.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    @property
    def seen_version(self) -> int:
        return self.cleaned_data["version"]

    @property
    def given(self) -> dict[str, Any]:
        """What was entered, without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def renew(self, version: int) -> None:
        """What was typed stays; the next try is over the row as it is now."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data[self.add_prefix("version")] = str(version)
        self.data = data


class ReasonForm(VersionForm):
    """A step that says why."""

    reason = forms.CharField(label=_("Reason"), max_length=2_000, widget=long_text(3))
