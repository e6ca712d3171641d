"""Tabs that note what goes wrong in them."""

import pytest

SCHEMES = ("light", "dark")

in_light = pytest.mark.parametrize("tab", SCHEMES[:1], indirect=True)
"""For what a page does, which does not hang on its colors."""

LEFT = "net::ERR_ABORTED"
"""What a page still asked for when the test went on to the next."""


def watched(context):
    """An empty tab; what goes wrong in it gathers in `tab.complaints`."""
    tab = context.new_page()
    tab.complaints = []
    tab.on("console", lambda message: tab.complaints.append(message.text))
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    tab.on("requestfailed", lambda failed: failed.failure != LEFT and tab.complaints.append(failed.url))
    tab.on("response", lambda answer: answer.status >= 400 and tab.complaints.append(answer.url))
    return tab
