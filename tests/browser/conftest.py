"""A browser that notes what goes wrong, and the eyes tests look at a page with."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.watching import SCHEMES, watched

pytest.register_assert_rewrite("tests.browser.looking")

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
"""The same engine without a window's parts needs half the time of the processor."""
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip

# Playwright keeps an event loop in this thread, where Django would otherwise refuse to open a transaction.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=SCHEMES)
def tab(request, browser):
    """An empty tab in light or dark."""
    context = browser.new_context(color_scheme=request.param)
    tab = watched(context)
    tab.scheme = request.param
    yield tab
    context.close()
