import gzip
import re
from itertools import combinations
from pathlib import Path

import pytest

CSS = Path(__file__).parents[2] / "static" / "css"
BUDGET = 8_000
"""Bytes of all style sheets of a page together, gzipped."""

TEXT, MARK = 4.5, 3.0
"""Least contrast of text, and of icons, borders and lines that carry meaning (WCAG 2.2, 1.4.3 and 1.4.11)."""

PAIRS = [
    ("ink", "bg", TEXT),
    ("ink", "surface", TEXT),
    ("muted", "bg", TEXT),
    ("muted", "surface", TEXT),
    ("link", "bg", TEXT),
    ("link", "surface", TEXT),
    ("on-brand", "brand", TEXT),
    ("obs", "bg", TEXT),
    ("obs", "bg", MARK),
    ("control", "bg", MARK),
    ("control", "surface", MARK),
    ("muted", "fan", MARK),
    *((f"{tone}-text", f"{tone}-tint", TEXT) for tone in ("teal", "amber", "red")),
    *((f"{tone}-text", "bg", TEXT) for tone in ("teal", "amber", "red")),
    *((tone, ground, MARK) for tone in ("teal", "amber", "red") for ground in ("bg", f"{tone}-tint")),
]

# Full loss of one kind of cone, on linear sRGB (Machado, Oliveira, Fernandes 2009, severity 1.0).
BLINDNESS = {
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
TO_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
WHITE = (0.9505, 1.0, 1.089)


def tokens(scheme):
    sheet = (CSS / "site.css").read_text()
    light = re.search(r"^:root \{(.*?)\}", sheet, re.DOTALL | re.MULTILINE)[1]
    dark = re.search(r"prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}", sheet, re.DOTALL)[1]
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", light))
    return found if scheme == "light" else found | dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", dark))


def linear(colour):
    """Linear red, green and blue in 0..1 of #rrggbb."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]


def apply(matrix, vector):
    return [sum(m * v for m, v in zip(row, vector, strict=True)) for row in matrix]


def contrast(one, other):
    lights = sorted(apply(TO_XYZ, linear(colour))[1] for colour in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def lab(rgb):
    def f(t):
        return t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116

    x, y, z = (f(v / w) for v, w in zip(apply(TO_XYZ, rgb), WHITE, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one, other):
    return sum((a - b) ** 2 for a, b in zip(lab(one), lab(other), strict=True)) ** 0.5


def seen(colour, blindness):
    return [min(max(c, 0), 1) for c in apply(BLINDNESS[blindness], linear(colour))]


def test_contrast_is_counted_as_wcag_counts_it():
    assert contrast("#000000", "#ffffff") == pytest.approx(21, abs=0.01)
    assert contrast("#0b4f8a", "#ffffff") == pytest.approx(8.4, abs=0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
def test_text_and_marks_stand_out_from_their_ground(scheme, front, ground, least):
    colours = tokens(scheme)
    assert contrast(colours[front], colours[ground]) >= least


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("blindness", BLINDNESS)
def test_status_colours_stay_apart_for_the_colour_blind(scheme, blindness):
    colours = [seen(tokens(scheme)[tone], blindness) for tone in ("teal", "amber", "red")]
    assert min(distance(one, other) for one, other in combinations(colours, 2)) >= 20


def test_dark_has_every_token_that_light_has_but_the_white_on_brand():
    light, dark = tokens("light"), tokens("dark")
    assert {name for name in light if light[name] == dark[name]} == {"on-brand"}


def test_no_rule_names_a_colour_of_its_own():
    sheet = (CSS / "site.css").read_text()
    rules = sheet[sheet.index("/* Ground */") :]
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", rules) == []


def test_style_sheets_fit_the_budget():
    assert len(gzip.compress(b"".join(path.read_bytes() for path in sorted(CSS.glob("*.css"))))) <= BUDGET


def test_templates_carry_no_inline_style_or_script():
    templates = Path(__file__).parents[2] / "templates"
    inline = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)", re.IGNORECASE)
    pages = [path for path in templates.rglob("*.html") if "mail" not in path.parts]
    assert [path.name for path in pages if inline.search(path.read_text())] == []
