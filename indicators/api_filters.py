"""By what lists of the API are narrowed down, declared by name; what cannot be read is an error."""

import re
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

from indicators import periods
from indicators.models import Frequency, Indicator, Observation, Series

IDENTIFIER = re.compile(r"[0-9]{1,18}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class DayField(forms.Field):
    def to_python(self, value) -> date | None:
        if not value:
            return None
        try:
            return date.fromisoformat(value if DAY.fullmatch(value) else "")
        except ValueError as error:
            raise ValidationError(_("Write the day as 2026-03-31."), code="bad_date") from error


class PeriodField(forms.Field):
    def to_python(self, value) -> periods.Period | None:
        if not value:
            return None
        try:
            return periods.parse(value if value.isascii() else "")
        except ValueError as error:
            raise ValidationError(
                _("Write the period as 2024, 2024-S1, 2024-Q3, 2024-07 or 2024-07-15."), code="bad_period"
            ) from error


class IdField(forms.Field):
    def to_python(self, value) -> int | None:
        if not value:
            return None
        if not IDENTIFIER.fullmatch(value):
            raise ValidationError(_("Write the id as a whole number."), code="bad_id")
        return int(value)


@extend_schema_field({"type": "integer"})
class IdFilter(filters.Filter):
    field_class = IdField


@extend_schema_field({"type": "string", "format": "date"})
class DayFilter(filters.Filter):
    field_class = DayField


@extend_schema_field({"type": "string", "example": "2024-Q3"})
class PeriodFilter(filters.Filter):
    field_class = PeriodField


class IndicatorFilters(filters.FilterSet):
    class Meta:
        model = Indicator
        fields = ("origin", "frequency", "unit")


class SeriesFilters(filters.FilterSet):
    indicator = filters.CharFilter("indicator__code", help_text="Code of the indicator.")
    source = filters.CharFilter("source__code", help_text="Code of the source.")

    class Meta:
        model = Series
        fields = ("indicator", "area", "partner", "product", "source", "frequency")


class ObservationFilters(filters.FilterSet):
    indicator = filters.CharFilter("series__indicator__code", help_text="Code of the indicator.")
    series = IdFilter("series", help_text="Id of the series.")
    area = filters.CharFilter("series__area", help_text="ISO 3166 alpha-3, or a group such as NAM.")
    partner = filters.CharFilter("series__partner")
    product = filters.CharFilter("series__product")
    source = filters.CharFilter("series__source__code", help_text="Code of the source.")
    frequency = filters.ChoiceFilter(field_name="series__frequency", choices=Frequency.choices)
    period_from = PeriodFilter(method="begin_with", help_text="Periods that begin with this one or later.")
    period_to = PeriodFilter(method="end_with", help_text="Periods that begin before this one is over.")
    as_of = DayFilter(method="leave", help_text="What was known at the end of this day (UTC).")

    class Meta:
        model = Observation
        fields = ()

    def filter_queryset(self, queryset):
        day = self.form.cleaned_data.get("as_of")
        return super().filter_queryset(queryset.as_of(day) if day else queryset.current())

    def begin_with(self, queryset, name: str, period: periods.Period):
        return queryset.filter(period__gte=period.first_day)

    def end_with(self, queryset, name: str, period: periods.Period):
        return queryset.filter(period__lte=period.last_day)

    def leave(self, queryset, name: str, day: date):
        """`filter_queryset` has chosen the vintages already."""
        return queryset
