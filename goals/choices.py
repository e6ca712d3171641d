"""Choices of lists, made in the query string; a value that is no choice chooses nothing."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from goals.models import Goal

ALL = ("", _("All"))


class QueryFilter(forms.Form):
    """A form read from the query string; what is not valid is as if not given."""

    def __init__(self, query: Any) -> None:
        super().__init__(query, label_suffix="")
        self.is_valid()

    def chosen(self, name: str) -> str:
        return self.cleaned_data.get(name) or ""

    @property
    def query(self) -> str:
        """The choices as they stand in links to other pages of the list."""
        return urlencode({name: self.chosen(name) for name in self.fields if self.chosen(name)})

    @property
    def is_narrowed(self) -> bool:
        return any(self.chosen(name) for name in self.fields)


def choice(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False)


def set_choices(form: forms.Form, **choices: list[tuple[str, Any]]) -> None:
    for name, options in choices.items():
        field = form.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = options


def goal_choices(name: Callable[[Goal], str] = str) -> list[tuple[str, Any]]:
    return [ALL, *((goal.code, name(goal)) for goal in Goal.objects.all())]
