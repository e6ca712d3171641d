"""Spanish and French are as complete as English, and every placeholder survives translation."""

import gettext
import re
from pathlib import Path

import allauth
import pytest
from babel.messages.pofile import read_po
from django import conf
from django.contrib import auth
from django.utils import translation

LOCALE = Path(__file__).parents[1] / "locale"
LIBRARIES = [Path(package.__file__).parent for package in (allauth, conf, auth)]
OF_NO_PAGE = re.compile("openid|phone|mark|email confirmations?$", re.IGNORECASE)
"""Texts for a sign-in by other ways and of the libraries' own pages in the admin."""
OTHER_SPELLING = re.compile(r"\bemail", re.IGNORECASE)
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


@pytest.mark.parametrize("language", ["en", "es", "fr"])
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


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.name)
def test_what_libraries_say_in_english_spells_e_mail_as_we_do(library):
    """A text that a new version of them brings needs its entry in locale/en."""
    with (library / "locale/es/LC_MESSAGES/django.po").open("rb") as file:
        said = [text for message in read_po(file) for text in texts(message.id) if text]

    with translation.override("en"):
        shown = [PLACEHOLDER.sub("", translation.gettext(text)) for text in said]

    other = [text for text in shown if OTHER_SPELLING.search(text) and not OF_NO_PAGE.search(text)]
    assert other == []
