"""The labels of a trajectory chart, most important first, each with the spots it may take."""

import itertools
from collections.abc import Iterator, Sequence

from .drawing import Point, toward
from .inputs import Milestone, Observation, Series, TrajectoryChart
from .labels import Effort, Label, Spot, beside
from .plot import EDGE, GUTTER_GAP, Plot
from .raster import height_at
from .text import wrap

DOT_REACH, DIAMOND_REACH, RING_REACH = 6.0, 9.0, 10.0
ALONG = (0.68, 0.55, 0.8, 0.42, 0.3, 0.9, 0.15)  # shares of a line's length, best first
BESIDE_A_PATH = (
    *(Spot(1, 0.5, -14, 0), Spot(0.5, 1, 0, -8), Spot(0, 0.5, 14, 0), Spot(0.5, 0, 0, 8)),
    *(Spot(0.5, hy, 0, d * (1 - 2 * hy)) for d in (16, 24, 32) for hy in (1.0, 0.0)),
)
MIDDLE_FIRST = (0.48, 0.35, 0.62, 0.2, 0.8)
BESIDE_A_PATH = (
    *(Spot(1, 0.5, -14, 0), Spot(0.5, 1, 0, -8), Spot(0, 0.5, 14, 0), Spot(0.5, 0, 0, 8)),
    *(Spot(0.5, hy, 0, d * (1 - 2 * hy)) for d in (16, 24, 32) for hy in (1.0, 0.0)),
)
MIDDLE_FIRST = (0.48, 0.35, 0.62, 0.2, 0.8)
UP = ("above-left", "above", "left-up", "left", "above-right", "below", "below-right", "right", "below-left")
DOWN = ("below-right", "below", "right-down", "right", "below-left", "above-left", "above", "left")
PLAIN = ("above", "below", "above-right", "above-left", "below-right", "below-left", "right", "left")
ON_A_RISE = ("left-up", "left", "above-left", "above", "right-down", "right", "below-right", "below")
ON_A_FALL = ("right-up", "right", "above-right", "above", "left-down", "left", "below-left", "below")
BY_A_LINE = ("right", "right-up", "right-down", "above", "below", "above-left", "below-left", "left")


def labels_in_order(chart: TrajectoryChart, plot: Plot) -> Iterator[Label]:
    """Yield every label of the chart; what comes first gets the better place."""
    yield from _target(chart, plot)
    yield from _projection(chart, plot)
    yield from _series_names(chart, plot)
    yield from _observations(chart, plot, latest=True)
    yield from _needed(chart, plot)
    yield from _milestones(chart, plot)
    yield from _breaks(chart, plot)
    yield from _note(chart, plot)
    yield from _path_name(chart, plot)
    yield from _observations(chart, plot, latest=False)
    yield from _single_name(chart, plot)


def _wordings(plot: Plot, label: str, short: str, bold: bool) -> tuple[tuple[str, ...], ...]:
    """Return the ways to write a label: in full, in two or three lines, then the short one."""
    texts = [text for text in (label, short) if text]
    if short and not plot.layout.has_gutter:
        texts.reverse()
    widths = (plot.layout.width - 2 * EDGE, plot.layout.width * 0.4)
    ways = [wrap(text, plot.layout.label_size, bold, width) for text in texts for width in widths]
    return tuple(dict.fromkeys(ways))


def _target(chart: TrajectoryChart, plot: Plot) -> Iterator[Label]:
    if not (chart.target and chart.target.label):
        return
    point = plot.at(chart.target.t, chart.target.value)
    label, short, size = chart.target.label, chart.target.short_label, plot.layout.label_size
    wordings = _wordings(plot, label, short, True)
    spots = beside(RING_REACH, "above-end", "below-end", "left-up", "left", "left-down")
    if plot.layout.has_gutter and point[0] > plot.box.right - 1:
        wordings = (wrap(label, size, True, plot.gutter), *wordings)
        spots = (*_down_the_gutter(plot, first=0.5 * size), *spots)
    yield Label(wordings, point, spots, "label aim", size, True, "any", has_leader=True)


def _down_the_gutter(plot: Plot, first: float) -> tuple[Spot, ...]:
    """Return spots right of the plot whose first line is at the anchor, then ever farther from it."""
    shifts = [0, *(sign * step for step in range(4, 200, 4) for sign in (-1, 1))]
    return tuple(Spot(0, 0, GUTTER_GAP, shift - first) for shift in shifts)


def _series_names(chart: TrajectoryChart, plot: Plot) -> Iterator[Label]:
    """Yield the names of several series at their last observations."""
    for index, series in enumerate(chart.series if len(chart.series) > 1 else ()):
        if not (series.observations and series.label):
            continue
        last = series.observations[-1]
        css = f"label series-{index + 1}-name" if index else "label observed-name"
        yield Label(
            _wordings(plot, series.label, series.short_label, True), plot.at(last.t, last.value),
            beside(DOT_REACH, *BY_A_LINE), css, plot.layout.label_size, True, "any", has_leader=True,
        )  # fmt: skip


def _observations(chart: TrajectoryChart, plot: Plot, latest: bool) -> Iterator[Label]:
    for index, series in enumerate(chart.series):
        for observation in series.observations:
            if observation.label and (observation is series.observations[-1]) == latest:
                sides = _latest_sides(chart, observation) if latest else PLAIN
                yield _observation(plot, observation, index, sides, "any" if latest else "spots")


def _observation(
    plot: Plot, observation: Observation, series: int, sides: Sequence[str], effort: Effort
) -> Label:
    css = f"label series-{series + 1}-name" if series else "label observed-name"
    wordings = _wordings(plot, observation.label, observation.short_label, True)
    point, spots = plot.at(observation.t, observation.value), beside(DOT_REACH, *sides)
    return Label(wordings, point, spots, css, plot.layout.label_size, True, effort, has_leader=True)


def _latest_sides(chart: TrajectoryChart, latest: Observation) -> Sequence[str]:
    """Return the sides to try: away from what is needed now, else above."""
    needed = chart.path.needed_now if chart.path else None
    is_below = needed is not None and float(needed.value) > float(latest.value)
    return DOWN if is_below != (chart.scale == "rank" and needed is not None) else UP


def _projection(chart: TrajectoryChart, plot: Plot) -> Iterator[Label]:
    if not (chart.projection and chart.projection.points and chart.projection.label):
        return
    last = chart.projection.points[-1]
    anchor, size = plot.at(last.t, last.middle), plot.layout.label_size
    if plot.layout.has_gutter:
        parts = [part for part in (chart.projection.label, chart.projection.range_label) if part]
        wordings: tuple[tuple[str, ...], ...]
        wordings = (tuple(line for part in parts for line in wrap(part, size, False, plot.gutter)),)
        spots = _down_the_gutter(plot, first=0.5 * size)
    else:
        wordings = _wordings(plot, chart.projection.label, chart.projection.short_label, False)
        spots = _under_the_end(anchor, plot)
    yield Label(wordings, anchor, spots, "label pace", size, effort="any")


def _under_the_end(anchor: Point, plot: Plot) -> tuple[Spot, ...]:
    """Return spots that end at the right edge of the plot, ever farther below and above the anchor."""
    edge = plot.box.right - anchor[0] + 4
    return tuple(Spot(1, hy, edge, step * (1 - 2 * hy)) for step in range(4, 120, 4) for hy in (0.0, 1.0))


def _milestones(chart: TrajectoryChart, plot: Plot) -> Iterator[Label]:
    size = plot.layout.label_size
    for milestone in chart.milestones:
        if milestone.label:
            wordings = _wordings(plot, milestone.label, milestone.short_label, True)
            spots = beside(DIAMOND_REACH, *_milestone_sides(chart, plot, milestone))
            point = plot.at(milestone.t, milestone.value)
            yield Label(wordings, point, spots, "label aim", size, True, "any", has_leader=True)


def _milestone_sides(chart: TrajectoryChart, plot: Plot, milestone: Milestone) -> Sequence[str]:
    """Return the sides to try: the outer side of a path that rises or falls on the screen."""
    points = chart.path.points if chart.path else ()
    before = [plot.at(t, value) for t, value in points if float(t) < float(milestone.t)]
    is_falling = bool(before) and before[-1][1] < plot.at(milestone.t, milestone.value)[1]
    return ON_A_FALL if is_falling else ON_A_RISE


def _needed(chart: TrajectoryChart, plot: Plot) -> Iterator[Label]:
    needed = chart.path.needed_now if chart.path else None
    if needed is None or not needed.label:
        return
    wordings = _wordings(plot, needed.label, needed.short_label, False)
    observed = [series.observations[-1] for series in chart.series if series.observations]
    point = plot.at(needed.t, needed.value)
    is_above = not observed or point[1] <= plot.at(observed[0].t, observed[0].value)[1]
    spots = (*beside(DOT_REACH, *(UP if is_above else DOWN)), *_farther(is_above))
    yield Label(
        wordings, point, spots, "label path-name", plot.layout.label_size, False, "tied", has_leader=True
    )


def _farther(is_above: bool) -> tuple[Spot, ...]:
    """Return spots that end at the mark, beyond the label of the latest observation."""
    shifts = range(24, 64, 4)
    return tuple(Spot(1, 1, 8, -shift) if is_above else Spot(1, 0, 8, shift) for shift in shifts)


def _breaks(chart: TrajectoryChart, plot: Plot) -> Iterator[Label]:
    size = plot.layout.label_size
    for point in chart.breaks:
        wordings = _wordings(plot, point.label, point.short_label, False)
        anchor = (plot.x(float(point.t)), plot.box.top)
        shifts = range(0, int(plot.box.height) - 20, 12)
        spots = tuple(Spot(hx, 0, 6 - 12 * hx, shift) for shift in shifts for hx in (0.0, 1.0))
        if point.label:
            yield Label(wordings, anchor, spots, "label note", size, effort="any")


def _note(chart: TrajectoryChart, plot: Plot) -> Iterator[Label]:
    """Yield the note in the lower right of the plot, or as low as there is room."""
    if not chart.note:
        return
    anchor = (plot.box.right - 4, plot.box.bottom - 6)
    spots = tuple(Spot(1, 1, -dx, -dy) for dy in range(0, 240, 12) for dx in (0, 60, 120))
    wordings = _wordings(plot, chart.note, "", False)
    yield Label(wordings, anchor, spots, "label note", plot.layout.label_size, effort="any")


def _path_name(chart: TrajectoryChart, plot: Plot) -> Iterator[Label]:
    if chart.path and chart.path.label and len(chart.path.points) > 1:
        points = _still_ahead(chart, plot, [plot.at(t, value) for t, value in chart.path.points])
        yield _along(plot, points, chart.path.label, "label path-name", False, ALONG, BESIDE_A_PATH)


def _still_ahead(chart: TrajectoryChart, plot: Plot, path: list[Point]) -> list[Point]:
    """Return the path from the latest observation on; before, it runs beside the observed line."""
    latest = [plot.x(float(series.observations[-1].t)) for series in chart.series if series.observations]
    start = max(latest, default=path[0][0])
    if not path[0][0] < start < path[-1][0]:
        return path
    return [(start, height_at(path, start)), *(point for point in path if point[0] > start)]


def _single_name(chart: TrajectoryChart, plot: Plot) -> Iterator[Label]:
    """Yield the name of the only series, along its line."""
    series = chart.series[0] if len(chart.series) == 1 else Series(())
    if series.label and len(series.observations) > 1:
        points = [plot.at(point.t, point.value) for point in series.observations]
        sides = tuple(Spot(0.5, hy, 0, d * (1 - 2 * hy)) for d in (6, 9, 14) for hy in (0.0, 1.0))
        yield _along(plot, points, series.label, "label observed-name", True, MIDDLE_FIRST, sides)


def _along(
    plot: Plot, points: Sequence[Point], text: str, css: str, bold: bool,
    shares: Sequence[float], sides: Sequence[Spot],
) -> Label:  # fmt: skip
    """Return a label for a line that may stand beside it at any of the given shares of its length."""
    anchor, size = points[0], plot.layout.label_size
    places = [_point_at(points, share) for share in shares]
    spots = tuple(
        Spot(side.hx, side.hy, x - anchor[0] + side.dx, y - anchor[1] + side.dy)
        for x, y in places
        for side in sides
    )
    return Label((wrap(text, size, bold, plot.layout.width / 2),), anchor, spots, css, size, bold)


def _point_at(points: Sequence[Point], share: float) -> Point:
    """Return the point at a share of the length of a line."""
    pairs = list(itertools.pairwise(points))
    left = share * sum(_length(*pair) for pair in pairs)
    for start, end in pairs:
        length = _length(start, end)
        if left <= length and length:
            return toward(start, end, left / length)
        left -= length
    return points[-1]


def _length(start: Point, end: Point) -> float:
    return ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5
