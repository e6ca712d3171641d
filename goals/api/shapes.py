"""What one's own sub-goals and updates look like to both sides: with drafts, questions and the version."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from goals.lifecycle import proposing
from goals.lifecycle.reviewing import Answer
from goals.models import (
    Comment,
    EvidenceFile,
    EvidenceLink,
    MeasureProposal,
    Review,
    SubGoal,
    SubGoalText,
    SubGoalVersion,
    Update,
)
from goals.serializers import SubGoalSerializer, UpdateSerializer
from indicators.api import ExactModelSerializer, list_link

# Beside what is public; everything that is shown here was read through a queryset of the person's.
SUB_GOALS_RELATED = (
    "organization", "goal", "target__indicator", "parent__organization", "contributes_to", "standing",
)  # fmt: skip
UPDATES_RELATED = ("sub_goal__organization", "corrected_by", "correction_of")


class AnswerSerializer(serializers.ModelSerializer):
    """A steward's answer: approved, or sent back with a question."""

    class Meta:
        model = Review
        fields = ("decision", "comment", "decided_at")
        read_only_fields = fields


class SubGoalTextSerializer(serializers.ModelSerializer):
    class Meta:
        model = SubGoalText
        fields = ("language", "title", "description")
        read_only_fields = fields


class ProposalSerializer(ExactModelSerializer):
    """How a sub-goal is to be measured and what it is to contribute, once a steward approves it."""

    contributes_to = serializers.CharField(source="contributes_to.code", default=None, allow_null=True)

    class Meta:
        model = MeasureProposal
        fields = ("state", "reason", "proposed_at", *SubGoalVersion.MEASURE)
        read_only_fields = fields


class WholeSubGoalSerializer(SubGoalSerializer):
    """A sub-goal in any state; `version` is the number in its ETag."""

    proposal = serializers.SerializerMethodField(
        help_text="The changed measure that waits for a steward or was sent back with a question."
    )
    texts = SubGoalTextSerializer(many=True, read_only=True)
    reviews = AnswerSerializer(many=True, read_only=True)

    class Meta:
        model = SubGoal
        fields = (
            *SubGoalSerializer.Meta.fields, "jump_share", "answers_name", "answers_role", "created_at",
            "submitted_at", "proposal", "texts", "reviews", "version",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(ProposalSerializer(allow_null=True))
    def get_proposal(self, sub_goal: SubGoal) -> dict[str, Any] | None:
        found = proposing.open_of(sub_goal, sub_goal.proposals.all())
        return ProposalSerializer(found).data if found else None

    def get_parent(self, sub_goal: SubGoal) -> str | None:
        """Also one of the same organization that is not public yet."""
        parent = sub_goal.parent
        is_own = parent is not None and parent.organization_id == sub_goal.organization_id
        return parent.code if parent and is_own else super().get_parent(sub_goal)

    def get_updates_url(self, sub_goal: SubGoal) -> str:
        return list_link("my-update", sub_goal=sub_goal.code)


def whole_sub_goals(rows: QuerySet[SubGoal]) -> QuerySet[SubGoal]:
    return rows.select_related(*SUB_GOALS_RELATED).prefetch_related(
        "texts", "reviews", "proposals__contributes_to"
    )


class WeightSerializer(ExactModelSerializer):
    """The weight of a sub-goal, given by the owner of the one above it."""

    class Meta:
        model = SubGoal
        fields = ("code", "weight", "version")
        read_only_fields = fields


# --- Updates ------------------------------------------------------------------------------------
class LinkSerializer(serializers.ModelSerializer):
    class Meta:
        model = EvidenceLink
        fields = ("url", "title")
        read_only_fields = fields


class FileSerializer(serializers.ModelSerializer):
    type = serializers.CharField()

    class Meta:
        model = EvidenceFile
        fields = ("id", "name", "type", "size", "sha256", "uploaded_at")
        read_only_fields = fields


class WholeUpdateSerializer(UpdateSerializer):
    """An update in any state; `version` is the number in its ETag."""

    organization = serializers.CharField(source="sub_goal.organization.code")
    evidence_links = LinkSerializer(many=True, read_only=True)
    files = FileSerializer(source="evidence_files", many=True, read_only=True)
    reviews = AnswerSerializer(many=True, read_only=True)
    correction_of: serializers.RelatedField = serializers.PrimaryKeyRelatedField(
        read_only=True, help_text="The published update this one will replace."
    )

    class Meta:
        model = Update
        fields = (
            *UpdateSerializer.Meta.fields, "organization", "jump_reason", "evidence_links", "files",
            "created_at", "submitted_at", "correction_of", "correction_reason", "corrected_at",
            "retracted_at", "retraction_reason", "version",
        )  # fmt: skip
        read_only_fields = fields


def whole_updates(rows: QuerySet[Update]) -> QuerySet[Update]:
    lists = ("evidence_links", "evidence_files", "reviews", "corrects")
    return rows.select_related(*UPDATES_RELATED).prefetch_related(*lists)


# --- Both ---------------------------------------------------------------------------------------
class CommentSerializer(serializers.ModelSerializer):
    author = serializers.SerializerMethodField()

    class Meta:
        model = Comment
        fields = ("id", "author", "text", "written_at")
        read_only_fields = fields

    def get_author(self, comment: Comment) -> str:
        return str(comment.author or "")


class ApprovalSerializer(serializers.Serializer):
    """What became of one of several; `refusal` is empty when it was published."""

    refusal = serializers.CharField()
    published = serializers.SerializerMethodField()

    def get_published(self, answer: Answer) -> bool:
        return not answer.refusal


class SubGoalApprovalSerializer(ApprovalSerializer):
    code = serializers.SerializerMethodField()

    def get_code(self, answer: Answer) -> str:
        return self.context["codes"][answer.id]


class UpdateApprovalSerializer(ApprovalSerializer):
    id = serializers.IntegerField()


class RefusalSerializer(serializers.Serializer):
    line = serializers.IntegerField()
    column = serializers.CharField(help_text="Its name in the file; empty for a whole line.")
    reason = serializers.CharField()


class CellSerializer(serializers.Serializer):
    column = serializers.CharField(help_text="Its name in the file.")
    part = serializers.CharField(help_text="What it holds.")
    before = serializers.CharField(help_text="As a file has it; empty for a line that is added.")
    after = serializers.CharField()


class DetailSerializer(serializers.Serializer):
    """A line that is added, with its main cells, or changed, with each cell that differs."""

    line = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=["added", "changed"])
    cells = CellSerializer(many=True)


class PreviewSerializer(serializers.Serializer):
    """What a file does, by the number of the line; with a refusal nothing of it can be taken."""

    sha256 = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    mapping = serializers.DictField(child=serializers.CharField())
    missing = serializers.ListField(child=serializers.CharField())
    added = serializers.ListField(child=serializers.IntegerField())
    changed = serializers.ListField(child=serializers.IntegerField())
    same = serializers.ListField(child=serializers.IntegerField())
    refused = RefusalSerializer(many=True)
    lines = DetailSerializer(
        source="shown", many=True, help_text="The first 200 lines that are added or changed, in detail."
    )
    lines_left_out = serializers.IntegerField(source="left_out", help_text="How many more there are.")
    can_be_taken = serializers.BooleanField()
