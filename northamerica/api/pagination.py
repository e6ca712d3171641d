"""Pages of lists: 50 rows unless asked otherwise, never more than 200; nothing out of bounds is bent."""

import re

from django.core.paginator import InvalidPage, Page
from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

WHOLE_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


class StrictPagination(PageNumberPagination):
    page: Page
    request: Request
    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    page_size_query_description = "Rows a page, 1 to 200; 50 if not given."
    page_query_description = "Number of the page, from 1. A page that does not exist is an error (400)."

    def get_page_size(self, request: Request) -> int:
        size = whole_number(request, self.page_size_query_param, self.page_size)
        if size > self.max_page_size:
            raise refused(self.page_size_query_param, _("A page has at most 200 rows."))
        return size

    def get_page_number(self, request: Request, paginator) -> int:
        return whole_number(request, self.page_query_param, 1)

    def paginate_queryset(self, queryset, request: Request, view=None) -> list:
        self.request = request
        paginator = self.django_paginator_class(queryset, self.get_page_size(request))
        try:
            self.page = paginator.page(self.get_page_number(request, paginator))
        except InvalidPage as error:
            text = _("The last page is %(number)s.") % {"number": paginator.num_pages}
            raise refused(self.page_query_param, text) from error
        return list(self.page)

    def get_next_link(self) -> str | None:
        if not self.page.has_next():
            return None
        return replace_query_param(self.address(), self.page_query_param, self.page.next_page_number())

    def get_previous_link(self) -> str | None:
        if not self.page.has_previous():
            return None
        if self.page.number == 2:
            return remove_query_param(self.address(), self.page_query_param)
        return replace_query_param(self.address(), self.page_query_param, self.page.previous_page_number())

    def address(self) -> str:
        """Without the host: a stranger may choose it, and answers are kept for everybody."""
        return self.request.get_full_path()

    def get_paginated_response(self, data: list) -> Response:
        response = super().get_paginated_response(data)
        links = {"next": self.get_next_link(), "prev": self.get_previous_link()}
        if link := ", ".join(f'<{address}>; rel="{name}"' for name, address in links.items() if address):
            response["Link"] = link
        return response

    def get_paginated_response_schema(self, schema: dict) -> dict:
        link = {"type": "string", "format": "uri-reference", "nullable": True}
        properties = {"count": {"type": "integer"}, "next": link, "previous": link, "results": schema}
        return {"type": "object", "required": list(properties), "properties": properties}


def whole_number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not WHOLE_NUMBER.fullmatch(text):
        raise refused(name, _("Give a whole number from 1 on."))
    return int(text)


def refused(field: str, text: str) -> ValidationError:
    return ValidationError({field: ErrorDetail(text, code=f"bad_{field}")})
