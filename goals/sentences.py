"""The sentences that go with a status, made from its numbers: what, value, year, what is needed, by when.

Every sentence is translated whole, with named placeholders, under the active language. None blames or
cheers. Amounts, dates and periods come ready from the formatter; %(when)s is a period with its
preposition ("in 2025"), %(since)s and %(year)s are years alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.lists import format_list
from django.utils.translation import gettext_lazy as _

from goals.words import Outcome, Text, language, reason_text
from indicators import formats
from indicators.areas import area_name
from indicators.models import Indicator
from indicators.units import change_unit

SMALLEST_SHOWN = Decimal("0.001")
UNCHANGED = Decimal("0.00005")
ASKED_FIELDS = ("direction", "change", "bound", "threshold", "margin", "hold_from", "hold_to")


@dataclass(frozen=True)
class Facts:
    """What a judgement does not say of its target: the indicator's name and unit, and what is asked."""

    name: str
    unit: str
    decimals: int = 0
    direction: str = "increase"
    change: Decimal | None = None
    bound: str = "at_least"
    threshold: Decimal | None = None
    margin: Decimal | None = None
    hold_from: int | None = None
    hold_to: int | None = None

    def amount(self, value: Decimal | None) -> str:
        return formats.quantity(value, self.unit, self.decimals, language())

    def difference(self, value: Decimal | None) -> str:
        return formats.quantity(value, change_unit(self.unit), self.decimals, language())


def facts_of(indicator: Indicator, case: Mapping[str, Any]) -> Facts:
    """The facts of an indicator under the active language, with what its method case asks."""
    asked = {name: case[name] for name in ASKED_FIELDS if case.get(name) is not None}
    return Facts(name=indicator.name, unit=indicator.unit, decimals=indicator.decimals, **asked)


REACHED = _("%(name)s reached %(value)s %(when)s; the path asked for %(expected)s.")
STOOD = _("%(name)s stood at %(value)s %(when)s; the path asked for %(expected)s.")
NOTHING_ASKED = _(
    "%(name)s stood at %(value)s %(when)s; up to then the path asked for %(expected)s, as in %(since)s."
)
ACHIEVED = _("%(name)s stood at %(value)s %(when)s; the target for %(year)s is %(target)s.")
PROVISIONAL = _("The target year has not come yet: the status holds while the value does.")
KEPT = _(
    "%(name)s stood at %(value)s %(when)s; it was already at the target of %(target)s in %(since)s and has "
    "to stay there to %(year)s."
)
NOT_KEPT = _(
    "%(name)s stood at %(value)s %(when)s; it was at the target of %(target)s in %(since)s and no longer is."
)
MISSED = _(
    "%(name)s stood at %(value)s %(when)s; the target for %(year)s was %(target)s. The target year has "
    "passed."
)
BINDING = _("%(country)s determines the status: %(value)s %(when)s; the path asked for %(expected)s.")
BINDING_TARGET = _("%(country)s determines the status: %(value)s %(when)s; the target is %(target)s.")
COUNTRIES_ABOVE = _(
    "%(name)s has to be %(change)s above its %(since)s level in all %(of)s countries by %(year)s; so far it "
    "is in %(holding)s of them."
)
COUNTRIES_BELOW = _(
    "%(name)s has to be %(change)s below its %(since)s level in all %(of)s countries by %(year)s; so far it "
    "is in %(holding)s of them."
)
COUNTRIES_RANK = _(
    "%(name)s has to be %(target)s or better in all %(of)s countries by %(year)s; so far it is in "
    "%(holding)s of them."
)
COUNTRIES_REACH = _(
    "%(name)s has to reach its target in all %(of)s countries; so far it has in %(holding)s of them."
)
UNKNOWN_COUNTRIES = _("There is not enough data for %(countries)s.")
HOLD_AFTERWARDS = _("It has to be held every year from %(first)s to %(last)s.")

RATES: dict[tuple[str, str], Text] = {
    ("up", "up"): _("It grew %(actual)s a year since %(since)s; %(needed)s a year is needed from now on."),
    ("down", "up"): _(
        "It fell %(actual)s a year since %(since)s; growth of %(needed)s a year is needed from now on."
    ),
    ("same", "up"): _(
        "It has not changed since %(since)s; growth of %(needed)s a year is needed from now on."
    ),
    ("up", "down"): _(
        "It grew %(actual)s a year since %(since)s; a fall of %(needed)s a year is needed from now on."
    ),
    ("down", "down"): _(
        "It fell %(actual)s a year since %(since)s; %(needed)s a year is needed from now on."
    ),
    ("same", "down"): _(
        "It has not changed since %(since)s; a fall of %(needed)s a year is needed from now on."
    ),
}
STEPS: dict[tuple[str, str], Text] = {
    ("up", "up"): _(
        "It rose by %(actual)s a year since %(since)s; a rise of %(needed)s a year is needed from now on."
    ),
    ("down", "up"): _(
        "It fell by %(actual)s a year since %(since)s; a rise of %(needed)s a year is needed from now on."
    ),
    ("same", "up"): _(
        "It has not changed since %(since)s; a rise of %(needed)s a year is needed from now on."
    ),
    ("up", "down"): _(
        "It rose by %(actual)s a year since %(since)s; a fall of %(needed)s a year is needed from now on."
    ),
    ("down", "down"): _(
        "It fell by %(actual)s a year since %(since)s; a fall of %(needed)s a year is needed from now on."
    ),
    ("same", "down"): RATES["same", "down"],
}
PLACES: dict[tuple[str, str], Text] = {
    ("up", "down"): _(
        "It moved down %(actual)s a year since %(since)s; a move up of %(needed)s a year is needed from now "
        "on."
    ),
    ("down", "down"): _(
        "It moved up %(actual)s a year since %(since)s; a move up of %(needed)s a year is needed from now on."
    ),
    ("same", "down"): _(
        "It has kept its place since %(since)s; a move up of %(needed)s a year is needed from now on."
    ),
}

MISSING: dict[str, Text] = {
    "no_baseline": _("%(name)s has no value for the baseline yet, so progress cannot be counted from it."),
    "baseline_not_positive": _(
        "%(name)s stood at %(baseline)s in %(since)s; a change in percent cannot be counted from zero or "
        "below."
    ),
    "no_observation": _("%(name)s has no value since %(since)s yet; the target for %(year)s is %(target)s."),
    "outdated": _("The last known value of %(name)s is %(value)s %(when)s, too old to judge by."),
    "too_early": _(
        "%(name)s stood at %(value)s %(when)s, too soon after the baseline of %(since)s to judge; the target "
        "for %(year)s is %(target)s."
    ),
}
NO_VALUE = _("%(name)s has no value yet.")
YEARS_UNKNOWN = _(
    "%(name)s cannot be judged yet: values are known for %(known)s of the %(total)s years from %(first)s to "
    "%(last)s."
)

MONITORED = _("%(name)s stood at %(value)s %(when)s; it is monitored without a target.")
MONITORED_EMPTY = _("%(name)s has no value yet; it is monitored without a target.")
MONITORED_COUNTRIES = _("%(name)s is monitored without a target for %(countries)s.")
MONITORED_SERIES = _("%(name)s is monitored without a target, in %(count)s series.")
TRENDS: dict[str | None, Text] = {
    "rising": _("Over the last five years the values rose."),
    "falling": _("Over the last five years the values fell."),
    "flat": _("Over the last five years the values show no clear change."),
    None: _("There are fewer than three values in five years, too few to tell a trend."),
}

ASKED: dict[tuple[str, bool], Text] = {
    ("at_least", False): _("%(name)s has to be at least %(asked)s every year from %(first)s to %(last)s."),
    ("at_most", False): _("%(name)s has to be at most %(asked)s every year from %(first)s to %(last)s."),
    ("at_least", True): _(
        "%(name)s has to be at least %(asked)s above the value compared with, every year from %(first)s to "
        "%(last)s."
    ),
    ("at_most", True): _(
        "%(name)s has to be at most %(asked)s above the value compared with, every year from %(first)s to "
        "%(last)s."
    ),
}
BETTER_THAN_ASKED = _("The value %(when)s is %(distance)s better than asked.")
SHORT_OF_ASKED = _("The value %(when)s is %(distance)s short of what is asked.")
YEARS_MET = _("Years known so far: %(known)s; it was met in %(met)s of them.")
FIRST_UNMET = _("The first year that did not meet it is %(year)s.")


def lead(outcome: Outcome, facts: Facts) -> str:
    """Say how a judged target stands, in one to four sentences."""
    if outcome["status"] == "not_enough_data":
        sentences = _not_enough(outcome, facts)
    elif outcome["status"] == "monitored":
        sentences = _monitored(outcome, facts)
    elif outcome.get("entities"):
        sentences = _countries(outcome, facts)
    elif outcome.get("phase") == "hold":
        sentences = _held(outcome, facts)
    else:
        sentences = _reach(outcome, facts)
    return join(sentences)


def join(sentences: Iterable[str]) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def values(outcome: Outcome, facts: Facts) -> dict[str, str]:
    """Every placeholder the outcome has a value for."""
    latest, baseline, target = (outcome.get(name) or {} for name in ("latest", "baseline", "target"))
    found = {
        "name": facts.name,
        "expected": facts.amount(outcome.get("expected_value")),
        "value": facts.amount(latest.get("value")),
        "baseline": facts.amount(baseline.get("value")),
        "target": facts.amount(target.get("value")),
    }
    if latest:
        found["when"] = formats.during(latest["period"], language())
    if baseline:
        found["since"] = formats.year(baseline["period"])
    if target:
        found["year"] = formats.year(target["period"])
    return found


def _reach(outcome: Outcome, facts: Facts) -> list[str]:
    said = values(outcome, facts)
    sentences = [_standing(outcome, facts) % said, rate_sentence(outcome, facts)]
    if "provisional" in outcome["flags"]:
        sentences.append(str(PROVISIONAL))
    if outcome.get("phase") == "reach":
        sentences.append(HOLD_AFTERWARDS % {"first": facts.hold_from, "last": facts.hold_to})
    return sentences


def _standing(outcome: Outcome, facts: Facts) -> Text:
    """The sentence that says where the value is."""
    status = outcome["status"]
    if status == "missed":
        return MISSED
    if "keep_mode" in outcome["flags"]:
        return KEPT if status == "achieved" else NOT_KEPT
    if status == "achieved":
        return ACHIEVED
    if outcome.get("pace") is None:
        return NOTHING_ASKED
    rose = outcome["latest"]["value"] > outcome["baseline"]["value"]
    return REACHED if rose and facts.direction == "increase" and facts.unit != "rank" else STOOD


def rate_sentence(outcome: Outcome, facts: Facts) -> str:
    """How fast it went and how fast it has to go from now on; empty where that is not asked any more."""
    actual, needed = outcome.get("actual_rate"), outcome.get("required_from_now")
    if actual is None or needed is None or outcome["status"] in ("achieved", "missed"):
        return ""
    table = RATES if outcome["rates"] == "growth" else PLACES if facts.unit == "rank" else STEPS
    text = table.get((_moved(actual), _moved(needed)))
    if text is None:
        return ""
    return text % {
        "actual": rate_text(abs(actual), outcome, facts),
        "needed": rate_text(abs(needed), outcome, facts),
        "since": formats.year(outcome["baseline"]["period"]),
    }


def _moved(rate: Decimal) -> str:
    if abs(rate) < UNCHANGED:
        return "same"
    return "up" if rate > 0 else "down"


def rate_text(rate: Decimal, outcome: Outcome, facts: Facts) -> str:
    """A yearly rate: growth in percent, or a step in the indicator's unit to two significant figures."""
    if outcome["rates"] == "growth":
        return formats.rate(rate, language(), 1 if abs(rate) >= SMALLEST_SHOWN else 2)
    return formats.approximate(rate, change_unit(facts.unit), language())


def _countries(outcome: Outcome, facts: Facts) -> list[str]:
    sentences = [_holding(outcome, facts)]
    binding = outcome["entities"].get(outcome["binding"])
    if binding and binding["status"] != "achieved" and binding.get("latest"):
        text = BINDING if binding.get("pace") is not None else BINDING_TARGET
        country = area_name(outcome["binding"], language())
        sentences += [text % (values(binding, facts) | {"country": country}), rate_sentence(binding, facts)]
    if outcome["unknown"]:
        sentences.append(UNKNOWN_COUNTRIES % {"countries": country_list(outcome["unknown"])})
    return sentences


def _holding(outcome: Outcome, facts: Facts) -> str:
    """What every country has to reach, and how many have."""
    any_country: Mapping[str, Any] = next(iter(outcome["entities"].values()))
    said = values(any_country, facts) | {"holding": outcome["holding"], "of": outcome["of"]}
    if outcome["kind"] == "relative_change" and facts.change is not None:
        text = COUNTRIES_ABOVE if facts.change > 0 else COUNTRIES_BELOW
        return text % (said | {"change": formats.rate(abs(facts.change), language(), 0)})
    return (COUNTRIES_RANK if outcome["kind"] == "rank" else COUNTRIES_REACH) % said


def country_list(codes: Iterable[str]) -> str:
    names = [area_name(code, language()) for code in codes]
    return format_list(names, locale=formats.locale_of(language()))


def _held(outcome: Outcome, facts: Facts) -> list[str]:
    known = {"met": outcome["years_met"], "known": outcome["years_known"]}
    sentences = [asked_sentence(facts), YEARS_MET % known]
    if outcome["latest"] and outcome["surplus"] is not None:
        text = BETTER_THAN_ASKED if outcome["surplus"] > 0 else SHORT_OF_ASKED
        said = {"distance": facts.difference(abs(outcome["surplus"])), "when": values(outcome, facts)["when"]}
        sentences.append(text % said if outcome["surplus"] else "")
    if outcome["first_unmet"] is not None:
        sentences.append(FIRST_UNMET % {"year": outcome["first_unmet"]})
    return sentences


def asked_sentence(facts: Facts) -> str:
    """What has to hold every year; with a margin, above the value it is compared with."""
    compared = facts.margin is not None
    asked = facts.difference(facts.margin) if compared else facts.amount(facts.threshold)
    said = {"name": facts.name, "asked": asked, "first": facts.hold_from, "last": facts.hold_to}
    return ASKED[facts.bound, compared] % said


def _monitored(outcome: Outcome, facts: Facts) -> list[str]:
    if outcome.get("entities"):
        subjects = outcome["entities"]
        said = {"name": facts.name, "countries": country_list(subjects), "count": len(subjects)}
        return [(MONITORED_SERIES if any("/" in one for one in subjects) else MONITORED_COUNTRIES) % said]
    if not outcome.get("latest"):
        return [MONITORED_EMPTY % {"name": facts.name}]
    return [MONITORED % values(outcome, facts), str(TRENDS[outcome.get("trend")])]


def _not_enough(outcome: Outcome, facts: Facts) -> list[str]:
    """Which data is missing. Countries are named; a wait for the first value names the target."""
    reason, said = outcome["reason"], values(outcome, facts)
    if outcome.get("entities"):
        return [_holding(outcome, facts) if _has_target(outcome) else NO_VALUE % said,
                UNKNOWN_COUNTRIES % {"countries": country_list(outcome["unknown"])},
                "" if reason == "entities_unknown" else reason_text(reason)]  # fmt: skip
    if reason == "years_unknown":
        years = {"known": outcome["years_known"], "total": outcome["total"]}
        return [YEARS_UNKNOWN % (said | years | {"first": facts.hold_from, "last": facts.hold_to})]
    if reason == "no_observation" and ("since" not in said or "year" not in said):
        return [NO_VALUE % said, asked_sentence(facts) if outcome.get("phase") == "hold" else ""]
    return [MISSING[reason] % said]


def _has_target(outcome: Outcome) -> bool:
    first = next(iter(outcome["entities"].values()))
    return bool(first.get("baseline") and first.get("target") and first["target"].get("value") is not None)
