"""The table under a chart and the sources it cites: every published value with its vintage and its origin."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from goals import words
from goals.models import Result
from indicators import formats
from indicators.models import Indicator, Observation
from public import presenting

SHOWN_AT_ONCE = 12
"""Of each series; earlier values are folded away beside them."""

CHECKSUMS_SHOWN = 3
"""Of a source; each value's own stands in its record."""


@dataclass(frozen=True)
class Other:
    """What a further source gives for the same period; the one that takes precedence has the line."""

    value: str
    source: int
    record: int


@dataclass(frozen=True)
class Row:
    """One line of the table; a milestone or a target has no record and no source of its own."""

    period: str
    kind: str
    value: str
    notes: list[str] = field(default_factory=list)
    cited_note: str = ""
    published: str = ""
    source: int | None = None
    record: int | None = None
    others: list[Other] = field(default_factory=list)


@dataclass(frozen=True)
class Group:
    """The rows of one country, partner or product; without a name where there is only one."""

    name: str
    rows: list[Row]
    aims: list[Row]


@dataclass(frozen=True)
class Citation:
    """A document or source, cited once, with what was taken from it."""

    number: int
    rows: list[Observation]

    @property
    def first(self) -> Observation:
        return self.rows[0]

    @property
    def is_calculated(self) -> bool:
        return self.first.series.source.is_calculated

    @property
    def text(self) -> str:
        return self.first.citation

    @property
    def url(self) -> str:
        return self.first.document.url if self.first.document else self.first.series.source.url

    @property
    def attributions(self) -> list[str]:
        """Who measured it, as the document cites them."""
        named = dict.fromkeys(row.attribution for row in self.rows if row.attribution)
        return [name for name in named if name not in self.text]

    @property
    def published(self) -> str:
        return presenting.day(max(row.vintage for row in self.rows))

    @property
    def retrieved(self) -> str:
        return words.moment(max(row.recorded_at for row in self.rows))

    @cached_property
    def checksums(self) -> list[str]:
        """SHA-256 of each raw answer the values were read from, the newest first."""
        newest_first = sorted(self.rows, key=lambda row: row.recorded_at, reverse=True)
        found = (row.payload.sha256 for row in newest_first if row.payload)
        return list(dict.fromkeys(found))

    @property
    def checksums_shown(self) -> list[str]:
        return self.checksums[:CHECKSUMS_SHOWN]

    @property
    def checksums_left_out(self) -> int:
        return len(self.checksums[CHECKSUMS_SHOWN:])

    @property
    def licence(self) -> str:
        return self.first.series.source.licence


@dataclass(frozen=True)
class DataTable:
    """Every current value of an indicator by subject, and the citations they carry."""

    indicator: Indicator
    result: Result
    observations: list[Observation]

    @classmethod
    def of(cls, indicator: Indicator, result: Result) -> "DataTable":
        rows = (
            Observation.objects.current()
            .filter(series__indicator=indicator)
            .select_related("series__source", "document", "payload", "run")
            .order_by("series__area", "series__partner", "series__product", "period", "series__precedence")
        )
        return cls(indicator, result, [row for row in rows if row.value is not None])

    @cached_property
    def citations(self) -> list[Citation]:
        kept: dict[Any, list[Observation]] = {}
        for row in self.observations:
            kept.setdefault(cited_as(row), []).append(row)
        return [Citation(number, rows) for number, rows in enumerate(kept.values(), start=1)]

    @cached_property
    def numbers(self) -> dict[Any, int]:
        return {cited_as(citation.first): citation.number for citation in self.citations}

    @property
    def caption(self) -> str:
        unit = formats.axis_unit(self.indicator.unit, words.language())
        return _("%(name)s, %(unit)s") % {"name": self.indicator.name, "unit": unit}

    @property
    def subtitle(self) -> str:
        """What the chart measures, in which unit, over which years."""
        years = sorted({label[:4] for label in self.labels()})
        unit = formats.axis_unit(self.indicator.unit, words.language())
        said = {"name": self.indicator.name, "unit": unit, "first": years[0], "last": years[-1]}
        if len(years) == 1:
            return _("%(name)s, %(unit)s, %(year)s") % {**said, "year": years[0]}
        return _("%(name)s, %(unit)s, %(first)s to %(last)s") % said

    def labels(self) -> list[str]:
        target = (presenting.judged(self.result.outcome).get("target") or {}).get("period")
        labels = [row.period_label for row in self.observations]
        return [*labels, target] if target else labels

    @cached_property
    def used(self) -> set[int]:
        """Record ids the verdict rests on."""
        return {point["observation"] for point in points_of(self.result.explanation["input"])}

    @cached_property
    def groups(self) -> list[Group]:
        """Subjects the status rests on first."""
        found = [(subject, list(rows)) for subject, rows in groupby(self.observations, key=subject_of)]
        found.sort(key=lambda group: not any(row.pk in self.used for row in group[1]))
        return [
            Group(
                name="" if len(found) == 1 else words.subject_name("/".join(filter(None, subject))),
                rows=[self.observed(*given) for given in self.by_period(rows)],
                aims=list(self.aims(subject[0], any(row.pk in self.used for row in rows))),
            )
            for subject, rows in found
        ]

    @property
    def recent(self) -> list[tuple[str, list[Row]]]:
        """The newest rows of each subject with what it aims at."""
        return [(group.name, [*group.rows[-SHOWN_AT_ONCE:], *group.aims]) for group in self.groups]

    @property
    def earlier(self) -> list[tuple[str, list[Row]]]:
        groups = [(group.name, group.rows[:-SHOWN_AT_ONCE]) for group in self.groups]
        return [(name, rows) for name, rows in groups if rows]

    @property
    def earlier_count(self) -> int:
        return sum(len(rows) for _name, rows in self.earlier)

    def by_period(self, rows: list[Observation]) -> Iterator[tuple[Observation, list[Observation]]]:
        """Of each period the value the chart and the status rest on, and what further sources give."""
        periods: dict[str, list[Observation]] = {}
        for row in rows:
            periods.setdefault(row.period_label, []).append(row)
        for given in periods.values():
            first = next((row for row in given if row.pk in self.used), given[0])
            yield first, [row for row in given if row is not first]

    def observed(self, row: Observation, others: list[Observation]) -> Row:
        notes = [str(row.get_status_display())] if row.status else []
        if self.result.status != "monitored" and row.pk not in self.used:
            notes.append(_("not used for the status"))
        return Row(
            period=presenting.period(row.period_label),
            kind=_("Calculated") if row.series.source.is_calculated else _("Observed"),
            value=presenting.digits(self.indicator, row.value),
            notes=notes,
            cited_note=row.note,
            published=presenting.day(row.vintage),
            source=self.numbers[cited_as(row)],
            record=row.pk,
            others=[self.other(one) for one in others],
        )

    def other(self, row: Observation) -> Other:
        return Other(presenting.digits(self.indicator, row.value), self.numbers[cited_as(row)], row.pk)

    def aims(self, area: str, is_used: bool) -> Iterator[Row]:
        """The milestones and the target of a subject the status rests on."""
        entities = presenting.subjects(self.result.outcome)
        outcome = entities.get(area, {}) if entities else self.result.outcome
        if not is_used:
            return
        for milestone in outcome.get("milestones") or ():
            yield self.aim(milestone, _("Milestone"), str(words.MILESTONES[milestone["status"]]))
        if (outcome.get("target") or {}).get("value") is not None:
            yield self.aim(outcome["target"], _("Target"), "")

    def aim(self, point: Mapping[str, Any], kind: str, note: str) -> Row:
        value = presenting.digits(self.indicator, point["value"])
        return Row(presenting.period(point["period"]), kind, value, [note] if note else [])


def subject_of(row: Observation) -> tuple[str, str, str]:
    return row.series.area, row.series.partner, row.series.product


def cited_as(row: Observation) -> tuple[int | None, int]:
    return row.document_id, row.series.source_id


def points_of(case: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every observation a method case carries."""
    for entity in (case.get("entities") or {}).values():
        yield from entity["observations"]
    yield from case.get("observations") or ()
    yield from case.get("comparator") or ()
