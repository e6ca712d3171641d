"""Makes the shipped font file and the table of its widths; run by hand when the font changes.

    python -m indicators.charts.bake_font source-sans-3-latin-wght-normal.woff2

The input is the variable Latin file of the npm package @fontsource-variable/source-sans-3. The
licence reserves the name "Source" for unmodified files, so the cut-down file gets a name of its own.
"""

import io
import sys
from collections.abc import Iterable
from pathlib import Path
from textwrap import wrap

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

ROOT = Path(__file__).resolve().parents[2]
FONT = ROOT / "static" / "fonts" / "progress-sans.woff2"
TABLE = Path(__file__).with_name("font_widths.py")

FAMILY = "Progress Sans"
WEIGHTS = {"regular": 400, "bold": 700}
CHARACTERS = "".join(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x100)])) + "Œœ–—‘’“”…‹›•€−"
# The narrow no-break space and the no-break hyphen are not in the source file: they borrow a shape.
BORROWED = {0x202F: 0xA0, 0x2011: 0x2D}
FEATURES = ["kern", "ccmp", "locl", "liga", "pnum"]


def cut(source: Path) -> TTFont:
    """Return the variable font with weights 400 to 700 and only the characters the site uses."""
    font = _reloaded(instancer.instantiateVariableFont(TTFont(source), {"wght": (400, 400, 700)}))
    _borrow_shapes(font)
    options = subset.Options(layout_features=FEATURES, hinting=False, glyph_names=False, name_IDs=["*"])
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[*map(ord, CHARACTERS), *BORROWED])
    cutter.subset(font)
    _rename(font)
    return font


def _reloaded(font: TTFont) -> TTFont:
    """Return the font read back from bytes, as the subsetter trips over lazily limited tables."""
    font.flavor = None
    buffer = io.BytesIO()
    font.save(buffer)
    buffer.seek(0)
    return TTFont(buffer)


def _borrow_shapes(font: TTFont) -> None:
    for table in font["cmap"].tables:
        for missing, lender in BORROWED.items():
            if lender in table.cmap:
                table.cmap[missing] = table.cmap[lender]


def _rename(font: TTFont) -> None:
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 16):
            record.string = FAMILY
        elif record.nameID == 17:
            record.string = "Regular"
        elif record.nameID in (6, 25):
            record.string = FAMILY.replace(" ", "")


def widths(font_file: Path, weight: int) -> dict[str, int]:
    """Return the advance of each character at a weight, in thousandths of the font size."""
    font = instancer.instantiateVariableFont(TTFont(font_file), {"wght": weight})
    glyphs, advances = font.getBestCmap(), font["hmtx"]
    return {chr(code): advances[glyph][0] for code, glyph in sorted(glyphs.items())}


def write_table(font_file: Path) -> None:
    """Write font_widths.py from the shipped font."""
    by_weight = {name: widths(font_file, weight) for name, weight in WEIGHTS.items()}
    parts = ['"""Advance widths of the shipped font, made by bake_font.py; do not edit by hand."""']
    parts.append(_constant("CODES", map(ord, by_weight["regular"])))
    parts += [_constant(name.upper(), table.values()) for name, table in by_weight.items()]
    TABLE.write_text("\n\n".join(parts) + "\n")


def _constant(name: str, numbers: Iterable[int]) -> str:
    lines = "\n".join(wrap(" ".join(map(str, numbers)), 108))
    return f'{name} = """\n{lines}\n"""'


def main() -> None:
    font = cut(Path(sys.argv[1]))
    font.flavor = "woff2"
    font.save(FONT)
    write_table(FONT)


if __name__ == "__main__":
    main()
