"""The ground of a trajectory chart: its size, its two axes, the grid and the texts of the ticks."""

from collections.abc import Iterator
from dataclasses import dataclass

from .drawing import Box, Mark, Point, Text, line
from .inputs import Number, TrajectoryChart
from .scale import Axis, Scale, time_axis, value_axis
from .text import LINE, text_width, wrap

TICK_GAP = 10.0  # between a value tick's text and the plot
GUTTER_GAP = 15.0  # between the plot and the labels at its right
EDGE = 6.0
CAP_MIDDLE = 0.33  # from a baseline up to the middle of a figure, in shares of the size


@dataclass(frozen=True, slots=True)
class Layout:
    """One of the sizes a chart is drawn in; lengths in SVG units."""

    name: str
    width: float
    height: float
    top: float
    bottom: float
    value_intervals: int
    time_ticks: int
    gutter_share: float  # of the width, at most, for labels at the right; 0 has them in the plot
    tick_size: float = 13.0
    label_size: float = 14.0

    @property
    def has_gutter(self) -> bool:
        return self.gutter_share > 0

    @property
    def frame(self) -> Box:
        return Box(0, 0, self.width, self.height)


WIDE = Layout("wide", 720, 400, top=18, bottom=36, value_intervals=8, time_ticks=7, gutter_share=0.3)
NARROW = Layout("narrow", 360, 340, top=40, bottom=32, value_intervals=4, time_ticks=6, gutter_share=0)
SMALL = Layout("small", 360, 240, top=32, bottom=32, value_intervals=4, time_ticks=6, gutter_share=0)


@dataclass(frozen=True, slots=True)
class Plot:
    """Where values and times fall; `box` is the area between the axes."""

    layout: Layout
    box: Box
    values: Axis
    value_texts: tuple[str, ...]
    years: Axis
    x: Scale
    y: Scale

    def at(self, t: Number, value: Number) -> Point:
        """Return the pixel of a point; here Decimals become floats."""
        return self.x(float(t)), self.y(float(value))

    @property
    def gutter(self) -> float:
        """The width for labels right of the plot."""
        return self.layout.width - EDGE - self.box.right - GUTTER_GAP


def make_plot(chart: TrajectoryChart, layout: Layout) -> Plot:
    values = value_axis(_values(chart), chart.scale, layout.value_intervals)
    texts = tuple(chart.format_value(tick) for tick in values.ticks)
    years = time_axis(_times(chart), layout.time_ticks)
    box = _plot_box(chart, layout, texts, years)
    x = years.scale(box.left, box.right)
    return Plot(layout, box, values, texts, years, x, values.scale(box.bottom, box.top))


def _values(chart: TrajectoryChart) -> Iterator[float]:
    """Yield every value the axis must hold."""
    yield from (float(point.value) for series in chart.series for point in series.observations)
    yield from (float(value) for _, value in (chart.path.points if chart.path else ()))
    yield from (float(point.value) for point in _single_points(chart))
    for step in chart.projection.points if chart.projection else ():
        yield from (float(step.low), float(step.middle), float(step.high))
    yield from map(float, chart.also_hold)


def _times(chart: TrajectoryChart) -> list[float]:
    """Return every time the axis must hold."""
    times = [float(point.t) for series in chart.series for point in series.observations]
    times += [float(t) for t, _ in (chart.path.points if chart.path else ())]
    times += [float(point.t) for point in _single_points(chart)]
    times += [float(step.t) for step in (chart.projection.points if chart.projection else ())]
    return times + [float(point.t) for point in chart.breaks]


def _single_points(chart: TrajectoryChart) -> list:
    needed = chart.path.needed_now if chart.path else None
    return [point for point in (*chart.milestones, chart.target, needed) if point]


def _plot_box(chart: TrajectoryChart, layout: Layout, texts: tuple[str, ...], years: Axis) -> Box:
    ticks = max(text_width(text, layout.tick_size) for text in texts)
    left = EDGE + min(ticks, layout.width * 0.4) + TICK_GAP
    half_year = text_width("2050", layout.tick_size) / 2 + EDGE / 2
    gutter = _gutter(chart, layout, years.high)
    right = layout.width - max(half_year, gutter + GUTTER_GAP + EDGE if gutter else 0)
    return Box(max(left, half_year), layout.top, right, layout.height - layout.bottom)


def _gutter(chart: TrajectoryChart, layout: Layout, end: float) -> float:
    """Return the width of the widest label at the right end, up to the layout's share."""
    widths = [text_width(text, layout.label_size, bold) for text, bold in _end_labels(chart, end)]
    return min(max(widths, default=-1) + 1, layout.gutter_share * layout.width)


def _end_labels(chart: TrajectoryChart, end: float) -> Iterator[tuple[str, bool]]:
    if chart.target and float(chart.target.t) > end - 1:
        yield chart.target.label, True
    if chart.projection:
        yield chart.projection.label, False
        yield chart.projection.range_label, False
    for series in chart.series if len(chart.series) > 1 else ():
        if series.observations and float(series.observations[-1].t) > end - 3:
            yield series.label, True


def grid(plot: Plot) -> list[Mark]:
    """Return a line at each value tick and, in ink, the axis at zero or at the foot."""
    left, right = plot.box.left, plot.box.right
    heights = [plot.y(float(tick)) for tick in plot.values.ticks]
    lines = [line("grid", (left, y), (right, y)) for y in heights]
    return [*lines, line("axis", (left, axis_height(plot)), (right, axis_height(plot)), 1.5)]


def axis_height(plot: Plot) -> float:
    """Return y of zero if the axis holds it, else of the foot of the plot."""
    if plot.values.low <= 0 <= plot.values.high:
        return plot.y(0)
    return plot.box.bottom


def tick_texts(plot: Plot) -> list[Text]:
    """Return the texts of both axes; a value's text too wide for the margin is wrapped."""
    return [*_value_ticks(plot), *_year_ticks(plot)]


def _value_ticks(plot: Plot) -> Iterator[Text]:
    size, x = plot.layout.tick_size, plot.box.left - TICK_GAP
    for tick, content in zip(plot.values.ticks, plot.value_texts, strict=True):
        lines = wrap(content, size, False, x - 1)
        middle = plot.y(float(tick)) + size * (CAP_MIDDLE - LINE * (len(lines) - 1) / 2)
        for index, part in enumerate(lines):
            yield Text(part, x, middle + size * LINE * index, "tick", size, align="end")


def _year_ticks(plot: Plot) -> Iterator[Text]:
    size = plot.layout.tick_size
    baseline = plot.box.bottom + 11 + size
    for year in plot.years.ticks:
        yield Text(str(year), plot.x(float(year)), baseline, "tick", size, align="middle")
