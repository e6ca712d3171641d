"""What a laid-out chart is made of: marks and lines of text, each with the box it fills.

Coordinates are SVG units from the upper left corner of the chart; y grows downwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .text import ASCENT, DESCENT, text_width

Point = tuple[float, float]


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def grown(self, by: float) -> "Box":
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def contains(self, other: "Box") -> bool:
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )

    def overlaps(self, other: "Box") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True, slots=True)
class Mark:
    """One SVG element: its tag, its class, its geometry as written, and what it covers."""

    tag: str
    css: str
    geometry: str
    box: Box
    points: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text; `x` is its start, middle or end, as `align` says."""

    text: str
    x: float
    baseline: float
    css: str
    size: float
    bold: bool = False
    align: str = "start"

    @property
    def width(self) -> float:
        return text_width(self.text, self.size, self.bold)

    @property
    def box(self) -> Box:
        left = self.x - self.width * {"start": 0.0, "middle": 0.5, "end": 1.0}[self.align]
        top = self.baseline - ASCENT * self.size
        return Box(left, top, left + self.width, self.baseline + DESCENT * self.size)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart ready to be written out; `marks` are in the order they are painted."""

    kind: str
    id_prefix: str
    title: str
    description: str
    width: float
    height: float
    marks: tuple[Mark, ...]
    texts: tuple[Text, ...]

    @property
    def frame(self) -> Box:
        return Box(0, 0, self.width, self.height)


def number(value: float) -> str:
    """Write a coordinate with at most one decimal: 12.0 is "12", -0.04 is "0"."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def toward(start: Point, end: Point, share: float) -> Point:
    """Return the point that lies a share of the way from start to end."""
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def around(points: Sequence[Point], by: float = 0) -> Box:
    """Return the box around some points, grown by half the width of their stroke."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Box(min(xs), min(ys), max(xs), max(ys)).grown(by)


def path(css: str, points: Sequence[Point], stroke: float, closed: bool = False) -> Mark:
    """Return an open line, or an area, through the points."""
    steps = " ".join(f"{number(x)},{number(y)}" for x, y in points)
    geometry = f'd="M{steps}{"Z" if closed else ""}"'
    return Mark("path", css, geometry, around(points, stroke / 2), tuple(points))


def line(css: str, start: Point, end: Point, stroke: float = 1) -> Mark:
    return path(css, (start, end), stroke)


def circle(css: str, center: Point, radius: float, stroke: float = 0) -> Mark:
    x, y = center
    geometry = f'cx="{number(x)}" cy="{number(y)}" r="{number(radius)}"'
    return Mark("circle", css, geometry, around([center], radius + stroke / 2), (center,))


def rectangle(css: str, box: Box) -> Mark:
    geometry = (
        f'x="{number(box.left)}" y="{number(box.top)}"'
        f' width="{number(box.width)}" height="{number(box.height)}"'
    )
    return Mark("rect", css, geometry, box, ((box.left, box.top), (box.right, box.bottom)))


def polygon(css: str, center: Point, corners: Sequence[Point], stroke: float = 0) -> Mark:
    """Return a closed shape; `corners` are offsets from the center."""
    return path(css, [(center[0] + dx, center[1] + dy) for dx, dy in corners], stroke, closed=True)
