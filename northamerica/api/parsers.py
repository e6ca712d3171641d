"""JSON read strictly: nothing that is sent is bent, guessed or dropped (R24, R25)."""

import json
import re
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from stakeholders.api_refusals import TooLarge

MOST_BYTES = 1024 * 1024
DEEPEST = 8
PLAIN_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")


class StrictJSONParser(JSONParser):
    """One JSON object in UTF-8: at most 1 MB and 8 deep, each name once, plain numbers, readable text."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise TooLarge(_("A body of JSON has at most 1 MB. Nothing was saved."))
        return read(body)


def read(body: bytes) -> Any:
    try:
        found = json.loads(
            body.decode("utf-8"), parse_float=number, parse_int=number, parse_constant=number,
            object_pairs_hook=each_once,
        )  # fmt: skip
    except RecursionError as error:
        raise too_deep() from error
    except ValueError as error:
        raise ParseError(
            _("The body is not JSON in UTF-8: %(reason)s.") % {"reason": reason(error)}
        ) from error
    check(found)
    return found


def reason(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg}, line {error.lineno}, character {error.colno}"
    return "UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)


def number(text: str) -> Decimal:
    if not PLAIN_NUMBER.fullmatch(text):
        raise ParseError(_("Write numbers plainly, such as 1234.5, without an exponent."))
    return Decimal(text)


def each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ParseError(_("A name stands twice in one object."))
    return found


def check(value: Any, depth: int = 1) -> None:
    if depth > DEEPEST:
        raise too_deep()
    if isinstance(value, str) and not is_text(value):
        raise ParseError(_("A text holds a character that cannot be kept."))
    inner = [*value, *value.values()] if isinstance(value, dict) else value
    for item in inner if isinstance(inner, list) else ():
        check(item, depth + 1)


def is_text(value: str) -> bool:
    """No NUL, and no half of a pair that stands for one character."""
    return "\0" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value)


def too_deep() -> ParseError:
    return ParseError(_("The JSON is more than %(most)d deep.") % {"most": DEEPEST})
