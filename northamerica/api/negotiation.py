"""Which format an answer is written in: `?format=` decides, else the Accept header, else JSON."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer


class StrictNegotiation(DefaultContentNegotiation):
    def filter_renderers(self, renderers: Iterable[BaseRenderer], format: str) -> list[BaseRenderer]:
        """The renderers of a format; one that is not offered is a bad parameter, not a missing page."""
        found = [renderer for renderer in renderers if renderer.format == format]
        if not found:
            offered = ", ".join(sorted({renderer.format for renderer in renderers}))
            text = _("This format is not offered here; there is: %(formats)s.") % {"formats": offered}
            raise ValidationError({"format": ErrorDetail(text, code="unknown_format")})
        return found
