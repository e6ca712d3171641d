"""The read API of this room: organizations; nothing about the people in them."""

from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.viewsets import ReadOnlyModelViewSet

from stakeholders.models import Organization


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

    queryset = Organization.objects.all()
    serializer_class = OrganizationSerializer
    filterset_class = OrganizationFilters
    lookup_field, lookup_value_regex = "code", "[-a-zA-Z0-9_]+"
    ordering = ("name",)
    csv_columns = OrganizationSerializer.Meta.fields
