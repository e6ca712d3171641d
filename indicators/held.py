"""A held batch beside what is published, for the person who decides."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from indicators import periods
from indicators.models import HeldBatch, Observation, Series

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
    def change_percent(self) -> Decimal | None:
        if not self.published or self.read is None:
            return None
        return (100 * (self.read / self.published - 1)).quantize(Decimal("0.1"))


def differences(held: HeldBatch) -> list[Compared]:
    """Every period whose value would become another, and every known period that the batch lacks."""
    known = published(held)
    rows = [row for row in read_rows(held, known) if row.published != row.read]
    return sorted([*rows, *vanished(held, known)], key=lambda row: (row.key, row.period))


def published(held: HeldBatch) -> Known:
    """The current observations of the series the batch is about."""
    keys = {row["key"] for row in held.rows}
    series = Series.objects.filter(feed=held.run.feed_id, key__in=keys)
    current = Observation.objects.current().filter(series__in=series).select_related("series")
    return {(row.series.key, row.period): row for row in current}


def read_rows(held: HeldBatch, known: Known) -> Iterator[Compared]:
    for row in held.rows:
        before = known.get((row["key"], periods.first_day(row["period"])))
        read = None if row["value"] is None else Decimal(row["value"])
        yield Compared(row["key"], row["period"], before.value if before else None, read, True)


def vanished(held: HeldBatch, known: Known) -> Iterator[Compared]:
    answered = {(row["key"], periods.first_day(row["period"])) for row in held.rows}
    for (key, day), before in known.items():
        if (key, day) not in answered and before.value is not None:
            yield Compared(key, before.period_label, before.value, None, False)
