"""French as it is printed: the space at a mark does not break, so that no mark begins a line."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings

NO_BREAK, NARROW = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"
BEFORE = {";": NARROW, "!": NARROW, "?": NARROW, ":": NO_BREAK, "»": NO_BREAK}
MARK = re.compile(r"(.?)([;!?:»])(?=[\s»)”,.]|$)", re.DOTALL)
"""A mark of the sentence; in an address, a code or a number something follows at once."""
OPENED = re.compile(r"«(.?)", re.DOTALL)
TYPED = ("2040: 83; 2045: 95", "2040: 83", "“period”: “2040”, “value”: 83", '{"title": "Nom"}')
"""Shown as somebody types it, whatever the language."""
BASE = Path(settings.BASE_DIR)
CATALOGUES = ("goals/catalogue", "indicators/catalogue")


def translated() -> Iterator[str]:
    with (BASE / "locale/fr/LC_MESSAGES/django.po").open("rb") as file:
        for message in read_po(file):
            if message.id:
                yield from [message.string] if isinstance(message.string, str) else message.string


def in_catalogues() -> Iterator[str]:
    for path in (found for folder in CATALOGUES for found in sorted((BASE / folder).glob("*.csv"))):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield from (text for name, text in row.items() if name.endswith("_fr"))


def faults(text: str) -> list[str]:
    """Each mark whose space is another one than printers set there, with what stands around it."""
    for part in TYPED:
        text = text.replace(part, "")
    before = [one for one in MARK.finditer(text) if one[1] != BEFORE[one[2]]]
    after = [one for one in OPENED.finditer(text) if one[1] != NO_BREAK]
    return [text[max(0, one.start() - 20) : one.end() + 5] for one in (*before, *after)]


@pytest.mark.parametrize("texts", [translated, in_catalogues])
def test_the_space_at_each_mark_is_the_one_that_does_not_break(texts):
    found = list(texts())

    assert len(found) > 20
    assert [fault for text in found for fault in faults(text)] == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (f"Valeur{NO_BREAK}: «{NO_BREAK}oui{NO_BREAK}»{NARROW}; et vous{NARROW}?", 0),
        ("Valeur: oui", 1),
        ("Valeur : oui", 1),
        ("Oui; non", 1),
        (f"Oui{NO_BREAK}; non", 1),
        ("Et vous?", 1),
        ("« oui »", 2),
        ("https://example.org/?lang=fr à 12:30", 0),
        ("", 0),
    ],
)
def test_what_is_a_fault_and_what_is_none(text, count):
    assert len(faults(text)) == count
