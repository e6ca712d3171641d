"""Which parts of a chart are taken: a coarse picture with one bit for each small square.

Every row is one Python integer, so asking whether a label fits costs a few bit operations, however
many marks there are. Squares touched only in part count as taken.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, floor

from .drawing import Box, Point

CELL = 2.0  # SVG units
STRIP = 12.0  # width of the upright strips an area is cut into


class Raster:
    def __init__(self, frame: Box) -> None:
        self.frame = frame
        self.rows = [0] * (ceil(frame.bottom / CELL) + 1)

    def is_free(self, box: Box) -> bool:
        """Tell whether nothing is taken inside a box that lies in the frame."""
        mask = _mask(box.left, box.right)
        return not any(row & mask for row in self.rows[_first(box.top) : _last(box.bottom)])

    def take(self, box: Box) -> None:
        mask = _mask(box.left, box.right)
        for row in range(max(0, _first(box.top)), min(len(self.rows), _last(box.bottom))):
            self.rows[row] |= mask

    def take_line(self, points: Sequence[Point], reach: float) -> None:
        """Take an open line with `reach` units on either side of it."""
        for start, end in pairwise(points):
            for piece in _row_pieces(start, end):
                self.take(piece.grown(reach))

    def take_area(self, upper: Sequence[Point], lower: Sequence[Point]) -> None:
        """Take what lies between two lines over the same x, each running to the right."""
        for left, right in pairwise(_at_strips(upper, lower)):
            self.take(Box(left[0], min(left[1], right[1]), right[0], max(left[2], right[2])))


def _first(y: float) -> int:
    return floor(y / CELL)


def _last(y: float) -> int:
    return ceil(y / CELL)


def _mask(left: float, right: float) -> int:
    start = max(0, floor(left / CELL))
    return ((1 << max(0, ceil(right / CELL) - start)) - 1) << start


def _row_pieces(start: Point, end: Point) -> list[Box]:
    """Cut a straight line into boxes at most two cells high."""
    (x0, y0), (x1, y1) = sorted((start, end), key=lambda point: point[1])
    count = max(1, ceil((y1 - y0) / (2 * CELL)))
    xs = [x0 + (x1 - x0) * step / count for step in range(count + 1)]
    ys = [y0 + (y1 - y0) * step / count for step in range(count + 1)]
    return [Box(min(xs[i], xs[i + 1]), ys[i], max(xs[i], xs[i + 1]), ys[i + 1]) for i in range(count)]


def _at_strips(upper: Sequence[Point], lower: Sequence[Point]) -> list[tuple[float, float, float]]:
    """Return (x, upper y, lower y) at the ends of the strips."""
    start, end = upper[0][0], upper[-1][0]
    count = max(1, ceil((end - start) / STRIP))
    xs = [start + (end - start) * step / count for step in range(count + 1)]
    return [(x, height_at(upper, x), height_at(lower, x)) for x in xs]


def height_at(points: Sequence[Point], x: float) -> float:
    """Return y at x on a line that runs to the right; beyond its ends, the end's y."""
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 <= x <= x1:
            return y0 if x1 == x0 else y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return points[0][1] if x < points[0][0] else points[-1][1]
