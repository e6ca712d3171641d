"""Whether a sub-goal or an update can stand: each fault with the field it lies in."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from goals.models import Direction, Path, SubGoal, Update

Faults = dict[str, str]


def check(faults: Faults) -> None:
    if faults:
        raise ValidationError({field: [sentence] for field, sentence in faults.items()})


# --- Sub-goals ----------------------------------------------------------------------------------
NEEDED = ("title", "start_date", "target_date", "baseline_value", "target_value")


def sub_goal_faults(sub_goal: SubGoal) -> Faults:
    """What keeps a sub-goal from being sent for review or published."""
    missing = {
        name: _("This is still needed.") for name in needed(sub_goal) if getattr(sub_goal, name) in (None, "")
    }
    return missing or {
        **measure_faults(sub_goal),
        **contribution_faults(sub_goal),
        **placing_faults(sub_goal),
    }


def needed(sub_goal: SubGoal) -> tuple[str, ...]:
    """A number of its own is in a unit; what is done or not, or rests on the sub-goals below, has none."""
    counts = not sub_goal.is_deliverable and sub_goal.progress_from == SubGoal.ProgressFrom.OWN
    return (*NEEDED, "unit") if counts else NEEDED


def measure_faults(sub_goal: SubGoal) -> Faults:
    faults: Faults = {}
    low, high = sub_goal.ends
    if sub_goal.target_date <= sub_goal.start_date:
        faults["target_date"] = _("The target lies at or before the start.")
    if sub_goal.is_deliverable:
        return faults | deliverable_faults(sub_goal)
    if low == high:
        faults["target_value"] = _("Baseline and target are equal: there is no way to go.")
    elif (high > low) != (sub_goal.direction == Direction.INCREASE):
        faults["target_value"] = _("From the baseline to the target the value goes against the direction.")
    if sub_goal.path == Path.CONSTANT_GROWTH and not (low > 0 and high > 0):
        faults["path"] = _("The same growth rate every year needs a baseline and a target above zero.")
    return faults


def deliverable_faults(sub_goal: SubGoal) -> Faults:
    plain = (sub_goal.baseline_value, sub_goal.target_value, sub_goal.reporting, sub_goal.direction)
    if plain == (0, 1, SubGoal.Reporting.LEVEL, Direction.INCREASE):
        return {}
    return {"is_deliverable": _("Something to be done or not goes from 0 to 1, reported as a level.")}


def contribution_faults(sub_goal: SubGoal) -> Faults:
    if sub_goal.contributes_to_id is None:
        return {}
    faults: Faults = {}
    if not sub_goal.contribution_factor:
        faults["contribution_factor"] = _("Say by which factor the value becomes the indicator's unit.")
    if not sub_goal.attribution:
        faults["attribution"] = _("Say which share of it the organization claims, above 0 and up to 1.")
    return faults


def placing_faults(sub_goal: SubGoal) -> Faults:
    if sub_goal.target and sub_goal.target.goal_id != sub_goal.goal_id:
        return {"target": _("This target belongs to another goal.")}
    return {}


# --- Updates ------------------------------------------------------------------------------------
def update_faults(update: Update, today: date) -> Faults:
    """What keeps an update from being sent for review or published."""
    sub_goal = update.sub_goal
    faults: Faults = {}
    if sub_goal.progress_from == SubGoal.ProgressFrom.CHILDREN:
        faults["sub_goal"] = _("Its progress comes from the sub-goals under it: report on those.")
    if update.value is None:
        faults["value"] = _("The value is still needed.")
    elif sub_goal.is_deliverable and not 0 <= update.value <= 1:
        faults["value"] = _("Something to be done or not lies between 0 and 1.")
    if fault := day_fault(update, today) or taken_day_fault(update):
        faults["date"] = fault
    return faults


def day_fault(update: Update, today: date) -> str:
    if update.date is None:
        return _("The day the value describes is still needed.")
    if update.date > today:
        return _("This day has not come yet.")
    if update.date < update.sub_goal.start_date:
        return _("This day lies before the start of the sub-goal.")
    return ""


def taken_day_fault(update: Update) -> str:
    """Two levels on one day would leave open which one holds; increments of one day add up."""
    if update.sub_goal.reporting == SubGoal.Reporting.INCREMENT:
        return ""
    if not any(one.date == update.date for one in published_beside(update)):
        return ""
    return _("There is a published update for this day. Correct that one.")


def is_jump(update: Update) -> bool:
    """Whether the value moves by more than the set share of the whole way since the update before it."""
    sub_goal = update.sub_goal
    if update.value is None or update.date is None:
        return False
    moved = update.value
    if sub_goal.reporting == SubGoal.Reporting.LEVEL:
        moved -= value_before(update)
    low, high = sub_goal.ends
    return abs(moved) > sub_goal.jump_share * abs(high - low)


def value_before(update: Update) -> Decimal:
    """The newest published value up to that day; the baseline while there is none."""
    earlier = [one for one in published_beside(update) if one.value is not None and one.date <= update.date]
    if not earlier:
        return update.sub_goal.ends[0]
    newest = max(earlier, key=lambda one: (one.date, one.pk)).value
    assert newest is not None
    return newest


def published_beside(update: Update) -> list[Update]:
    """What stands on the same sub-goal, without the update itself and the one it corrects.

    Who checks many at once has read the updates of their sub-goals with them.
    """
    apart = (update.pk, update.correction_of_id)
    return [
        one
        for one in update.sub_goal.updates.all()
        if one.state == Update.State.PUBLISHED and one.pk not in apart
    ]
