"""What the parsers share: strict reading of text, JSON and numbers, and answers that are no data."""

import json
import re
from decimal import Decimal
from typing import Any

from indicators.sources import Answer, SourceChanged

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
MOST_NESTED = 50
EXCERPT = 500


def number(text: str) -> Decimal:
    """A plain decimal number. Raises ValueError for anything else, also `1_000`, `61,9` and `NaN`."""
    if not NUMBER.fullmatch(text):
        raise ValueError(f"“{text[:40]}” is no number")
    return Decimal(text)


def decode(body: bytes, encoding: str = "utf-8-sig") -> str:
    """The body as text. Raises SourceChanged when it is not in that encoding or holds a NUL character."""
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceChanged(f"The answer is not readable as {encoding} at byte {error.start}.") from error
    if "\x00" in text:
        raise SourceChanged("The answer holds a NUL character.")
    return text


def read_json(body: bytes) -> Any:
    """JSON with every number as Decimal or int, strictly. Raises SourceChanged saying where it breaks."""
    text = decode(body)
    if nesting(text) > MOST_NESTED:
        raise SourceChanged(f"The answer is nested more than {MOST_NESTED} levels deep.")
    try:
        return json.loads(
            text, parse_float=Decimal, parse_constant=refuse_constant, object_pairs_hook=without_duplicates
        )
    except json.JSONDecodeError as error:
        ends = "the answer ends too early" if error.pos >= len(text.rstrip()) else error.msg.lower()
        raise SourceChanged(f"Line {error.lineno}, character {error.colno}: {ends}.") from error
    except ValueError as error:  # an integer of thousands of digits
        raise SourceChanged("The answer holds a number too long to read.") from error


def nesting(text: str) -> int:
    """The deepest level of brackets, texts left out; counted before parsing so that depth does no harm."""
    depth = deepest = 0
    for bracket in re.findall(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', text):
        if bracket in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif bracket in "]}":
            depth -= 1
    return deepest


def refuse_constant(name: str) -> None:
    raise SourceChanged(f"“{name}” is no number.")


def without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise SourceChanged(f"“{twice}” is given twice in one object.")
    return found


def is_web_page(answer: Answer) -> bool:
    start = answer.body[:200].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    return start.startswith((b"<!doctype html", b"<html")) or "text/html" in answer.content_type.lower()


def excerpt(answer: Answer) -> str:
    """The first characters of an answer, as text for an administrator."""
    return answer.body[:EXCERPT].decode("utf-8", "replace")
