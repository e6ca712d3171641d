"""The table of allowed steps, cell by cell: where each leads from each state, or nowhere (R17)."""

import pytest

from goals.lifecycle.steps import SUB_GOAL_STEPS, UPDATE_STEPS, StepNotAllowed
from goals.models import SubGoal, Update

NO = None
STATES = ("draft", "submitted", "sent_back", "published", "completed", "withdrawn")
SUB_GOALS = {
    "save":           ("draft", NO, "sent_back", NO, NO, NO),
    "submit":         ("submitted", NO, "submitted", NO, NO, NO),
    "discard":        ("", NO, NO, NO, NO, NO),
    "send_back":      (NO, "sent_back", NO, NO, NO, NO),
    "publish":        (NO, "published", NO, NO, NO, NO),
    "describe":       (NO, NO, NO, "published", "completed", NO),
    "propose_measure":   (NO, NO, NO, "published", NO, NO),
    "take_back_measure": (NO, NO, NO, "published", NO, NO),
    "send_back_measure": (NO, NO, NO, "published", NO, NO),
    "approve_measure":   (NO, NO, NO, "published", NO, NO),
    "change_measure": (NO, NO, NO, "published", NO, NO),
    "complete":       (NO, NO, NO, "completed", NO, NO),
    "withdraw":       (NO, NO, NO, "withdrawn", "withdrawn", NO),
    "re_parent":      (NO, NO, NO, "published", "completed", NO),
    "detach":         (NO, NO, NO, "published", "completed", NO),
    "re_weigh":       (NO, NO, NO, "published", "completed", NO),
    "re_weigh_child": (NO, NO, NO, "published", "completed", NO),
    "translate":      ("draft", "submitted", "sent_back", "published", "completed", NO),
}  # fmt: skip
UPDATE_STATES = ("draft", "submitted", "sent_back", "published", "corrected", "retracted")
UPDATES = {
    "save":      ("draft", NO, "sent_back", NO, NO, NO),
    "submit":    ("submitted", NO, "submitted", NO, NO, NO),
    "discard":   ("", NO, NO, NO, NO, NO),
    "drop":      ("", "", "", NO, NO, NO),
    "add_file":  ("draft", NO, "sent_back", NO, NO, NO),
    "remove_file": ("draft", NO, NO, NO, NO, NO),
    "send_back": (NO, "sent_back", NO, NO, NO, NO),
    "publish":   (NO, "published", NO, NO, NO, NO),
    "correct":   (NO, NO, NO, "published", NO, NO),
    "replace":   (NO, NO, NO, "corrected", NO, NO),
    "retract":   (NO, NO, NO, "retracted", NO, NO),
    "grade":     (NO, NO, NO, "published", NO, NO),
}  # fmt: skip


def cells(table, states):
    return [(name, state, to) for name, row in table.items() for state, to in zip(states, row, strict=True)]


@pytest.mark.parametrize(("name", "state", "to"), cells(SUB_GOALS, STATES))
def test_a_sub_goal_goes_this_step(name, state, to):
    go(SUB_GOAL_STEPS[name], SubGoal(state=state), to)


@pytest.mark.parametrize(("name", "state", "to"), cells(UPDATES, UPDATE_STATES))
def test_an_update_goes_this_step(name, state, to):
    go(UPDATE_STEPS[name], Update(state=state), to)


def go(step, row, to) -> None:
    if to is not None:
        assert step.after(row) == to
        return
    with pytest.raises(StepNotAllowed, match=r"Its state is “.+”"):
        step.after(row)


def test_every_step_and_state_stands_in_the_tables():
    assert set(SUB_GOAL_STEPS) == set(SUB_GOALS)
    assert set(UPDATE_STEPS) == set(UPDATES)
    assert set(SubGoal.State.values) == set(STATES)
    assert set(Update.State.values) == set(UPDATE_STATES)
