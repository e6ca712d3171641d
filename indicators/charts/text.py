"""How wide a text is and where it may be broken, from the widths of the shipped font."""

from functools import lru_cache

from .font_widths import BOLD, CODES, REGULAR

CHARACTERS = [chr(int(code)) for code in CODES.split()]
WIDTHS = {
    bold: dict(zip(CHARACTERS, map(int, table.split()), strict=True))
    for bold, table in ((False, REGULAR), (True, BOLD))
}
UNKNOWN_WIDTH = 1000  # a character outside the font comes from another one: assume a full square

# In shares of the font size: from the baseline up past an accented capital, and down to a "g".
ASCENT, DESCENT, LINE = 0.86, 0.22, 1.3


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return the width in the unit of `size`; kerning is left out and would only make it smaller."""
    widths = WIDTHS[bold]
    return sum(widths.get(character, UNKNOWN_WIDTH) for character in text) * size / 1000


def wrap(text: str, size: float, bold: bool, width: float) -> tuple[str, ...]:
    """Break a text at its plain spaces into lines no wider than `width`.

    No-break spaces hold. A single word that is too wide is broken inside, never cut off.
    """
    lines: list[str] = []
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joined, size, bold) <= width:
            lines[-1] = joined
        else:
            lines.extend(_pieces(word, size, bold, width))
    return tuple(line for line in lines if line)


def _pieces(word: str, size: float, bold: bool, width: float) -> list[str]:
    pieces = [""]
    for character in word:
        if pieces[-1] and text_width(pieces[-1] + character, size, bold) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces
