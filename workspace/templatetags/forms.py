"""How a field of a form is written."""

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def control(field: BoundField) -> SafeString:
    """The field itself; its label stands above it, so no placeholder repeats it."""
    field.field.widget.attrs.pop("placeholder", None)
    return field.as_widget()
