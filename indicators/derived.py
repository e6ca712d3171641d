"""Calculates derived series from their inputs and publishes what changed, with the inputs recorded.

Workers and commands only: this module needs pandas, which the web process does not import.
"""

import operator
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import pandas as pd
from django.db import transaction
from django.db.models import Prefetch

from indicators import clock, edition, formulas
from indicators.formulas import Formula, Place, Reference
from indicators.models import Indicator, Observation, Series, Source

STORED_SCALE = Decimal(1).scaleb(-12)
CALCULATED = "calculated"
PARTS = ("area", "partner", "product")
SUBJECT = ("indicator_id", *PARTS, "precedence")

Periods = dict[date, Observation]
Inputs = dict[str, Periods]


def recompute(changed_ids: Iterable[int] | None = None) -> set[int]:
    """Recompute the derived indicators that depend on the changed ones (None: all of them).

    Returns the ids of the derived indicators with a new or revised value.
    """
    derived = {
        indicator.code: indicator for indicator in Indicator.objects.filter(origin=Indicator.Origin.DERIVED)
    }
    texts = {code: indicator.formula for code, indicator in derived.items()}
    if changed_ids is None:
        codes = formulas.calculation_order(texts)
    else:
        changed = set(Indicator.objects.filter(pk__in=list(changed_ids)).values_list("code", flat=True))
        codes = formulas.dependents(texts, changed)
    return {derived[code].pk for code in codes if recompute_indicator(derived[code])}


def recompute_indicator(indicator: Indicator) -> bool:
    """Recompute every series of one derived indicator; return whether a value changed."""
    formula = formulas.parse(indicator.formula)
    with transaction.atomic():
        hold_series(indicator)
        edition.lock()
        available = InputSeries(formula)
        own = own_series(indicator)
        changed = [
            recompute_series(indicator, own, one, available.inputs(one))
            for one in available.formulas_of_subjects()
        ]
        if any(changed):
            edition.advance()
    return any(changed)


def hold_series(indicator: Indicator) -> None:
    """First the series, then the edition, as all who publish do: else two could wait for each other."""
    list(indicator.series.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))


class InputSeries:
    """What there is of the indicators a formula refers to, read once: places of series, current values."""

    def __init__(self, formula: Formula) -> None:
        self.formula = formula
        codes = {reference.indicator for reference in formula.references}
        series = {one.pk: one for one in Series.objects.filter(indicator__code__in=codes).only(*SUBJECT)}
        indicators = dict(Indicator.objects.filter(code__in=codes).values_list("pk", "code"))
        subjects = {pk: (indicators[one.indicator_id], place_of(one)) for pk, one in series.items()}
        self.places: dict[str, set[Place]] = defaultdict(set)
        for code, place in subjects.values():
            self.places[code].add(place)
        self.values: dict[tuple[str, Place], Periods] = defaultdict(dict)
        rows = Observation.objects.current().filter(series__in=series, value__isnull=False)
        for row in sorted(rows, key=lambda row: series[row.series_id].precedence):
            self.values[subjects[row.series_id]].setdefault(row.period, row)

    def inputs(self, formula: Formula) -> Inputs:
        return {name: self.values[one.indicator, one.place] for name, one in formula.names.items()}

    def formulas_of_subjects(self) -> Iterator[Formula]:
        """The formula for each subject it can be calculated for, sums written out."""
        for binding in self.bindings():
            yield self.formula.bound(binding).expanded(self.places_of)

    def bindings(self) -> list[dict[str, str]]:
        """What the placeholders can stand for together: what the series of every input have."""
        found: list[dict[str, str]] = [{}]
        for reference in self.formula.references:
            options = self.options_of(reference)
            found = [
                one | option
                for one in found
                for option in options
                if all(one.get(placeholder, code) == code for placeholder, code in option.items())
            ]
        return sorted(found, key=lambda binding: sorted(binding.items()))

    def options_of(self, reference: Reference) -> list[dict[str, str]]:
        """What the placeholders of one reference can stand for, [{}] where it has none."""
        marks = {part: at for at, part in enumerate(reference.place) if part in formulas.PLACEHOLDERS}
        if not marks:
            return [{}]
        found = {tuple(place[at] for at in marks.values()) for place in self.places_of(reference)}
        return [dict(zip(marks, codes, strict=True)) for codes in found]

    def places_of(self, reference: Reference) -> set[Place]:
        """The places of the series a reference may mean."""
        return {place for place in self.places[reference.indicator] if self.may_mean(reference, place)}

    def may_mean(self, reference: Reference, place: Place) -> bool:
        """Whether every part fits; an open part takes nothing the formula names itself."""
        return all(
            code not in self.formula.names_itself(reference.indicator, at)
            if part in (*formulas.PLACEHOLDERS, formulas.ANY)
            else code == part
            for at, (part, code) in enumerate(zip(reference.place, place, strict=True))
        )


def own_series(indicator: Indicator) -> dict[Place, tuple[Series, Periods]]:
    """The calculated series there are, by place, each with its current observations."""
    current = Prefetch("observations", Observation.objects.current())
    found = indicator.series.filter(source__code=CALCULATED, frequency=indicator.frequency)
    return {
        place_of(one): (one, {row.period: row for row in one.observations.all()})
        for one in found.prefetch_related(current)
    }


def place_of(series: Series) -> Place:
    return series.area, series.partner, series.product


def recompute_series(
    indicator: Indicator, own: dict[Place, tuple[Series, Periods]], formula: Formula, inputs: Inputs
) -> bool:
    values = calculate(formula, inputs)
    if formula.place not in own and values.empty:
        return False
    series, current = own.get(formula.place) or (add_series(indicator, formula.place), {})
    return store(series, current, values, inputs, formula)


def add_series(indicator: Indicator, place: Place) -> Series:
    return Series.objects.create(
        indicator=indicator,
        **dict(zip(PARTS, place, strict=True)),
        source=Source.objects.get(code=CALCULATED),
        frequency=indicator.frequency,
        precedence=0,
    )


def calculate(formula: Formula, inputs: Inputs) -> pd.Series:
    """The formula over all periods for which every input it needs has a value.

    Returns Decimals (object dtype) indexed by the period's first day, rounded to the stored scale.
    """
    columns = {
        name: pd.Series({period: row.value for period, row in rows.items()}, dtype=object).sort_index()
        for name, rows in inputs.items()
    }
    values = formulas.evaluate(formula, columns, FUNCTIONS, on_common_periods)
    return values.map(lambda value: value.quantize(STORED_SCALE, ROUND_HALF_EVEN).normalize())


def on_common_periods(operation: Callable, left: Any, right: Any) -> Any:
    """An operation on the periods that both sides have; a number has all. Nothing is divided by zero."""
    if operation is operator.truediv and isinstance(right, pd.Series):
        right = right[right != 0]
    if isinstance(left, pd.Series) and isinstance(right, pd.Series):
        left, right = left.align(right, join="inner")
    return operation(left, right)


def yearly_growth(values: pd.Series) -> pd.Series:
    """Percent change on the year before; missing where that year is missing."""
    before = pd.Series(
        {
            period: values.get(period.replace(year=period.year - 1))
            for period in values.index
        },
        dtype=object,
    ).dropna()  # fmt: skip
    return 100 * (values[before.index] / before - 1)


def yearly_sum(values: pd.Series) -> pd.Series:
    """Months added up to years, each under its first day; a year that lacks a month has no sum."""
    years: dict[date, list[Decimal]] = {}
    for month, value in values.items():
        years.setdefault(month.replace(month=1), []).append(value)
    return pd.Series({year: sum(months) for year, months in years.items() if len(months) == 12}, dtype=object)


FUNCTIONS = {"growth": yearly_growth, "yearly": yearly_sum}


def store(series: Series, current: Periods, values: pd.Series, inputs: Inputs, formula: Formula) -> bool:
    """Add a vintage where the calculated value differs; withdraw those that can no longer be calculated."""
    wanted: dict[date, Decimal | None] = dict.fromkeys(current) | dict(values.items())
    changes = {
        period: value
        for period, value in wanted.items()
        if period not in current or current[period].value != value
    }
    replaced = [current[period] for period in changes if period in current]
    Observation.objects.filter(pk__in=[row.pk for row in replaced]).update(is_current=False)
    for period, value in changes.items():
        add_vintage(series, period, value, used_for(period, inputs, formula), current.get(period))
    return bool(changes)


def used_for(period: date, inputs: Inputs, formula: Formula) -> list[Observation]:
    """The observations one calculated value rests on."""
    spans = [period]
    if "growth" in formula.functions:
        spans.append(period.replace(year=period.year - 1))
    if "yearly" in formula.functions:
        spans = [span.replace(month=month) for span in spans for month in range(1, 13)]
    return [rows[span] for rows in inputs.values() for span in spans if span in rows]


def add_vintage(
    series: Series, period: date, value: Decimal | None, used: list[Observation], before: Observation | None
) -> None:
    """A calculated value is as old as the newest of its inputs, and newer than the one it replaces."""
    now = clock.now()
    vintage = max([row.vintage for row in used], default=now)
    if before and vintage <= before.vintage:
        vintage = max(now, before.vintage + timedelta(microseconds=1))
    added = Observation.objects.create(
        series=series, period=period, value=value, vintage=vintage, recorded_at=now
    )
    added.inputs.set(used)
