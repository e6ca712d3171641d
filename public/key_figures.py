"""The up to four numbers under an indicator's lead sentence, chosen by what there is to say."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from goals import sentences
from goals.words import Outcome, language, subject_name
from indicators import formats
from indicators.models import Indicator
from indicators.units import change_unit
from public.presenting import (
    Figure,
    amount,
    digits,
    judged,
    period,
    subjects,
    unit_below,
)

MOST = 4


def figures(indicator: Indicator, case: Mapping[str, Any], outcome: Outcome) -> list[Figure]:
    """Latest value, what was needed, the target and the change needed, as far as they are known."""
    if outcome["status"] == "monitored" and subjects(outcome):
        return latest_of_each(indicator, outcome)
    if outcome.get("phase") == "hold":
        return held(indicator, case, outcome)
    one = judged(outcome)
    found = [latest(indicator, one, outcome), needed(indicator, one), target(indicator, one)]
    if subjects(outcome):
        found.append(holding(outcome) if outcome["status"] != "not_enough_data" else None)
    else:
        found.append(change_needed(indicator, case, one))
    return [figure for figure in found if figure]


def latest_of_each(indicator: Indicator, outcome: Outcome) -> list[Figure]:
    """One number a subject; none where there are too many to stand side by side."""
    shown = {label: one["latest"] for label, one in subjects(outcome).items() if one.get("latest")}
    if len(shown) > MOST:
        return []
    return [
        Figure(
            subject_name(label), digits(indicator, one["value"]), unit_below(indicator, period(one["period"]))
        )
        for label, one in shown.items()
    ]


def latest(indicator: Indicator, one: Outcome, whole: Outcome) -> Figure | None:
    if not one.get("latest"):
        return None
    country = subject_name(whole["binding"]) if subjects(whole) and whole.get("binding") else ""
    label = _("Latest value, %(country)s") % {"country": country} if country else _("Latest value")
    point = one["latest"]
    return Figure(label, digits(indicator, point["value"]), unit_below(indicator, period(point["period"])))


def needed(indicator: Indicator, one: Outcome) -> Figure | None:
    """What the path asked for at the latest value."""
    if one.get("expected_value") is None:
        return None
    label = _("Needed in %(period)s") % {"period": period(one["latest"]["period"])}
    return Figure(label, digits(indicator, one["expected_value"]), unit_below(indicator, _("on the path")))


def target(indicator: Indicator, one: Outcome) -> Figure | None:
    aim = one.get("target") or {}
    if aim.get("value") is None:
        return None
    label = _("Target for %(year)s") % {"year": formats.year(aim["period"])}
    return Figure(label, digits(indicator, aim["value"]), unit_below(indicator))


def holding(outcome: Outcome) -> Figure:
    value = _("%(holding)s of %(of)s") % {"holding": outcome["holding"], "of": outcome["of"]}
    return Figure(_("Countries at the target"), value, _("all have to reach it"))


def change_needed(indicator: Indicator, case: Mapping[str, Any], one: Outcome) -> Figure | None:
    """The change a year that leads to the target, with the one there has been."""
    if one.get("required_from_now") is None or one["status"] in ("achieved", "missed"):
        return None
    facts = sentences.facts_of(indicator, case)
    below = _("a year")
    if one.get("actual_rate") is not None:
        below = _("a year; %(rate)s a year so far") % {
            "rate": sentences.rate_text(one["actual_rate"], one, facts)
        }
    label = _("Growth needed") if one["rates"] == "growth" else _("Change needed")
    return Figure(label, sentences.rate_text(one["required_from_now"], one, facts), below)


# --- Levels held every year ---------------------------------------------------------------------
def held(indicator: Indicator, case: Mapping[str, Any], outcome: Outcome) -> list[Figure]:
    found = [
        latest(indicator, outcome, outcome),
        asked(indicator, case),
        years_met(outcome),
        surplus(indicator, outcome),
    ]
    return [figure for figure in found if figure]


def asked(indicator: Indicator, case: Mapping[str, Any]) -> Figure:
    years = _("every year from %(first)s to %(last)s") % {
        "first": case["hold_from"],
        "last": case["hold_to"],
    }
    label = _("At most") if case.get("bound") == "at_most" else _("At least")
    if case.get("margin") is not None:
        margin = formats.quantity(case["margin"], change_unit(indicator.unit), indicator.decimals, language())
        return Figure(_("Margin asked"), margin, years)
    return Figure(label, amount(indicator, case.get("threshold")), years)


def years_met(outcome: Outcome) -> Figure:
    value = _("%(met)s of %(known)s") % {"met": outcome["years_met"], "known": outcome["years_known"]}
    return Figure(_("Years met"), value, _("known so far"))


def surplus(indicator: Indicator, outcome: Outcome) -> Figure | None:
    if outcome.get("surplus") is None or not outcome.get("latest"):
        return None
    distance = abs(outcome["surplus"])
    label = _("Better than asked by") if outcome["surplus"] >= 0 else _("Short of it by")
    value = formats.number(distance, indicator.decimals, language())
    unit = formats.axis_unit(change_unit(indicator.unit), language())
    return Figure(label, value, ", ".join((unit, period(outcome["latest"]["period"]))))
