"""The trajectory chart: what was observed, what is required, and where the current pace leads."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .document import render
from .drawing import Drawing, Mark, Point, circle, path, polygon
from .inputs import Observation, Series, TrajectoryChart
from .labels import Placer
from .plot import Layout, Plot, axis_height, grid, make_plot, tick_texts
from .trajectory_labels import labels_in_order

THICK, THIN, DASHED, DOTTED = 3.0, 1.5, 2.5, 2.0
DOT, SMALLEST_DOT = 4.5, 2.4
DIAMOND, RING, INNER_RING = 7.0, 8.0, 3.0
CORNERS = {
    1: ((-4.2, -4.2), (4.2, -4.2), (4.2, 4.2), (-4.2, 4.2)),
    2: ((0, -5.4), (5.2, 4.2), (-5.2, 4.2)),
    3: ((0, 5.4), (5.2, -4.2), (-5.2, -4.2)),
}  # the first series has round dots


@dataclass(slots=True)
class Marks:
    """The marks of a chart by what labels may do with them: cross the ground, never a symbol."""

    ground: list[Mark] = field(default_factory=list)
    areas: list[Mark] = field(default_factory=list)
    lines: list[Mark] = field(default_factory=list)
    symbols: list[Mark] = field(default_factory=list)


def draw_trajectory(chart: TrajectoryChart, layout: Layout) -> str:
    """Return the chart as inline SVG; the same input gives the same bytes."""
    return render(layout_trajectory(chart, layout))


def layout_trajectory(chart: TrajectoryChart, layout: Layout) -> Drawing:
    """Return the chart with every mark and text in its place."""
    plot = make_plot(chart, layout)
    marks = _marks(chart, plot)
    placer = _placer(plot, marks)
    for label in labels_in_order(chart, plot):
        placer.place(label)
    painted = (*marks.ground, *marks.areas, *marks.lines, *placer.leaders, *marks.symbols)
    prefix = f"{chart.id_prefix}-{layout.name}"
    return Drawing(
        "trajectory", prefix, chart.title, chart.description, layout.width, layout.height, painted,
        tuple(placer.texts),
    )  # fmt: skip


def _placer(plot: Plot, marks: Marks) -> Placer:
    placer = Placer(plot.layout.frame, left=plot.box.left - 8)
    for text in tick_texts(plot):
        placer.add_text(text)
    for mark in marks.symbols:
        placer.symbols.take(mark.box.grown(1.5))
    for mark in marks.lines:
        placer.lines.take_line(mark.points, 3.0)
    for mark in marks.areas:
        half = len(mark.points) // 2
        placer.areas.take_area(mark.points[:half], mark.points[half:][::-1])
    left, right, height = plot.box.left, plot.box.right, axis_height(plot)
    placer.lines.take_line(((left, height), (right, height)), 1.0)
    return placer


def _marks(chart: TrajectoryChart, plot: Plot) -> Marks:
    marks = Marks(ground=grid(plot))
    _add_breaks(chart, plot, marks)
    _add_projection(chart, plot, marks)
    _add_path(chart, plot, marks)
    for index, series in enumerate(chart.series):
        _add_series(series, index, float(chart.period_years), plot, marks)
    _add_aims(chart, plot, marks)
    return marks


def _add_breaks(chart: TrajectoryChart, plot: Plot, marks: Marks) -> None:
    for point in chart.breaks:
        x = plot.x(float(point.t))
        marks.lines.append(path("break", ((x, plot.box.top), (x, plot.box.bottom)), 1))


def _add_projection(chart: TrajectoryChart, plot: Plot, marks: Marks) -> None:
    if chart.projection is None or len(chart.projection.points) < 2:
        return
    steps = chart.projection.points
    high = [plot.at(step.t, step.high) for step in steps]
    low = [plot.at(step.t, step.low) for step in steps]
    marks.areas.append(path("fan", [*high, *reversed(low)], 0, closed=True))
    marks.lines.append(path("projection", [plot.at(step.t, step.middle) for step in steps], DOTTED))


def _add_path(chart: TrajectoryChart, plot: Plot, marks: Marks) -> None:
    if chart.path is None:
        return
    if len(chart.path.points) > 1:
        points = [plot.at(t, value) for t, value in chart.path.points]
        marks.lines.append(path("required", points, DASHED))
    if chart.path.needed_now:
        x, y = plot.at(chart.path.needed_now.t, chart.path.needed_now.value)
        marks.symbols.append(path("needed", ((x - 7, y), (x + 7, y)), THICK))


def _add_series(series: Series, index: int, period: float, plot: Plot, marks: Marks) -> None:
    points = [plot.at(point.t, point.value) for point in series.observations]
    tone = f" series-{index + 1}" if index else ""
    for is_gap, run in _runs(series.observations, points, period):
        css = f"observed gap{tone}" if is_gap else f"observed{tone}"
        marks.lines.append(path(css, run, THIN if is_gap else THICK))
    radius = _dot_radius(points)
    for observation, point in zip(series.observations, points, strict=True):
        css = f"dot provisional{tone}" if observation.is_provisional else f"dot{tone}"
        marks.symbols.append(_dot(css, point, radius, index))


def _runs(
    observations: Sequence[Observation], points: Sequence[Point], period: float
) -> Iterator[tuple[bool, list[Point]]]:
    """Yield (is a gap, points) for each stretch drawn in one thickness."""
    run: list[Point] = []
    was_gap = False
    for index in range(1, len(points)):
        is_gap = float(observations[index].t) - float(observations[index - 1].t) > 2 * period + 1e-6
        if run and is_gap == was_gap:
            run.append(points[index])
            continue
        if run:
            yield was_gap, run
        run, was_gap = [points[index - 1], points[index]], is_gap
    if run:
        yield was_gap, run


def _dot_radius(points: Sequence[Point]) -> float:
    """Return a radius that keeps dots apart where observations are many."""
    spaces = [right[0] - left[0] for left, right in itertools.pairwise(points)]
    return max(SMALLEST_DOT, min(DOT, min(spaces, default=DOT / 0.35) * 0.35))


def _dot(css: str, center: Point, radius: float, series: int) -> Mark:
    if series == 0:
        return circle(css, center, radius, 2)
    share = radius / DOT
    return polygon(css, center, [(x * share, y * share) for x, y in CORNERS[series]], 2)


def _add_aims(chart: TrajectoryChart, plot: Plot, marks: Marks) -> None:
    d = DIAMOND
    for milestone in chart.milestones:
        center = plot.at(milestone.t, milestone.value)
        marks.symbols.append(polygon("milestone", center, ((0, -d), (d, 0), (0, d), (-d, 0)), 2))
    if chart.target:
        center = plot.at(chart.target.t, chart.target.value)
        marks.symbols.append(circle("target-ring", center, RING, 2.5))
        marks.symbols.append(circle("target-ring inner", center, INNER_RING, 2))
