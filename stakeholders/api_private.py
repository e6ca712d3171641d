"""What all private endpoints have in common: who asks, what they may, how often, and over which version."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import ErrorDetail, Throttled
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from stakeholders import rights
from stakeholders.api_refusals import TooLarge, VersionNeeded
from stakeholders.api_rights import HasRule
from stakeholders.api_sent import Sent, refused
from stakeholders.models import User
from stakeholders.throttles import AddressThrottle, PersonThrottle
from stakeholders.tokens import TokenAuthentication
from stakeholders.versions import Versioned

MEGABYTE = 1024 * 1024
MOST_BYTES, MOST_BYTES_OF_FORMS = MEGABYTE, 11 * MEGABYTE
"""Of a whole request; a file in it may have 10 MB."""
ENTITY_TAG = re.compile(r'(W/)?"([0-9]{1,9})"')
"""W/ is added on the way when an answer is compressed; the version in it is the same."""


class PrivateViewSet(GenericViewSet):
    """Endpoints for a person or a token; never shared, and each action has its rule of the table."""

    authentication_classes = (TokenAuthentication, SessionAuthentication)
    permission_classes = (HasRule,)
    throttle_classes = (PersonThrottle,)
    renderer_classes = (JSONRenderer,)
    http_method_names = ("get", "head", "post", "patch", "delete")
    filterset_class: Any = None
    ordering_fields: tuple[str, ...] = ()
    rules: Mapping[str, rights.Rule] = {}

    def perform_authentication(self, request: Request) -> None:
        """What is too much is refused before anybody is looked up and before a body is read."""
        throttle = AddressThrottle()
        if not throttle.allow_request(request, self):
            raise Throttled(throttle.wait())
        self.check_size(request)
        super().perform_authentication(request)

    def check_size(self, request: Request) -> None:
        most = MOST_BYTES_OF_FORMS if MultiPartParser in self.parser_classes else MOST_BYTES
        length = request.META.get("CONTENT_LENGTH", "")
        if length.isdecimal() and (len(length) > 15 or int(length) > most):
            text = _("A request has at most %(most)d MB here. Nothing was saved.")
            raise TooLarge(text % {"most": most // MEGABYTE})

    @property
    def person(self) -> User:
        """Who asks; no rule lets anybody in here who is not known."""
        person = self.request.user
        assert rights.is_known(person)
        return person

    # --- What is sent ---------------------------------------------------------------------------
    def sent(self, shape: type[Sent], data: Any = None, **kwargs: Any) -> dict[str, Any]:
        """What came in the body, checked name by name."""
        given = self.request.data if data is None else data
        found = shape(data=given, context=self.get_serializer_context(), **kwargs)
        found.is_valid(raise_exception=True)
        return dict(found.validated_data)

    def version(self) -> int:
        """The version the person has seen, from If-Match (R10)."""
        header = self.request.headers.get("If-Match", "").strip()
        if header in ("", "*"):
            raise VersionNeeded(
                _("Say in If-Match which version you have read: its ETag. Nothing was saved.")
            )
        if not (found := ENTITY_TAG.fullmatch(header)):
            text = _("If-Match holds one ETag of this address, such as %(example)s.")
            raise refused("If-Match", text % {"example": '"3"'}, "bad_version")
        return int(found[2])

    # --- What is answered -----------------------------------------------------------------------
    def answer(self, row: Versioned, code: int = status.HTTP_200_OK) -> Response:
        """The row as it stands now, with its version."""
        return self.show(self.get_queryset().get(pk=row.pk), code)

    def show(self, row: Versioned, code: int = status.HTTP_200_OK) -> Response:
        return Response(self.shown(row), code, headers={"ETag": row.etag})

    def current(self, row: Versioned | None) -> Any:
        return self.get_queryset().filter(pk=row.pk).first() if row else None

    def shown(self, row: Any) -> dict[str, Any]:
        return self.get_serializer(row).data

    def gone(self) -> Response:
        return Response(status=status.HTTP_204_NO_CONTENT)


def something(fields: dict[str, Any]) -> dict[str, Any]:
    """What was sent, unless it is nothing at all."""
    if not fields:
        raise serializers.ValidationError([ErrorDetail(_("Name at least one field."), code="empty")])
    return fields
