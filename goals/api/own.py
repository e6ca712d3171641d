"""What organizations write: their sub-goals and the updates on them, drafts included."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import FileResponse
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from goals.api import sent
from goals.api.shapes import (
    FileSerializer,
    WeightSerializer,
    WholeSubGoalSerializer,
    WholeUpdateSerializer,
    whole_sub_goals,
    whole_updates,
)
from goals.api.shared import (
    COMMENT_RULES,
    FILE,
    FILE_CONTENT,
    FILE_PATH,
    NUMBER,
    RowViewSet,
    content_of,
    file_of,
)
from goals.lifecycle import evidence, proposing, sub_goals, updates
from goals.models import SubGoal, Update
from indicators.api import CODE
from stakeholders import rights
from stakeholders.api_private import something
from stakeholders.api_sent import Nothing, form_of
from stakeholders.models import Organization
from stakeholders.rights import Rule


def reports_for(person: Any, named: Organization | None) -> Organization:
    """The named organization; the only one of who takes part in one alone."""
    if named is not None:
        return named
    own = list(rights.organizations_of(person)[:2])
    if len(own) != 1:
        raise ValidationError({"organization": [_("Say for which of your organizations.")]})
    return own[0]


# --- Sub-goals ----------------------------------------------------------------------------------
class MySubGoalFilters(filters.FilterSet):
    goal = filters.CharFilter("goal__code", help_text="Code of the goal.")
    organization = filters.CharFilter("organization__code", help_text="Code of the organization.")
    state = filters.ChoiceFilter(choices=SubGoal.State.choices)

    class Meta:
        model = SubGoal
        fields = ("goal", "organization", "state")


class MySubGoalViewSet(ListModelMixin, RowViewSet):
    """The sub-goals of one's organizations, in any state."""

    queryset = SubGoal.objects.none()
    serializer_class = WholeSubGoalSerializer
    filterset_class = MySubGoalFilters
    lookup_field, lookup_value_regex = "code", CODE
    ordering = ("organization__name", "title")
    ordering_fields = ("created_at", "target_date", "code")
    rules = {
        "list": Rule("sub_goal", "see_draft"),
        "retrieve": Rule("sub_goal", "see_draft"),
        "create": Rule("sub_goal", "create"),
        "partial_update": Rule("sub_goal", "edit"),
        "destroy": Rule("sub_goal", "delete_draft"),
        "submit": Rule("sub_goal", "submit"),
        "measure": Rule("sub_goal_measure", "propose"),
        "take_back_measure": Rule("sub_goal_measure", "propose"),
        "text": Rule("sub_goal", "edit"),
        "parent": Rule("sub_goal_parent", "edit"),
        "detach": Rule("sub_goal_parent", "detach"),
        "weight": Rule("sub_goal", "edit"),
        "weigh": Rule("sub_goal", "edit"),
        "complete": Rule("sub_goal", "complete"),
        "withdraw": Rule("sub_goal", "withdraw"),
        **COMMENT_RULES,
    }
    versioned = (
        "partial_update", "destroy", "submit", "measure", "take_back_measure", "text", "parent", "detach",
        "weigh", "complete", "withdraw",
    )  # fmt: skip

    def get_queryset(self) -> QuerySet[SubGoal]:
        return whole_sub_goals(self.under_own() if self.is_from_above else sent.own_sub_goals(self.person))

    @property
    def is_from_above(self) -> bool:
        return self.action in ("weight", "weigh", "detach")

    def under_own(self) -> QuerySet[SubGoal]:
        """Also sub-goals of others under one's own: the owner of the one above weighs or detaches them."""
        own = rights.organizations_of(self.person)
        seen = SubGoal.objects.visible_to(self.person)
        return seen.filter(Q(organization__in=own) | Q(parent__organization__in=own))

    def organization_of(self, row: Any) -> Organization:
        above = row.parent if self.is_from_above else None
        return above.organization if above else super().organization_of(row)

    def get_serializer_class(self) -> Any:
        return WeightSerializer if self.is_from_above else WholeSubGoalSerializer

    @extend_schema(request=sent.NewSubGoalSent, responses={201: WholeSubGoalSerializer})
    def create(self, request: Request) -> Response:
        """A new draft: any of the fields, the goal and the title at least."""
        fields = self.sent(sent.NewSubGoalSent)
        organization = reports_for(self.person, fields.pop("organization", None))
        return self.answer(sub_goals.create_draft(organization, fields, self.person), 201)

    @extend_schema(request=sent.SubGoalSent, responses=WholeSubGoalSerializer)
    def partial_update(self, request: Request, code: str) -> Response:
        """Change a draft in any field; once it is public, its words and who answers for it."""
        row, version, fields = self.get_object(), self.version(), something(self.sent(sent.SubGoalSent))
        save = sub_goals.describe if row.state in SubGoal.PUBLIC_STATES else sub_goals.save_draft
        return self.answer(save(row, fields, self.person, version))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, code: str) -> Response:
        """Throw a draft away."""
        sub_goals.discard(self.get_object(), self.person, self.version())
        return self.gone()

    @extend_schema(request=Nothing, responses=WholeSubGoalSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, code: str) -> Response:
        """Send it to the stewards."""
        row, version = self.get_object(), self.version()
        self.sent(Nothing)
        return self.answer(sub_goals.submit(row, self.person, version))

    @extend_schema(request=sent.MeasureSent, responses=WholeSubGoalSerializer)
    @action(detail=True, methods=["post"])
    def measure(self, request: Request, code: str) -> Response:
        """Propose another measure or contribution of a published one, with the reason; a steward decides."""
        row, version, fields = self.get_object(), self.version(), self.sent(sent.MeasureSent)
        reason = fields.pop("reason")
        proposing.propose(row, something(fields), reason, self.person, version)
        return self.answer(row)

    @extend_schema(responses=WholeSubGoalSerializer)
    @measure.mapping.delete
    def take_back_measure(self, request: Request, code: str) -> Response:
        """Take the proposal back that waits."""
        row, version = self.get_object(), self.version()
        proposing.take_back(row, self.person, version)
        return self.answer(row)

    @extend_schema(request=sent.TextSent, responses=WholeSubGoalSerializer)
    @action(detail=True, methods=["post"], url_path="texts")
    def text(self, request: Request, code: str) -> Response:
        """Title and description in a further language."""
        row, version = self.get_object(), self.version()
        words = {"description": "", **self.sent(sent.TextSent)}
        sub_goals.add_text(row, by=self.person, version=version, **words)
        return self.answer(row)

    @extend_schema(request=sent.ParentSent, responses=WholeSubGoalSerializer)
    @action(detail=True, methods=["post"])
    def parent(self, request: Request, code: str) -> Response:
        """Put a public one under another of one's own of its goal, or under none."""
        row, version = self.get_object(), self.version()
        parent = self.sent(sent.ParentSent)["parent"]
        return self.answer(sub_goals.re_parent(row, parent, self.person, version))

    @extend_schema(request=Nothing, responses={204: None})
    @action(detail=True, methods=["post"])
    def detach(self, request: Request, code: str) -> Response:
        """Let go what stands under one's own sub-goal, also another organization's: it stands on its own."""
        row, version = self.get_object(), self.version()
        self.sent(Nothing)
        sub_goals.detach(row, self.person, version)
        return self.gone()

    @extend_schema(responses=WeightSerializer)
    @action(detail=True)
    def weight(self, request: Request, code: str) -> Response:
        """The weight of a sub-goal, also of another organization's under one's own."""
        return self.show(self.get_object())

    @extend_schema(request=sent.WeightSent, responses=WeightSerializer)
    @weight.mapping.post
    def weigh(self, request: Request, code: str) -> Response:
        """Weigh what stands under one's own sub-goal."""
        row, version, fields = self.get_object(), self.version(), self.sent(sent.WeightSent)
        return self.answer(sub_goals.re_weigh(row, by=self.person, version=version, **fields))

    @extend_schema(request=Nothing, responses=WholeSubGoalSerializer)
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, code: str) -> Response:
        """Say that it is done; what was reached goes on counting."""
        row, version = self.get_object(), self.version()
        self.sent(Nothing)
        return self.answer(sub_goals.complete(row, self.person, version))

    @extend_schema(request=sent.WithdrawalSent, responses=WholeSubGoalSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, code: str) -> Response:
        """Take it back with a reason; it stays to be seen and counts no longer."""
        row, version, fields = self.get_object(), self.version(), self.sent(sent.WithdrawalSent)
        return self.answer(sub_goals.withdraw(row, by=self.person, version=version, **fields))


# --- Updates ------------------------------------------------------------------------------------
class MyUpdateFilters(filters.FilterSet):
    sub_goal = filters.CharFilter("sub_goal__code", help_text="Code of the sub-goal.")
    organization = filters.CharFilter("sub_goal__organization__code", help_text="Code of the organization.")
    state = filters.ChoiceFilter(choices=Update.State.choices)

    class Meta:
        model = Update
        fields = ("sub_goal", "organization", "state")


class MyUpdateViewSet(ListModelMixin, RowViewSet):
    """The updates of one's organizations, in any state."""

    queryset = Update.objects.none()
    serializer_class = WholeUpdateSerializer
    filterset_class = MyUpdateFilters
    lookup_value_regex = NUMBER
    ordering = ("-date",)
    ordering_fields = ("date", "created_at")
    rules = {
        "list": Rule("update", "see_draft"),
        "retrieve": Rule("update", "see_draft"),
        "create": Rule("update", "create"),
        "partial_update": Rule("update", "edit"),
        "destroy": Rule("update", "delete_draft"),
        "submit": Rule("update", "submit"),
        "correct": Rule("update", "correct"),
        "retract": Rule("update", "retract"),
        "files": Rule("evidence_file", "see_draft"),
        "add_file": Rule("evidence_file", "create"),
        "file": Rule("evidence_file", "see_draft"),
        "remove_file": Rule("evidence_file", "delete_draft"),
        **COMMENT_RULES,
    }
    versioned = (
        "partial_update", "destroy", "submit", "correct", "retract", "add_file", "remove_file",
    )  # fmt: skip

    def get_queryset(self) -> QuerySet[Update]:
        return whole_updates(sent.own_updates(self.person))

    @extend_schema(request=sent.NewUpdateSent, responses={201: WholeUpdateSerializer})
    def create(self, request: Request) -> Response:
        """A new draft under a published sub-goal."""
        fields = self.sent(sent.NewUpdateSent)
        sub_goal, links = fields.pop("sub_goal"), fields.pop("evidence_links", ())
        return self.answer(updates.create_draft(sub_goal, fields, self.person, links=links), 201)

    @extend_schema(request=sent.UpdateSent, responses=WholeUpdateSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a draft, or one that was sent back."""
        row, version, fields = self.get_object(), self.version(), something(self.sent(sent.UpdateSent))
        links = fields.pop("evidence_links", None)
        return self.answer(updates.save_draft(row, fields, self.person, version, links=links))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Throw a draft away, or one that can never be published, with its files."""
        updates.discard(self.get_object(), self.person, self.version())
        return self.gone()

    @extend_schema(request=Nothing, responses=WholeUpdateSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Send it to the stewards."""
        row, version = self.get_object(), self.version()
        self.sent(Nothing)
        return self.answer(updates.submit(row, self.person, version))

    @extend_schema(request=sent.CorrectionSent, responses={201: WholeUpdateSerializer})
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: str) -> Response:
        """Begin a correction of a published one: a draft that replaces it when it is approved."""
        row, version, fields = self.get_object(), self.version(), self.sent(sent.CorrectionSent)
        reason = fields.pop("reason")
        return self.answer(updates.correct(row, fields, self.person, version, reason=reason), 201)

    @extend_schema(request=sent.RetractionSent, responses=WholeUpdateSerializer)
    @action(detail=True, methods=["post"])
    def retract(self, request: Request, pk: str) -> Response:
        """Take a published one back with a reason; it stays to be seen, and a correction under way ends."""
        row, version, fields = self.get_object(), self.version(), self.sent(sent.RetractionSent)
        return self.answer(updates.retract(row, by=self.person, version=version, **fields))

    # --- Files ----------------------------------------------------------------------------------
    @extend_schema(responses=FileSerializer(many=True))
    @action(detail=True, pagination_class=None, filterset_class=None, parser_classes=[MultiPartParser])
    def files(self, request: Request, pk: str) -> Response:
        """The files of an update; it has at most 20."""
        return Response(FileSerializer(self.get_object().evidence_files.all(), many=True).data)

    @extend_schema(request={"multipart/form-data": sent.FileSent}, responses={201: FileSerializer})
    @files.mapping.post
    def add_file(self, request: Request, pk: str) -> Response:
        """Add a file to a draft: PDF, PNG, JPEG, CSV or XLSX of at most 10 MB."""
        row, version = self.get_object(), self.version()
        upload = self.sent(sent.FileSent, form_of(request.data))["file"]
        file = evidence.add(row, upload, self.person, version)
        return Response(FileSerializer(file).data, 201, headers={"ETag": row.etag})

    @extend_schema(parameters=[FILE], responses=FILE_CONTENT)
    @action(detail=True, url_path=FILE_PATH)
    def file(self, request: Request, pk: str, file: str) -> FileResponse:
        """The content of a file, as it was handed in."""
        return content_of(file_of(self.get_object(), file))

    @extend_schema(parameters=[FILE], responses={204: None})
    @file.mapping.delete
    def remove_file(self, request: Request, pk: str, file: str) -> Response:
        """Take a file away from a draft."""
        row, version = self.get_object(), self.version()
        evidence.remove(found := file_of(row, file), self.person, version)
        return Response(status=204, headers={"ETag": found.update.etag})
