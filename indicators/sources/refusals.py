"""What the agencies' servers say instead of data, as far as it is the same everywhere."""

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from indicators.sources import Answer, Classification, Kind
from indicators.sources.reading import is_web_page

WAIT_IN_WORDS = re.compile(
    r"(?:try again in (\d{1,6}) seconds?)|(?:replenished in (?:(\d{1,2})\.)?(\d{1,2}):(\d\d):(\d\d))", re.I
)
SECRET_LIKE = re.compile(r"(?i)(key|token)\s*=\s*[^\s&\"'<>]+|[A-Za-z0-9_-]{24,}")
NOT_RIGHT_NOW = (202, 408, 425, 500, 502, 503, 504)
NOT_HERE = (404, 410)
DATA = Classification(Kind.DATA)


def usual(answer: Answer, agency: str) -> Classification | None:
    """What the status alone means everywhere; None for a filled 200, which must be judged by its content."""
    status = answer.status
    if status == 304:
        return Classification(Kind.NO_CHANGE, f"{agency} says nothing changed since the last answer.")
    if status == 429:
        return quota(answer, f"{agency} asks us to ask less often (429).")
    if status in NOT_RIGHT_NOW:
        return transient(answer, f"{agency} can not answer right now ({status}).")
    if status in NOT_HERE:
        return unknown(f"{agency} says there is nothing at this address ({status}).")
    if status == 401:
        return Classification(Kind.BAD_KEY, f"{agency} refuses our key (401).")
    if status not in (200, 204):
        return broken(f"{agency} refuses the question ({status}): {quoted(answer)}")
    return empty_or_page(answer, agency)


def empty_or_page(answer: Answer, agency: str) -> Classification | None:
    if is_web_page(answer):
        return transient(answer, f"The answer of {agency} is a web page, not data.")
    if not answer.body.strip():
        return transient(answer, f"The answer of {agency} is empty.")
    return None


def quota(answer: Answer, sentence: str, otherwise: timedelta | None = None) -> Classification:
    return Classification(Kind.QUOTA, sentence, retry_after(answer) or otherwise)


def transient(answer: Answer, sentence: str) -> Classification:
    return Classification(Kind.TRANSIENT, sentence, retry_after(answer))


def unknown(sentence: str) -> Classification:
    return Classification(Kind.UNKNOWN_SERIES, sentence)


def unknown_among(agency: str, names: Collection[str], others: int) -> Classification:
    """Some series of a batch are unknown: it is taken whole or not at all, so all must be told which."""
    rest = f" A batch is taken whole or not at all: its other series ({others}) keep their values too."
    return unknown(f"{agency} does not know {', '.join(sorted(names))}.{rest if others else ''}")


def broken(sentence: str) -> Classification:
    return Classification(Kind.BROKEN, sentence)


def retry_after(answer: Answer) -> timedelta | None:
    """How long to wait, by the header (a date counts from the answer's own date) or by the text."""
    header = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,8}", header, re.ASCII):
        return timedelta(seconds=int(header))
    then, sent = moment(header), moment(answer.headers.get("date", ""))
    if then and sent and then > sent:
        return then - sent
    return wait_in_words(answer)


def wait_in_words(answer: Answer) -> timedelta | None:
    """“Try again in 5 seconds”, “replenished in 03:14:17” or, with days, “3.11:17:14”."""
    found = WAIT_IN_WORDS.search(words(answer))
    if not found:
        return None
    if found[1]:
        return timedelta(seconds=int(found[1]))
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def moment(header: str) -> datetime | None:
    try:
        then = parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return None
    return then if then.tzinfo else then.replace(tzinfo=UTC)


def words(answer: Answer) -> str:
    """The start of the body as text, for recognising messages."""
    return answer.body[:4000].decode("utf-8", "replace")


def quoted(answer: Answer) -> str:
    return "a web page." if is_web_page(answer) else quote(words(answer))


def quote(text: str) -> str:
    """A message of the agency for an administrator: one short line without anything that looks like a key."""
    line = " ".join(SECRET_LIKE.sub("…", text).split())
    return f"“{line[:160]}”." if line else "it gives no reason."
