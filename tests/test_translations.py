"""Spanish and French are as complete as English, and every placeholder survives translation."""

import gettext
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

LOCALE = Path(__file__).parents[1] / "locale"
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|%[sd%]|\{[a-z_]*\}")


@pytest.fixture(params=["es", "fr"])
def catalogue(request):
    with (LOCALE / request.param / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=request.param)


def texts(value) -> list[str]:
    return list(value) if isinstance(value, tuple | list) else [value]


def test_nothing_is_left_untranslated_or_uncertain(catalogue):
    open_ends = [m.id for m in catalogue if m.id and (m.fuzzy or not all(texts(m.string)))]

    assert open_ends == []


def test_placeholders_are_the_same_in_every_language(catalogue):
    for message in catalogue:
        wanted = set(PLACEHOLDER.findall(texts(message.id)[-1]))
        for translated in texts(message.string):
            assert set(PLACEHOLDER.findall(translated)) == wanted, message.id


@pytest.mark.parametrize("language", ["es", "fr"])
def test_the_compiled_texts_are_those_of_the_source(language):
    folder = LOCALE / language / "LC_MESSAGES"
    with (folder / "django.po").open("rb") as file:
        written = read_po(file, locale=language)
    with (folder / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    for message in written:
        if message.id and isinstance(message.id, str):
            said = compiled.pgettext(message.context, message.id) if message.context else None
            assert (said or compiled.gettext(message.id)) == message.string, message.id
