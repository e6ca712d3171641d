"""The sentences of a goal and of all goals together, made from their stored numbers."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goals.models import Goal
from goals.words import Outcome, flag_texts, language
from indicators import formats
from public.presenting import points, share_text


def counts(outcome: Outcome) -> tuple[int, int]:
    """How many indicators of a goal have a number, and how many are to be judged."""
    layer = outcome["indicator_layer"]
    known = len(layer["included"])
    return known, known + sum(why != "monitored" for why in layer["excluded"].values())


def coverage_text(outcome: Outcome) -> str:
    """“3 of 4 indicators have enough data”, in a form that needs no singular verb."""
    known, total = counts(outcome)
    if total == 0:
        return _("No indicator of this goal has a target yet")
    return ngettext(
        "Enough data for %(known)s of %(total)s indicator",
        "Enough data for %(known)s of %(total)s indicators",
        total,
    ) % {"known": known, "total": total}


def standing(outcome: Outcome) -> str:
    """Where the goal stands, or why it has no status."""
    if counts(outcome)[1] == 0:
        return _("Without a target there is nothing to judge, so the goal has no status.")
    if outcome["indicator_layer"]["schedule"] is None:
        return _("A status needs enough data for at least half of the indicators, by weight.")
    return _("The indicators are at %(number)s of 100 on the path.") % {
        "number": points(outcome["indicator_layer"]["schedule"])
    }


def overall_coverage(outcome: Outcome) -> str:
    if outcome["coverage"] is None:
        return _("No indicator has a target yet")
    text = _("Enough data for %(coverage)s of the indicators")
    return text % {"coverage": share_text(outcome["coverage"], 0)}


def overall(outcome: Outcome) -> str:
    """The combined number of all goals with its coverage, or why there is none."""
    coverage: Decimal | None = outcome["coverage"]
    said = {"coverage": share_text(coverage, 0), "number": points(outcome["combined"])}
    if coverage is None:
        return _("There is no overall number yet: no indicator has a target that can be judged.")
    if outcome["combined"] is None:
        return (
            _(
                "There is no overall number yet: across the goals, %(coverage)s of the indicators with a "
                "target have enough data, and at least half are needed."
            )
            % said
        )
    return (
        _(
            "Taken together, the goals are at %(number)s of 100 on the path; across them, %(coverage)s of "
            "the indicators with a target have enough data."
        )
        % said
    )


def lowest(outcome: Outcome, goal: Goal | None) -> str:
    """Which goal is lowest; of goals without a combined number, by what organizations do."""
    if goal is None:
        return ""
    said = {"number": goal.number, "name": goal.name}
    return _("Of the goals with a number, the lowest is goal %(number)s, %(name)s.") % said


def organizations_text(outcome: Outcome) -> str:
    """How many organizations count toward a goal, and how many of their reports are on time."""
    count = outcome["organizations_counted"]
    if not count:
        return _("No organization counts toward this goal yet.")
    return ngettext("%(count)s organization takes part", "%(count)s organizations take part", count) % {
        "count": formats.number(count, 0, language())
    }


def reporting_text(outcome: Outcome) -> str:
    rate = outcome["stakeholder_layer"].get("reporting_rate")
    return "" if rate is None else _("%(rate)s of reports are on time") % {"rate": share_text(rate, 0)}


def way_text(numbers: Outcome) -> str:
    """Progress with what was expected beside it, as far as there are any."""
    if numbers.get("progress") is None:
        return ""
    said = {"progress": share_text(numbers["progress"]), "expected": share_text(numbers["expected"])}
    if numbers.get("expected") is None:
        return _("%(progress)s of the way") % said
    return _("%(progress)s of the way; %(expected)s expected by now") % said


def combined_reason(outcome: Outcome) -> str:
    """Why the combined number is missing or made of one layer alone."""
    if outcome["flags"]:
        return " ".join(flag_texts(outcome["flags"]))
    return _("Three quarters indicators, one quarter organizations.")
