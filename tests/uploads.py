"""Files as people hand them in."""

import io
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

FEED = "oica-motor-vehicle-production"
HEADER = "period,value,area,unit"
PRODUCTION = f"""{HEADER}
2023,1553026,CAN,vehicles
2023,4002047,MEX,vehicles
2023,10611555,USA,vehicles
2024,1342647,CAN,vehicles
2024,4202642,MEX,vehicles
2024,10562188,USA,vehicles
"""
"""Six values of one feed: whole vehicles, which are published in millions."""


def workbook(*sheets, **extra_parts: bytes) -> bytes:
    """A workbook of sheets, each a list of rows; further parts are added to the package as they are."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"Sheet{number}")
        for row in rows:
            sheet.append(row)
    saved = io.BytesIO()
    book.save(saved)
    with ZipFile(saved, "a", ZIP_DEFLATED) as package:
        for name, content in extra_parts.items():
            package.writestr(name, content)
    return saved.getvalue()


def table(text: str = PRODUCTION) -> list[list[str]]:
    return [line.split(",") for line in text.splitlines()]


def file(content: str | bytes = PRODUCTION, name: str = "production.csv") -> SimpleUploadedFile:
    body = content.encode() if isinstance(content, str) else content
    return SimpleUploadedFile(name, body)
