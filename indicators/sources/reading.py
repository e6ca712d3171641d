"""What the parsers share: strict reading of text, JSON and numbers, and answers that are no data."""

import json
import re
from decimal import Decimal
from typing import Any

from indicators.sources import Answer, SourceChanged

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
MOST_NESTED = 50
AS_BRACES = bytes.maketrans(b"[]", b"{}")
NO_BRACKET = bytes(set(range(256)) - set(b'[]{}"'))
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


def json_of(answer: Answer) -> Any:
    """What the answer holds as JSON, read once; nobody changes it."""
    if not answer.parsed:
        answer.parsed.append(read_json(answer.body))
    return answer.parsed[0]


def read_json(body: bytes) -> Any:
    """JSON with every number as Decimal or int, strictly. Raises SourceChanged saying where it breaks."""
    text = decode(body)
    if is_nested_deeper(text, MOST_NESTED):
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


def is_nested_deeper(text: str, levels: int) -> bool:
    """Whether brackets stand in each other more than so deep; seen before parsing, so that it does no harm.

    What is left of the text is its brackets, from which the innermost pairs go, level by level.
    """
    left = brackets_of(text)
    for _level in range(levels):
        left = left.replace(b"{}", b"")
    return b"{}" in left or left.count(b"{") > levels


def brackets_of(text: str) -> bytes:
    """The brackets outside of texts, all as braces."""
    if "\\" in text:
        text = re.sub(r"\\.", "", text, flags=re.DOTALL)
    kept = text.encode().translate(AS_BRACES, NO_BRACKET).replace(b'""', b"")
    return re.sub(rb'"[^"]*"', b"", kept)


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
