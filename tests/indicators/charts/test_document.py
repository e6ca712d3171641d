import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from indicators.charts.comparison import draw_comparison
from indicators.charts.document import Caption, render_standalone
from indicators.charts.inputs import Bar, ComparisonChart, Observation, Reference, Series, Sparkline
from indicators.charts.plot import NARROW, WIDE
from indicators.charts.sparkline import draw_sparkline
from indicators.charts.standalone_style import SHARED
from indicators.charts.trajectory import draw_trajectory, layout_trajectory

STYLESHEET = Path(__file__).resolve().parents[3] / "static" / "css" / "charts.css"
LIGHT = {
    "bg": "#ffffff",
    "ink": "#1b2733",
    "muted": "#4a5763",
    "obs": "#0b4f8a",
    "line": "#d5dbe1",
    "fan": "#cdd5dc",
}
SVG = "{http://www.w3.org/2000/svg}"


def parse(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def all_texts(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter() if element.tag.endswith("text")]


def test_the_same_chart_gives_the_same_bytes(chart, layout):
    assert draw_trajectory(chart, layout) == draw_trajectory(chart, layout)


def test_a_chart_is_well_formed_and_has_no_style_of_its_own(chart, layout):
    svg = draw_trajectory(chart, layout)

    parse(svg)
    assert "style" not in svg


def test_a_decimal_and_an_equal_float_give_the_same_bytes(trade):
    as_floats = replace(
        trade,
        series=tuple(
            replace(
                s, observations=tuple(replace(o, t=float(o.t), value=float(o.value)) for o in s.observations)
            )
            for s in trade.series
        ),
    )

    assert draw_trajectory(trade, WIDE) == draw_trajectory(as_floats, WIDE)


def test_markup_in_a_label_stays_text(trade):
    series = Series((Observation(2024, 1600, '<script>alert("1")</script>'),))
    svg = draw_trajectory(replace(trade, series=(series,), title="<b>&", description='"<i>'), WIDE)

    root = parse(svg)
    assert "<script" not in svg
    assert '<script>alert("1")</script>' in all_texts(root)
    assert (root[0].text, root[1].text) == ("<b>&", '"<i>')


def test_signs_that_xml_cannot_hold_are_left_out(trade):
    svg = draw_trajectory(replace(trade, title="Trade\x00 in\x0b goods"), WIDE)

    assert parse(svg)[0].text == "Trade in goods"


def test_a_chart_is_an_image_named_by_its_title_and_description(trade):
    root = parse(draw_trajectory(trade, WIDE))

    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "goods-trade-wide-title goods-trade-wide-desc"
    assert [root[0].get("id"), root[1].get("id")] == root.get("aria-labelledby").split()
    assert root[2].get("aria-hidden") == "true"


def test_the_two_layouts_on_one_page_share_no_id(trade):
    ids = [re.findall(r' id="([^"]+)"', draw_trajectory(trade, layout)) for layout in (WIDE, NARROW)]

    assert set(ids[0]).isdisjoint(ids[1])


def test_more_than_four_series_are_refused(trade):
    with pytest.raises(ValueError, match="5 series"):
        replace(trade, series=(Series(()),) * 5)


def test_coordinates_have_at_most_one_decimal(trade):
    svg = draw_trajectory(trade, WIDE)

    assert re.findall(r"\d\.\d\d", svg) == []


def test_every_class_has_a_rule_in_the_stylesheet(chart, layout):
    ruled = set(re.findall(r"\.([a-z][a-z0-9-]*)", STYLESHEET.read_text()))
    used = {
        name
        for value in re.findall(r'class="([^"]+)"', draw_trajectory(chart, layout))
        for name in value.split()
    }

    assert used - ruled - {"trajectory", "label", "path-name"} == set()


def test_downloads_look_like_the_page_in_light_colors():
    shared = STYLESHEET.read_text().split("/* shared: begin */")[1].split("/* shared: end */")[0]
    for name, color in LIGHT.items():
        shared = shared.replace(f"var(--{name})", color)
    rules = [rule for rule in shared.split("}") if not rule.strip().startswith(".sparkline")]

    assert squeezed("}".join(rules).replace(", .sparkline path", "")) == squeezed(SHARED)


def squeezed(css: str) -> str:
    return re.sub(r"\s+", "", css)


def test_a_file_for_download_carries_its_colors_and_its_words(trade):
    caption = Caption(
        "Trade reaches a third of its target", "US$ billion a year", "Source: Statistics Canada"
    )
    svg = render_standalone(layout_trajectory(trade, WIDE), caption)

    root = parse(svg)
    assert root.tag == f"{SVG}svg"
    assert "var(" not in svg
    assert {caption.heading, caption.subtitle, caption.source} <= set(all_texts(root))


def test_a_file_for_download_keeps_the_width_of_texts_where_the_font_is_missing(trade):
    root = parse(render_standalone(layout_trajectory(trade, WIDE), Caption("Heading")))

    assert all(element.get("textLength") for element in root.iter(f"{SVG}text"))


def test_a_sparkline_is_hidden_decoration_without_words():
    root = parse(draw_sparkline(Sparkline(((2003, Decimal(632)), (2024, Decimal(1600))))))

    assert root.get("aria-hidden") == "true"
    assert all_texts(root) == []


@pytest.mark.parametrize("points", [(), ((2024, 5),), ((2023, 5), (2024, 5))])
def test_a_sparkline_of_few_or_equal_values_is_drawn(points):
    parse(draw_sparkline(Sparkline(points)))


def test_a_comparison_is_well_formed_and_escaped():
    bars = (Bar("<b>México</b>", Decimal("15.5"), "15.5%"), Bar("Canada", None, "–"))
    svg = draw_comparison(ComparisonChart("share", "t", "d", bars, Reference(20, "Target 20%")), NARROW)

    assert all_texts(parse(svg)) == ["<b>México</b>", "Canada", "15.5%", "–", "Target 20%"]
    assert "style" not in svg
