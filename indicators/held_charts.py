"""The small chart of a held series: what is published and what was read, over each other."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from indicators import formats, periods
from indicators.charts import inputs
from indicators.charts.plot import SMALL
from indicators.charts.trajectory import draw_trajectory
from indicators.held import Compared, SeriesComparison

STRETCHES = 80
"""Of a long series the lowest and the highest value of so many stretches are drawn, so no spike is lost."""

Point = tuple[Compared, Decimal]


def draw(held: SeriesComparison, number: int) -> str:
    """Return inline SVG; empty where there is nothing to compare. `number` keeps ids apart on one page."""
    published = [(row, row.published) for row in held.rows if row.published is not None]
    read = [(row, row.read) for row in held.rows if row.read is not None]
    if not published and not read:
        return ""
    chart = inputs.TrajectoryChart(
        id_prefix=f"held-{number}",
        title=_("Published and read values of %(series)s") % {"series": held.name},
        description=" ".join([said(_("Published"), published), said(_("Read"), read), differing(held)]),
        format_value=exact,
        series=(line(_("Published"), published), line(_("Read"), read)),
        scale="level",
        period_years=Decimal(period_months(held.rows)) / 12,
    )
    return draw_trajectory(chart, SMALL)


def line(label: str, points: Sequence[Point]) -> inputs.Series:
    drawn = (inputs.Observation(t=coordinate(row), value=value) for row, value in thinned(points))
    return inputs.Series(tuple(drawn), label)


def thinned(points: Sequence[Point]) -> list[Point]:
    """Few enough points to see, with every extreme."""
    length = -(-len(points) // STRETCHES)
    if length <= 2:
        return list(points)
    kept: list[Point] = []
    for start in range(0, len(points), length):
        stretch = points[start : start + length]
        ends = {min(stretch, key=lambda point: point[1]), max(stretch, key=lambda point: point[1])}
        kept += sorted(ends, key=lambda point: point[0].day)
    return kept


def coordinate(row: Compared) -> Decimal:
    return row.day.year + Decimal(row.day.month - 1) / 12


def period_months(rows: Sequence[Compared]) -> int:
    return periods.MONTHS.get(periods.frequency(rows[0].period), 1)


def said(label: str, points: Sequence[Point]) -> str:
    """The line in words: “Read: 12 values, 2013 to 2024; the last is 1,600.”"""
    if not points:
        return _("%(line)s: no values.") % {"line": label}
    if len(points) == 1:
        only = {"line": label, "period": points[0][0].period, "value": exact(points[0][1])}
        return _("%(line)s: one value, %(period)s: %(value)s.") % only
    return _("%(line)s: %(count)d values, %(first)s to %(last)s; the last is %(value)s.") % {
        "line": label,
        "count": len(points),
        "first": points[0][0].period,
        "last": points[-1][0].period,
        "value": exact(points[-1][1]),
    }


def differing(held: SeriesComparison) -> str:
    return _("Periods that differ: %(count)d.") % {"count": len(held.differing)}


def exact(value: Decimal) -> str:
    """Every digit, in the language of the page."""
    return formats.number(value, formats.decimals_of(value), get_language() or "en")
