"""What people may hand in: taken as it is, or refused by the name of its field (R17, R25)."""

import unicodedata
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import DecimalValidator
from django.db import models
from django.utils.translation import gettext as _

from indicators.fields import ExactDecimalField

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
in_size = DecimalValidator(max_digits=30, decimal_places=12)


def apply(row: models.Model, fields: Mapping[str, Any], allowed: Collection[str]) -> list[str]:
    """Set the fields; return the names. Raises ValidationError for each that is refused, by its name.

    Texts lose outer spaces and are composed (NFC). An empty value stands for one not given yet.
    """
    refused = {name: _("This is set by the application.") for name in fields if name not in allowed}
    if refused:
        raise ValidationError(refused)
    faults: dict[str, Any] = {}
    for name, value in fields.items():
        field = row._meta.get_field(name)
        assert isinstance(field, models.Field)
        try:
            setattr(row, name, cleaned(row, field, value))
        except ValidationError as error:
            faults[name] = error.messages
    if faults:
        raise ValidationError(faults)
    return list(fields)


def cleaned(row: models.Model, field: models.Field, value: Any) -> Any:
    if isinstance(value, str):
        value = text(value, is_long=isinstance(field, models.TextField))
    if value in (None, ""):
        return empty(field)
    if isinstance(value, models.Model):
        return value
    if isinstance(field, models.BooleanField) and not isinstance(value, bool):
        raise ValidationError(_("Say yes or no."))
    if isinstance(field, ExactDecimalField):
        in_size(number := decimal(value))
        value = number
    if isinstance(field, models.URLField) and not str(value).lower().startswith(("http://", "https://")):
        raise ValidationError(_("An address begins with https:// or http://."))
    found = field.clean(value, row)
    within_limits(field, found)
    return found


def empty(field: models.Field) -> Any:
    if field.null:
        return None
    if isinstance(field, models.CharField | models.TextField) and not field.choices:
        return ""
    raise ValidationError(_("This may not be empty."))


def decimal(value: Any) -> Decimal:
    if isinstance(value, bool | float) or (isinstance(value, str) and ("_" in value or not value.isascii())):
        raise ValidationError(_("Write a plain number such as 1234.5."))
    try:
        number = Decimal(value)
    except (ArithmeticError, ValueError, TypeError) as error:
        raise ValidationError(_("Write a plain number such as 1234.5.")) from error
    if not number.is_finite():
        raise ValidationError(_("Write a plain number such as 1234.5."))
    return number


def within_limits(field: models.Field, value: Any) -> None:
    if isinstance(value, date) and not EARLIEST <= value <= LATEST:
        raise ValidationError(_("This day is too far away."))
    if isinstance(value, str) and field.max_length and len(value) > field.max_length:
        raise ValidationError(_("At most %(most)d characters.") % {"most": field.max_length})


def text(value: str, *, is_long: bool = True) -> str:
    """The text composed, without outer spaces and with plain line ends; no other control characters."""
    found = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")).strip()
    allowed = "\n\t" if is_long else ""
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in allowed for sign in found):
        raise ValidationError(_("This holds a line end or a character that cannot be shown."))
    return found


def remark(value: str, field: str, longest: int = 2_000) -> str:
    """What may be said along with a step, or left out."""
    try:
        found = text(value)
    except ValidationError as error:
        raise ValidationError({field: error.messages}) from error
    if len(found) > longest:
        raise ValidationError({field: _("At most %(most)d characters.") % {"most": longest}})
    return found


def needed(value: str, field: str) -> str:
    """A reason or question that may not be left out."""
    if not (found := remark(value, field)):
        raise ValidationError({field: _("Say it in a few words.")})
    return found
