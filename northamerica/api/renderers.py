"""How answers are written besides JSON."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer

from indicators import cells


class CSVRenderer(BaseRenderer):
    """One page of a list as CSV (RFC 4180, UTF-8, header first); a single object is one row.

    A view names its columns in `csv_columns`; a page has at most 200 rows, the `Link` header leads on.
    """

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type=None, renderer_context: Mapping | None = None) -> str:
        columns = (renderer_context or {})["view"].csv_columns
        records = data.get("results", [data])
        file = io.StringIO()
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(cells.row(record, columns) for record in records)
        return file.getvalue()
