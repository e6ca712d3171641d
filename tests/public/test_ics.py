"""Calendar files as RFC 5545 asks for them."""

from datetime import UTC, date, datetime

import pytest

from public import ics

STAMP = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)


def written(**said) -> str:
    known = {"uid": "a@b", "day": date(2027, 1, 2), "summary": "s", "description": "d", "url": "http://b/"}
    return ics.calendar("Name", [ics.Event(**{**known, **said})], STAMP)


def test_an_event_lasts_a_day_and_carries_the_time_of_publication():
    lines = written().split("\r\n")

    assert "DTSTART;VALUE=DATE:20270102" in lines
    assert "DTSTAMP:20261122T030405Z" in lines
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Jobs, total; new", r"Jobs\, total\; new"),
        ("a\\b", r"a\\b"),
        ("one\ntwo\r\nthree", r"one\ntwo\nthree"),
        ("x\r\nEND:VEVENT", r"x\nEND:VEVENT"),
        ("a: “b”", "a: “b”"),
    ],
)
def test_texts_are_escaped(text, expected):
    assert f"SUMMARY:{expected}\r\n" in written(summary=text)


@pytest.mark.parametrize("text", ["a" * 500, "é" * 300, "a" + "–" * 200, "🙂" * 100])
def test_long_lines_are_folded_between_characters_and_unfold_to_the_same(text):
    file = written(summary=text)

    assert all(len(line.encode()) <= 75 for line in file.split("\r\n"))
    assert f"SUMMARY:{text}\r\n" in file.replace("\r\n ", "")


def test_a_line_of_75_octets_stays_whole():
    assert ics.folded("a" * 75) == "a" * 75
    assert ics.folded("a" * 76) == "a" * 75 + "\r\n a"
