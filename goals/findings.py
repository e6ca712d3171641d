"""What a chart shows, said as its title, and what would change a status."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from goals.sentences import Facts, country_list, rate_text, values
from goals.words import Outcome, Text, language, reason_text, subject_name
from indicators import formats
from indicators.areas import area_name

SHARES: list[tuple[Decimal, Text]] = [
    (Decimal("0.10"), _("At the current pace, about a tenth of the %(year)s target is reached")),
    (Decimal("0.20"), _("At the current pace, about a fifth of the %(year)s target is reached")),
    (Decimal("0.25"), _("At the current pace, about a quarter of the %(year)s target is reached")),
    (Decimal("0.3333"), _("At the current pace, about a third of the %(year)s target is reached")),
    (Decimal("0.40"), _("At the current pace, about two fifths of the %(year)s target are reached")),
    (Decimal("0.50"), _("At the current pace, about half of the %(year)s target is reached")),
    (Decimal("0.60"), _("At the current pace, about three fifths of the %(year)s target are reached")),
    (Decimal("0.6667"), _("At the current pace, about two thirds of the %(year)s target are reached")),
    (Decimal("0.75"), _("At the current pace, about three quarters of the %(year)s target are reached")),
    (Decimal("0.80"), _("At the current pace, about four fifths of the %(year)s target are reached")),
    (Decimal("0.90"), _("At the current pace, about nine tenths of the %(year)s target are reached")),
]
SMALLEST_SHARE, LARGEST_SHARE = Decimal("0.08"), Decimal("0.95")

REACHES_IN = _("At the current pace, the target of %(year)s is reached in %(reached)s")
REACHES = _("At the current pace, the %(year)s target is reached")
FALLS_SHORT = _("At the current pace, the %(year)s target is not reached")
UNCERTAIN = _("At the current pace, it is uncertain whether the %(year)s target is reached")
WRONG_WAY = _("The values move away from the %(year)s target")
ALREADY = _("The %(year)s target of %(target)s is reached")
NOT_BY_THEN = _("%(value)s %(when)s; the %(year)s target was %(target)s")
AGAINST_PATH = _("%(value)s %(when)s; the path asked for %(expected)s")
FIRST_VALUE = _("%(value)s %(when)s; the %(year)s target is %(target)s")
LAST_KNOWN = _("Last known: %(value)s %(when)s")
NO_VALUES = _("No values yet; the %(year)s target is %(target)s")
NO_VALUES_AT_ALL = _("No values yet")
HELD = _("Met in %(met)s of %(known)s years known so far")
BINDING = _("%(country)s is furthest from the target; reached so far by %(holding)s of %(of)s countries")
ALL_HOLD = _("All %(of)s countries have reached the target")
COUNTRIES_UNKNOWN = _("Not enough data for %(countries)s")
MONITORED: dict[str | None, Text] = {
    "rising": _("%(value)s %(when)s, rising over five years"),
    "falling": _("%(value)s %(when)s, falling over five years"),
    "flat": _("%(value)s %(when)s, no clear change over five years"),
    None: _("%(value)s %(when)s"),
}

LARGEST = _("The largest is %(subject)s: %(value)s %(when)s")

NEEDED_RATE = _("On track needs about %(rate)s a year since %(since)s; it has been %(actual)s.")
NEEDED_VALUE = _("On track needed %(value)s %(when)s.")
STAYS = _("It stays on track with at least about %(rate)s a year since %(since)s.")
STAYS_REACHED = _("It counts as reached while the value holds %(target)s or better.")
NEEDS_BASELINE = _("On track needs a value at least as good as %(value)s, the baseline of %(since)s.")
OVER = _("The target year has passed; only a correction of the values can change the status.")
BACK_TO_TARGET = _("It counts as reached again when the value is back at %(target)s or better.")
STAYS_HELD = _("It stays on track while every year meets what is asked.")
ONCE_BROKEN = _(
    "On track needs every known year to meet what is asked, and %(year)s did not; “Too slow” needs the "
    "latest year to meet it."
)
COUNTRY_FIRST = _("The status changes when %(country)s does better.")
COUNTRY_DATA = _("A status needs newer data for %(countries)s.")
A_VALUE = _("A status needs another value: %(reason)s")

PROJECTED = _("At the current pace it reaches about %(value)s in %(year)s (80%% range %(range)s).")


def finding(outcome: Outcome, facts: Facts, projection: Outcome | None = None) -> str:
    """The title of the chart: where the pace leads if it can be said, else where the value stands."""
    status = outcome["status"]
    if status == "monitored":
        return _finding_monitored(outcome, facts)
    if outcome.get("entities"):
        return _finding_countries(outcome)
    if status == "not_enough_data":
        return _finding_unjudged(outcome, facts)
    if outcome.get("phase") == "hold":
        return HELD % {"met": outcome["years_met"], "known": outcome["years_known"]}
    said = values(outcome, facts)
    if status in ("achieved", "missed"):
        return (ALREADY if status == "achieved" else NOT_BY_THEN) % said
    if projection and projection.get("outlook"):
        return _finding_projected(outcome, facts, projection)
    return AGAINST_PATH % said


def _finding_projected(outcome: Outcome, facts: Facts, projection: Outcome) -> str:
    said = {"year": formats.year(outcome["target"]["period"]), "reached": projection["year_at_this_pace"]}
    if projection["note"] == "never":
        return WRONG_WAY % said
    if projection["outlook"] == "reaches":
        return (REACHES_IN if said["reached"] else REACHES) % said
    if projection["outlook"] == "uncertain":
        return UNCERTAIN % said
    return _share_text(projection["projection"], outcome["target"]["value"], facts) % said


def _share_text(projected: Decimal, target: Decimal, facts: Facts) -> Text:
    """Words for the nearest simple share of the target; only amounts that are to grow from above zero."""
    if facts.direction != "increase" or target <= 0 or facts.unit in ("rank", "index", "index_0_1"):
        return FALLS_SHORT
    share = projected / target
    if not SMALLEST_SHARE <= share <= LARGEST_SHARE:
        return FALLS_SHORT
    return min(SHARES, key=lambda named: abs(named[0] - share))[1]


def _finding_monitored(outcome: Outcome, facts: Facts) -> str:
    if outcome.get("entities"):
        return _finding_series(outcome, facts)
    if not outcome.get("latest"):
        return str(NO_VALUES_AT_ALL)
    return MONITORED[outcome.get("trend")] % values(outcome, facts)


def _finding_series(outcome: Outcome, facts: Facts) -> str:
    """Of partners or products, the largest; countries and groups stand side by side without a winner."""
    latest = {label: one for label, one in outcome["entities"].items() if one.get("latest")}
    if not any("/" in label for label in latest):
        return facts.name
    label = max(latest, key=lambda label: latest[label]["latest"]["value"])
    return LARGEST % (values(latest[label], facts) | {"subject": subject_name(label)})


def _finding_countries(outcome: Outcome) -> str:
    counts = {"holding": outcome["holding"], "of": outcome["of"]}
    if outcome["status"] == "not_enough_data" or outcome["binding"] is None:
        return COUNTRIES_UNKNOWN % {"countries": country_list(outcome["unknown"])}
    if outcome["status"] == "achieved":
        return ALL_HOLD % counts
    return BINDING % (counts | {"country": area_name(outcome["binding"], language())})


def _finding_unjudged(outcome: Outcome, facts: Facts) -> str:
    said = values(outcome, facts)
    if outcome["reason"] == "outdated":
        return LAST_KNOWN % said
    if "when" in said and "year" in said:
        return FIRST_VALUE % said
    has_target = "year" in said and outcome["target"]["value"] is not None
    return NO_VALUES % said if has_target else str(NO_VALUES_AT_ALL)


def what_would_change(outcome: Outcome, facts: Facts) -> str:
    """What it takes for a better status, or to keep the best one. Empty for a monitored indicator."""
    status = outcome["status"]
    if status == "monitored":
        return ""
    if outcome.get("entities"):
        return _changed_by_countries(outcome)
    if status == "not_enough_data":
        return A_VALUE % {"reason": reason_text(outcome["reason"])}
    if status == "missed":
        return str(OVER)
    if outcome.get("phase") == "hold":
        return _changed_by_years(outcome)
    return _changed_by_value(outcome, facts)


def _changed_by_countries(outcome: Outcome) -> str:
    if outcome["status"] == "not_enough_data":
        return COUNTRY_DATA % {"countries": country_list(outcome["unknown"])}
    if outcome["status"] == "missed":
        return str(OVER)
    if outcome["status"] == "achieved":
        return ""
    return COUNTRY_FIRST % {"country": area_name(outcome["binding"], language())}


def _changed_by_years(outcome: Outcome) -> str:
    if outcome["first_unmet"] is None:
        return str(STAYS_HELD)
    return ONCE_BROKEN % {"year": outcome["first_unmet"]}


def _changed_by_value(outcome: Outcome, facts: Facts) -> str:
    said = values(outcome, facts)
    if outcome["status"] == "achieved":
        return STAYS_REACHED % said
    if "keep_mode" in outcome["flags"]:
        return BACK_TO_TARGET % said
    needed = outcome["needed_for"].get("on_track")
    if needed is None:
        return NEEDS_BASELINE % (said | {"value": said["baseline"]})
    if outcome["rates"] != "growth":
        return NEEDED_VALUE % (said | {"value": facts.amount(needed["value"])})
    rates = {
        "rate": rate_text(needed["rate"], outcome, facts),
        "actual": rate_text(outcome["actual_rate"], outcome, facts),
    }
    return (STAYS if outcome["status"] == "on_track" else NEEDED_RATE) % (said | rates)


def rests_on(values_known: int, latest_period: str) -> str:
    """On how many values, up to which period, a verdict rests."""
    return ngettext(
        "It rests on %(count)s value, up to %(period)s.",
        "It rests on %(count)s values, up to %(period)s.",
        values_known,
    ) % {
        "count": formats.number(values_known, 0, language()),
        "period": formats.period(latest_period, language()),
    }


def outlook(projection: Outcome, outcome: Outcome, facts: Facts) -> str:
    """Where the pace leads by the target year, to two significant figures, or why that is not said."""
    if projection.get("projection") is None:
        return reason_text(projection["reason"])
    low, high = formats.significant(projection["low"]), formats.significant(projection["high"])
    decimals = max(formats.decimals_of(low), formats.decimals_of(high))
    return PROJECTED % {
        "value": formats.approximate(projection["projection"], facts.unit, language()),
        "year": formats.year(outcome["target"]["period"]),
        "range": formats.value_range(low, high, decimals, language()),
    }
