"""Compare an outcome with what a case expects of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from goals.method.exact import ONE, exactly

NAMES = ("id", "node", "code", "period", "year", "org")
BEHIND = {"indicators": "indicator_layer", "stakeholders": "stakeholder_layer"}
OWN_NUMBER = ("combined", "schedule", "progress")
MISSING = "nothing of that name"


@dataclass(frozen=True)
class Difference:
    field: str
    expected: Any
    got: Any

    def __str__(self) -> str:
        return f"{self.field}: expected {_shown(self.expected)}, got {_shown(self.got)}"


def _shown(value: Any) -> str:
    """A value for a person to read: numbers to twelve digits."""
    if isinstance(value, Decimal):
        return format(value, ".12g")
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_shown(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_shown(item) for item in value) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def differences(
    expected: Mapping[str, Any], outcome: Mapping[str, Any], tolerance: Decimal
) -> list[Difference]:
    """Every listed field that does not agree; fields not listed are not judged."""
    found = {name: look_up(outcome, name) for name in expected}
    return [
        Difference(name, expected[name], found[name])
        for name in expected
        if not agrees(expected[name], found[name], tolerance)
    ]


def look_up(outcome: Any, name: str) -> Any:
    """The value under a dotted name: keys of objects, places in lists, or the name a list's item bears."""
    if isinstance(outcome, Mapping) and name in outcome:
        return outcome[name]
    head, _, rest = name.partition(".")
    for inner in _inside(outcome, head):
        found = look_up(inner, rest) if rest else inner
        if found is not MISSING:
            return found
    return MISSING


def _inside(outcome: Any, key: str) -> list[Any]:
    """What a key can mean: for a layer shown as its progress, the layer behind it as well."""
    if isinstance(outcome, Mapping):
        keys = [key, BEHIND.get(key)]
        by_number = [int(key)] if key.isdecimal() else []
        return [outcome[k] for k in [*keys, *by_number] if k in outcome]
    if not isinstance(outcome, list):
        return []
    if key.isdecimal() and int(key) < len(outcome):
        return [outcome[int(key)]]
    return [item for item in outcome if _bears(item, key)]


def _bears(item: Any, name: str) -> bool:
    return isinstance(item, Mapping) and any(str(item.get(key)) == name for key in NAMES)


@exactly
def agrees(expected: Any, got: Any, tolerance: Decimal) -> bool:
    """Numbers within tolerance·max(1, |expected|); lists of text in any order; null only with null."""
    if expected is None or got is None or isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if isinstance(expected, Mapping):
        return isinstance(got, Mapping) and not differences(expected, got, tolerance)
    if isinstance(expected, list):
        return isinstance(got, list) and _lists_agree(expected, got, tolerance)
    if isinstance(got, Mapping):
        return agrees(expected, _own(expected, got), tolerance)
    if _is_number(expected) and _is_number(got):
        return abs(Decimal(got) - expected) <= tolerance * max(ONE, abs(Decimal(expected)))
    return str(expected) == str(got)


def _own(expected: Any, got: Mapping[str, Any]) -> Any:
    """What an object stands for where one value is expected: its status, or the number that rolls up."""
    names = OWN_NUMBER if _is_number(expected) else ("status", "period")
    return next((got[name] for name in names if got.get(name) is not None), MISSING)


def _is_number(value: Any) -> bool:
    return isinstance(value, Decimal | int)


def _lists_agree(expected: Sequence[Any], got: Sequence[Any], tolerance: Decimal) -> bool:
    if len(expected) != len(got):
        return False
    if all(isinstance(item, str) for item in [*expected, *got]):
        return sorted(expected) == sorted(got)
    return all(agrees(want, have, tolerance) for want, have in zip(expected, got, strict=True))
