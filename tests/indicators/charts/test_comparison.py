from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.charts.comparison import layout_comparison
from indicators.charts.drawing import Drawing, Mark
from indicators.charts.inputs import Bar, ComparisonChart, Reference
from indicators.charts.plot import NARROW, WIDE

PARTNERS = (
    Bar("México", Decimal("15.5"), "15.5 %"),
    Bar("Unión Europea (27 países miembros desde 2020)", Decimal("-3.2"), "−3.2 %", is_context=True),
    Bar("Corée du Sud", None, "–", is_context=True),
    Bar(
        "Reste du monde, y compris les territoires non spécifiés", Decimal("0.04"), "0,04 %", is_context=True
    ),
)


def compare(*bars: Bar, reference: Reference | None = None) -> ComparisonChart:
    return ComparisonChart("share", "Shares", "Four partners.", bars, reference)


def bars_of(drawing: Drawing) -> list[Mark]:
    return [mark for mark in drawing.marks if mark.css.startswith("bar")]


def troubles(drawing: Drawing) -> list[str]:
    """Name what leaves the frame, overlaps another text, or covers a bar."""
    things = [*drawing.marks, *drawing.texts]
    found = ["outside" for thing in things if not drawing.frame.contains(thing.box)]
    found += [f"{a.text} / {b.text}" for a, b in combinations(drawing.texts, 2) if a.box.overlaps(b.box)]
    return found + [t.text for t in drawing.texts for bar in bars_of(drawing) if t.box.overlaps(bar.box)]


@pytest.mark.parametrize(
    "reference", [None, Reference(16, "Meta 2030: 16 %"), Reference(Decimal(-5), "Límite")]
)
def test_bars_and_texts_are_apart_and_inside_the_frame(layout, reference):
    assert troubles(layout_comparison(compare(*PARTNERS, reference=reference), layout)) == []


def test_a_negative_value_goes_to_the_left_of_zero(layout):
    positive, negative, _ = bars_of(layout_comparison(compare(*PARTNERS), layout))

    assert negative.box.right == pytest.approx(positive.box.left)


def test_a_missing_value_has_a_text_and_no_bar(layout):
    drawing = layout_comparison(compare(PARTNERS[2]), layout)

    assert bars_of(drawing) == []
    assert "–" in [text.text for text in drawing.texts]


def test_twice_the_value_is_twice_the_length(layout):
    one, two = bars_of(layout_comparison(compare(Bar("a", 10, "10"), Bar("b", 20, "20")), layout))

    assert two.box.width == pytest.approx(2 * one.box.width)


def test_a_value_steps_over_the_reference_line():
    chart = compare(Bar("México", 15, "15 %"), reference=Reference(Decimal("15.5"), "Meta"))
    drawing = layout_comparison(chart, WIDE)

    line = next(mark for mark in drawing.marks if mark.css == "reference")
    value = next(text for text in drawing.texts if text.text == "15 %")
    assert value.box.left > line.box.right


def test_no_bars_give_an_empty_drawing(layout):
    assert layout_comparison(compare(), layout).texts == ()


names = st.text("aeioun ÁñW", max_size=40)
all_bars = st.builds(
    Bar, names, st.none() | st.decimals(-1000, 1000, places=1), st.just("1,234.5 %"), st.booleans()
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(all_bars, max_size=12),
    st.none() | st.builds(Reference, st.decimals(-1000, 1000, places=1), names),
    st.sampled_from([WIDE, NARROW]),
)
def test_any_comparison_keeps_its_texts_apart_and_everything_in_the_frame(bars, reference, layout):
    assert troubles(layout_comparison(compare(*bars, reference=reference), layout)) == []
