"""A held batch beside what is published, series by series, for the person who decides."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from indicators import periods
from indicators.models import HeldBatch, Observation, Series

ROWS_SHOWN = 50
"""Of each series; those that change most. The rest is counted."""

Known = dict[tuple[str, date], Observation]
"""Published observations by the feed's key and the period's first day."""


@dataclass(frozen=True)
class Compared:
    """One period of one series: what is published, what was read, and the change in percent if it has one."""

    key: str
    period: str
    published: Decimal | None
    read: Decimal | None
    is_in_answer: bool

    @property
    def day(self) -> date:
        return periods.first_day(self.period)

    @property
    def differs(self) -> bool:
        """Also where a known period is not in the answer, though nothing would be published for it."""
        return self.published != self.read

    @property
    def change_percent(self) -> Decimal | None:
        if not self.published or self.read is None:
            return None
        return 100 * (self.read / self.published - 1)

    @property
    def weight(self) -> Decimal:
        """How much a change says: a lost, new or zero value more than any percentage."""
        change = self.change_percent
        return Decimal("Infinity") if change is None else abs(change)


@dataclass
class SeriesComparison:
    """All periods of one series, oldest first, and why they are not believed."""

    key: str
    name: str
    doubts: list[str] = field(default_factory=list)
    rows: list[Compared] = field(default_factory=list)

    @property
    def differing(self) -> list[Compared]:
        return [row for row in self.rows if row.differs]

    @property
    def shown(self) -> list[Compared]:
        """What differs, by period; of many, what changes most."""
        most = sorted(self.differing, key=lambda row: -row.weight)[:ROWS_SHOWN]
        return sorted(most, key=lambda row: row.day)

    @property
    def left_out(self) -> int:
        return len(self.differing) - len(self.shown)

    @property
    def as_published(self) -> int:
        return len(self.rows) - len(self.differing)

    @property
    def is_doubtful(self) -> bool:
        return bool(self.doubts or self.differing)


def comparisons(held: HeldBatch) -> list[SeriesComparison]:
    """Every series of the batch: the doubted first, then those that differ, then the others."""
    series = {one.key: one for one in series_of(held)}
    by_key: dict[str, list[Compared]] = defaultdict(list)
    for row in all_rows(held, published(series.values())):
        by_key[row.key].append(row)
    found = [compared(held, key, series.get(key), rows) for key, rows in by_key.items()]
    return sorted(found, key=lambda one: (not one.doubts, not one.differing, one.name))


def compared(held: HeldBatch, key: str, series: Series | None, rows: list[Compared]) -> SeriesComparison:
    """A series the catalogue no longer holds goes by the source's name for it."""
    name = str(series or key)
    doubts = [doubt.removeprefix(f"{name}: ") for doubt in held.doubts if doubt.startswith(f"{name}: ")]
    return SeriesComparison(key, name, doubts, sorted(rows, key=lambda row: row.day))


def general_doubts(held: HeldBatch, found: Iterable[SeriesComparison]) -> list[str]:
    """Doubts about no series in particular."""
    named = tuple(f"{one.name}: " for one in found)
    return [doubt for doubt in held.doubts if not doubt.startswith(named)]


def series_of(held: HeldBatch) -> Iterable[Series]:
    keys = {row["key"] for row in held.rows}
    return Series.objects.filter(feed=held.run.feed_id, key__in=keys).select_related("indicator")


def published(series: Iterable[Series]) -> Known:
    """The current observations of the series the batch is about."""
    current = Observation.objects.current().filter(series__in=list(series)).select_related("series")
    return {(row.series.key, row.period): row for row in current}


def newest(rows: Iterable[dict]) -> list[dict]:
    """The row of each period that would be current; earlier vintages only fill the history."""
    found: dict[tuple[str, str], dict] = {}
    for row in rows:
        former = found.setdefault((row["key"], row["period"]), row)
        if (row["vintage"] or "") > (former["vintage"] or ""):
            found[row["key"], row["period"]] = row
    return list(found.values())


def all_rows(held: HeldBatch, known: Known) -> Iterator[Compared]:
    """Every period that was read, then every known one that the batch lacks."""
    for row in newest(held.rows):
        before = known.get((row["key"], periods.first_day(row["period"])))
        read = None if row["value"] is None else Decimal(row["value"])
        yield Compared(row["key"], row["period"], before.value if before else None, read, True)
    answered = {(row["key"], periods.first_day(row["period"])) for row in held.rows}
    for (key, day), before in known.items():
        if (key, day) not in answered and before.value is not None:
            yield Compared(key, before.period_label, before.value, None, False)
