"""Strict access to the parts of a JSON answer; what is otherwise is named with the place it was found at."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from indicators import periods
from indicators.sources import Answer, Classification, Kind, SourceChanged, refusals
from indicators.sources.reading import is_web_page, json_of, number

T = TypeVar("T", str, int, list[Any], dict[str, Any])
WORDS: dict[type, str] = {str: "a text", int: "a whole number", list: "a list", dict: "an object"}


class OnlyDescribed(SourceChanged):
    """The answer says what series are and holds no values of them."""


Judge = Callable[[Any], Classification | None]


def classified(answer: Answer, agency: str, judge: Judge) -> Classification:
    """The judgement on a JSON answer; None from the judge, and what is no JSON, is left to the status."""
    if is_web_page(answer):
        return otherwise(answer, agency)
    try:
        found = json_of(answer)
    except SourceChanged as error:
        return refusals.usual(answer, agency) or refusals.broken(f"{agency} answers no whole JSON. {error}")
    try:
        judgement = judge(found)
    except SourceChanged as error:
        judgement = None if answer.status != 200 else refusals.broken(str(error))
    if judgement is None or (judgement.kind is Kind.DATA and answer.status != 200):
        return otherwise(answer, agency)
    return judgement


def otherwise(answer: Answer, agency: str) -> Classification:
    refused = refusals.usual(answer, agency)
    return refused or refusals.broken(f"{agency} answers something else: {refusals.quoted(answer)}")


def is_json(answer: Answer) -> bool:
    return answer.body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"{", b"["))


def part(holder: Any, name: str, kind: type[T], where: str) -> T:
    """The part of that name. Raises SourceChanged when it is missing or of another kind."""
    found = holder.get(name) if isinstance(holder, dict) else None
    if type(found) is not kind:  # so that true and false are no numbers
        raise SourceChanged(f"{where}: “{name}” should be {WORDS[kind]}, found {shown(found)}.")
    return found


def objects(holder: Any, name: str, where: str) -> list[dict[str, Any]]:
    """The list of objects of that name."""
    found = part(holder, name, list, where)
    for entry in found:
        if not isinstance(entry, dict):
            raise SourceChanged(f"{where}: “{name}” should hold objects, found {shown(entry)}.")
    return found


def whole(holder: Any, name: str, where: str) -> int:
    """A whole number, which some agencies write as text in places."""
    found = holder.get(name) if isinstance(holder, dict) else None
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) < 10:
        return int(found)
    return part(holder, name, int, where)


def text_or_nothing(holder: Any, name: str, where: str) -> str:
    """A text that may be missing or null, which is the empty one here."""
    found = holder.get(name) if isinstance(holder, dict) else None
    if found is None and isinstance(holder, dict):
        return ""
    return found if type(found) is str else part(holder, name, str, where)


def meaning(code: str | int, meanings: Mapping[Any, str], what: str, where: str) -> str:
    """What an agency's code stands for. Raises SourceChanged for one that is not known here."""
    if code not in meanings:
        raise SourceChanged(f"{where}: the {what} {shown(code)} is unknown.")
    return meanings[code]


def shown(found: Any) -> str:
    return "nothing" if found is None else f"“{str(found)[:40]}”"


def written_value(found: Any, missing: Collection[str | None], where: str) -> Decimal | None:
    """The number an agency writes as text; None where it is one of its marks for missing."""
    if found is None or isinstance(found, str):
        if found in missing:
            return None
        try:
            return number(found or "")
        except ValueError as error:
            raise SourceChanged(f"{where}: {error}.") from error
    raise SourceChanged(f"{where}: the value should be a text, found {shown(found)}.")


def plain_value(found: Any, where: str) -> Decimal | None:
    """A JSON number; null is missing, and neither true nor a text is a number."""
    if found is None:
        return None
    if isinstance(found, Decimal) and abs(found.adjusted()) < 100:  # as a number may be written; see reading
        return found
    if isinstance(found, bool) or not isinstance(found, int | Decimal):
        raise SourceChanged(f"{where}: {shown(found)} is no number.")
    return written_value(str(found), (), where)


def day(text: str, where: str) -> date:
    """An ISO day, written in full."""
    try:
        if len(text) == len("2024-07-15"):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise SourceChanged(f"{where}: {shown(text)} is no date.")


def period_starting(first: date, frequency: str, where: str) -> str:
    """The period of that frequency which starts on that day. Raises SourceChanged when none does."""
    period = periods.label(first, frequency)
    if periods.first_day(period) != first:
        raise SourceChanged(f"{where}: no {frequency} period starts on {first}.")
    return period


def check_complete(asked: Collection[str], found: Collection[str]) -> None:
    """Raises SourceChanged unless the answer holds exactly the series asked for; nothing asked, all are."""
    if not asked:
        return
    for key in sorted(set(found) - set(asked)):
        raise SourceChanged(f"Asked for {', '.join(sorted(asked))}, got {key}.")
    for key in sorted(set(asked) - set(found)):
        raise SourceChanged(f"Asked for {key}, which is not in the answer.")


def check_frequency(asked: str, period: str, key: str) -> None:
    """Raises SourceChanged when the period is of another frequency than the query names, if it does."""
    found = periods.frequency(period)
    if asked and found != ("annual" if asked == "biennial" else asked):
        raise SourceChanged(f"{key}: asked for {asked} values, got {period}.")
