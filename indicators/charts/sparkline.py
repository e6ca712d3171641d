"""A tiny line beside a number: decoration, hidden from screen readers, without a word of its own."""

from collections.abc import Iterable, Sequence

from .document import marks_as_svg
from .drawing import Box, Drawing, Mark, Point, circle, path
from .inputs import Number, Sparkline
from .scale import Scale

WIDTH, HEIGHT, ROOM = 120.0, 32.0, 4.0


def draw_sparkline(chart: Sparkline) -> str:
    """Return the sparkline as inline SVG of 120 by 32 units."""
    drawing = layout_sparkline(chart)
    return (
        f'<svg class="sparkline" width="{WIDTH:.0f}" height="{HEIGHT:.0f}"'
        f' viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" aria-hidden="true" focusable="false">'
        f"{marks_as_svg(drawing.marks)}</svg>"
    )


def layout_sparkline(chart: Sparkline) -> Drawing:
    """Return the marks: the required path dashed, the observed line, a dot at the latest value."""
    points, required = _placed(chart)
    marks: list[Mark] = []
    if len(required) > 1:
        marks.append(path("required", required, 1.5))
    if len(points) > 1:
        marks.append(path("observed", points, 2))
    if points:
        marks.append(circle("dot", points[-1], 2.5))
    return Drawing("sparkline", "", "", "", WIDTH, HEIGHT, tuple(marks), ())


def _placed(chart: Sparkline) -> tuple[list[Point], list[Point]]:
    """Return the pixels of the observed points and of the path, on one scale that holds both."""
    both = [*chart.points, *chart.path]
    box = Box(0, 0, WIDTH, HEIGHT).grown(-ROOM)
    x = _scale((float(t) for t, _ in both), box.left, box.right)
    ends = (box.top, box.bottom) if chart.is_inverted else (box.bottom, box.top)
    y = _scale((float(value) for _, value in both), *ends)
    return _pixels(chart.points, x, y), _pixels(chart.path, x, y)


def _scale(numbers: Iterable[float], start: float, end: float) -> Scale:
    """Return the map that fills the room; where all numbers are equal they go to the middle."""
    values = list(numbers) or [0.0]
    low, high = min(values), max(values)
    return Scale(low, high, start, end) if high > low else Scale(low - 1, low + 1, start, end)


def _pixels(points: Sequence[tuple[Number, Number]], x: Scale, y: Scale) -> list[Point]:
    return [(x(float(t)), y(float(value))) for t, value in points]
