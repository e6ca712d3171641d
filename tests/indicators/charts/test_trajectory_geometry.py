from decimal import Decimal
from itertools import combinations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicators.charts.drawing import Box, Drawing
from indicators.charts.inputs import (
    Break,
    FanPoint,
    Milestone,
    NeededNow,
    Observation,
    Projection,
    RequiredPath,
    Series,
    Target,
    TrajectoryChart,
)
from indicators.charts.plot import NARROW, SMALL, WIDE
from indicators.charts.trajectory import layout_trajectory

SYMBOLS = ("dot", "milestone", "target-ring", "needed")
LINES = ("observed", "required", "projection")


def marks_of(drawing: Drawing, kinds: tuple[str, ...]) -> list:
    return [mark for mark in drawing.marks if mark.css.split()[0] in kinds]


def texts_overlapping(drawing: Drawing) -> list[tuple[str, str]]:
    return [(a.text, b.text) for a, b in combinations(drawing.texts, 2) if a.box.overlaps(b.box)]


def texts_on_symbols(drawing: Drawing) -> list[tuple[str, str]]:
    symbols = marks_of(drawing, SYMBOLS)
    return [(t.text, m.css) for t in drawing.texts for m in symbols if t.box.overlaps(m.box)]


def outside(drawing: Drawing) -> list[str]:
    marks = [mark.css for mark in drawing.marks if not drawing.frame.contains(mark.box)]
    return marks + [text.text for text in drawing.texts if not drawing.frame.contains(text.box)]


def crosses(box: Box, start: tuple[float, float], end: tuple[float, float]) -> bool:
    """Tell whether a straight line comes into a box, by walking along it."""
    steps = [
        (start[0] + (end[0] - start[0]) * i / 200, start[1] + (end[1] - start[1]) * i / 200)
        for i in range(201)
    ]
    return any(box.left < x < box.right and box.top < y < box.bottom for x, y in steps)


def texts_on_lines(drawing: Drawing) -> list[tuple[str, str]]:
    return [
        (text.text, mark.css)
        for text in drawing.texts
        for mark in marks_of(drawing, LINES)
        if any(crosses(text.box, *pair) for pair in zip(mark.points, mark.points[1:], strict=False))
    ]


def words_shown(drawing: Drawing) -> str:
    return " ".join(text.text for text in drawing.texts)


def test_every_mark_and_text_is_inside_the_frame(chart, layout):
    assert outside(layout_trajectory(chart, layout)) == []


def test_no_two_texts_overlap(chart, layout):
    assert texts_overlapping(layout_trajectory(chart, layout)) == []


def test_no_text_covers_a_dot_a_ring_a_diamond_or_what_is_needed_now(chart, layout):
    assert texts_on_symbols(layout_trajectory(chart, layout)) == []


def test_no_label_crosses_a_line(chart, layout):
    assert texts_on_lines(layout_trajectory(chart, layout)) == []


def test_target_milestones_and_latest_value_are_always_labelled(chart, layout):
    shown = words_shown(layout_trajectory(chart, layout))

    aims = [*chart.milestones, *([chart.target] if chart.target else [])]
    latest = [series.observations[-1] for series in chart.series]
    assert [
        a.label for a in (*aims, *latest) if not {a.label, a.short_label or a.label} & found(shown, a)
    ] == []


def found(shown: str, labelled) -> set[str]:
    return {text for text in (labelled.label, labelled.short_label) if text and text in shown}


def test_pace_and_range_are_labelled_in_the_wide_layout(trade):
    shown = words_shown(layout_trajectory(trade, WIDE))

    assert "At the current pace 5,100" in shown
    assert "(80% range 3,500 to 7,100)" in shown


def test_the_narrow_layout_leaves_the_range_to_the_table(trade):
    shown = words_shown(layout_trajectory(trade, NARROW))

    assert "At the current pace 5,100" in shown
    assert "80% range" not in shown


def test_what_is_needed_now_is_marked_and_labelled(trade_by_year, layout):
    drawing = layout_trajectory(trade_by_year, layout)

    assert len(marks_of(drawing, ("needed",))) == 1
    assert "Needed now 1,842" in words_shown(drawing)


def test_a_gap_of_more_than_two_periods_is_thin(trade):
    observed = marks_of(layout_trajectory(trade, WIDE), ("observed",))

    assert [mark.css for mark in observed] == ["observed gap", "observed"]  # 2003 to 2022, 2022 to 2024


def test_a_provisional_value_is_a_hollow_dot(trade_by_year):
    dots = marks_of(layout_trajectory(trade_by_year, WIDE), ("dot",))

    assert [mark.css for mark in dots[-2:]] == ["dot", "dot provisional"]


def test_a_better_rank_is_higher(country_ranks):
    dots = marks_of(layout_trajectory(country_ranks, WIDE), ("dot",))

    mexico, canada = dots[13], dots[-1]
    assert canada.box.top < mexico.box.top


def test_a_shared_scale_keeps_the_same_value_at_the_same_height(trade):
    low, high = (
        TrajectoryChart("a", "t", "d", str, (Series((Observation(2020, v),)),), also_hold=(0, 90))
        for v in (10, 80)
    )

    assert texts_at(low) == texts_at(high)


def texts_at(chart: TrajectoryChart) -> list[tuple[str, float]]:
    return [
        (text.text, text.baseline) for text in layout_trajectory(chart, SMALL).texts if text.css == "tick"
    ]


NUMBERS = st.decimals(-(10**6), 10**6, places=2)
LABELS = st.text("aeinorst ÁÉñWl1234567890,.%", max_size=60)


@st.composite
def charts(draw) -> TrajectoryChart:
    kind = draw(st.sampled_from(["amount", "level", "rank"]))
    values = st.decimals(1, 200, places=0) if kind == "rank" else NUMBERS
    return TrajectoryChart(
        "any", "Title", "Description", lambda tick: f"{tick:,}",
        tuple(draw(st.lists(all_series(values), max_size=4))),
        path=draw(st.none() | paths(values)),
        milestones=tuple(draw(st.lists(aims(Milestone, values), max_size=4))),
        target=draw(st.none() | aims(Target, values)),
        projection=draw(st.none() | projections(values)),
        breaks=tuple(draw(st.lists(st.builds(Break, st.integers(2000, 2024), LABELS), max_size=2))),
        note=draw(LABELS), scale=kind,
    )  # fmt: skip


def aims(kind, values):
    return st.builds(kind, st.integers(2025, 2050), values, LABELS, LABELS)


@st.composite
def all_series(draw, values) -> Series:
    years = sorted(draw(st.sets(st.integers(1990, 2024), max_size=12)))
    points = (
        Observation(year, draw(values), draw(LABELS), is_provisional=draw(st.booleans())) for year in years
    )
    return Series(tuple(points), draw(LABELS))


@st.composite
def paths(draw, values) -> RequiredPath:
    years = sorted(draw(st.sets(st.integers(2015, 2050), min_size=2, max_size=6)))
    needed = draw(st.none() | st.builds(NeededNow, st.just(years[0]), values, LABELS))
    return RequiredPath(tuple((Decimal(year), draw(values)) for year in years), draw(LABELS), needed)


@st.composite
def projections(draw, values) -> Projection:
    years = sorted(draw(st.sets(st.integers(2024, 2050), min_size=2, max_size=5)))
    fans = [FanPoint(year, *sorted(draw(st.tuples(values, values, values)))) for year in years]
    return Projection(tuple(fans), draw(LABELS), draw(LABELS))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(charts(), st.sampled_from([WIDE, NARROW, SMALL]))
def test_any_chart_keeps_its_texts_apart_and_everything_in_the_frame(chart, layout):
    drawing = layout_trajectory(chart, layout)

    assert outside(drawing) == []
    assert texts_overlapping(drawing) == []
    assert texts_on_symbols(drawing) == []
