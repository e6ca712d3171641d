"""Many sub-goals or updates as one file: preview, then exactly that file or nothing (R13)."""

import json
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from goals.api import sent
from goals.api.own import reports_for
from goals.api.shapes import PreviewSerializer
from goals.bulk import importing
from goals.lifecycle import evidence
from stakeholders.api_private import PrivateViewSet
from stakeholders.api_sent import form_of, refused
from stakeholders.rights import Rule


class OtherFile(APIException):
    status_code, default_code = status.HTTP_409_CONFLICT, "other_file"


class ImportRefused(APIException):
    """Lines of the file are refused; which and why stands in `preview`."""

    status_code, default_code = status.HTTP_400_BAD_REQUEST, "import_refused"

    def __init__(self, preview: importing.Preview) -> None:
        super().__init__(_("The file was not taken: lines of it are refused. Nothing was changed."))
        self.more = {"preview": PreviewSerializer(preview).data}


class ImportViewSet(PrivateViewSet):
    """Sub-goals or updates from a CSV or XLSX file."""

    parser_classes = (MultiPartParser,)
    serializer_class = PreviewSerializer
    rules = {"preview": Rule("sub_goal", "import"), "create": Rule("sub_goal", "import")}

    @extend_schema(request={"multipart/form-data": sent.ImportSent}, responses=PreviewSerializer)
    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> Response:
        """What the file would add, change or be refused for; nothing is changed."""
        fields = self.sent(sent.ImportSent, form_of(request.data))
        organization = reports_for(self.person, fields.get("organization"))
        found = importing.preview(file_of(fields), organization, self.person, submit=fields["submit"])
        return Response(PreviewSerializer(found).data)

    @extend_schema(request={"multipart/form-data": sent.ConfirmedImportSent}, responses=PreviewSerializer)
    def create(self, request: Request) -> Response:
        """Take the file that was previewed, whole or not at all; a second time it changes nothing."""
        fields = self.sent(sent.ConfirmedImportSent, form_of(request.data))
        organization = reports_for(self.person, fields.get("organization"))
        file, checksum, submit = file_of(fields), fields["checksum"], fields["submit"]
        try:
            found = importing.take(file, organization, self.person, checksum, submit=submit)
        except importing.OtherFile as error:
            raise OtherFile(str(error)) from error
        if not found.can_be_taken:
            raise ImportRefused(found)
        return Response(PreviewSerializer(found).data)


def file_of(fields: dict[str, Any]) -> importing.File:
    upload = fields["file"]
    return importing.File(
        fields["kind"], evidence.whole(upload), upload.name, fields["sheet"], mapping_of(fields["mapping"]),
        left_out_of(fields["leave_out"]),
    )  # fmt: skip


def mapping_of(text: str) -> dict[str, str]:
    """The columns by what they hold, as a JSON object of texts."""
    found = loaded(text or "{}")
    if not isinstance(found, dict) or not all(isinstance(column, str) for column in found.values()):
        raise refused("mapping", _('Send a JSON object such as {"title": "Name"}.'))
    return found


def left_out_of(text: str) -> tuple[str, ...]:
    """The columns that are not taken, as a JSON list of texts."""
    found = loaded(text or "[]")
    if not isinstance(found, list) or not all(isinstance(column, str) for column in found):
        raise refused("leave_out", _('Send a JSON list such as ["Remarks"].'))
    return tuple(found)


def loaded(text: str) -> Any:
    """What the JSON says; None for what is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
