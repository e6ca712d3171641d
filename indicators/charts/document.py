"""Writes a drawing as SVG: inline for pages (classes only), or whole with its colors for download."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from .drawing import Drawing, Mark, Text, number
from .standalone_style import STYLE
from .text import LINE, wrap

# What XML 1.0 cannot hold, not even escaped.
UNWRITABLE = {code: None for code in range(32) if code not in (9, 10, 13)} | {0xFFFE: None, 0xFFFF: None}
MARGIN, HEADING_SIZE, SMALL_SIZE = 16.0, 18.0, 14.0


@dataclass(frozen=True, slots=True)
class Caption:
    """The words around a chart that leaves the page: the finding, what is measured, who says so."""

    heading: str
    subtitle: str = ""
    source: str = ""


def render(drawing: Drawing) -> str:
    """Return the drawing as SVG to be put in a page, which brings the colors."""
    title, description = f"{drawing.id_prefix}-title", f"{drawing.id_prefix}-desc"
    width, height = number(drawing.width), number(drawing.height)
    return (
        f'<svg class="chart {drawing.kind}" viewBox="0 0 {width} {height}" role="img"'
        f' aria-labelledby="{written(title)} {written(description)}">'
        f'<title id="{written(title)}">{written(drawing.title)}</title>'
        f'<desc id="{written(description)}">{written(drawing.description)}</desc>'
        f'<g aria-hidden="true">{_body(drawing)}</g></svg>'
    )


def render_standalone(drawing: Drawing, caption: Caption) -> str:
    """Return a whole SVG file: the drawing with its words around it and its own light colors."""
    room = drawing.width
    top = _stack(caption, room)
    chart_top = (top[-1].baseline if top else 0) + MARGIN
    foot = _block(caption.source, "source", SMALL_SIZE, chart_top + drawing.height + MARGIN / 2, room)
    width = number(drawing.width + 2 * MARGIN)
    height = number((foot[-1].baseline if foot else chart_top + drawing.height) + MARGIN)
    shift = f"translate({number(MARGIN)} {number(chart_top)})"
    words = "".join(_text(text, True) for text in (*top, *foot))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart {drawing.kind}" width="{width}"'
        f' height="{height}" viewBox="0 0 {width} {height}">'
        f"<title>{written(drawing.title)}</title><desc>{written(drawing.description)}</desc>"
        f'<style>{STYLE}</style><rect class="ground" width="{width}" height="{height}"/>{words}'
        f'<g transform="{shift}">{_body(drawing, fit=True)}</g></svg>\n'
    )


def _stack(caption: Caption, width: float) -> list[Text]:
    """Return the heading and, under it, the subtitle."""
    heading = _block(caption.heading, "heading", HEADING_SIZE, MARGIN, width)
    below = heading[-1].baseline + 6 if heading else MARGIN
    return [*heading, *_block(caption.subtitle, "subtitle", SMALL_SIZE, below, width)]


def _block(text: str, css: str, size: float, top: float, width: float) -> list[Text]:
    """Return a text in lines no wider than `width`, from `top` down."""
    bold = css == "heading"
    lines = wrap(text, size, bold, width)
    return [
        Text(line, MARGIN, top + size * (1 + LINE * index), css, size, bold)
        for index, line in enumerate(lines)
    ]


def _body(drawing: Drawing, fit: bool = False) -> str:
    """Return the elements: marks first, so that the halo of a text covers the lines under it."""
    return marks_as_svg(drawing.marks) + "".join(_text(text, fit) for text in drawing.texts)


def marks_as_svg(marks: Iterable[Mark]) -> str:
    return "".join(f'<{mark.tag} class="{mark.css}" {mark.geometry}/>' for mark in marks)


def written(text: str) -> str:
    """Return the text escaped for XML, in an element or an attribute."""
    return escape(text.translate(UNWRITABLE), quote=True)


def _text(text: Text, fit: bool) -> str:
    """Return one line of text; `fit` holds its width where our font may be missing."""
    css = text.css if text.align == "start" else f"{text.css} {text.align}"
    length = f' textLength="{number(text.width)}" lengthAdjust="spacingAndGlyphs"' if fit else ""
    place = f'x="{number(text.x)}" y="{number(text.baseline)}"'
    return f'<text class="{css}" {place}{length}>{written(text.text)}</text>'
