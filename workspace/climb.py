"""Steps up the tree in words: what one change does to a sub-goal and to all that stands above it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from goals.models import Result, Step


@dataclass(frozen=True)
class Move:
    """A share before and after; `delta` is None where one of them is missing."""

    before: Decimal | None
    after: Decimal | None
    delta: Decimal | None

    @property
    def is_none(self) -> bool:
        return self.before is None and self.after is None


@dataclass(frozen=True)
class Line:
    """One node on the way up, with what moves there."""

    name: str
    step: Step
    moves: tuple[Move, ...]


def lines(steps: Iterable[Step]) -> list[Line]:
    return [Line(name_of(step), step, tuple(move(step, name) for name in Step.MEASURES)) for step in steps]


def move(step: Step, name: str) -> Move:
    return Move(getattr(step, f"{name}_before"), getattr(step, f"{name}_after"), step.delta(name))


def name_of(step: Step) -> str:
    if step.level == Result.Level.SUB_GOAL and step.sub_goal:
        return step.sub_goal.title
    if step.level == Result.Level.ORGANIZATION and step.organization:
        return step.organization.name
    if step.level == Result.Level.GOAL and step.goal:
        return _("Goal %(number)s: %(name)s") % {"number": step.goal.number, "name": step.goal.name}
    return _("All goals together")
