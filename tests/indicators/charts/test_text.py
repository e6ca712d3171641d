from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

from indicators.charts.text import WIDTHS, text_width, wrap

FONT = Path(__file__).resolve().parents[3] / "static" / "fonts" / "progress-sans.woff2"


@pytest.mark.parametrize(("bold", "weight"), [(False, 400), (True, 700)])
def test_the_table_holds_the_widths_of_the_shipped_font(bold, weight):
    font = instancer.instantiateVariableFont(TTFont(BytesIO(FONT.read_bytes())), {"wght": weight})
    advances = {chr(code): font["hmtx"][glyph][0] for code, glyph in font.getBestCmap().items()}

    assert WIDTHS[bold] == advances


def test_the_font_fits_the_budget_of_a_first_view():
    assert FONT.stat().st_size <= 29_000


def test_the_font_has_every_letter_of_the_three_languages():
    letters = "áéíóúüñ¿¡àâæçèêëîïôœùûÿÁÉÍÓÚÜÑÀÂÆÇÈÊËÎÏÔŒÙÛ«»–—’“”…›−×·°\u00a0\u202f"

    assert [letter for letter in letters if letter not in WIDTHS[True]] == []


def test_width_grows_with_the_size_of_the_text():
    # Figures are 497 thousandths of the size, the comma 249.
    assert text_width("14,000", 10) == pytest.approx((5 * 4.97) + 2.49)


def test_text_is_broken_at_spaces():
    assert wrap("At the current pace 5,100", 14, False, 100) == ("At the current", "pace 5,100")


def test_a_no_break_space_holds_a_number_together():
    assert wrap("Cible 14\u00a0000", 14, False, 60) == ("Cible", "14\u00a0000")


def test_a_word_wider_than_the_room_is_broken_and_not_cut():
    pieces = wrap("Donaudampfschifffahrt", 14, False, 50)

    assert "".join(pieces) == "Donaudampfschifffahrt"
    assert all(text_width(piece, 14) <= 50 for piece in pieces)


def test_no_text_has_no_lines():
    assert wrap("", 14, False, 100) == ()
