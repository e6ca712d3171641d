"""Filters and orderings of lists, declared by name; a single object is never filtered."""

from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.filters import OrderingFilter


def is_list(view) -> bool:
    return getattr(view, "suffix", None) == "List"


class ListFilterBackend(DjangoFilterBackend):
    def filter_queryset(self, request, queryset, view):
        return super().filter_queryset(request, queryset, view) if is_list(view) else queryset


class ListOrderingFilter(OrderingFilter):
    """Orders by the fields a view names, its own default first; the key at the end makes pages stable."""

    ordering_description = "Field to order by; “-” in front turns the order round."

    def filter_queryset(self, request, queryset, view):
        if not is_list(view):
            return queryset
        return queryset.order_by(*(self.get_ordering(request, queryset, view) or ()), "pk")

    def get_valid_fields(self, queryset, view, context=None) -> list[tuple[str, str]]:
        return [(name, name) for name in getattr(view, "ordering_fields", ())]

    def remove_invalid_fields(self, queryset, fields, view, request) -> list[str]:
        """All the fields, or an error naming the first that is not offered."""
        offered = [name for name, _label in self.get_valid_fields(queryset, view)]
        for field in fields:
            if field.removeprefix("-") not in offered:
                text = _("This list can be ordered by: %(fields)s.") % {"fields": ", ".join(offered)}
                raise ValidationError({"ordering": ErrorDetail(text, code="unknown_ordering")})
        return fields

    def get_schema_operation_parameters(self, view) -> list[dict]:
        offered = list(getattr(view, "ordering_fields", ()))
        if not (offered and is_list_of_schema(view)):
            return []
        values = [sign + name for name in offered for sign in ("", "-")]
        return [
            {
                "name": self.ordering_param, "in": "query", "required": False,
                "description": self.ordering_description, "schema": {"type": "string", "enum": values},
            }
        ]  # fmt: skip


def is_list_of_schema(view) -> bool:
    """drf-spectacular asks views that answer no request and so have no suffix set."""
    return is_list(view) or getattr(view, "action", None) == "list"
