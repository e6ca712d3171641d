"""Where labels go: each is tried at its spots in order until it is clear of marks and other labels.

Three layers are kept apart. Texts and symbols (dots, rings, diamonds) are never covered. Lines and
the fan are avoided as well, and are given up, the fan first, only for a label that must be shown.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import hypot
from typing import Literal

from .drawing import Box, Mark, Point, Text, line, toward
from .raster import Raster
from .text import ASCENT, LINE, text_width

GAP = 4.0  # between a symbol and its label, and around every text
LEADER_FROM = 24.0  # a label farther than this from its mark is tied to it by a thin line
LEADER_START = 16.0  # from the middle of the mark, clear of the largest one

# How far to go for a label: only its own spots; anywhere near if a leader can tie it; anywhere at all.
Effort = Literal["spots", "tied", "any"]
Layers = tuple[Raster, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place relative to the anchor: the point (hx, hy) of the label's box, as shares of its
    width and height, lands (dx, dy) units from the anchor."""

    hx: float
    hy: float
    dx: float
    dy: float


@dataclass(frozen=True, slots=True)
class Label:
    """A text with the wordings to try, longest first, each a tuple of lines."""

    wordings: tuple[tuple[str, ...], ...]
    anchor: Point
    spots: tuple[Spot, ...]
    css: str
    size: float
    bold: bool = False
    effort: Effort = "spots"
    has_leader: bool = False


def beside(reach: float, *sides: str) -> tuple[Spot, ...]:
    """Return spots around a symbol of the given radius, in the order of the sides named."""
    far, aside = reach + GAP, reach / 2 + GAP
    spots = {
        "right": Spot(0, 0.5, far + 1, 0),
        "left": Spot(1, 0.5, -far - 1, 0),
        "above": Spot(0.5, 1, 0, -far),
        "below": Spot(0.5, 0, 0, far),
        "above-left": Spot(1, 1, -aside, -far),
        "above-right": Spot(0, 1, aside, -far),
        "below-left": Spot(1, 0, -aside, far),
        "below-right": Spot(0, 0, aside, far),
        "left-up": Spot(1, 0.5, -far - 1, -8),
        "left-down": Spot(1, 0.5, -far - 1, 8),
        "right-up": Spot(0, 0.5, far + 1, -8),
        "right-down": Spot(0, 0.5, far + 1, 8),
        "above-end": Spot(1, 1, reach, -far),
        "below-end": Spot(1, 0, reach, far),
    }
    return tuple(spots[side] for side in sides)


def _search_spots() -> tuple[Spot, ...]:
    """Return spots all around an anchor, nearest first."""
    shifts = sorted(product(range(-160, 161, 16), range(-120, 121, 8)), key=lambda s: s[0] ** 2 + s[1] ** 2)
    return tuple(Spot(0.5, 0.5, dx, dy) for dx, dy in shifts)


SEARCH = _search_spots()


class Placer:
    """Holds what is taken in a frame and finds room for labels."""

    def __init__(self, frame: Box, left: float = 0) -> None:
        """Labels stay in the frame and, where they can, right of `left`."""
        self.outer = frame.grown(-2)
        self.inner = self.outer._replace(left=max(left, self.outer.left))
        self.symbols, self.lines, self.areas = Raster(frame), Raster(frame), Raster(frame)
        self.texts: list[Text] = []
        self.leaders: list[Mark] = []

    def add_text(self, text: Text) -> None:
        """Put a text where it is, such as a tick, and keep others away from it."""
        self.texts.append(text)
        self.symbols.take(text.box.grown(1))

    def place(self, label: Label) -> bool:
        """Put the label at its first free spot; False if it finds none and is left out."""
        found = next(self._free(label), None)
        if found is None:
            return False
        box, lines, spot = found
        self._tie(label, box)
        for text in _lines(label, lines, box, spot):
            self.add_text(text)
        return True

    def _free(self, label: Label) -> Iterator[tuple[Box, tuple[str, ...], Spot]]:
        """Yield free boxes: first the label's own spots, then near by with a leader, then anywhere."""
        every, no_fan = (self.symbols, self.lines, self.areas), (self.symbols, self.lines)
        tries: list[tuple[Sequence[Spot], Layers]] = [(label.spots, every)]
        if label.effort != "spots":
            tries += [(label.spots, no_fan), (SEARCH, every), (SEARCH, no_fan)]
        for spots, layers in tries:
            places = self._at(label, spots, layers, self.inner)
            yield from (place for place in places if self._can_tie(label, place[0]))
        if label.effort == "any":
            yield from self._at(label, label.spots + SEARCH, no_fan, self.outer)
            yield from self._at(label, label.spots + SEARCH, (self.symbols,), self.outer)

    def _at(
        self, label: Label, spots: Sequence[Spot], layers: Layers, frame: Box
    ) -> Iterator[tuple[Box, tuple[str, ...], Spot]]:
        for lines in label.wordings:
            width, height = block_size(lines, label.size, label.bold)
            for spot in spots:
                left = label.anchor[0] + spot.dx - spot.hx * width
                top = label.anchor[1] + spot.dy - spot.hy * height
                box = Box(left, top, left + width, top + height)
                if frame.contains(box) and all(layer.is_free(box) for layer in layers):
                    yield box, lines, spot

    def _can_tie(self, label: Label, box: Box) -> bool:
        """Tell whether the label is near its mark or a leader to it would cross no text or symbol."""
        leader = _leader(label, box)
        if not label.has_leader or leader is None:
            return True
        return all(self.symbols.is_free(Box(*point, *point).grown(1)) for point in _between(*leader))

    def _tie(self, label: Label, box: Box) -> None:
        leader = _leader(label, box)
        if label.has_leader and leader and self._can_tie(label, box):
            self.leaders.append(line("leader", *leader))
            self.symbols.take_line(leader, 1)


def _leader(label: Label, box: Box) -> tuple[Point, Point] | None:
    """Return the line from the mark to the nearest edge of its label, None where they are close."""
    end = (
        min(max(label.anchor[0], box.left), box.right),
        min(max(label.anchor[1], box.top), box.bottom),
    )
    distance = hypot(end[0] - label.anchor[0], end[1] - label.anchor[1])
    if distance < LEADER_FROM:
        return None
    return toward(label.anchor, end, LEADER_START / distance), end


def _between(start: Point, end: Point) -> list[Point]:
    return [toward(start, end, step / 40) for step in range(41)]


def block_size(lines: Sequence[str], size: float, bold: bool) -> tuple[float, float]:
    """Return the width and height of some lines set under each other."""
    width = max(text_width(line, size, bold) for line in lines)
    return width, size * (LINE * (len(lines) - 1) + 1.08)


def _lines(label: Label, lines: tuple[str, ...], box: Box, spot: Spot) -> Iterator[Text]:
    align = "start" if spot.hx == 0 else "end" if spot.hx == 1 else "middle"
    x = box.left + spot.hx * box.width if align != "middle" else (box.left + box.right) / 2
    for index, content in enumerate(lines):
        baseline = box.top + label.size * (ASCENT + LINE * index)
        yield Text(content, x, baseline, label.css, label.size, label.bold, align)
