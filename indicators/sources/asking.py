"""Reading the query of a feed: small, and strict, since people write it."""

from collections.abc import Collection, Mapping
from typing import Any

from indicators.sources import SourceChanged


def check(query: Mapping[str, Any], known: Collection[str]) -> None:
    """Raises SourceChanged naming what the connector does not know."""
    for name in query:
        if name not in known:
            raise SourceChanged(f"The feed's query holds “{name}”; known are {', '.join(sorted(known))}.")


def needed(query: Mapping[str, Any], name: str) -> str:
    if not query.get(name):
        raise SourceChanged(f"The feed's query lacks “{name}”.")
    return text(query, name)


def text(query: Mapping[str, Any], name: str, otherwise: str = "") -> str:
    value = query.get(name, otherwise)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise SourceChanged(f"The feed's query: “{name}” must be a text.")
    return str(value)


def texts(query: Mapping[str, Any], name: str, otherwise: Collection[str] = ()) -> list[str]:
    """A text or a list of texts, as a list."""
    value = query.get(name, list(otherwise))
    parts = value if isinstance(value, list | tuple) else [value]
    if any(isinstance(part, bool) or not isinstance(part, str | int) for part in parts):
        raise SourceChanged(f"The feed's query: “{name}” must be a text or a list of texts.")
    return [str(part) for part in parts]
