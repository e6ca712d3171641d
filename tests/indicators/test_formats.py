import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators import formats
from indicators.areas import area_name
from indicators.units import UNITS, change_unit

CATALOGUE = Path(formats.__file__).parent / "catalogue" / "indicators.csv"
NBSP = "\N{NO-BREAK SPACE}"


def in_three_languages(write):
    return [write(language) for language in formats.LANGUAGES]


def test_numbers_follow_canada_mexico_and_french_canada():
    assert in_three_languages(lambda language: formats.number(Decimal("14000.5"), 1, language)) == [
        "14,000.5",
        "14,000.5",
        f"14{NBSP}000,5",
    ]


def test_percent_takes_a_no_break_space_in_french_only():
    assert in_three_languages(lambda language: formats.percent(Decimal("8.7"), 1, language)) == [
        "8.7%",
        "8.7%",
        f"8,7{NBSP}%",
    ]


def test_money_says_which_dollars_and_never_abbreviates_the_scale():
    assert in_three_languages(lambda language: formats.money(Decimal(1600), 0, language)) == [
        "US$1,600 billion",
        "1,600 miles de millones de dólares (USD)",
        f"1{NBSP}600 milliards de dollars américains",
    ]


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2025, 3, 12), ["March 12, 2025", "12 de marzo de 2025", "12 mars 2025"]),
        (date(2025, 3, 1), ["March 1, 2025", "1 de marzo de 2025", "1er mars 2025"]),
    ],
)
def test_long_dates(day, written):
    assert in_three_languages(lambda language: formats.date_long(day, language)) == written


def test_ranges_are_said_in_words():
    assert in_three_languages(
        lambda language: formats.value_range(Decimal(3500), Decimal(7100), 0, language)
    ) == ["3,500 to 7,100", "de 3,500 a 7,100", f"de 3{NBSP}500 à 7{NBSP}100"]


def test_missing_is_a_dash_and_never_zero():
    assert formats.number(None, 1, "en") == "–"
    assert formats.quantity(None, "usd_billion", 0, "fr") == "–"
    assert formats.rate(None, "es") == "–"
    assert formats.number(Decimal(0), 0, "en") == "0"
    assert formats.NO_DATA["en"] == "no data"


@pytest.mark.parametrize(
    ("written", "en", "es", "fr"),
    [
        ("2024", "in 2024", "en 2024", "en 2024"),
        ("2024-S1", "in the first half of 2024", "en el primer semestre de 2024", "au 1er semestre 2024"),
        ("2024-Q3", "in the third quarter of 2024", "en el tercer trimestre de 2024", "au 3e trimestre 2024"),
        ("2024-07", "in July 2024", "en julio de 2024", "en juillet 2024"),
        ("2024-03-01", "on March 1, 2024", "el 1 de marzo de 2024", "le 1er mars 2024"),
    ],
)
def test_periods_read_as_part_of_a_sentence(written, en, es, fr):
    assert in_three_languages(lambda language: formats.during(written, language)) == [en, es, fr]


def test_periods_alone_have_no_preposition():
    assert formats.period("2024-Q3", "en") == "third quarter of 2024"
    assert formats.period("2024", "fr") == "2024"


def test_years_have_no_separator():
    assert formats.year(2050) == formats.year("2050-07") == formats.year(date(2050, 7, 1)) == "2050"


def test_rates_are_stored_as_fractions_and_shown_as_percent():
    assert formats.rate(Decimal("0.0217"), "en") == "2.2%"
    assert formats.rate(Decimal("-0.00239"), "fr") == f"−0,2{NBSP}%"


@pytest.mark.parametrize(
    ("exact", "shown"), [("0.5", "0"), ("1.5", "2"), ("2.5", "2"), ("-0.4", "0"), ("-1.5", "−2")]
)
def test_display_rounds_half_to_even_and_has_no_negative_zero(exact, shown):
    assert formats.number(Decimal(exact), 0, "en") == shown


@pytest.mark.parametrize(
    ("exact", "shown"),
    [("5123", "5100"), ("7096", "7100"), ("0.0347", "0.035"), ("12.5", "12"), ("99.6", "100"), ("0", "0")],
)
def test_projections_keep_two_significant_figures(exact, shown):
    assert formats.significant(Decimal(exact)) == Decimal(shown)


def test_a_projection_shows_only_the_figures_it_has():
    assert formats.approximate(Decimal("5123.4"), "usd_billion", "en") == "US$5,100 billion"
    assert formats.approximate(Decimal("1.2345"), "million_persons", "fr") == "1,2 million de personnes"


def test_a_true_minus_sign_stands_before_the_number_and_the_currency():
    assert in_three_languages(lambda language: formats.number(Decimal("-1234.5"), 1, language)) == [
        "−1,234.5",
        "−1,234.5",
        f"−1{NBSP}234,5",
    ]
    assert formats.quantity(Decimal(-12), "usd_billion", 0, "en") == "−US$12 billion"


def test_the_unit_agrees_with_the_number_as_shown():
    assert formats.quantity(Decimal(1), "mines", 0, "en") == "1 mine"
    assert formats.quantity(Decimal("0.9"), "mines", 0, "es") == "1 mina"
    assert formats.quantity(Decimal("1.5"), "cad_billion", 1, "fr") == "1,5 milliard de dollars canadiens"
    assert formats.quantity(Decimal("1.5"), "million_persons", 1, "en") == "1.5 million people"


@pytest.mark.parametrize("unit", sorted(UNITS))
@pytest.mark.parametrize("language", formats.LANGUAGES)
def test_every_unit_is_worded_in_every_language(unit, language):
    written = formats.quantity(Decimal(7), unit, 0, language)
    assert "7" in written and "{" not in written
    assert formats.axis_unit(unit, language)


def test_every_unit_of_the_catalogue_has_its_words():
    with CATALOGUE.open(encoding="utf-8", newline="") as rows:
        assert {row["unit"] for row in csv.DictReader(rows)} <= set(UNITS)


def test_a_plural_in_somebodys_own_words_does_not_follow_one():
    assert formats.own_quantity(Decimal(2), "lanes", "en") == "2 lanes"
    assert formats.own_quantity(Decimal(1), "lanes", "en") == "1 (lanes)"
    assert formats.own_quantity(Decimal("-1.0"), "carriles nuevos", "es") == "−1.0 (carriles nuevos)"
    assert formats.own_quantity(Decimal(1), "h", "fr") == "1 h"
    assert formats.own_quantity(Decimal(1), "CAD million", "en") == "1 CAD million"
    assert formats.own_quantity(Decimal(1), "", "en") == "1"
    assert formats.own_quantity(None, "lanes", "en") == "–"


def test_an_unknown_unit_names_itself_and_the_codes_there_are():
    with pytest.raises(ValueError, match=r"furlongs.*usd_billion"):
        formats.quantity(Decimal(1), "furlongs", 0, "en")


def test_shares_differ_by_percentage_points():
    assert change_unit("percent") == "percentage_points"
    assert change_unit("usd_billion") == "usd_billion"


def test_floats_are_refused():
    with pytest.raises(TypeError, match="float"):
        formats.number(0.1, 1, "en")


def read_back(text: str, language: str) -> Decimal:
    marks = {"en": (",", "."), "es": (",", "."), "fr": (NBSP, ",")}[language]
    return Decimal(text.replace(marks[0], "").replace(marks[1], ".").replace(formats.MINUS, "-"))


@given(
    st.decimals(min_value=-(10**15), max_value=10**15, places=6),
    st.integers(min_value=0, max_value=6),
    st.sampled_from(formats.LANGUAGES),
)
def test_a_written_number_reads_back_as_the_rounded_one(value, decimals, language):
    written = read_back(formats.number(value, decimals, language), language)
    assert abs(written - value) <= Decimal(1).scaleb(-decimals) / 2


def test_areas_are_named_in_three_languages():
    assert in_three_languages(lambda language: area_name("USA", language)) == [
        "United States",
        "Estados Unidos",
        "États-Unis",
    ]
    assert area_name("NAM", "es") == "América del Norte"
    assert area_name("PACIFIC-RIM", "en") == "Pacific Rim"


def test_a_code_nobody_knows_is_its_own_name():
    assert area_name("ZZ9", "fr") == "ZZ9"
