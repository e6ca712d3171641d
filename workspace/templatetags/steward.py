"""Rights and numbers as the stewards' pages ask for them; days and places come from `values`."""

from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from goals.words import UPDATE_STATES, language
from indicators import formats
from stakeholders import rights
from workspace import steward_queue

register = template.Library()
SMALLER_UNITS = {
    "million_persons": ("persons", Decimal(1_000_000)),
    "thousand_persons": ("persons", Decimal(1_000)),
}
MOST_PLACES = 7
"""Of points: shares are stored with nine decimals."""


@register.filter
def may_review(person: rights.Person) -> bool:
    return rights.may(person, "see", "queue")


@register.filter
def may_administer(person: rights.Person) -> bool:
    return rights.may(person, "switch_off", "organization")


@register.simple_tag
def waiting() -> list[tuple[steward_queue.Kind, int]]:
    """How much of each kind waits for a steward; for the start page of the admin."""
    return list(steward_queue.counts(timezone.now()).items())


@register.filter
def amount(value: Decimal | None, unit: str) -> str:
    """A declared quantity to three significant figures; a small part of a million people as people."""
    if value is None:
        return ""
    smaller, factor = SMALLER_UNITS.get(unit, (unit, Decimal(1)))
    if abs(value) * 10 >= 1 or factor == 1 or not value:
        return formats.approximate(value, unit, language(), 3)
    return formats.quantity(value * factor, smaller, 0, language())


@register.filter
def part_of(value: Decimal | None) -> str:
    """A share in percent, a small one with two digits that say something."""
    if value is None:
        return ""
    places = max(1, 1 - (100 * value).adjusted()) if value else 0
    return formats.rate(value, language(), min(places, MOST_PLACES))


@register.filter
def of_hundred(value: Decimal | None) -> str:
    """A share of 1 as a number from 0 to 100."""
    return "" if value is None else formats.number(100 * value, 2, language())


@register.filter
def difference(value: Decimal | None) -> SafeString | str:
    """A difference of shares in points, with its sign; programs read it whole."""
    if value is None:
        return ""
    sign = "+" if value > 0 else ""
    return format_html('<data value="{}">{}{}</data>', format(value, "f"), sign, seen(100 * value))


def seen(value: Decimal) -> str:
    """With as many decimals as it takes to see that it is not nothing."""
    places = max(2, 1 - value.adjusted()) if value else 0
    return formats.number(value, min(places, MOST_PLACES), language())


@register.filter
def update_state(code: str) -> str:
    return str(UPDATE_STATES[code])
