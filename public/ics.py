"""Calendars as files (RFC 5545): all-day events, texts escaped, lines folded at 75 octets."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

LONGEST_LINE = 75
"""Octets, the line break left out."""

PRODUCT = "-//The North American Project//North American Progress Monitor//EN"


@dataclass(frozen=True)
class Event:
    """Something expected on a day; its identity stays the same in every later file."""

    uid: str
    day: date
    summary: str
    description: str
    url: str


def calendar(name: str, events: Iterable[Event], stamp: datetime) -> str:
    """The whole file; `stamp` is when what it says was published."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", f"X-WR-CALNAME:{escaped(name)}"]
    for event in events:
        lines += lines_of(event, stamp)
    lines.append("END:VCALENDAR")
    return "".join(folded(line) + "\r\n" for line in lines)


def lines_of(event: Event, stamp: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}"
    yield f"SUMMARY:{escaped(event.summary)}"
    yield f"DESCRIPTION:{escaped(event.description)}"
    yield f"URL:{event.url}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return "\\n".join(text.splitlines())


def folded(line: str) -> str:
    """Break a long line between characters, never inside one; each further line begins with a space."""
    pieces, room = [""], LONGEST_LINE
    for character in line:
        size = len(character.encode())
        if size > room:
            pieces.append("")
            room = LONGEST_LINE - 1
        pieces[-1] += character
        room -= size
    return "\r\n ".join(pieces)
