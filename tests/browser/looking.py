"""Whether a page is sound: no message, no failed request, no sideways scroll, nothing axe finds."""

from axe_playwright_python.sync_playwright import Axe

WIDE, NARROW, NARROWEST = 1200, 360, 320


def assert_sound(tab) -> None:
    """The page that is open, wide and narrow."""
    tab.set_viewport_size({"width": WIDE, "height": 800})
    assert tab.complaints == []
    assert sideways(tab) == 0
    assert found_by_axe(tab) == []

    tab.set_viewport_size({"width": NARROW, "height": 740})
    assert sideways(tab) == 0
    assert found_by_axe(tab) == []

    tab.set_viewport_size({"width": NARROWEST, "height": 640})
    assert sideways(tab) == 0
    assert tab.complaints == []


def sideways(tab) -> int:
    """By how many pixels the page is wider than its window."""
    return tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def found_by_axe(tab) -> list[str]:
    """Each thing axe finds with the first place where."""
    violations = Axe().run(tab).response["violations"]
    return [f"{one['id']}: {one['help']} at {one['nodes'][0]['target']}" for one in violations]
