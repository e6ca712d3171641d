"""Calculates derived series from their inputs and publishes what changed, with the inputs recorded.

Workers and commands only: this module needs pandas, which the web process does not import.
"""

import operator
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import pandas as pd
from django.db import transaction
from django.utils import timezone

from indicators import edition, formulas
from indicators.formulas import Formula, Place, Reference
from indicators.models import Indicator, Observation, Series, Source

STORED_SCALE = Decimal(1).scaleb(-12)
CALCULATED = "calculated"
PARTS = ("area", "partner", "product")

Inputs = dict[str, dict[date, Observation]]


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
        changed = [recompute_series(indicator, one) for one in formulas_of_subjects(formula)]
        if any(changed):
            edition.advance()
    return any(changed)


def hold_series(indicator: Indicator) -> None:
    """First the series, then the edition, as all who publish do: else two could wait for each other."""
    list(indicator.series.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))


def formulas_of_subjects(formula: Formula) -> Iterator[Formula]:
    """The formula for each subject it can be calculated for, sums written out."""
    for binding in bindings(formula):
        yield formula.bound(binding).expanded(lambda reference: places_of(reference, formula))


def bindings(formula: Formula) -> list[dict[str, str]]:
    """What the placeholders can stand for together: what the series of every input have."""
    found: list[dict[str, str]] = [{}]
    for reference in formula.references:
        options = options_of(reference, formula)
        found = [
            one | option
            for one in found
            for option in options
            if all(one.get(placeholder, code) == code for placeholder, code in option.items())
        ]
    return sorted(found, key=lambda binding: sorted(binding.items()))


def options_of(reference: Reference, formula: Formula) -> list[dict[str, str]]:
    """What the placeholders of one reference can stand for, [{}] where it has none."""
    marks = {part: at for at, part in enumerate(reference.place) if part in formulas.PLACEHOLDERS}
    if not marks:
        return [{}]
    found = {tuple(place[at] for at in marks.values()) for place in places_of(reference, formula)}
    return [dict(zip(marks, codes, strict=True)) for codes in found]


def places_of(reference: Reference, formula: Formula) -> set[Place]:
    """The places of the series a reference may mean; an open part takes nothing the formula names itself."""
    series = Series.objects.filter(indicator__code=reference.indicator)
    for at, (name, part) in enumerate(zip(PARTS, reference.place, strict=True)):
        if part in formulas.PLACEHOLDERS or part == formulas.ANY:
            series = series.exclude(**{f"{name}__in": formula.names_itself(reference.indicator, at)})
        else:
            series = series.filter(**{name: part})
    return set(series.values_list(*PARTS))


def recompute_series(indicator: Indicator, formula: Formula) -> bool:
    inputs = {name: observations(reference) for name, reference in formula.names.items()}
    values = calculate(formula, inputs)
    subject = {
        "indicator": indicator,
        **dict(zip(PARTS, formula.place, strict=True)),
        "source": Source.objects.get(code=CALCULATED),
        "frequency": indicator.frequency,
    }
    if values.empty and not Series.objects.filter(**subject).exists():
        return False
    series, _ = Series.objects.get_or_create(**subject, defaults={"precedence": 0})
    return store(series, values, inputs, formula)


def observations(reference: Reference) -> dict[date, Observation]:
    """The current observations of an input by period, from the source that takes precedence."""
    found: dict[date, Observation] = {}
    rows = (
        Observation.objects.current()
        .filter(
            series__indicator__code=reference.indicator,
            series__area=reference.area,
            series__partner=reference.partner,
            series__product=reference.product,
        )
        .select_related("series")
        .order_by("series__precedence")
    )
    for row in rows:
        if row.value is not None:
            found.setdefault(row.period, row)
    return found


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


def store(series: Series, values: pd.Series, inputs: Inputs, formula: Formula) -> bool:
    """Add a vintage where the calculated value differs; withdraw those that can no longer be calculated."""
    current = {row.period: row for row in series.observations.current()}
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
    vintage = max([row.vintage for row in used], default=timezone.now())
    if before and vintage <= before.vintage:
        vintage = timezone.now()
    added = Observation.objects.create(series=series, period=period, value=value, vintage=vintage)
    added.inputs.set(used)
