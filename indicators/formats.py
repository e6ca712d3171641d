"""How numbers, money, dates and periods are written, for pages, charts, cards and mail alike."""

from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from indicators import periods
from indicators.units import unit_words

LANGUAGES = ("en", "es", "fr")
MISSING = "–"
MINUS = "\N{MINUS SIGN}"
NO_DATA = {"en": "no data", "es": "sin dato", "fr": "aucune donnée"}
_LOCALES = {"en": "en_CA", "es": "es_MX", "fr": "fr_CA"}
LONGEST_SYMBOL = 3
"""Letters: ms, CAD and the like are the same for one and for many."""
_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)

_RANGE = {"en": "{} to {}", "es": "de {} a {}", "fr": "de {} à {}"}
_ORDINALS = {
    "en": ("first", "second", "third", "fourth"),
    "es": ("primer", "segundo", "tercer", "cuarto"),
    "fr": ("1er", "2e", "3e", "4e"),
}
_HALF = {"en": "{} half of {}", "es": "{} semestre de {}", "fr": "{} semestre {}"}
_QUARTER = {"en": "{} quarter of {}", "es": "{} trimestre de {}", "fr": "{} trimestre {}"}
_MONTH = {"en": "MMMM y", "es": "MMMM 'de' y", "fr": "MMMM y"}
_DURING = {
    "en": {"part": "in the {}", "day": "on {}", "other": "in {}"},
    "es": {"part": "en el {}", "day": "el {}", "other": "en {}"},
    "fr": {"part": "au {}", "day": "le {}", "other": "en {}"},
}


@lru_cache(maxsize=len(LANGUAGES))
def locale_of(language: str) -> Locale:
    return Locale.parse(_LOCALES[language])


def number(value: Decimal | int | None, decimals: int, language: str) -> str:
    """Write a number with exactly so many decimals: 14,000.5 or 14 000,5; missing is “–”.

    A negative one has the true minus sign, which is as wide as a digit and never breaks off. Files for
    programs do not come from here; they keep the hyphen.
    """
    if value is None:
        return MISSING
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    shown = rounded(value, decimals)
    written = format_decimal(abs(shown), format=pattern, locale=locale_of(language))
    return MINUS + written if shown < 0 else written


def rounded(value: Decimal | int, decimals: int) -> Decimal:
    """Round half to even, for show only; a negative number that rounds to nothing is plain zero."""
    if isinstance(value, float):
        raise TypeError(f"{value!r} is a float; values are written from Decimal")
    shown = Decimal(value).quantize(Decimal(1).scaleb(-decimals), context=_EXACT)
    return abs(shown) if shown.is_zero() else shown


def significant(value: Decimal, digits: int = 2) -> Decimal:
    """Round to so many significant digits, without trailing zeros: 5123 to 5100, 0.0347 to 0.035."""
    kept = Context(prec=digits, rounding=ROUND_HALF_EVEN).plus(value).normalize()
    return kept.quantize(Decimal(1).scaleb(-decimals_of(kept)), context=_EXACT)


def quantity(value: Decimal | int | None, unit: str, decimals: int, language: str) -> str:
    """Write a value with its unit in words: US$1,600 billion, 56.2 millones de personas, 8,7 %."""
    if value is None:
        return MISSING
    shown = rounded(value, decimals)
    is_singular = locale_of(language).plural_form(abs(shown)) == "one"
    written = unit_words(unit, language).pattern(is_singular).format(number(abs(shown), decimals, language))
    return MINUS + written if shown < 0 else written


def percent(value: Decimal | int | None, decimals: int, language: str) -> str:
    """Write a value that is already in percent: 8.7%, in French 8,7 %."""
    return quantity(value, "percent", decimals, language)


def money(value: Decimal | int | None, decimals: int, language: str) -> str:
    """Write billions of US dollars; other money goes through `quantity` with its own unit."""
    return quantity(value, "usd_billion", decimals, language)


def rate(fraction: Decimal | None, language: str, decimals: int = 1) -> str:
    """Write a fraction as a percentage: 0.0217 is 2.2%."""
    return percent(None if fraction is None else fraction * 100, decimals, language)


def approximate(value: Decimal | None, unit: str, language: str, digits: int = 2) -> str:
    """Write a projected value with its unit to a few significant digits."""
    if value is None:
        return MISSING
    kept = significant(value, digits)
    return quantity(kept, unit, decimals_of(kept), language)


def decimals_of(value: Decimal) -> int:
    return max(0, -int(value.as_tuple().exponent))


def own_quantity(value: Decimal | int | None, unit: str, language: str) -> str:
    """Write a value as exactly as it was given, with a unit in somebody's own words; missing is “–”.

    Only one form of the unit is known. A plural does not follow exactly one: 2 lanes, but 1 (lanes).
    """
    if value is None:
        return MISSING
    written = number(value, decimals_of(Decimal(value)), language)
    if abs(value) == 1 and is_plural(unit):
        return f"{written} ({unit})"
    return f"{written} {unit}".strip()


def is_plural(unit: str) -> bool:
    """By its first word, as far as the three languages show it in writing: lanes, carriles, travaux."""
    first = unit.partition(" ")[0]
    return len(first) > LONGEST_SYMBOL and first.endswith(("s", "x"))


def value_range(low: Decimal, high: Decimal, decimals: int, language: str) -> str:
    """Write from lowest to highest without a unit: 3,500 to 7,100."""
    return _RANGE[language].format(number(low, decimals, language), number(high, decimals, language))


def axis_unit(unit: str, language: str) -> str:
    """Write the unit alone, as beside an axis or under a number: US$ billion."""
    return unit_words(unit, language).axis


def year(of: date | int | str) -> str:
    """Write the year of a day, a number or a period, without a separator."""
    return str(of.year if isinstance(of, date) else of)[:4]


def date_long(day: date, language: str) -> str:
    """Write March 12, 2025; 12 de marzo de 2025; 12 mars 2025, where the first is 1er."""
    if language == "fr" and day.day == 1:
        return f"1er {month(day, language)}"
    return format_date(day, "long", locale=locale_of(language))


def month(day: date, language: str) -> str:
    return format_date(day, _MONTH[language], locale=locale_of(language))


def period(text: str, language: str) -> str:
    """Write 2024, 2024-S1, 2024-Q3, 2024-07 or a day in words."""
    read = periods.parse(text)
    return _WRITERS[read.frequency](read.first_day, language)


def during(text: str, language: str) -> str:
    """Write a period as part of a sentence: in 2024, en el tercer trimestre de 2024, le 12 mars 2025."""
    kinds = {"half_yearly": "part", "quarterly": "part", "daily": "day"}
    kind = kinds.get(periods.frequency(text), "other")
    return _DURING[language][kind].format(period(text, language))


def _half(day: date, language: str) -> str:
    return _HALF[language].format(_ORDINALS[language][(day.month - 1) // 6], day.year)


def _quarter(day: date, language: str) -> str:
    return _QUARTER[language].format(_ORDINALS[language][(day.month - 1) // 3], day.year)


_WRITERS: dict[str, Callable[[date, str], str]] = {
    "annual": lambda day, language: year(day),
    "half_yearly": _half,
    "quarterly": _quarter,
    "monthly": month,
    "daily": date_long,
}
