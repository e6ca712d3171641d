"""The words for statuses, directions, freshness, reasons and flags: the same ones everywhere."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel.dates import format_datetime
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from indicators import formats
from indicators.areas import area_name

Text = str | Promise
Outcome = Mapping[str, Any]
"""A judgement as a dictionary, under the field names of docs/method.md; numbers are Decimal or None."""

TWO_STOPS = re.compile(r"(?<!\.)\.\.(?!\.)")

STATUSES: dict[str, Text] = {
    "achieved": _("Target reached"),
    "on_track": _("On track"),
    "needs_acceleration": _("Too slow"),
    "off_track": _("Off track"),
    "moving_away": _("Off track"),
    "missed": _("Off track"),
    "not_enough_data": _("Not enough data"),
    "monitored": _("Monitored, no target yet"),
}

MEASURES: dict[str, Text] = {
    "progress": _("Of the way"),
    "schedule": _("On the path"),
    "combined": _("Combined number"),
}
"""What a step may move, in the order it is shown."""

SHAPES = {
    "achieved": ("star", "teal"),
    "on_track": ("tick", "teal"),
    "needs_acceleration": ("triangle", "amber"),
    "off_track": ("octagon", "red"),
    "moving_away": ("octagon", "red"),
    "missed": ("octagon", "red"),
    "not_enough_data": ("ring", "none"),
    "monitored": ("", "plain"),
}
"""Shape and tone of each status; the design never lets a colour say it alone."""

IMPROVING = _("Improving")
NO_CLEAR_CHANGE = _("No clear change")
GETTING_WORSE = _("Getting worse")
TRENDS: dict[str, Text] = {"rising": _("Rising"), "falling": _("Falling"), "flat": NO_CLEAR_CHANGE}

REASONS: dict[str, Text] = {
    "no_baseline": _("There is no value for the baseline yet."),
    "baseline_not_positive": _("A change in percent cannot be counted from a baseline of zero or below."),
    "no_observation": _("There is no value since the baseline yet."),
    "outdated": _("The last known value is too old to judge by."),
    "too_early": _("Too little time has passed since the baseline."),
    "years_unknown": _("Values for some of the years are missing."),
    "entities_unknown": _("There is not enough data for every country."),
    "insufficient_coverage": _("Fewer than half of the indicators, by weight, have enough data."),
    "not_started": _("The start date has not come yet."),
    "draft": _("It is a draft and does not count yet."),
    "withdrawn": _("It was withdrawn and no longer counts."),
    "too_few_points": _("There are too few values to project; at least five are needed."),
    "not_projected": _("Targets of this kind are not projected."),
}

FLAGS: dict[str, Text] = {
    "stale": _("A newer value is overdue."),
    "provisional": _("The target is reached before its year; it counts while the value holds."),
    "keep_mode": _("The target was already reached at the baseline and has to be kept."),
    "overshoot": _("The value lies beyond the target."),
    "recent_worsening": _("Over the last five years the values moved away from the target."),
    "path_fallback_linear": _("Rates are steps a year: growth cannot be counted from or across zero."),
    "baseline_shifted": _("The baseline is the first value after the baseline year."),
    "no_outcome_data": _("The indicators have no number, so there is no combined number."),
    "outcome_only": _("No organization has a number yet, so the indicators alone make the number."),
    "shared_effort_disagrees": _("Organizations of one shared effort report different amounts."),
}

MILESTONES: dict[str, Text] = {
    "met": _("Met"),
    "missed": _("Not met"),
    "unknown": _("No value for it"),
    "reached_early": _("Reached early"),
    "upcoming": _("Still to come"),
}

SUBGOAL_STATES: dict[str, Text] = {
    "planned": _("Planned"),
    "under_way": _("Under way"),
    "done": _("Done"),
    "withdrawn": _("Withdrawn"),
}

UPDATE_STATES: dict[str, Text] = {
    "awaiting_first": _("Awaiting first"),
    "current": _("Current"),
    "overdue": _("Overdue"),
    "silent": _("Silent"),
    "closed": _("Done"),
}

CALCULATED = _("Calculated")


@dataclass(frozen=True)
class StatusTag:
    """A status as templates/public/_status.html shows it; what does not apply is empty."""

    code: str
    shape: str
    tone: str
    word: str
    direction: str = ""
    freshness: str = ""
    note: str = ""


def status_tag(outcome: Outcome, direction: str = "increase", due: date | None = None) -> StatusTag:
    """Status in words under the active language. `due` is the day a newer value was expected."""
    shape, tone = SHAPES[outcome["status"]]
    return StatusTag(
        code=outcome["status"],
        shape=shape,
        tone=tone,
        word=str(STATUSES[outcome["status"]]),
        direction=direction_word(outcome, direction),
        freshness=freshness_word(outcome, due),
        note=note(outcome),
    )


def direction_word(outcome: Outcome, direction: str) -> str:
    """Where the values go by their five-year trend; moving away is worse whatever the trend says.

    Without a direction that counts as better, only rising or falling is said.
    """
    if outcome["status"] == "moving_away":
        return str(GETTING_WORSE)
    trend = outcome.get("trend")
    if trend is None:
        return ""
    if trend == "flat" or not direction:
        return str(TRENDS[trend])
    return str(IMPROVING if (trend == "rising") == (direction == "increase") else GETTING_WORSE)


def freshness_word(outcome: Outcome, due: date | None = None) -> str:
    """The flag beside a status whose value is old; empty for a fresh one."""
    if outcome.get("freshness") == "outdated" and outcome.get("latest"):
        return _("Last known: %(year)s") % {"year": formats.year(outcome["latest"]["period"])}
    if outcome.get("freshness") != "stale":
        return ""
    if due is None:
        return str(_("Data overdue"))
    return _("Data overdue since %(date)s") % {"date": formats.date_long(due, language())}


def note(outcome: Outcome) -> str:
    """What a status alone leaves open: the year passed, which data is missing, met but not every year."""
    if outcome["status"] == "missed":
        return str(_("The target year has passed."))
    if outcome["status"] == "not_enough_data" and outcome.get("reason"):
        return reason_text(outcome["reason"])
    if outcome.get("label"):
        return str(_("Met now, not every year."))
    return ""


def reason_text(reason: str) -> str:
    return str(REASONS[reason])


def flag_texts(flags: tuple[str, ...] | list[str]) -> list[str]:
    """Each flag as a sentence; what follows a colon in a flag names a record and is not said."""
    return [str(FLAGS[flag.partition(":")[0]]) for flag in flags]


def reported_by(organization: str) -> str:
    return _("Reported by %(organization)s") % {"organization": organization}


def one_stop(text: str) -> str:
    """Sentences that end with a name such as “Trade, Inc.” end with one full stop."""
    return TWO_STOPS.sub(".", text)


def moment(when: datetime) -> str:
    """A day with its time in UTC."""
    written = format_datetime(when, "HH:mm", locale=formats.locale_of(language()))
    return _("%(day)s, %(time)s UTC") % {"day": formats.date_long(when.date(), language()), "time": written}


def subject_name(label: str) -> str:
    """Area, partner and product of a series as one name; the area is left out before a product."""
    names = [area_name(part, language()) for part in label.split("/")]
    return " – ".join(names[1:] if len(names) > 2 else names)


def language() -> str:
    """The active language as our formatter names it."""
    code = (get_language() or "en")[:2]
    return code if code in formats.LANGUAGES else "en"
