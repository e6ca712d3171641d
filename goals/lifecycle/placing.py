"""Where a sub-goal stands under others: within one goal, without circles, at most five levels deep."""

from collections.abc import Iterator, Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from goals.models import Goal, SubGoal

DEEPEST = 5


def lock(goal_id: int) -> None:
    """Let one transaction at a time change who stands under whom in a goal, or two could close a circle."""
    Goal.objects.select_for_update(no_key=True).get(pk=goal_id)


def check_parent(sub_goal: SubGoal, parent: SubGoal | None) -> None:
    """Raises ValidationError if the sub-goal cannot stand under `parent`; call with the goal locked."""
    if parent is None:
        return
    above = list(lineage(parent.pk))  # read anew: it may have moved before the goal was locked
    check_place(sub_goal, above, height(sub_goal))


def check_place(sub_goal: SubGoal, above: Sequence[SubGoal], levels: int) -> None:
    """The same where those above it, the nearest first, and its own levels are known."""
    parent = above[0]
    if parent.goal_id != sub_goal.goal_id:
        raise refused(_("A sub-goal stands under one of the same goal."))
    if parent.state == SubGoal.State.WITHDRAWN:
        raise refused(_("The sub-goal above it was withdrawn."))
    if sub_goal.pk and sub_goal.pk in [one.pk for one in above]:
        raise refused(_("It would stand under itself."))
    if len(above) + levels > DEEPEST:
        raise refused(_("Sub-goals stand at most %(most)d levels deep.") % {"most": DEEPEST})


def check_parent_is_public(sub_goal: SubGoal) -> None:
    shown = SubGoal.objects.filter(state__in=(SubGoal.State.PUBLISHED, SubGoal.State.COMPLETED))
    if sub_goal.parent_id and not shown.filter(pk=sub_goal.parent_id).exists():
        raise refused(_("The sub-goal above it is not published. Publish that one first."))


def lineage(pk: int | None) -> Iterator[SubGoal]:
    """The sub-goal and those above it; stops where it is too deep anyway."""
    for _level in range(DEEPEST + 1):
        if pk is None:
            return
        yield (one := SubGoal.objects.get(pk=pk))
        pk = one.parent_id


def height(sub_goal: SubGoal) -> int:
    """Levels from the sub-goal down, itself included."""
    return 1 + len(list(levels_below(sub_goal)))


def levels_below(sub_goal: SubGoal) -> Iterator[list[SubGoal]]:
    """The children, theirs, and so on; stops where it is too deep anyway."""
    level = [sub_goal] if sub_goal.pk else []
    for _depth in range(DEEPEST):
        if not (level := list(SubGoal.objects.filter(parent__in=level))):
            return
        yield level


def refused(sentence: str) -> ValidationError:
    return ValidationError({"parent": [sentence]})
