"""Whether a page is sound: no message, no failed request, no sideways scroll, nothing axe finds."""

from collections.abc import Callable, Iterator
from itertools import cycle

from axe_playwright_python.sync_playwright import Axe
from django.utils import translation

from tests.browser.watching import SCHEMES
from tests.page_kinds import LANGUAGES

WIDE, NARROW, NARROWEST = 1200, 360, 320
TABLES = 900
"""Just wide enough for tables to be tables: where one asks for more room than there is, here it shows."""
AXE = Axe().axe_script
LOOK = """() => axe.run({resultTypes: ["violations"]}).then(found => found.violations.map(
  one => `${one.id}: ${one.help} at ${one.nodes[0].target}`))"""
"""Each thing axe finds with the first place where."""
RESTED = """() => document.fonts.ready
  .then(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))
  .then(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)"""


def in_turn(tab, addresses: Callable[[], list[str]]) -> Iterator[str]:
    """Each address in one language, the next in the next; a dark tab begins with the second."""
    begin = SCHEMES.index(tab.scheme)
    languages = cycle(LANGUAGES[begin:] + LANGUAGES[:begin])
    for number in range(len(addresses())):
        with translation.override(next(languages)):
            yield addresses()[number]


def assert_sound(tab) -> None:
    """The page that is open, wide, at the width of a tablet, and narrow.

    axe looks at the light page wide and at the dark one narrow: each takes it half a second, colors do not
    hang on the width, nor the structure on the colors.
    """
    tab.set_viewport_size({"width": WIDE, "height": 800})
    assert tab.complaints == []
    assert sideways(tab) == 0
    assert tab.scheme == "dark" or found_by_axe(tab) == []

    tab.set_viewport_size({"width": TABLES, "height": 800})
    assert sideways(tab) == 0

    tab.set_viewport_size({"width": NARROW, "height": 740})
    assert sideways(tab) == 0
    assert tab.scheme == "light" or found_by_axe(tab) == []

    tab.set_viewport_size({"width": NARROWEST, "height": 640})
    assert sideways(tab) == 0
    assert tab.complaints == []


def sideways(tab) -> int:
    """By how many pixels the page is wider than its window, once fonts and layout have come to rest."""
    return tab.evaluate(RESTED)


def found_by_axe(tab) -> list[str]:
    if not tab.evaluate("'axe' in window"):
        tab.evaluate(AXE)
    return tab.evaluate(LOOK)
