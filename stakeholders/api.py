"""The API of this room: organizations for everybody, one's own with their trail for who is in them."""

from django.db.models import OuterRef, QuerySet, Subquery
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from stakeholders import rights
from stakeholders.api_private import PrivateViewSet
from stakeholders.models import Membership, Organization, TrailEntry


class YesNoFilter(filters.TypedChoiceFilter):
    """`true` or `false`; anything else is an error, where BooleanFilter would ignore it."""

    def __init__(self, *args, **kwargs) -> None:
        choices = [("true", "true"), ("false", "false")]
        super().__init__(*args, choices=choices, coerce=lambda text: text == "true", **kwargs)


class OrganizationFilters(filters.FilterSet):
    is_sample = YesNoFilter()

    class Meta:
        model = Organization
        fields = ("type", "area", "is_sample")


class OrganizationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Organization
        fields = ("code", "name", "type", "area", "description", "website", "is_sample")
        read_only_fields = fields


class OrganizationViewSet(ReadOnlyModelViewSet):
    """Organizations that take part; the fictional ones for demonstration say `is_sample`."""

    queryset = Organization.objects.public()
    serializer_class = OrganizationSerializer
    filterset_class = OrganizationFilters
    lookup_field, lookup_value_regex = "code", "[-a-zA-Z0-9_]+"
    ordering = ("name",)
    csv_columns = OrganizationSerializer.Meta.fields


# --- One's own ----------------------------------------------------------------------------------
class MyOrganizationSerializer(serializers.ModelSerializer):
    """With the role in it: owner, editor or viewer."""

    role = serializers.ChoiceField(choices=Membership.Role.choices, read_only=True)

    class Meta:
        model = Organization
        fields = (*OrganizationSerializer.Meta.fields, "role")
        read_only_fields = fields


@extend_schema_field({"type": "object", "additionalProperties": True, "nullable": True})
class Fields(serializers.JSONField):
    """The fields of a changed row as they were or became."""


class TrailEntrySerializer(serializers.ModelSerializer):
    """One change: who, when, from what to what, by which way and why."""

    actor = serializers.CharField(source="actor_name")
    before, after = Fields(), Fields()

    class Meta:
        model = TrailEntry
        fields = (
            "number", "at", "actor", "action", "subject", "before", "after", "way", "request_id", "reason",
            "previous_hash", "hash",
        )  # fmt: skip
        read_only_fields = fields


class MyOrganizationViewSet(ListModelMixin, RetrieveModelMixin, PrivateViewSet):
    """The organizations one takes part in; by a token only its own."""

    queryset = Organization.objects.none()
    serializer_class = MyOrganizationSerializer
    lookup_field, lookup_value_regex = "code", "[-a-zA-Z0-9_]+"
    ordering = ("name",)
    rules = {
        "list": rights.Rule("workspace", "see"),
        "retrieve": rights.Rule("workspace", "see"),
        "trail": rights.Rule("trail", "see"),
    }

    def get_queryset(self) -> QuerySet[Organization]:
        person = self.request.user
        if self.action == "trail" and rights.may(person, "see", "trail"):
            return Organization.objects.all()  # administrators read every trail
        if not rights.is_known(person):
            return self.queryset
        held = rights.memberships_of(person).filter(organization=OuterRef("pk"))
        return rights.organizations_of(person).annotate(role=Subquery(held.values("role")))

    def organization_of(self, row: Organization) -> Organization:
        return row

    @extend_schema(responses=TrailEntrySerializer(many=True), operation_id="my_organizations_trail_list")
    @action(detail=True, suffix="List")
    def trail(self, request: Request, code: str) -> Response:
        """Every change in the organization, the newest first; for its owners."""
        entries = TrailEntry.objects.filter(chain=self.get_object().code).order_by("-number")
        page = self.paginate_queryset(entries)
        return self.get_paginated_response(TrailEntrySerializer(page, many=True).data)
