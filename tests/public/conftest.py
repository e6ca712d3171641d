"""What the tests of the public pages share: the kinds of page, opened in any language."""

import pytest

from tests.goals.lifecycle.conftest import people
from tests.page_kinds import LANGUAGES, PAGES, address

__all__ = ["people"]


@pytest.fixture
def page(client, db):
    """Opens a page by its name and code and returns the response; the text is in `.text`."""

    def opened(name: str, code: str | None = None, language: str = "en", query: str = "", **headers):
        response = client.get(address(name, code, language) + query, **headers)
        if "Content-Encoding" not in response:
            response.text = response.content.decode()
        return response

    return opened


@pytest.fixture(params=PAGES.values(), ids=PAGES.keys())
def kind(request) -> tuple[str, str | None]:
    """Each kind of page in turn, as name and code."""
    return request.param


@pytest.fixture(params=LANGUAGES)
def language(request) -> str:
    return request.param
