"""The shapes of this room's API answers; nothing is computed here."""

from decimal import Decimal
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from goals import upper
from goals.declarations import declared
from goals.models import Assumption, Goal, Result, Review, SubGoal, Target, TargetVersion, Update
from indicators.api import ExactModelSerializer, Number, ThreeLanguages, list_link

MILESTONES = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"period": {"type": "string"}, "value": {"type": "string", "format": "decimal"}},
    },
}
ANY_OBJECT = {"type": "object", "additionalProperties": True}
NUMBERS = ("progress", "expected", "pace", "schedule", "coverage", "combined")


def exact(value: Any) -> Any:
    """The same structure with each number as text, digit for digit; true, false and null stay."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, dict):
        return {key: exact(item) for key, item in value.items()}
    return [exact(item) for item in value] if isinstance(value, list) else value


@extend_schema_field(ANY_OBJECT)
class ExactJSON(serializers.Field):
    """Stored JSON; every number in it is text."""

    def to_representation(self, value: Any) -> Any:
        return exact(value)


@extend_schema_field(MILESTONES)
class Milestones(ExactJSON):
    """Values to reach on the way, oldest first."""


@extend_schema_field(ANY_OBJECT)
class Outcome(ExactJSON):
    """The stored outcome; for a target with the sum of what sub-goals declare, where the row brought it."""

    def __init__(self, **kwargs) -> None:
        super().__init__(source="*", read_only=True, **kwargs)

    def to_representation(self, value: Result) -> Any:
        contributions = declared.summary(value)
        return exact(value.outcome | ({"contributions": contributions} if contributions else {}))


# --- Results ------------------------------------------------------------------------------------
class ResultSerializer(ExactModelSerializer):
    """The stored outcome for one node, each field as the method names it."""

    outcome = Outcome()

    class Meta:
        model = Result
        fields = (
            "node", "level", "as_of", "known", "status", "reason", *NUMBERS, "outcome", "cause",
            "change_kind", "method_version", "recorded_at",
        )  # fmt: skip
        read_only_fields = fields


class PastResultSerializer(ExactModelSerializer):
    """One step in the history of a node."""

    is_current = serializers.BooleanField(default=False)

    class Meta:
        model = Result
        fields = (
            "id", "node", "level", "as_of", "known", "status", "reason", *NUMBERS, "cause", "change_kind",
            "method_version", "recorded_at", "is_current",
        )  # fmt: skip
        read_only_fields = fields


class ExplanationSerializer(serializers.ModelSerializer):
    """What a number was computed from: running the operation on the input gives the output."""

    op = serializers.CharField(source="explanation.op", help_text="Operation of the method.")
    input = ExactJSON(source="explanation.input")
    output = ExactJSON(source="outcome")

    class Meta:
        model = Result
        fields = ("node", "level", "as_of", "known", "method_version", "op", "input", "output")
        read_only_fields = fields


@extend_schema_field(ResultSerializer(allow_null=True))
class CurrentResult(serializers.Field):
    """The current result of a row whose queryset brought it along as `current_results`; null if none."""

    def __init__(self, **kwargs) -> None:
        super().__init__(source="current_results", read_only=True, **kwargs)

    def to_representation(self, results: list[Result]) -> dict[str, Any] | None:
        return ResultSerializer(results[0]).data if results else None


@extend_schema_field(ResultSerializer(allow_null=True))
class CurrentResultOfGoal(serializers.Field):
    """The same of a goal, with what organizations do as it stands now, brought along as well."""

    def __init__(self, **kwargs) -> None:
        super().__init__(source="*", read_only=True, **kwargs)

    def to_representation(self, goal: Any) -> dict[str, Any] | None:
        standings = {row.node: row for row in goal.current_standings}
        results = [upper.complete(one, standings) for one in goal.current_results]
        return ResultSerializer(results[0]).data if results else None


@extend_schema_field(ResultSerializer(allow_null=True))
class CurrentStanding(serializers.Field):
    """How a sub-goal stands; null before it was judged."""

    def __init__(self, **kwargs) -> None:
        super().__init__(source="*", read_only=True, **kwargs)

    def to_representation(self, sub_goal: SubGoal) -> dict[str, Any] | None:
        standing = getattr(sub_goal, "standing", None)
        return ResultSerializer(standing).data if standing else None


# --- Goals and targets --------------------------------------------------------------------------
class GoalSerializer(ExactModelSerializer):
    names = ThreeLanguages("name")
    citation = serializers.CharField(source="document.citation", default=None, allow_null=True)
    result = CurrentResultOfGoal()
    targets_url = serializers.SerializerMethodField()
    sub_goals_url = serializers.SerializerMethodField()

    class Meta:
        model = Goal
        fields = (
            "code", "number", "name", "names", "statement", "weight", "citation", "result", "targets_url",
            "sub_goals_url",
        )  # fmt: skip
        read_only_fields = fields

    def get_targets_url(self, goal: Goal) -> str:
        return list_link("target", goal=goal.code)

    def get_sub_goals_url(self, goal: Goal) -> str:
        return list_link("sub-goal", goal=goal.code)


class TargetVersionSerializer(ExactModelSerializer):
    """The parameters of a target from one moment on, and why; values in the indicator's unit."""

    milestones = Milestones()
    areas = serializers.ListField(child=serializers.CharField())
    document = serializers.CharField(source="document.code", default=None, allow_null=True)
    citation = serializers.CharField(source="document.citation", default=None, allow_null=True)

    class Meta:
        model = TargetVersion
        fields = (
            "number", "valid_from", "reason", "document", "citation", "kind", "areas", "direction", "path",
            "weight", "baseline_period", "baseline_value", "milestones", "target_period", "target_value",
            "change", "bound", "threshold", "comparator_area", "margin", "hold_from", "hold_to",
        )  # fmt: skip
        read_only_fields = fields


class AssumptionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Assumption
        fields = ("code", "text")
        read_only_fields = fields


class TargetSerializer(serializers.ModelSerializer):
    indicator = serializers.CharField(source="indicator.code")
    name = serializers.CharField(source="indicator.name")
    names = ThreeLanguages("name", source="indicator")
    unit = serializers.CharField(source="indicator.unit")
    goal = serializers.CharField(source="goal.code")
    parameters = serializers.SerializerMethodField(help_text="The version in force today.")
    versions = TargetVersionSerializer(many=True, read_only=True)
    assumptions = AssumptionSerializer(many=True, read_only=True)
    result = CurrentResult()

    class Meta:
        model = Target
        fields = (
            "node", "indicator", "name", "names", "unit", "goal", "number", "is_headline", "position",
            "parameters", "versions", "assumptions", "result",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(TargetVersionSerializer(allow_null=True))
    def get_parameters(self, target: Target) -> dict[str, Any] | None:
        found: list[TargetVersion] = target.in_force  # type: ignore[attr-defined]  # prefetched
        return TargetVersionSerializer(found[0]).data if found else None


# --- Sub-goals and their updates ----------------------------------------------------------------
class SubGoalSerializer(ExactModelSerializer):
    organization = serializers.CharField(source="organization.code")
    organization_name = serializers.CharField(source="organization.name")
    is_sample = serializers.BooleanField(source="organization.is_sample")
    goal = serializers.CharField(source="goal.code")
    target = serializers.CharField(source="target.indicator.code", default=None, allow_null=True)
    parent = serializers.SerializerMethodField()  # type: ignore[assignment]  # the base has an attribute of this name
    contributes_to = serializers.CharField(source="contributes_to.code", default=None, allow_null=True)
    result = CurrentStanding()
    updates_url = serializers.SerializerMethodField()

    class Meta:
        model = SubGoal
        fields = (
            "code", "node", "title", "description", "language", "organization", "organization_name",
            "is_sample", "goal", "target", "parent", "state", "published_on", "completed_on", "withdrawn_on",
            "withdrawal_reason", "is_deliverable", "unit", "direction", "path", "cadence", "reporting",
            "start_date", "baseline_value", "target_date", "target_value", "progress_from", "weight",
            "contributes_to", "contribution_factor", "attribution", "shared_effort", "shared_effort_share",
            "leads_shared_effort", "delivered_stands", "result", "updates_url",
        )  # fmt: skip
        read_only_fields = fields

    def get_parent(self, sub_goal: SubGoal) -> str | None:
        return public_code(sub_goal.parent)

    def get_updates_url(self, sub_goal: SubGoal) -> str:
        return reverse("api:sub-goal-updates", args=[sub_goal.code])


class ReviewSerializer(serializers.ModelSerializer):
    """The Project's answer to an update, without the name of who gave it."""

    class Meta:
        model = Review
        fields = ("decision", "comment", "decided_at")
        read_only_fields = fields


class UpdateSerializer(ExactModelSerializer):
    """A dated report; a corrected one names the update that replaces it."""

    sub_goal = serializers.CharField(source="sub_goal.code")
    unit = serializers.CharField(source="sub_goal.unit")
    corrected_by = serializers.SerializerMethodField()
    corrects = serializers.SerializerMethodField()
    reviews: serializers.BaseSerializer = ReviewSerializer(source="approvals", many=True, read_only=True)

    class Meta:
        model = Update
        fields = (
            "id", "sub_goal", "date", "value", "unit", "note", "language", "evidence_url", "evidence_grade",
            "author_role", "state", "published_at", "corrected_by", "corrects", "reviews",
        )  # fmt: skip
        read_only_fields = fields

    def get_corrected_by(self, update: Update) -> int | None:
        return public_id(update.corrected_by)

    def get_corrects(self, update: Update) -> int | None:
        return public_id(getattr(update, "corrects", None))


def public_code(sub_goal: SubGoal | None) -> str | None:
    return sub_goal.code if sub_goal and sub_goal.is_public else None


def public_id(update: Update | None) -> int | None:
    return update.pk if update and update.state in Update.PUBLIC_STATES else None


# --- The tree -----------------------------------------------------------------------------------
class NodeSerializer(ExactModelSerializer):
    """A node of the tree with the verdict on it."""

    class Meta:
        model = Result
        fields: tuple[str, ...] = ("node", "as_of", "status", "reason", *NUMBERS)
        read_only_fields = fields


class TargetNodeSerializer(NodeSerializer):
    name = serializers.CharField(source="target.indicator.name")
    number = serializers.CharField(source="target.number")
    is_headline = serializers.BooleanField(source="target.is_headline")

    class Meta(NodeSerializer.Meta):
        fields = (*NodeSerializer.Meta.fields, "name", "number", "is_headline")
        read_only_fields = fields


class OrganizationNodeSerializer(NodeSerializer):
    name = serializers.CharField(source="organization.name")
    organization = serializers.CharField(source="organization.code")

    class Meta(NodeSerializer.Meta):
        fields = (*NodeSerializer.Meta.fields, "name", "organization")
        read_only_fields = fields


class SubGoalNodeSerializer(NodeSerializer):
    name = serializers.CharField(source="sub_goal.title")
    organization = serializers.CharField(source="organization.code")
    parent = serializers.SerializerMethodField(  # type: ignore[assignment]  # the base has an attribute of this name
        help_text="Node of the sub-goal it is a part of."
    )
    counted = serializers.BooleanField(source="outcome.counted", default=None, allow_null=True)
    update_state = serializers.CharField(source="outcome.update_state", default=None, allow_null=True)

    class Meta(NodeSerializer.Meta):
        fields = (*NodeSerializer.Meta.fields, "name", "organization", "parent", "counted", "update_state")
        read_only_fields = fields

    def get_parent(self, result: Result) -> str | None:
        assert result.sub_goal is not None
        parent = result.sub_goal.parent
        return parent.node if parent and public_code(parent) else None


class LayerSerializer(serializers.Serializer):
    """One of the two layers of a goal; they are never mixed in silence."""

    progress = Number(allow_null=True)
    expected = Number(allow_null=True)
    schedule = Number(allow_null=True)


class IndicatorLayerSerializer(LayerSerializer):
    coverage = Number(allow_null=True)
    mark = serializers.CharField()
    status = serializers.CharField()
    binding = serializers.CharField(allow_null=True, help_text="Node of the target that is furthest behind.")
    targets = TargetNodeSerializer(many=True)


class StakeholderLayerSerializer(LayerSerializer):
    reporting_rate = Number(allow_null=True)
    organizations = OrganizationNodeSerializer(many=True)
    sub_goals = SubGoalNodeSerializer(many=True)
    sub_goals_total = serializers.IntegerField(help_text="At most 200 stand here; the list has them all.")
    sub_goals_url = serializers.SerializerMethodField()

    def get_sub_goals_url(self, layer: dict) -> str:
        return list_link("sub-goal", goal=layer["goal"].code)


class GoalNodeSerializer(NodeSerializer):
    name = serializers.CharField(source="goal.name")
    indicator_layer = IndicatorLayerSerializer()
    stakeholder_layer = StakeholderLayerSerializer()

    class Meta(NodeSerializer.Meta):
        fields = (*NodeSerializer.Meta.fields, "name", "indicator_layer", "stakeholder_layer")
        read_only_fields = fields


class TreeSerializer(NodeSerializer):
    """Overall, goals, both layers, and the targets and sub-goals in them."""

    outcome = ExactJSON()
    goals = GoalNodeSerializer(many=True)

    class Meta(NodeSerializer.Meta):
        fields = (*NodeSerializer.Meta.fields, "outcome", "method_version", "recorded_at", "goals")
        read_only_fields = fields
