"""The way a projection takes from year to year: what the fan of a chart is drawn from."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from statistics import median
from typing import Any

from goals.method.exact import exactly
from goals.method.time import coordinate


@exactly
def course(projection: Mapping[str, Any], times: Iterable[Decimal]) -> list[tuple[Decimal, Decimal, Decimal]]:
    """(low, middle, high) in the indicator's unit at each time, from a projection written as a dictionary."""
    logs = projection["scale"] == "logs"
    points = [
        (coordinate(point["period"]), Decimal(point["value"]).ln() if logs else Decimal(point["value"]))
        for point in projection["points"]
    ]

    def at(t: Decimal, slope: Decimal) -> Decimal:
        value = median(y + slope * (t - u) for u, y in points)
        return value.exp() if logs else value

    slopes = [projection[name] for name in ("slope", "slope_low", "slope_high")]
    found = []
    for t in times:
        middle, *ends = (at(t, slope) for slope in slopes)
        found.append((min(middle, *ends), middle, max(middle, *ends)))
    return found
