"""Who changed what, when, from what to what, by which way and why (R11): added to, never altered, chained.

An entry is written in the transaction of its change: if it cannot be written, nothing is. Each organization
has a chain of its own, so organizations do not wait for each other; what belongs to none is in `PROJECT`.
The head of a chain is locked while an entry is added, which makes the numbers consecutive, and moves on
with the entry by a trigger: two statements a record. Before and after hold no names or addresses of people:
they could not be taken out when a person asks to be forgotten.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Model
from django.utils import timezone
from django.utils.functional import Promise

from stakeholders.models import TrailEntry, TrailHead, User
from stakeholders.ways import Way, current_way, way

__all__ = ["PROJECT", "Change", "Way", "changes", "current_way", "record", "record_all", "snapshot", "way"]

PROJECT = "project"
"""The chain of what belongs to no organization."""
START = "0" * 64
"""The hash before the first entry of a chain."""

Fields = Mapping[str, Any]


class OutsideTransaction(RuntimeError):
    """A change and its entry must stand or fall together."""


# --- Writing ------------------------------------------------------------------------------------
HEAD = {
    "postgresql": "SELECT number, hash, STATEMENT_TIMESTAMP() FROM stakeholders_trailhead WHERE chain = %s "
    "FOR UPDATE",
    "sqlite": "SELECT number, hash, NULL FROM stakeholders_trailhead WHERE chain = %s",
}
"""SQLite's clock is this machine's own, and its transactions hold the whole database from their start."""


class Head(NamedTuple):
    chain: str
    number: int
    hash: str
    now: datetime


@dataclass(frozen=True)
class Change:
    """What one entry says; `before` is None for something new, `after` for something gone."""

    action: str
    subject: str
    before: Fields | None = None
    after: Fields | None = None
    reason: str = ""


def record(
    actor: User | None,
    action: str,
    subject: str,
    *,
    chain: str,
    before: Fields | None,
    after: Fields | None,
    reason: str = "",
) -> TrailEntry:
    """Add one entry; `subject` is kind and key, such as `sub_goal:12`; no actor is the application itself."""
    return record_all(actor, [Change(action, subject, before, after, reason)], chain=chain)[0]


def record_all(actor: User | None, changes: Iterable[Change], *, chain: str) -> list[TrailEntry]:
    """Add an entry for each change, in two statements however many there are."""
    head = locked_head(chain)
    entries: list[TrailEntry] = []
    for change in changes:
        last = entries[-1] if entries else head
        entries.append(entry_after(last.number, last.hash, actor, change, head))
    return TrailEntry.objects.bulk_create(entries)


def locked_head(chain: str) -> Head:
    """The chain's end and the database's clock; locked until the transaction ends."""
    if not connection.in_atomic_block:
        raise OutsideTransaction("A trail entry is written in the transaction of the change it tells of.")
    if (head := read_head(chain)) is None:
        TrailHead.objects.bulk_create([TrailHead(chain=chain, hash=START)], ignore_conflicts=True)
        head = read_head(chain)
    assert head is not None
    return head


def read_head(chain: str) -> Head | None:
    """In plain SQL: it runs with every change, and the ORM takes five times as long for it."""
    with connection.cursor() as cursor:
        cursor.execute(HEAD[connection.vendor], [chain])
        row = cursor.fetchone()
    return Head(chain, row[0], row[1], row[2] or timezone.now()) if row else None


def entry_after(
    number: int, previous_hash: str, actor: User | None, change: Change, head: Head
) -> TrailEntry:
    came = current_way()
    entry = TrailEntry(
        chain=head.chain,
        number=number + 1,
        at=head.now,
        actor=actor,
        actor_name=str(actor or ""),
        action=change.action,
        subject=change.subject,
        before=plain(change.before),
        after=plain(change.after),
        way=came.kind,
        request_id=came.request_id,
        reason=change.reason,
        previous_hash=previous_hash,
    )
    entry.hash = hash_of(entry)
    return entry


def hash_of(entry: TrailEntry) -> str:
    """SHA-256 over everything but the shown name, which is replaced when a person is forgotten."""
    content = {name: plain(getattr(entry, name)) for name in TrailEntry.HASHED}
    written = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(written.encode()).hexdigest()


# --- Values as the trail keeps them -------------------------------------------------------------
def snapshot(instance: Model, *fields: str) -> dict[str, Any]:
    """The named fields (all if none is named) as they stand now; keys of other rows as numbers."""
    concrete = instance._meta.concrete_fields
    chosen = [field for field in concrete if field.name in fields or not fields]
    if unknown := set(fields) - {field.name for field in chosen}:
        raise ValueError(f"{type(instance).__name__} has no field {', '.join(sorted(unknown))}.")
    return {field.name: plain(getattr(instance, field.attname)) for field in chosen}


def changes(before: Fields | None, after: Fields | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both sides with only the fields that differ; a field one side lacks is left out there."""
    old, new = dict(before or {}), dict(after or {})
    differing = [name for name in {**old, **new} if old.get(name, ...) != new.get(name, ...)]
    return (
        {name: old[name] for name in differing if name in old},
        {name: new[name] for name in differing if name in new},
    )


def plain(value: Any) -> Any:
    """As JSON keeps it on every database: Decimals, dates and times as text; a float is refused."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return written(value)


def written(value: Any) -> str:
    if isinstance(value, str | Promise | UUID):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"The trail does not keep a {type(value).__name__}.")


# --- Checking -----------------------------------------------------------------------------------
def faults_of(chain: str) -> Iterator[str]:
    """What is wrong with a chain, in plain sentences; nothing if it is whole.

    The head is read first: what is added during the walk then lies beyond it and is no fault.
    """
    head = TrailHead.objects.filter(chain=chain).first() or TrailHead(chain=chain, hash=START)
    number, previous, at_head = 0, START, START
    for entry in TrailEntry.objects.filter(chain=chain).order_by("number").iterator(chunk_size=2000):
        yield from entry_faults(entry, number, previous)
        number, previous = entry.number, entry.hash
        at_head = entry.hash if number == head.number else at_head
    yield from tail_faults(head, number, at_head)


def entry_faults(entry: TrailEntry, number: int, previous: str) -> Iterator[str]:
    if entry.number != number + 1:
        yield f"{entry.chain}: {gap(number + 1, entry.number - 1)}."
    elif entry.previous_hash != previous:
        yield f"{entry.chain}: entry {entry.number} does not follow from the entry before it."
    if hash_of(entry) != entry.hash:
        yield f"{entry.chain}: entry {entry.number} was altered after it was written."


def tail_faults(head: TrailHead, last: int, at_head: str) -> Iterator[str]:
    if head.number > last:
        yield f"{head.chain}: {gap(last + 1, head.number)} at the end."
    elif head.hash != at_head:
        yield f"{head.chain}: the head does not agree with entry {head.number}."
    elif last > head.number and not TrailHead.objects.filter(chain=head.chain, number__gte=last).exists():
        yield f"{head.chain}: {gap(head.number + 1, last, 'unknown to the head')}."


def gap(first: int, last: int, fault: str = "missing") -> str:
    return f"entry {first} is {fault}" if first == last else f"entries {first} to {last} are {fault}"


def chains() -> list[str]:
    """Every chain that has a head or an entry."""
    of_heads = TrailHead.objects.values_list("chain", flat=True)
    return sorted({*of_heads, *TrailEntry.objects.values_list("chain", flat=True).distinct()})
