"""What was known on a day: of each period, the newest record there was by then."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from goals.method.parameters import Point

BEFORE_ALL = datetime.combine(date.min, time.min)


def as_known(points: Iterable[Point], on: date | datetime | None = None) -> tuple[Point, ...]:
    """One point per period, in order of time: the last recorded by `on` (inclusive; None: by now).

    Of records made at the same moment the later entry stands. A period whose standing record is null
    has no value and is left out. A record without a moment has always been known.
    """
    standing: dict[str, Point] = {}
    for point in points:
        earlier = standing.get(point.period)
        if recorded_by(point.recorded, on) and (earlier is None or _moment(point) >= _moment(earlier)):
            standing[point.period] = point
    return in_time_order(point for point in standing.values() if point.value is not None)


def in_time_order(points: Iterable[Point]) -> tuple[Point, ...]:
    return tuple(sorted(points, key=lambda point: point.t))


def recorded_by(recorded: date | datetime | None, on: date | datetime | None) -> bool:
    """Tell whether a record existed on a day (to its end, in UTC) or at a moment."""
    if recorded is None or on is None:
        return True
    limit = _naive(on) if isinstance(on, datetime) else datetime.combine(on, time.max)
    return _naive(recorded) <= limit


def _moment(point: Point) -> datetime:
    return BEFORE_ALL if point.recorded is None else _naive(point.recorded)


def _naive(moment: date | datetime) -> datetime:
    """A moment in UTC without its zone; a day counts as its first moment."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time.min)
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
