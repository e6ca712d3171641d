"""How stored results are shown: statuses, amounts and shares in words. Nothing is judged here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from goals import words
from goals.models import Goal, SubGoal
from goals.words import Outcome, StatusTag, language
from indicators import formats
from indicators.areas import GROUPS, area_name
from indicators.models import Indicator

DAYS_A_MONTH = Decimal("30.4375")
SMALLER_UNITS = {
    "million_persons": ("persons", Decimal(1_000_000)),
    "thousand_persons": ("persons", Decimal(1_000)),
}
OWN_SIGN = ("percent",)
"""Units whose numbers are unclear without their sign."""


@dataclass(frozen=True)
class Figure:
    """A key number: its name, the number, and under it the unit, the year or what it is compared with."""

    label: str
    value: str
    below: str = ""


# --- Statuses -----------------------------------------------------------------------------------
def tag(outcome: Outcome, as_of: date, direction: str | None = None) -> StatusTag:
    """The status with its freshness; of several countries, the first whose data is overdue is flagged.

    Without a direction (None) the way the values go is left out; "" says rising or falling only.
    """
    aged = next((one for one in subjects(outcome).values() if one.get("freshness") == "stale"), outcome)
    shown = {**outcome, "freshness": aged.get("freshness")}
    if direction is None:
        shown["trend"] = None
    return words.status_tag(shown, direction or "", due_on(aged, as_of))


def subjects(outcome: Outcome) -> Mapping[str, Outcome]:
    """The countries or series of an outcome; none where it is about one."""
    return outcome.get("entities") or {}


def judged(outcome: Outcome) -> Outcome:
    """The outcome whose numbers stand for the whole: of several countries, the binding one's."""
    return subjects(outcome).get(outcome.get("binding") or "", outcome)


def due_on(outcome: Outcome, as_of: date) -> date | None:
    """The day a newer value was due: when the latest one stopped being fresh."""
    if outcome.get("freshness") not in ("stale", "outdated"):
        return None
    months_late = Decimal(outcome["age"]) - Decimal(outcome["soft"])
    return as_of - timedelta(days=int(months_late * DAYS_A_MONTH))


def direction_of(case: Mapping[str, Any]) -> str:
    """Which way is better by a method case; empty for a monitored indicator."""
    if case["kind"] == "monitor":
        return ""
    if case["kind"] == "sustain":
        return "decrease" if case.get("bound") == "at_most" else "increase"
    return str(case.get("direction", "increase"))


# --- Numbers ------------------------------------------------------------------------------------
def points(share: Decimal | None) -> str:
    """A share of 1 as a number from 0 to 100; 100 is never the work of rounding."""
    if share is None:
        return ""
    decimals = 1 if Decimal("0.995") <= share < 1 else 0
    return formats.number(
        min(100 * share, Decimal("99.9") if decimals else 100 * share), decimals, language()
    )


def share_text(share: Decimal | None, decimals: int = 1) -> str:
    return "" if share is None else formats.rate(share, language(), decimals)


def amount(indicator: Indicator, value: Decimal | int | None) -> str:
    """A value with its unit in words; empty where there is none."""
    if value is None:
        return ""
    return formats.quantity(value, indicator.unit, indicator.decimals, language())


def digits(indicator: Indicator, value: Decimal | int | None) -> str:
    """A value without its unit, as in a table whose caption names the unit."""
    if value is None:
        return ""
    if indicator.unit in OWN_SIGN:
        return amount(indicator, value)
    return formats.number(value, indicator.decimals, language())


def unit_below(indicator: Indicator, *more: str) -> str:
    """The unit and what else stands under a key number, as in “US$ billion, 2025”."""
    unit = "" if indicator.unit in OWN_SIGN else formats.axis_unit(indicator.unit, language())
    return ", ".join(part for part in (unit, *more) if part)


def declared_amount(indicator: Indicator, value: Decimal) -> str:
    """A declared quantity to two significant figures; a small part of a million people is said in people."""
    unit, factor = SMALLER_UNITS.get(indicator.unit, (indicator.unit, Decimal(1)))
    if abs(value) * 10 >= 1 or factor == 1:
        return formats.approximate(value, indicator.unit, language())
    return formats.quantity(value * factor, unit, 0, language())


def exact(value: Decimal | int) -> str:
    """A number with the decimals it was given with."""
    return formats.number(value, formats.decimals_of(Decimal(value)), language())


def in_own_unit(value: Decimal | int | None, unit: str) -> str:
    """A value of a sub-goal with the unit in the organization's own words."""
    return "" if value is None else formats.own_quantity(value, unit, language())


def reported_value(sub_goal: SubGoal, value: Decimal | int | None) -> str:
    """What an update says was reached: of what is done or not done, which of the two."""
    if sub_goal.is_deliverable and value is not None:
        return _("Done") if value >= 1 else _("Not done yet")
    return in_own_unit(value, sub_goal.unit)


# --- Days and places ----------------------------------------------------------------------------
def day(when: date | datetime | None) -> str:
    if when is None:
        return ""
    return formats.date_long(when.date() if isinstance(when, datetime) else when, language())


def period(label: str) -> str:
    return formats.period(label, language())


def place(code: str) -> str:
    """A country, or a region in the words of its code."""
    name = area_name(code, language())
    return code.replace("-", " ").title() if name == code and code not in GROUPS else name


def goal_name(goal: Goal) -> str:
    return _("Goal %(number)s: %(name)s") % {"number": goal.number, "name": goal.name}


def flags(outcome: Outcome, left_out: Iterable[str] = ("stale", "provisional")) -> list[str]:
    """The flags as sentences, without those that the status or the lead already says."""
    said = [flag for flag in outcome.get("flags") or () if flag not in left_out]
    return list(dict.fromkeys(words.flag_texts(said)))


def foreign(text_language: str) -> str:
    """The language of a text where it is not the page's; else empty."""
    return "" if text_language == language() else text_language


def language_name(code: str) -> str:
    return str(dict(settings.LANGUAGES).get(code, code))
