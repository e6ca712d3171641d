"""What one's own endpoints and the stewards' have in common: comments and the files of updates."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from goals.api.sent import CommentSent
from goals.api.shapes import CommentSerializer
from goals.lifecycle import evidence, reviewing
from goals.lifecycle.steps import Row, organization_of
from goals.models import Comment, EvidenceFile, Update
from stakeholders.api_private import PrivateViewSet
from stakeholders.models import Organization, User
from stakeholders.rights import Rule

NUMBER = "[0-9]{1,18}"
BOXED_IN = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"}
FILE_PATH = f"files/(?P<file>{NUMBER})"
FILE_CONTENT = {(200, "application/octet-stream"): OpenApiTypes.BINARY}
FILE = OpenApiParameter("file", OpenApiTypes.INT, OpenApiParameter.PATH)
COMMENT_RULES = {"comments": Rule("comment", "see"), "comment": Rule("comment", "create")}


class RowViewSet(PrivateViewSet):
    """Sub-goals or updates, read through a queryset of the person's."""

    def organization_of(self, row: Row) -> Organization:
        return organization_of(row)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One of them, with its version as ETag."""
        return self.show(self.get_object())

    @extend_schema(responses=CommentSerializer(many=True))
    @action(detail=True, suffix="List", filterset_class=None, ordering_fields=())
    def comments(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What the organization and the stewards said about it, the oldest first; never public."""
        page = self.paginate_queryset(comments_on(self.get_object(), self.person))
        return self.get_paginated_response(CommentSerializer(page, many=True).data)

    @extend_schema(request=CommentSent, responses={201: CommentSerializer})
    @comments.mapping.post
    def comment(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say something; the other side reads it."""
        row = self.get_object()
        said = reviewing.comment(row, self.sent(CommentSent)["text"], self.person)
        return Response(CommentSerializer(said).data, 201)


def comments_on(row: Row, person: User) -> QuerySet[Comment]:
    about = {"update_discussed": row} if isinstance(row, Update) else {"sub_goal": row}
    seen = Comment.objects.visible_to(person)
    return seen.filter(**about).select_related("author").order_by("pk")


def file_of(update: Update, number: str) -> EvidenceFile:
    return get_object_or_404(
        update.evidence_files.select_related("update__sub_goal__organization"), pk=number
    )


def content_of(file: EvidenceFile) -> FileResponse:
    """Given out as an attachment that no browser runs or shows (R28)."""
    opened = evidence.opened(file)
    return FileResponse(
        opened, as_attachment=True, filename=file.name, content_type=file.type, headers=BOXED_IN
    )
