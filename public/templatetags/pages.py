"""The one filter pages need for what is missing."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from goals.words import language
from indicators import formats

register = template.Library()


@register.filter
def shown(text: str | None) -> SafeString:
    """The text, or a dash that is read out as “no data”; never a zero."""
    if text:
        return format_html("{}", text)
    return format_html(
        '<span class="no-data"><span aria-hidden="true">{}</span>'
        '<span class="visually-hidden">{}</span></span>',
        formats.MISSING,
        formats.NO_DATA[language()],
    )
