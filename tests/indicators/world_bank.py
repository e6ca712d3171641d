"""A World Bank on this machine: indicators by area and year, their titles, one day of update."""

import json
import re
from urllib.parse import parse_qs, urlsplit

from tests.faults.conftest import FaultyServer

DATA = re.compile(r".*/country/([A-Z;]+)/indicator/([A-Z.]+)")
ABOUT = re.compile(r".*/indicator/([A-Z.]+)")
TITLES = {
    "NY.GDP.MKTP.KD": "GDP (constant 2015 US$)",
    "NY.GDP.PCAP.KD": "GDP per capita (constant 2015 US$)",
}


class WorldBank:
    """Answers over real sockets; a test changes what it knows between two questions."""

    def __init__(self, server: FaultyServer) -> None:
        self.server, self.url = server, server.url
        self.titles = dict(TITLES)
        self.values: dict[str, dict[str, dict[int, str]]] = {}
        self.updated = "2026-07-01"
        self.per_page = 1000
        server.script = self.answer

    @property
    def asked(self) -> list[str]:
        """The paths of all questions so far."""
        return [request.split(b" ")[1].decode() for request in self.server.requests]

    def answer(self, connection, number: int) -> None:
        body = self.body(self.asked[number - 1]).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)

    def body(self, address: str) -> str:
        path = urlsplit(address).path
        if match := DATA.fullmatch(path):
            page = int(parse_qs(urlsplit(address).query)["page"][0])
            return self.page(match[2], match[1].split(";"), page)
        code = ABOUT.fullmatch(path)[1]
        return json.dumps([{"page": 1, "pages": 1}, [{"id": code, "name": self.titles[code], "unit": ""}]])

    def page(self, code: str, areas: list[str], page: int) -> str:
        rows = [self.row(code, area, year) for area in areas for year in self.values[code][area]]
        meta = {
            "page": page, "pages": -(-len(rows) // self.per_page), "per_page": self.per_page,
            "total": len(rows), "lastupdated": self.updated,
        }  # fmt: skip
        return json.dumps([meta, rows[(page - 1) * self.per_page : page * self.per_page]])

    def row(self, code: str, area: str, year: int) -> dict:
        value = self.values[code][area][year]
        return {
            "indicator": {"id": code, "value": self.titles[code]},
            "country": {"id": area[:2], "value": area},
            "countryiso3code": area,
            "date": str(year),
            "value": None if value is None else float(value),
            "unit": "",
            "obs_status": "",
            "decimal": 0,
        }
