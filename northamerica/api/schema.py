"""The OpenAPI document: what drf-spectacular finds, and what holds for every endpoint."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from northamerica.api.answers import LANGUAGES

PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code", "field", "id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "For people, in the language asked for."},
        "code": {"type": "string", "description": "For programs."},
        "field": {"type": "string", "nullable": True, "description": "The parameter at fault."},
        "id": {"type": "string", "description": "Stands in our log; name it when you ask."},
    },
}
PROBLEMS = {
    "400": "A parameter is unknown, repeated, empty or cannot be read.",
    "404": "There is nothing at this address.",
}


class PublicSchema(AutoSchema):
    def get_override_parameters(self) -> list:
        text = "Language of names and texts; English if not given. The browser's language is not looked at."
        return [OpenApiParameter("lang", enum=LANGUAGES, description=text)]

    def get_description(self) -> str:  # type: ignore[override]
        """The docstring; for lists also the columns of the CSV."""
        found = super().get_description()
        columns = ", ".join(getattr(self.view, "csv_columns", ()))
        offers_csv = "text/csv" in self.map_renderers("media_type")
        return f"{found}\n\nColumns as CSV: {columns}." if offers_csv else found


def add_what_always_holds(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Problems of every operation, and CSV as text (SPECTACULAR_SETTINGS: POSTPROCESSING_HOOKS)."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    for operations in result["paths"].values():
        for operation in operations.values():
            describe(operation["responses"])
    return result


def describe(responses: dict[str, Any]) -> None:
    content = responses["200"].get("content", {})
    if "text/csv" in content:
        content["text/csv"] = {"schema": {"type": "string", "description": "UTF-8, header first."}}
    for status, text in PROBLEMS.items():
        schema = {"$ref": "#/components/schemas/Problem"}
        content = {"application/problem+json": {"schema": schema}}
        responses[status] = {"description": text, "content": content}
