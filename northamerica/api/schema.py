"""The OpenAPI document: what drf-spectacular finds, and what holds for every endpoint."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
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
        "field": {"type": "string", "nullable": True, "description": "The parameter or field at fault."},
        "id": {"type": "string", "description": "Stands in our log; name it when you ask."},
        "current": {"type": "object", "nullable": True, "description": "Of something stale: as it is now."},
    },
}
PROBLEMS = {
    "400": "A parameter is unknown, repeated, empty or cannot be read.",
    "404": "There is nothing at this address.",
}
PROBLEMS_OF_PRIVATE = {
    "401": "Nobody is signed in, and no token that is in force came along.",
    "403": "The role or the token does not allow this.",
    "429": "Too many requests; `Retry-After` says in how many seconds to go on.",
}
PROBLEMS_OF_CHANGES = {
    "409": "The state it is in does not lead there.",
    "413": "The request or the file is too large.",
    "415": "The body is of a type that is not taken here.",
}
PROBLEMS_OF_VERSIONS = {
    "412": "Somebody else has changed it since; `current` shows how it stands now.",
    "428": "If-Match is missing: say which version you have read.",
}
PROBLEMS_OF_WRITING = {
    "403": "Nobody is signed in, or who is may not do this.",
    "409": "Somebody else is at it.",
    "503": "It cannot be done now.",
}


IF_MATCH = OpenApiParameter(
    "If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, required=True,
    description='The ETag of the version that was read, such as "3".',
)  # fmt: skip


class TokenScheme(OpenApiAuthenticationExtension):
    """`Authorization: Bearer nam_…`"""

    target_class = "stakeholders.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class PublicSchema(AutoSchema):
    def get_override_parameters(self) -> list:
        text = "Language of names and texts; English if not given. The browser's language is not looked at."
        language = OpenApiParameter("lang", enum=LANGUAGES, description=text)
        return [language, IF_MATCH] if self.is_versioned else [language]

    @property
    def is_versioned(self) -> bool:
        return getattr(self.view, "action", None) in getattr(self.view, "versioned", ())

    def get_description(self) -> str:  # type: ignore[override]  # its stub knows no text
        """The docstring; for lists also the columns of the CSV."""
        found = super().get_description()
        columns = ", ".join(getattr(self.view, "csv_columns", ()))
        offers_csv = "text/csv" in self.map_renderers("media_type")
        return f"{found}\n\nColumns as CSV: {columns}." if offers_csv else found


def add_what_always_holds(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Problems of every operation, and CSV as text (SPECTACULAR_SETTINGS: POSTPROCESSING_HOOKS)."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    for operations in result["paths"].values():
        for method, operation in operations.items():
            describe(operation["responses"], further_problems(method, operation))
    return result


def further_problems(method: str, operation: dict[str, Any]) -> dict[str, str]:
    """Of endpoints for people and tokens, of changes, and of changes over a version."""
    if not any("token" in way for way in operation.get("security", ())):
        return {}
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    changes = PROBLEMS_OF_CHANGES if method != "get" else {}
    return PROBLEMS_OF_PRIVATE | changes | (PROBLEMS_OF_VERSIONS if "If-Match" in names else {})


def describe(responses: dict[str, Any], further: dict[str, str]) -> None:
    content = responses.get("200", {}).get("content", {})
    if "text/csv" in content:
        content["text/csv"] = {"schema": {"type": "string", "description": "UTF-8, header first."}}
    named = {status: PROBLEMS_OF_WRITING[status] for status in responses if status in PROBLEMS_OF_WRITING}
    for status, text in (PROBLEMS | named | further).items():
        schema = {"$ref": "#/components/schemas/Problem"}
        content = {"application/problem+json": {"schema": schema}}
        responses[status] = {"description": text, "content": content}
