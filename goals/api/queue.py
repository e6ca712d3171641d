"""What stewards decide: the queue of what waits for them, and what they may do to what is public."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from goals.api import sent
from goals.api.shapes import (
    SubGoalApprovalSerializer,
    UpdateApprovalSerializer,
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
from goals.lifecycle import proposing, reviewing, sub_goals, updates
from goals.lifecycle.reviewing import Answer
from goals.models import MeasureProposal, SubGoal, Update
from indicators.api import CODE
from stakeholders.api_private import something
from stakeholders.rights import Rule


class QueueFilters(filters.FilterSet):
    goal = filters.CharFilter("goal__code", help_text="Code of the goal.")
    organization = filters.CharFilter("organization__code", help_text="Code of the organization.")

    class Meta:
        model = SubGoal
        fields = ("goal", "organization")


class QueuedUpdateFilters(filters.FilterSet):
    goal = filters.CharFilter("sub_goal__goal__code", help_text="Code of the goal.")
    organization = filters.CharFilter("sub_goal__organization__code", help_text="Code of the organization.")

    class Meta:
        model = Update
        fields = ("goal", "organization")


class QueueViewSet(ListModelMixin, RowViewSet):
    """The list has what waits, the longest waiting first; single ones also when they are decided."""

    ordering = ("submitted_at",)

    def in_queue(self, seen: Any) -> Any:
        return seen.awaiting_review() if self.action == "list" else seen


class QueuedSubGoalViewSet(QueueViewSet):
    """Sub-goals for stewards: what was sent for review, and what is public."""

    queryset = SubGoal.objects.none()
    serializer_class = WholeSubGoalSerializer
    filterset_class = QueueFilters
    lookup_field, lookup_value_regex = "code", CODE
    rules = {
        "list": Rule("queue", "see"),
        "retrieve": Rule("queue", "see"),
        "approve": Rule("sub_goal", "publish"),
        "approve_several": Rule("sub_goal", "publish"),
        "send_back": Rule("sub_goal", "send_back"),
        "weight": Rule("sub_goal_weight", "edit"),
        "parent": Rule("sub_goal_parent", "edit"),
        "withdraw": Rule("sub_goal", "withdraw"),
        "measures": Rule("queue", "see"),
        "measure": Rule("sub_goal_measure", "edit"),
        "approve_measure": Rule("sub_goal_measure", "approve"),
        "send_back_measure": Rule("sub_goal_measure", "send_back"),
        **COMMENT_RULES,
    }
    versioned = (
        "approve", "send_back", "weight", "parent", "withdraw", "measure", "approve_measure",
        "send_back_measure",
    )  # fmt: skip

    def get_queryset(self) -> QuerySet[SubGoal]:
        return whole_sub_goals(self.in_queue(SubGoal.objects.visible_to(self.person)))

    def in_queue(self, seen: Any) -> Any:
        if self.action == "measures":
            return seen.filter(pk__in=MeasureProposal.objects.awaiting_review().values("sub_goal"))
        return super().in_queue(seen)

    @extend_schema(request=sent.SubGoalApprovalSent, responses=WholeSubGoalSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, code: str) -> Response:
        """Publish it; one that stands under no other gets its weight here, 1 if none is given."""
        row, version, fields = self.get_object(), self.version(), self.sent(sent.SubGoalApprovalSent)
        return self.answer(sub_goals.publish(row, self.person, version, **fields))

    @extend_schema(
        operation_id="queue_sub_goals_approve_several",
        request=sent.SubGoalApprovalsSent,
        responses=SubGoalApprovalSerializer(many=True),
    )
    @action(detail=False, methods=["post"], url_path="approve", filterset_class=None)
    def approve_several(self, request: Request) -> Response:
        """Publish up to 200, each on its own: one that is refused leaves the others alone."""
        fields = self.sent(sent.SubGoalApprovalsSent)
        wanted = {one["code"]: one["version"] for one in fields["chosen"]}
        seen = SubGoal.objects.visible_to(self.person).filter(code__in=wanted)
        codes = dict(seen.values_list("pk", "code"))
        chosen = {pk: wanted[code] for pk, code in codes.items()}
        answers = reviewing.approve_sub_goals(chosen, self.person, comment=fields["comment"])
        unknown = [code for code in wanted if code not in codes.values()]
        answers += [Answer(-place, None, no_such()) for place, _code in enumerate(unknown, 1)]
        codes |= {-place: code for place, code in enumerate(unknown, 1)}
        return Response(SubGoalApprovalSerializer(answers, many=True, context={"codes": codes}).data)

    @extend_schema(request=sent.QuestionSent, responses=WholeSubGoalSerializer)
    @action(detail=True, methods=["post"], url_path="send-back")
    def send_back(self, request: Request, code: str) -> Response:
        """Send it back with a question."""
        row, version, question = self.get_object(), self.version(), self.sent(sent.QuestionSent)["question"]
        return self.answer(sub_goals.send_back(row, question, self.person, version))

    @extend_schema(request=sent.WeightSent, responses=WholeSubGoalSerializer)
    @action(detail=True, methods=["post"])
    def weight(self, request: Request, code: str) -> Response:
        """Weigh one that stands under no other."""
        row, version, fields = self.get_object(), self.version(), self.sent(sent.WeightSent)
        return self.answer(sub_goals.re_weigh(row, by=self.person, version=version, **fields))

    @extend_schema(request=sent.ParentSent, responses=WholeSubGoalSerializer)
    @action(detail=True, methods=["post"])
    def parent(self, request: Request, code: str) -> Response:
        """Put a public one under another sub-goal of its goal, or under none."""
        row, version = self.get_object(), self.version()
        parent = self.sent(sent.ParentSent)["parent"]
        return self.answer(sub_goals.re_parent(row, parent, self.person, version))

    @extend_schema(request=sent.WithdrawalSent, responses=WholeSubGoalSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, code: str) -> Response:
        """Withdraw it with a reason; it stays to be seen and counts no longer."""
        row, version, fields = self.get_object(), self.version(), self.sent(sent.WithdrawalSent)
        return self.answer(sub_goals.withdraw(row, by=self.person, version=version, **fields))

    # --- How it is measured ---------------------------------------------------------------------
    @extend_schema(responses=WholeSubGoalSerializer(many=True))
    @action(detail=False, suffix="List", ordering=("code",), ordering_fields=())
    def measures(self, request: Request) -> Response:
        """Those for which a changed measure waits, as `proposal`."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(request=sent.MeasureSent, responses=WholeSubGoalSerializer)
    @action(detail=True, methods=["post"])
    def measure(self, request: Request, code: str) -> Response:
        """Change how it is measured or what it contributes, with the reason; earlier results stay."""
        row, version, fields = self.get_object(), self.version(), self.sent(sent.MeasureSent)
        reason = fields.pop("reason")
        return self.answer(sub_goals.change_measure(row, something(fields), reason, self.person, version))

    @extend_schema(request=sent.RemarkSent, responses=WholeSubGoalSerializer)
    @action(detail=True, methods=["post"], url_path="measure/approve")
    def approve_measure(self, request: Request, code: str) -> Response:
        """Make what was proposed the new version."""
        row, version, comment = self.get_object(), self.version(), self.sent(sent.RemarkSent)["comment"]
        proposing.approve(row, self.person, version, comment=comment)
        return self.answer(row)

    @extend_schema(request=sent.QuestionSent, responses=WholeSubGoalSerializer)
    @action(detail=True, methods=["post"], url_path="measure/send-back")
    def send_back_measure(self, request: Request, code: str) -> Response:
        """Send what was proposed back with a question."""
        row, version, question = self.get_object(), self.version(), self.sent(sent.QuestionSent)["question"]
        proposing.send_back(row, question, self.person, version)
        return self.answer(row)


def no_such() -> str:
    return _("There is nothing of this code.")


class QueuedUpdateViewSet(QueueViewSet):
    """Updates for stewards: what was sent for review, and what is public."""

    queryset = Update.objects.none()
    serializer_class = WholeUpdateSerializer
    filterset_class = QueuedUpdateFilters
    lookup_value_regex = NUMBER
    rules = {
        "list": Rule("queue", "see"),
        "retrieve": Rule("queue", "see"),
        "approve": Rule("update", "publish"),
        "approve_several": Rule("update", "publish"),
        "send_back": Rule("update", "send_back"),
        "grade": Rule("update", "grade"),
        "correct": Rule("update", "correct"),
        "retract": Rule("update", "retract"),
        "file": Rule("evidence_file", "see_submitted"),
        **COMMENT_RULES,
    }
    versioned = ("approve", "send_back", "grade", "correct", "retract")

    def get_queryset(self) -> QuerySet[Update]:
        return whole_updates(self.in_queue(Update.objects.visible_to(self.person)))

    @extend_schema(request=sent.UpdateApprovalSent, responses=WholeUpdateSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Publish it with a grade for its evidence; it counts from now on."""
        row, version, fields = self.get_object(), self.version(), self.sent(sent.UpdateApprovalSent)
        return self.answer(updates.publish(row, self.person, version, **fields))

    @extend_schema(
        operation_id="queue_updates_approve_several",
        request=sent.UpdateApprovalsSent,
        responses=UpdateApprovalSerializer(many=True),
    )
    @action(detail=False, methods=["post"], url_path="approve", filterset_class=None)
    def approve_several(self, request: Request) -> Response:
        """Publish up to 200, each on its own: one that is refused leaves the others alone."""
        fields = self.sent(sent.UpdateApprovalsSent)
        chosen = {one["id"]: one["version"] for one in fields.pop("chosen")}
        answers = reviewing.approve_updates(chosen, self.person, **fields)
        return Response(UpdateApprovalSerializer(answers, many=True).data)

    @extend_schema(request=sent.QuestionSent, responses=WholeUpdateSerializer)
    @action(detail=True, methods=["post"], url_path="send-back")
    def send_back(self, request: Request, pk: str) -> Response:
        """Send it back with a question."""
        row, version, question = self.get_object(), self.version(), self.sent(sent.QuestionSent)["question"]
        return self.answer(updates.send_back(row, question, self.person, version))

    @extend_schema(request=sent.GradeSent, responses=WholeUpdateSerializer)
    @action(detail=True, methods=["post"])
    def grade(self, request: Request, pk: str) -> Response:
        """Grade the evidence of a published one anew."""
        row, version, grade = self.get_object(), self.version(), self.sent(sent.GradeSent)["grade"]
        return self.answer(updates.regrade(row, grade, self.person, version))

    @extend_schema(request=sent.CorrectionSent, responses={201: WholeUpdateSerializer})
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: str) -> Response:
        """Correct a published one; another steward approves it."""
        row, version, fields = self.get_object(), self.version(), self.sent(sent.CorrectionSent)
        reason = fields.pop("reason")
        return self.answer(updates.correct(row, fields, self.person, version, reason=reason), 201)

    @extend_schema(request=sent.RetractionSent, responses=WholeUpdateSerializer)
    @action(detail=True, methods=["post"])
    def retract(self, request: Request, pk: str) -> Response:
        """Retract it with a reason; it stays to be seen, and a correction under way ends."""
        row, version, fields = self.get_object(), self.version(), self.sent(sent.RetractionSent)
        return self.answer(updates.retract(row, by=self.person, version=version, **fields))

    @extend_schema(parameters=[FILE], responses=FILE_CONTENT)
    @action(detail=True, url_path=FILE_PATH)
    def file(self, request: Request, pk: str, file: str) -> FileResponse:
        """The content of a file, as it was handed in."""
        return content_of(file_of(self.get_object(), file))
