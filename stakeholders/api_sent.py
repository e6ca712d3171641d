"""What programs send, taken as it is or refused by the name of its field (R17, R25)."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import empty

NON_FIELD_ERRORS = "non_field_errors"
"""DRF's name for what is said of no field alone."""
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
WHOLE_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)


def refused(field: str, text: str, code: str = "invalid") -> ValidationError:
    return ValidationError({field: ErrorDetail(text, code=code)})


class Sent(serializers.Serializer):
    """An object with known names alone; what the server sets is refused by its name."""

    SET_BY_SERVER: tuple[str, ...] = ()

    def run_validation(self, data: Any = empty) -> Any:
        if not isinstance(data, Mapping):
            raise refused(NON_FIELD_ERRORS, _("Send a JSON object."), "not_an_object")
        for name in data:
            self.check_name(name)
        return super().run_validation(data)

    def check_name(self, name: str) -> None:
        if name in self.fields:
            return
        if name in self.SET_BY_SERVER:
            raise refused(name, _("This is set by the application."), "set_by_server")
        names = ", ".join(self.fields) or "–"
        raise refused(
            name[:50], _("These fields can be sent here: %(names)s.") % {"names": names}, "unknown_field"
        )


class Nothing(Sent):
    """For a step that needs no words."""


class Text(serializers.CharField):
    """A text; numbers and other values are no texts."""

    default_error_messages = {"invalid": gettext_lazy("Send a text.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"trim_whitespace": False, "allow_blank": True} | kwargs)

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(data) if isinstance(data, str) else self.fail("invalid")


class Choice(serializers.ChoiceField):
    def to_internal_value(self, data: Any) -> Any:
        return (
            super().to_internal_value(data)
            if isinstance(data, str)
            else self.fail("invalid_choice", input="")
        )


@extend_schema_field({"type": "boolean"})
class YesNo(serializers.Field):
    default_error_messages = {"invalid": gettext_lazy("Send true or false.")}

    def to_internal_value(self, data: Any) -> bool:
        return data if isinstance(data, bool) else self.fail("invalid")

    def to_representation(self, value: bool) -> bool:
        return value


@extend_schema_field({"type": "string", "format": "date"})
class Day(serializers.Field):
    default_error_messages = {"invalid": gettext_lazy("Write the day as 2026-11-22.")}

    def to_internal_value(self, data: Any) -> date:
        if not isinstance(data, str) or not ISO_DAY.fullmatch(data):
            self.fail("invalid")
        try:
            return date.fromisoformat(data)
        except ValueError:
            self.fail("invalid")

    def to_representation(self, value: date) -> str:
        return value.isoformat()


@extend_schema_field({"type": "string"})
class Code(serializers.Field):
    """A row named by its code; one the person cannot see does not exist (R16)."""

    default_error_messages = {"unknown": gettext_lazy("There is nothing of this code.")}

    def __init__(self, rows: Callable[[Any], QuerySet], lookup: str = "code", **kwargs: Any) -> None:
        self.rows, self.lookup = rows, lookup
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("unknown")
        try:
            return self.rows(self.context["request"].user).get(**{self.lookup: data})
        except ObjectDoesNotExist:
            self.fail("unknown")

    def to_representation(self, value: Any) -> str:
        return str(value)


@extend_schema_field({"type": "integer"})
class Whole(serializers.Field):
    default_error_messages = {"invalid": gettext_lazy("Send a whole number.")}

    def to_internal_value(self, data: Any) -> int:
        if (
            isinstance(data, bool | str)
            or not hasattr(data, "as_tuple")
            or not WHOLE_NUMBER.fullmatch(str(data))
        ):
            self.fail("invalid")
        return int(data)

    def to_representation(self, value: int) -> int:
        return value


def form_of(data: Any) -> dict[str, Any]:
    """The fields of a form, each given once."""
    found = {}
    for name, values in data.lists():
        if len(values) > 1:
            raise refused(name[:50], _("Give this field once."), "repeated_field")
        found[name] = values[0]
    return found
