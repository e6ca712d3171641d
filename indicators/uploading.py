"""A file handed in for a feed: previewed without storing anything, then published whole or not at all.

The preview and the publication go the same way as the answer of any source (indicators/refresh.py): what is
doubtful is held for a decision. Between the two the file waits on disk; a signed ticket says which file was
previewed, by whom, and against which published values.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from decimal import Decimal

from django.core import signing
from django.db.models import Count, Max

from indicators import asking, confirming, payloads, periods, refresh, waiting
from indicators.batches import (
    PROJECTION,
    Batch,
    Change,
    find_changes,
    find_doubts,
    first_day,
    group,
    published_values,
    refuse_empty,
    wanted_rows,
)
from indicators.models import Feed, Observation, Run
from indicators.sources import Answer, SourceChanged, upload
from indicators.sources import asking as asking_query
from indicators.sources.upload_files import UploadRefused
from indicators.sources.upload_rows import CONTROL, Entry, Refusal

CONTENT_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
LONGEST_NAME = 200
TAKEN = (Run.Verdict.PUBLISHED, Run.Verdict.UNCHANGED, Run.Verdict.HELD)


class OutOfDate(Exception):
    """The file must be handed in again; the sentence says why, and nothing was stored."""


class ChangedMeanwhile(SourceChanged):
    """The published values are others than those the file was compared with: it is compared anew."""

    def __init__(self) -> None:
        super().__init__(
            "The published values have changed since this file was compared with them; nothing was stored."
        )


# --- The ticket ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class Ticket:
    """What a page carries from one step to the next."""

    feed: int
    person: int
    sha256: str
    name: str
    sheet: str = ""
    mapping: dict[str, str] = field(default_factory=dict)
    state: str = ""

    def signed(self) -> str:
        return signing.dumps(asdict(self), salt="upload", compress=True)


def admit(feed: Feed, person, name: str, body: bytes) -> Ticket:
    """Let a file wait for its confirmation, to be read as the last one was.

    Raises UploadRefused for a name no database keeps, and OSError on a full disk.
    """
    if CONTROL.search(name) or not name.isprintable():
        raise UploadRefused("The name of the file holds a character that cannot be shown: rename it.")
    sheet, mapping = remembered(feed)
    return Ticket(feed.pk, person.pk, waiting.keep(body), name[-LONGEST_NAME:], sheet, mapping)


def remembered(feed: Feed) -> tuple[str, dict[str, str]]:
    """The sheet and the columns of the last file; nothing where a person has written what cannot be used."""
    try:
        return asking_query.text(feed.query, "sheet"), upload.mapping_of(feed.query)
    except (SourceChanged, AttributeError):
        return "", {}


def with_columns(ticket: Ticket, sheet: str, mapping: dict[str, str]) -> Ticket:
    """The ticket with what the person chose; where no column was asked for, as it was remembered."""
    return replace(ticket, sheet=sheet, mapping=mapping or ticket.mapping)


def ticket_of(text: str, feed: Feed, person) -> Ticket:
    """The ticket this person was given for this feed. Raises OutOfDate for any other, and after a day."""
    try:
        ticket = Ticket(**signing.loads(text, salt="upload", max_age=waiting.LONGEST_WAIT))
    except signing.BadSignature:
        ticket = None
    if ticket is None or (ticket.feed, ticket.person) != (feed.pk, person.pk):
        raise OutOfDate("This preview is no longer valid; nothing was stored. Hand in the file again.")
    return ticket


def body_of(ticket: Ticket) -> bytes:
    try:
        return waiting.read(ticket.sha256)
    except waiting.Gone as error:
        raise OutOfDate(
            "The file waits no more: it was taken already, or more than a day ago. Hand it in again."
        ) from error


# --- The preview --------------------------------------------------------------------------------
@dataclass(frozen=True)
class Compared:
    """One value of the file, in our unit, beside the published one; `line` is its place in the file."""

    line: int
    series: str
    period: str
    published: Decimal | None
    read: Decimal | None


@dataclass(frozen=True)
class Dropped:
    """A line that is not taken, and why."""

    line: int
    key: str
    period: str
    reason: str

    @property
    def subject(self) -> str:
        return " · ".join(part for part in self.key.split("|") if part)


@dataclass(frozen=True)
class Preview:
    """What confirming would do. With `refused` cells or `problems` nothing can be taken."""

    new: list[Compared] = field(default_factory=list)
    changed: list[Compared] = field(default_factory=list)
    unchanged_count: int = 0
    absent: list[Compared] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    refused_count: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        return bool(self.refused or self.problems)

    @property
    def can_be_confirmed(self) -> bool:
        return not self.is_refused and bool(self.new or self.changed or self.doubts)


def examine(ticket: Ticket) -> upload.Examined:
    """What the waiting file holds. Raises OutOfDate, and UploadRefused for a file that then waits no more."""
    body = body_of(ticket)
    try:
        return upload.examine(body, ticket.name, ticket.sheet, ticket.mapping)
    except UploadRefused:
        waiting.forget(ticket.sha256)
        raise


def preview(feed: Feed, ticket: Ticket, found: upload.Examined) -> tuple[Preview, Ticket]:
    """Compare the file with what is published now; the ticket returned holds for that state alone."""
    ticket = replace(ticket, mapping={**ticket.mapping, **found.mapping}, state=state_of(feed))
    periods_refused = list(impossible(found))
    if found.refused or periods_refused:
        count = found.refused_count + len(periods_refused)
        return Preview(refused=[*found.refused, *periods_refused], refused_count=count), ticket
    try:
        return compare(feed, found.entries), ticket
    except SourceChanged as error:
        return Preview(problems=[str(error)], dropped=dropped(feed, found.entries)), ticket


def impossible(found: upload.Examined) -> Iterator[Refusal]:
    """Periods no source may give, by the line they stand in."""
    for entry in found.entries:
        try:
            first_day(entry.row)
        except SourceChanged as error:
            yield Refusal(entry.line, found.mapping["period"], str(error))


def compare(feed: Feed, entries: tuple[Entry, ...]) -> Preview:
    """Raises SourceChanged for what would make a run fail."""
    batch = group(wanted_rows(feed, [entry.row for entry in entries]), feed)
    refuse_empty(batch, feed.series.all())
    if not feed.confirmed_at:
        confirming.refuse_absent(feed.series.all(), {series.key for series in batch})
    changes = find_changes(batch, {})
    lines = {(entry.row.key, entry.row.period): entry.line for entry in entries}
    compared = sorted((beside(change, lines) for change in changes), key=lambda row: row.line)
    return Preview(
        new=[row for row in compared if row.published is None],
        changed=[row for row in compared if row.published is not None],
        unchanged_count=sum(map(len, batch.values())) - len(changes),
        absent=absent(feed, batch),
        dropped=dropped(feed, entries),
        doubts=find_doubts(batch),
    )


def beside(change: Change, lines: dict[tuple[str, str], int]) -> Compared:
    row, before = change.row, change.replaces
    line, published = lines[row.key, row.period], before.value if before else None
    return Compared(line, str(change.series), row.period, published, row.value)


def dropped(feed: Feed, entries: tuple[Entry, ...]) -> list[Dropped]:
    """Lines the feed has no series for, and projections: only what happened is published."""
    keys = set(feed.series.values_list("key", flat=True))
    reasons = ((entry, why_dropped(entry, keys)) for entry in entries)
    return [Dropped(entry.line, entry.row.key, entry.row.period, why) for entry, why in reasons if why]


def why_dropped(entry: Entry, keys: set[str]) -> str:
    if entry.row.key not in keys:
        return "The feed has no such series."
    return "A projection." if entry.row.status == PROJECTION else ""


def absent(feed: Feed, batch: Batch) -> list[Compared]:
    """Published values that the file does not hold; they stay."""
    every = list(feed.series.select_related("indicator"))
    known = published_values(every)
    return [
        Compared(0, str(series), periods.label(day, series.frequency), value.value, None)
        for series in every
        for day, value in sorted(known[series.pk].items())
        if value.value is not None and day not in batch.get(series, {})
    ]


def state_of(feed: Feed) -> str:
    """A sign of what is published for the feed: vintages are only ever added."""
    rows = Observation.objects.filter(series__feed=feed).aggregate(newest=Max("pk"), count=Count("pk"))
    return f"{rows['count']}.{rows['newest']}"


# --- The confirmation ---------------------------------------------------------------------------
def confirm(feed: Feed, ticket: Ticket, person) -> Run:
    """Publish exactly the previewed file, or hold it, or change nothing.

    Raises OutOfDate, ChangedMeanwhile and refresh.AlreadyRunning; nothing was stored then.
    """
    handed_in = HandedIn(ticket, body_of(ticket))
    if state_of(feed) != ticket.state:
        raise ChangedMeanwhile
    run = refresh.run(feed.pk, Run.Trigger.UPLOAD, handed_in.readings, person)
    if run.verdict in TAKEN:
        remember(feed, ticket)
        waiting.forget(ticket.sha256)
    return run


@dataclass(frozen=True)
class HandedIn:
    """The answer a person hands in instead of the source."""

    ticket: Ticket
    body: bytes

    def readings(self, feed: Feed, today: date) -> Iterator[asking.Reading]:
        """One kept answer. Raises ChangedMeanwhile: only whoever holds the feed can be sure of its state."""
        if state_of(feed) != self.ticket.state:
            raise ChangedMeanwhile
        content_type = CONTENT_TYPES[self.ticket.name.rpartition(".")[2].lower()]
        answer = Answer(self.body, content_type, f"upload:{self.ticket.name}")
        how = {"mapping": self.ticket.mapping, "sheet": self.ticket.sheet, "name": self.ticket.name}
        yield asking.Reading(answer, payloads.keep(answer), upload, how)


def remember(feed: Feed, ticket: Ticket) -> None:
    """Read the next file as this one, unless its person says otherwise."""
    query = {"mapping": ticket.mapping} | ({"sheet": ticket.sheet} if ticket.sheet else {})
    Feed.objects.filter(pk=feed.pk).update(query=query)
