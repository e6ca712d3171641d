"""Database fields that keep numbers exactly."""

import re
from decimal import Decimal, InvalidOperation

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import DecimalValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

MONTHS = re.compile(r"([1-9]|1[0-2])(,([1-9]|1[0-2]))*", re.ASCII)


def validate_months(text: str) -> None:
    """Raises ValidationError unless the text names months by number: 2,7."""
    if not MONTHS.fullmatch(text):
        raise ValidationError(_("Write months as numbers with commas between them, such as 2,7."))


class ExactDecimalFormField(forms.DecimalField):
    """A number typed by a person: plain digits in a believable size, nothing Python alone would read."""

    default_validators = [DecimalValidator(max_digits=30, decimal_places=12)]

    def to_python(self, value):
        if isinstance(value, str) and "_" in value:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


def digits(value: Decimal) -> str:
    """A number as SQLite keeps it: digit for digit, never with an exponent."""
    return format(value, "f")


class ExactDecimalField(models.Field):
    """A Decimal kept digit for digit, including its trailing zeros.

    PostgreSQL stores `numeric` without a limit. SQLite has no exact number, so it stores the text;
    ordering and arithmetic on such a column belong in Python.
    """

    description = _("Exact decimal number")

    def db_type(self, connection) -> str:
        return "numeric" if connection.vendor == "postgresql" else "text"

    def from_db_value(self, value, expression, connection) -> Decimal | None:
        return value if value is None or isinstance(value, Decimal) else Decimal(value)

    def to_python(self, value) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        if isinstance(value, bool | float):
            raise ValidationError(_("Give the number as text or Decimal: a float is not exact."))
        try:
            number = Decimal(value)
        except InvalidOperation as error:
            raise ValidationError(_("“%(value)s” is not a number.") % {"value": value}) from error
        if not number.is_finite():
            raise ValidationError(_("“%(value)s” is not a finite number.") % {"value": value})
        return number

    def get_prep_value(self, value) -> Decimal | None:
        return self.to_python(super().get_prep_value(value))

    def get_db_prep_value(self, value, connection, prepared=False):
        value = super().get_db_prep_value(value, connection, prepared)
        return value if value is None or connection.vendor == "postgresql" else digits(value)

    def value_to_string(self, obj) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else str(value)

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": ExactDecimalFormField, **kwargs})
