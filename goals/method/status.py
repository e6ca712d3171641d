"""The table of statuses: first match wins, lower bounds belong to the better class."""

from decimal import Decimal

from goals.method.exact import exactly, rounded
from goals.method.pace import Standing

ON_TRACK = Decimal("0.95")
NEEDS_ACCELERATION = Decimal("0.60")

WORST_FIRST = ("missed", "moving_away", "off_track", "needs_acceleration", "on_track", "achieved")
NOT_ENOUGH_DATA = "not_enough_data"
MONITORED = "monitored"

DISPLAY_WORDS = {
    "achieved": "Target reached",
    "on_track": "On track",
    "needs_acceleration": "Too slow",
    "off_track": "Off track",
    "moving_away": "Off track",
    "missed": "Off track",
    NOT_ENOUGH_DATA: "Not enough data",
    MONITORED: "Monitored, no target yet",
}


def badness(status: str) -> int:
    """Place in the order from worst to best, from 0. Raises ValueError for a status without a verdict."""
    return WORST_FIRST.index(status)


@exactly
def status_by_pace(pace: Decimal) -> str:
    pace = rounded(pace)
    if pace >= ON_TRACK:
        return "on_track"
    if pace >= NEEDS_ACCELERATION:
        return "needs_acceleration"
    return "off_track" if pace >= 0 else "moving_away"


@exactly
def status_of(standing: Standing) -> str:
    """Rows 3 to 11 of the table, for a value that is there; too early is `not_enough_data`."""
    if standing.keeps:
        return _status_kept(standing)
    if standing.is_reached:
        return "achieved"
    if standing.is_due:
        return "missed"
    if standing.is_too_early:
        return NOT_ENOUGH_DATA
    if standing.pace is None:
        return "on_track" if standing.holds_baseline else "moving_away"
    return status_by_pace(standing.pace)


def _status_kept(standing: Standing) -> str:
    if standing.is_reached:
        return "achieved"
    return "missed" if standing.is_due else "moving_away"
