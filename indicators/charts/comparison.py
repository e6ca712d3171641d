"""Horizontal bars from zero: one value for each of several partners, products or areas."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from .document import render
from .drawing import Box, Drawing, Mark, Text, line, rectangle
from .inputs import Bar, ComparisonChart
from .plot import CAP_MIDDLE, EDGE, Layout
from .scale import Scale
from .text import LINE, text_width, wrap

BAR_HEIGHT, ROW_GAP, VALUE_GAP = 18.0, 14.0, 6.0
LABEL_SHARE = 0.34  # of a wide chart, at most, for the names at the left
LEAST_BAR = 1.0  # so that a value near zero is still seen


@dataclass(frozen=True, slots=True)
class Row:
    """One bar with its name in lines; `top` is where the row begins, `middle` where the bar lies."""

    bar: Bar
    lines: tuple[str, ...]
    top: float
    middle: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Ground:
    layout: Layout
    x: Scale
    rows: tuple[Row, ...]
    names_right: float  # where the names end in a wide chart

    @property
    def bottom(self) -> float:
        return self.rows[-1].bottom if self.rows else self.layout.top


def draw_comparison(chart: ComparisonChart, layout: Layout) -> str:
    """Return the chart as inline SVG; its height follows from the number of bars."""
    return render(layout_comparison(chart, layout))


def layout_comparison(chart: ComparisonChart, layout: Layout) -> Drawing:
    """Return the chart with every bar and text in its place."""
    head = _reference_lines(chart, layout)
    ground = _ground(chart, layout, EDGE + (layout.label_size * LINE * len(head) + EDGE if head else 0))
    marks = [*_zero_lines(ground), *_bars(ground), *_reference_marks(chart, ground)]
    texts = [*_names(ground), *_values(chart, ground), *_reference_texts(chart, ground, head)]
    prefix = f"{chart.id_prefix}-{layout.name}"
    return Drawing(
        "comparison", prefix, chart.title, chart.description, layout.width, ground.bottom + EDGE,
        tuple(marks), tuple(texts),
    )  # fmt: skip


def _ground(chart: ComparisonChart, layout: Layout, top: float) -> Ground:
    size = layout.label_size
    names = max((text_width(bar.label, size) for bar in chart.bars), default=0) + 1
    names_right = EDGE + min(names, layout.width * LABEL_SHARE) if layout.has_gutter else 0
    room = names_right - EDGE if layout.has_gutter else layout.width - 2 * EDGE
    x = _scale(chart, layout, names_right + 10 if layout.has_gutter else EDGE)
    return Ground(layout, x, tuple(_rows(chart, layout, top, room)), names_right)


def _rows(chart: ComparisonChart, layout: Layout, top: float, room: float) -> Iterator[Row]:
    """Yield the rows: the name beside the bar in a wide chart, above it in a narrow one."""
    for bar in chart.bars:
        lines = wrap(bar.label, layout.label_size, False, room)
        names = layout.label_size * LINE * len(lines)
        bars_top = top + (max(0, names - BAR_HEIGHT) / 2 if layout.has_gutter else names)
        height = max(names, BAR_HEIGHT) if layout.has_gutter else names + BAR_HEIGHT
        yield Row(bar, lines, top, bars_top + BAR_HEIGHT / 2, top + height + ROW_GAP)
        top += height + ROW_GAP


def _scale(chart: ComparisonChart, layout: Layout, left: float) -> Scale:
    """Return a scale from zero that leaves room for the value beyond the end of every bar."""
    values = [(float(bar.value or 0), _value_width(bar, layout)) for bar in chart.bars]
    numbers = [value for value, _ in values] + ([float(chart.reference.value)] if chart.reference else [])
    low, high = min([0.0, *numbers]), max([0.0, *numbers])
    below = max((width for value, width in values if value < 0), default=0)
    above = max((width for value, width in values if value >= 0), default=0)
    right = layout.width - EDGE - above
    return Scale(low, high if high > low else low + 1, left + below, max(right, left + below + 1))


def _value_width(bar: Bar, layout: Layout) -> float:
    return text_width(bar.value_label, layout.label_size, True) + VALUE_GAP


def _spans(ground: Ground) -> list[tuple[float, float]]:
    """Return the stretches of the upright lines: one in a wide chart, else one a bar, clear of names."""
    reach = BAR_HEIGHT / 2 + 2
    spans = [(row.middle - reach, row.middle + reach) for row in ground.rows]
    return [(spans[0][0], spans[-1][1])] if spans and ground.layout.has_gutter else spans


def _zero_lines(ground: Ground) -> Iterator[Mark]:
    for top, bottom in _spans(ground):
        yield line("axis", (ground.x(0), top), (ground.x(0), bottom), 1.5)


def _bars(ground: Ground) -> Iterator[Mark]:
    for row in ground.rows:
        if row.bar.value is not None:
            yield rectangle("bar context" if row.bar.is_context else "bar", _bar_box(ground, row))


def _bar_box(ground: Ground, row: Row) -> Box:
    zero, end = ground.x(0), ground.x(float(row.bar.value or 0))
    left, right = min(zero, end), max(zero, end, min(zero, end) + LEAST_BAR)
    return Box(left, row.middle - BAR_HEIGHT / 2, right, row.middle + BAR_HEIGHT / 2)


def _names(ground: Ground) -> Iterator[Text]:
    size, wide = ground.layout.label_size, ground.layout.has_gutter
    for row in ground.rows:
        first = row.middle + size * (CAP_MIDDLE - LINE * (len(row.lines) - 1) / 2)
        if not wide:
            first = row.top + size
        for index, content in enumerate(row.lines):
            baseline = first + size * LINE * index
            x, align = (ground.names_right, "end") if wide else (EDGE, "start")
            yield Text(content, x, baseline, "label", size, align=align)


def _values(chart: ComparisonChart, ground: Ground) -> Iterator[Text]:
    """Yield the value beyond the end of each bar: left of a negative one, else right of it."""
    size = ground.layout.label_size
    for row in ground.rows:
        box, is_negative = _bar_box(ground, row), float(row.bar.value or 0) < 0
        x = box.left - VALUE_GAP if is_negative else box.right + VALUE_GAP
        align = "end" if is_negative else "start"
        baseline = row.middle + CAP_MIDDLE * size
        text = Text(row.bar.value_label, x, baseline, "label bar-value", size, True, align)
        yield _clear_of_reference(chart, ground, text)


def _clear_of_reference(chart: ComparisonChart, ground: Ground, text: Text) -> Text:
    """Move a value to the far side of the reference line if it would lie on it."""
    if chart.reference is None:
        return text
    x = ground.x(float(chart.reference.value))
    if not text.box.left - VALUE_GAP < x < text.box.right + VALUE_GAP:
        return text
    return replace(text, x=x - VALUE_GAP if text.align == "end" else x + VALUE_GAP)


def _reference_lines(chart: ComparisonChart, layout: Layout) -> tuple[str, ...]:
    if chart.reference is None:
        return ()
    label = chart.reference.label
    if chart.reference.short_label and not layout.has_gutter:
        label = chart.reference.short_label
    return wrap(label, layout.label_size, True, layout.width * 0.6)


def _reference_marks(chart: ComparisonChart, ground: Ground) -> Iterator[Mark]:
    """Yield the dashed line, on a ground of its own so that it is seen over a bar."""
    if chart.reference is None:
        return
    x = ground.x(float(chart.reference.value))
    for top, bottom in _spans(ground):
        yield line("reference halo", (x, top), (x, bottom), 5)
        yield line("reference", (x, top), (x, bottom), 2)


def _reference_texts(chart: ComparisonChart, ground: Ground, lines: tuple[str, ...]) -> Iterator[Text]:
    """Yield the name of the reference above its line, moved in where it would leave the frame."""
    if chart.reference is None:
        return
    size = ground.layout.label_size
    half = max((text_width(content, size, True) for content in lines), default=0) / 2
    x = min(max(ground.x(float(chart.reference.value)), EDGE + half), ground.layout.width - EDGE - half)
    for index, content in enumerate(lines):
        yield Text(content, x, EDGE + size * (0.9 + LINE * index), "label aim", size, True, "middle")
