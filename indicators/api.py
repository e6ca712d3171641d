"""The read API of this room: indicators, series, observations, sources and documents."""

from decimal import Decimal

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ReadOnlyModelViewSet

from indicators import claiming, queueing
from indicators.api_filters import IndicatorFilters, ObservationFilters, SeriesFilters
from indicators.areas import area_name
from indicators.fields import ExactDecimalField
from indicators.formats import LANGUAGES
from indicators.models import Document, Feed, Indicator, Observation, Run, Series, Source
from indicators.units import UNITS, unit_words

CODE = "[-a-zA-Z0-9_]+"
NUMBER = "[0-9]{1,18}"
THREE_LANGUAGES = {
    "type": "object",
    "properties": {code: {"type": "string"} for code in LANGUAGES},
    "required": list(LANGUAGES),
}


# --- Fields -------------------------------------------------------------------------------------
@extend_schema_field({"type": "string", "format": "decimal", "example": "-27.50"})
class Number(serializers.Field):
    """An exact decimal as text, digit for digit; JSON numbers would pass through floats on their way."""

    def to_representation(self, value: Decimal | int) -> str:
        return format(Decimal(value), "f")


@extend_schema_field(THREE_LANGUAGES)
class ThreeLanguages(serializers.Field):
    """A text of the catalogue by language; `field` names the model's field."""

    def __init__(self, field: str, source: str = "*") -> None:
        self.field = field
        super().__init__(source=source, read_only=True)

    def to_representation(self, row) -> dict[str, str]:
        return {code: getattr(row, f"{self.field}_{code}") or "" for code in LANGUAGES}


class ExactModelSerializer(serializers.ModelSerializer):
    """Writes exact decimals as text."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        ExactDecimalField: Number,
    }


def list_link(name: str, **filters: str) -> str:
    """A list of the API narrowed down; without a host, because a stranger may choose that."""
    asked = "&".join(f"{key}={value}" for key, value in filters.items())
    return f"{reverse(f'api:{name}-list')}?{asked}"


# --- What is asked where ------------------------------------------------------------------------
class DocumentSerializer(serializers.ModelSerializer):
    citation = serializers.CharField(read_only=True)

    class Meta:
        model = Document
        fields = ("code", "title", "publisher", "published", "url", "citation")
        read_only_fields = fields


class SourceSerializer(serializers.ModelSerializer):
    class Meta:
        model = Source
        fields = ("code", "name", "url", "licence", "attribution", "is_calculated")
        read_only_fields = fields


class IndicatorSerializer(ExactModelSerializer):
    names = ThreeLanguages("name")
    unit_name = serializers.SerializerMethodField(help_text="The unit in words.")
    series_url = serializers.SerializerMethodField()
    observations_url = serializers.SerializerMethodField()

    class Meta:
        model = Indicator
        fields = (
            "code", "name", "names", "description", "unit", "unit_name", "decimals", "frequency", "origin",
            "formula", "lag_months", "lower_bound", "upper_bound", "missing_data_note", "series_url",
            "observations_url",
        )  # fmt: skip
        read_only_fields = fields
        extra_kwargs = {"lag_months": {"coerce_to_string": True}}

    def get_unit_name(self, indicator: Indicator) -> str:
        known = indicator.unit in UNITS
        return unit_words(indicator.unit, get_language() or "en").axis if known else indicator.unit

    def get_series_url(self, indicator: Indicator) -> str:
        return list_link("series", indicator=indicator.code)

    def get_observations_url(self, indicator: Indicator) -> str:
        return list_link("observation", indicator=indicator.code)


class SeriesSerializer(serializers.ModelSerializer):
    indicator = serializers.CharField(source="indicator.code")
    unit = serializers.CharField(source="indicator.unit")
    area_name = serializers.SerializerMethodField()
    source = serializers.CharField(source="source.code")  # type: ignore[assignment]  # the base has an attribute of this name
    source_name = serializers.CharField(source="source.name")
    licence = serializers.CharField(source="source.licence")
    observations_url = serializers.SerializerMethodField()

    class Meta:
        model = Series
        fields = (
            "id", "indicator", "unit", "area", "area_name", "partner", "product", "frequency", "source",
            "source_name", "licence", "precedence", "observations_url",
        )  # fmt: skip
        read_only_fields = fields

    def get_area_name(self, series: Series) -> str:
        return area_name(series.area, get_language() or "en")

    def get_observations_url(self, series: Series) -> str:
        return list_link("observation", series=str(series.pk))


class ObservationSerializer(ExactModelSerializer):
    """A figure with everything that travels with it; `value` is null where it was withdrawn."""

    series = serializers.IntegerField(source="series_id")
    indicator = serializers.CharField(source="series.indicator.code")
    unit = serializers.CharField(source="series.indicator.unit")
    area = serializers.CharField(source="series.area")
    partner = serializers.CharField(source="series.partner")
    product = serializers.CharField(source="series.product")
    frequency = serializers.CharField(source="series.frequency")
    period = serializers.CharField(source="period_label", help_text="2024, 2024-S1, 2024-Q3 or 2024-07.")
    period_start = serializers.DateField(source="period")
    status = serializers.SerializerMethodField()
    source = serializers.CharField(source="series.source.code")  # type: ignore[assignment]  # the base has an attribute of this name
    document = serializers.CharField(source="document.code", default=None, allow_null=True)
    citation = serializers.CharField(help_text="The document, else the source as it wants to be named.")
    payload_sha256 = serializers.CharField(
        source="payload.sha256", default=None, allow_null=True,
        help_text="Checksum of the raw answer the value was read from; null if it was calculated here.",
    )  # fmt: skip
    inputs: serializers.RelatedField = serializers.PrimaryKeyRelatedField(
        many=True, read_only=True, help_text="Ids of the observations a calculated value rests on."
    )

    class Meta:
        model = Observation
        fields = (
            "id", "indicator", "unit", "series", "area", "partner", "product", "frequency", "period",
            "period_start", "value", "status", "vintage", "recorded_at", "is_current", "source", "document",
            "citation", "attribution", "note", "payload_sha256", "inputs",
        )  # fmt: skip
        read_only_fields = fields

    def get_status(self, observation: Observation) -> str:
        return observation.status or "final"


# --- Refreshing ---------------------------------------------------------------------------------
class AlreadyRunning(APIException):
    status_code, default_code = 409, "already_running"


class NeedsFile(APIException):
    status_code, default_code = 409, "needs_file"


class NotQueued(APIException):
    status_code, default_code = 503, "not_queued"


class MayRefresh(BasePermission):
    """Who may press “Refresh now” in the admin may ask for it here."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.user.has_perm("indicators.change_feed")


class QueuedSerializer(serializers.Serializer):
    feed = serializers.CharField()
    detail = serializers.CharField()


class FeedRefreshView(APIView):
    """Have a feed refreshed now, as the admin's button does; for administrators who are signed in.

    Answers 202 once it is queued, 409 while a refresh of it runs or when its values are handed in as files,
    503 when it cannot be queued.
    """

    authentication_classes = (SessionAuthentication,)
    permission_classes = (MayRefresh,)
    parser_classes = (JSONParser, FormParser, MultiPartParser)
    http_method_names = ("post", "options")

    @extend_schema(
        request=None,
        responses={202: QueuedSerializer, **dict.fromkeys((403, 409, 503), OpenApiTypes.OBJECT)},
    )
    def post(self, request: Request, code: str) -> Response:
        if request.data:
            raise ValidationError(_("Nothing is sent with this question."))
        feed = get_object_or_404(Feed.objects.select_related("source"), code=code)
        try:
            queueing.refresh(feed, Run.Trigger.API)
        except claiming.AlreadyRunning as reason:
            raise AlreadyRunning(str(reason)) from None
        except claiming.NeedsFile as reason:
            raise NeedsFile(str(reason)) from None
        except queueing.NotQueued as reason:
            raise NotQueued(str(reason)) from None
        return Response({"feed": feed.code, "detail": _("Queued for refresh.")}, status=202)


# --- Endpoints ----------------------------------------------------------------------------------
class DocumentViewSet(ReadOnlyModelViewSet):
    """Publications that figures and targets are cited from."""

    queryset = Document.objects.all()
    serializer_class = DocumentSerializer
    lookup_field, lookup_value_regex = "code", CODE
    ordering = ("code",)
    csv_columns = DocumentSerializer.Meta.fields


class SourceViewSet(ReadOnlyModelViewSet):
    """Agencies and other places values come from, with their terms."""

    queryset = Source.objects.all()
    serializer_class = SourceSerializer
    lookup_field, lookup_value_regex = "code", CODE
    ordering = ("name",)
    csv_columns = SourceSerializer.Meta.fields


class IndicatorViewSet(ReadOnlyModelViewSet):
    """What is measured, in which unit, from which kind of origin."""

    queryset = Indicator.objects.all()
    serializer_class = IndicatorSerializer
    filterset_class = IndicatorFilters
    lookup_field, lookup_value_regex = "code", CODE
    ordering = ("code",)
    ordering_fields = ("code", "origin", "frequency")
    csv_columns = (
        "code", "name", "description", "unit", "unit_name", "decimals", "frequency", "origin", "formula",
        "missing_data_note",
    )  # fmt: skip


class SeriesViewSet(ReadOnlyModelViewSet):
    """One indicator for one area (and partner, and product) from one source."""

    queryset = Series.objects.select_related("indicator", "source")
    serializer_class = SeriesSerializer
    filterset_class = SeriesFilters
    lookup_value_regex = NUMBER
    ordering = ("indicator__code", "area", "partner", "product", "precedence")
    csv_columns = SeriesSerializer.Meta.fields[:-1]


class ObservationViewSet(ReadOnlyModelViewSet):
    """Values with unit, period, vintage, source and citation.

    Lists give the current vintages, or with `as_of` what was known at the end of that day (UTC). A single
    observation is found by its id whatever its vintage, so that inputs of calculated values can be followed.
    """

    queryset = Observation.objects.select_related(
        "series__indicator", "series__source", "document", "payload"
    ).prefetch_related(Prefetch("inputs", Observation.objects.only("pk").order_by("pk")))
    serializer_class = ObservationSerializer
    filterset_class = ObservationFilters
    lookup_value_regex = NUMBER
    ordering = (
        "series__indicator__code", "series__area", "series__partner", "series__product",
        "series__precedence", "period",
    )  # fmt: skip
    ordering_fields = ("period", "vintage", "recorded_at")
    csv_columns = ObservationSerializer.Meta.fields
