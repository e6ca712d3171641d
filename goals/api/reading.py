"""The read API of this room: goals, targets, sub-goals and the progress of every node of the tree."""

from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet

from goals import explain, upper
from goals.declarations import declared
from goals.models import Goal, Result, Review, Standing, Step, SubGoal, Target, TargetVersion
from goals.models.sub_goals import is_public
from goals.serializers import (
    NUMBERS,
    ExplanationSerializer,
    GoalSerializer,
    PastResultSerializer,
    ResultSerializer,
    SubGoalSerializer,
    TargetSerializer,
    TreeSerializer,
    UpdateSerializer,
)
from goals.stored_tree import progress_tree
from indicators.api import CODE
from stakeholders.api import YesNoFilter

NODE = "[-a-zA-Z0-9_:]+"
RESULT_COLUMNS = tuple(f"result.{name}" for name in ("as_of", "status", "reason", *NUMBERS))
PARAMETER_COLUMNS = tuple(
    f"parameters.{name}"
    for name in (
        "number", "valid_from", "kind", "areas", "direction", "path", "weight", "baseline_period",
        "baseline_value", "target_period", "target_value", "change", "bound", "threshold", "margin",
        "hold_from", "hold_to", "citation",
    )
)  # fmt: skip


def current_results() -> Prefetch:
    results = Result.objects.current().defer("explanation")
    return Prefetch("results", results, to_attr="current_results")


# --- Goals and targets --------------------------------------------------------------------------
class GoalViewSet(ReadOnlyModelViewSet):
    """The four shared goals, each with its current result."""

    serializer_class = GoalSerializer
    lookup_field, lookup_value_regex = "code", CODE
    ordering = ("number",)
    csv_columns = ("code", "number", "name", "statement", "weight", "citation", *RESULT_COLUMNS)

    def get_queryset(self):
        # A goal's targets and sub-goals have results and standings that carry the goal too.
        results = Result.objects.current().filter(level=Result.Level.GOAL).defer("explanation")
        standings = Standing.objects.filter(level=Result.Level.GOAL)
        return Goal.objects.select_related("document").prefetch_related(
            Prefetch("results", results, to_attr="current_results"),
            Prefetch("standings", standings, to_attr="current_standings"),
        )


class TargetFilters(filters.FilterSet):
    goal = filters.CharFilter("goal__code", help_text="Code of the goal.")
    is_headline = YesNoFilter()

    class Meta:
        model = Target
        fields = ("goal", "is_headline")


class TargetViewSet(ReadOnlyModelViewSet):
    """What is aimed at with each indicator: parameters in force, all versions with reasons, result."""

    serializer_class = TargetSerializer
    filterset_class = TargetFilters
    lookup_field, lookup_value_regex = "indicator__code", CODE
    lookup_url_kwarg = "indicator"
    ordering = ("goal__number", "-is_headline", "position")
    csv_columns = (
        "node", "indicator", "name", "unit", "goal", "number", "is_headline", *PARAMETER_COLUMNS,
        *RESULT_COLUMNS,
    )  # fmt: skip

    def get_queryset(self):
        versions = TargetVersion.objects.select_related("document")
        in_force = versions.as_of(timezone.now().date())
        return Target.objects.select_related("goal", "indicator").prefetch_related(
            "assumptions",
            Prefetch("versions", versions.order_by("number")),
            Prefetch("versions", in_force, to_attr="in_force"),
            current_results(),
            *declared.beside(""),
        )


# --- Sub-goals ----------------------------------------------------------------------------------
class SubGoalFilters(filters.FilterSet):
    goal = filters.CharFilter("goal__code", help_text="Code of the goal.")
    target = filters.CharFilter("target__indicator__code", help_text="Code of the target's indicator.")
    organization = filters.CharFilter("organization__code", help_text="Code of the organization.")
    state = filters.ChoiceFilter(choices=[(state.value, state.label) for state in SubGoal.PUBLIC_STATES])

    class Meta:
        model = SubGoal
        fields = ("goal", "target", "organization", "state")


class SubGoalViewSet(ReadOnlyModelViewSet):
    """Published, completed and withdrawn sub-goals of organizations; others do not exist here."""

    serializer_class = SubGoalSerializer
    filterset_class = SubGoalFilters
    lookup_field, lookup_value_regex = "code", CODE
    ordering = ("organization__name", "title")
    ordering_fields = ("published_on", "target_date", "code")
    columns_left_out = ("result", "updates_url")
    update_columns = UpdateSerializer.Meta.fields[:-1]

    @property
    def csv_columns(self) -> tuple[str, ...]:
        if self.action == "updates":
            return self.update_columns
        own = [name for name in SubGoalSerializer.Meta.fields if name not in self.columns_left_out]
        return (*own, *RESULT_COLUMNS)

    def get_queryset(self):
        related = ("organization", "goal", "target__indicator", "parent__organization", "contributes_to")
        return SubGoal.objects.public().select_related(*related, "standing")

    @extend_schema(responses=UpdateSerializer(many=True), operation_id="sub_goals_updates_list")
    @action(detail=True, suffix="List", filterset_class=None, ordering_fields=())
    def updates(self, request: Request, code: str) -> Response:
        """The public updates of a sub-goal, newest first; corrected ones stay and name what replaced them."""
        sub_goal = get_object_or_404(SubGoal.objects.public(), code=code)
        page = self.paginate_queryset(public_updates(sub_goal))
        return self.get_paginated_response(UpdateSerializer(page, many=True).data)


def public_updates(sub_goal: SubGoal):
    approvals = Review.objects.filter(decision=Review.Decision.APPROVED)
    return (
        sub_goal.updates.public()
        .select_related("sub_goal", "corrected_by", "corrects")
        .prefetch_related(Prefetch("reviews", approvals, to_attr="approvals"))
        .order_by("-date", "-pk")
    )


# --- Progress -----------------------------------------------------------------------------------
class ProgressViewSet(GenericViewSet):
    """Stored results of the nodes of the tree: overall, goal, target, organization within a goal, sub-goal.

    A node is named like `overall`, `goal:g3`, `target:food-trade` or `sub-goal:…`. Progress is never computed
    while a request waits; these are the results the public pages show.
    """

    serializer_class = ResultSerializer
    pagination_class = None
    filter_backends = ()
    renderer_classes = (JSONRenderer,)
    lookup_field, lookup_value_regex = "node", NODE
    csv_columns = PastResultSerializer.Meta.fields

    def get_queryset(self):
        results = Result.objects.current().filter(sub_goal=None).select_related("target__indicator")
        return results.prefetch_related(*declared.beside("target__"))

    def stored(self, node: str) -> Result | Standing:
        """The node as it stands, wherever it is kept; 404 for one that is unknown or not public."""
        if result := self.get_queryset().filter(node=node).first():
            return upper.completed([result])[0]
        if standing := public_standing(node):
            return standing
        raise Http404

    @extend_schema(responses=TreeSerializer, operation_id="progress_tree")
    def list(self, request: Request) -> Response:
        """The whole tree: overall, goals, both layers of each, targets and sub-goals."""
        tree = progress_tree()
        if tree is None:
            raise Http404
        return Response(TreeSerializer(tree).data)

    @extend_schema(responses=ResultSerializer)
    def retrieve(self, request: Request, node: str) -> Response:
        """The current result of one node."""
        return Response(ResultSerializer(self.stored(node)).data)

    @extend_schema(responses=ExplanationSerializer)
    @action(detail=True)
    def explanation(self, request: Request, node: str) -> Response:
        """The tree behind a number: operation, every input with its weight and record, output."""
        return Response(ExplanationSerializer(explained(self.stored(node))).data)

    @extend_schema(responses=PastResultSerializer(many=True), operation_id="progress_history_list")
    @action(
        detail=True,
        suffix="List",
        pagination_class=api_settings.DEFAULT_PAGINATION_CLASS,
        renderer_classes=api_settings.DEFAULT_RENDERER_CLASSES,
    )
    def history(self, request: Request, node: str) -> Response:
        """All results of a node, newest first: the progress over time, with what led to each."""
        page = self.paginate_queryset(past(self.stored(node)))
        return self.get_paginated_response(PastResultSerializer(page, many=True).data)


def public_standing(node: str) -> Standing | None:
    """An organization within a goal, or a sub-goal the public may see."""
    public = Q(level=Result.Level.ORGANIZATION, organization__is_active=True) | is_public("sub_goal__")
    related = ("goal", "organization", "sub_goal__organization", "sub_goal__goal", "sub_goal__parent")
    return Standing.objects.filter(public, node=node).select_related(*related).first()


def explained(stored: Result | Standing) -> Result | Standing:
    """With its whole explanation; a part of it may be made of its records only when somebody asks."""
    stored.explanation = explain.explanation_of(stored)
    if isinstance(stored, Result):
        stored.outcome = explain.outcome_of(stored)
    return stored


def past(stored: Result | Standing) -> QuerySet:
    """What was stored of a node before, the newest first; of a standing each step it took."""
    if isinstance(stored, Standing):
        return Step.objects.filter(node=stored.node).order_by("-at", "-pk")
    results = Result.objects.filter(node=stored.node).defer("explanation", "outcome")
    return results.order_by("-recorded_at", "-pk")
