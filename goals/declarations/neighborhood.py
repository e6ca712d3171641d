"""Sub-goals with those above or below them, each with its latest value and the declaration kept of it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from goals import rows
from goals.known import in_full
from goals.method.contributions import Contribution, Declared
from goals.method.exact import ONE, ZERO
from goals.models import Declaration, SubGoal

Effort = tuple[int, str]
"""The indicator a shared effort declares for, and its key."""

# Not joined: for what it takes for many rows, PostgreSQL might go through all organizations.
ACTIVE = "(SELECT o.is_active FROM stakeholders_organization o WHERE o.id = g.organization_id)"
OWN = (
    "g.id", "g.code", "g.parent_id", "g.state", "g.organization_id", ACTIVE, "s.id",
    "g.contributes_to_id", "s.latest_value", "g.baseline_value", "g.contribution_factor", "g.attribution",
    "g.delivered_stands", "g.shared_effort", "g.shared_effort_share", "g.leads_shared_effort",
)  # fmt: skip
NUMBERS = (8, 9, 10, 11, 14)
"""The places of numbers, which SQLite keeps as text."""
KEPT = tuple(f"d.{field.column}" for field in Declaration._meta.concrete_fields)
WALK = f"""
WITH RECURSIVE walked(id, parent_id) AS (
    SELECT id, parent_id FROM goals_subgoal WHERE {{start}}
    UNION SELECT n.id, n.parent_id FROM goals_subgoal n JOIN walked w ON {{further}}
)
SELECT {", ".join((*OWN, *KEPT))} FROM walked w
JOIN goals_subgoal g ON g.id = w.id
LEFT JOIN goals_standing s ON s.sub_goal_id = g.id
LEFT JOIN goals_declaration d ON d.sub_goal_id = g.id
"""  # noqa: S608 - put together from the names of fields alone
UP, DOWN = "n.id = w.parent_id", "n.parent_id = w.id"
EVERY = "contributes_to_id IS NOT NULL OR id IN (SELECT sub_goal_id FROM goals_declaration)"
# In the words of the index, or SQLite does not take it.
MEMBERS = "id IN (SELECT sub_goal_id FROM goals_declaration WHERE NOT shared_effort = '' AND ({}))"
OF_EFFORT = "(indicator_id = %s AND shared_effort = %s)"


@dataclass(frozen=True)
class Neighbor:
    """One sub-goal as the sum of declarations sees it; `kept` is what is stored of its own."""

    pk: int
    code: str
    parent_id: int | None
    state: str
    organization_id: int
    is_of_active: bool
    standing_id: int | None
    indicator_id: int | None
    value: Decimal | None
    baseline: Decimal | None
    factor: Decimal | None
    attribution: Decimal | None
    delivered_stands: bool
    shared_effort: str
    share: Decimal | None
    leads: bool
    kept: Declaration | None

    @classmethod
    def of(cls, row: tuple) -> "Neighbor":
        own, kept = list(row[: len(OWN)]), row[len(OWN) :]
        for place in NUMBERS:
            own[place] = in_full(own[place])
        own.append(rows.loaded(Declaration, [kept])[0] if kept[0] else None)
        return cls(*own)

    @property
    def node(self) -> str:
        return f"sub-goal:{self.code}"

    @property
    def is_public(self) -> bool:
        return self.state in SubGoal.PUBLIC_STATES

    @property
    def declares_for(self) -> int | None:
        """The indicator it declares a quantity for where everybody sees it."""
        return self.indicator_id if self.is_public and self.is_of_active and self.standing_id else None

    @property
    def efforts(self) -> Iterator[Effort]:
        """The shared efforts it belongs to or belonged to."""
        if self.declares_for and self.shared_effort:
            yield self.declares_for, self.shared_effort
        if self.kept and self.kept.shared_effort:
            yield self.kept.indicator_id, self.kept.shared_effort

    @property
    def is_shifted(self) -> bool:
        """Whether it newly stands for an indicator, or no longer: those below may count otherwise then."""
        before = self.kept.indicator_id if self.kept and self.kept.stands else None
        now = self.declares_for if self.declares_for and self.declared(None).why_not is None else None
        return before != now

    def declared(self, above: "Neighbor | None") -> Declared:
        """As the method takes it, below the sub-goal above it."""
        withdrawn = self.state == SubGoal.State.WITHDRAWN
        return Declared(
            id=self.node, org=str(self.organization_id), value=self.value,
            baseline=or_else(self.baseline, ZERO), factor=or_else(self.factor, ONE),
            attribution=or_else(self.attribution, ONE), parent=link(above),
            uncounted="withdrawn" if withdrawn else None, delivered_stands=self.delivered_stands,
            shared_effort=self.shared_effort or None, share=self.share, leads=self.leads,
        )  # fmt: skip

    def measured_as(self, wanted: SubGoal, value: Decimal | None) -> "Neighbor":
        """The same as the sub-goal stands in memory, with that latest value."""
        return replace(
            self, indicator_id=wanted.contributes_to_id, value=value, baseline=wanted.baseline_value,
            factor=wanted.contribution_factor, attribution=wanted.attribution,
            shared_effort=wanted.shared_effort, share=wanted.shared_effort_share,
            leads=wanted.leads_shared_effort,
        )  # fmt: skip

    def passing(self, above: "Neighbor | None") -> Declared:
        """The same where it declares nothing for the indicator."""
        return Declared(id=self.node, org="", parent=link(above), declares=False)

    def declaration(self, indicator: int, counted: Contribution) -> Declaration:
        """What is to be stored of its declaration."""
        return Declaration(
            pk=self.kept.pk if self.kept else None, sub_goal_id=self.pk, indicator_id=indicator,
            organization_id=self.organization_id, quantity=counted.quantity, reason=counted.reason,
            amount=counted.amount, credit=counted.credit, shared_effort=self.shared_effort,
            disagrees=counted.disagrees,
        )  # fmt: skip


Neighbors = dict[int, Neighbor]


def or_else(number: Decimal | None, other: Decimal) -> Decimal:
    return other if number is None else number


def link(above: Neighbor | None) -> str | None:
    """A chain ends below a sub-goal that nobody sees."""
    return above.node if above and above.is_public else None


# --- Reading ------------------------------------------------------------------------------------
def above(keys: Collection[int]) -> Neighbors:
    """These sub-goals and all above them."""
    return walk(f"id IN ({marks(keys)})", UP, sorted(keys))


def below(keys: Collection[int]) -> Neighbors:
    """These sub-goals and all below them."""
    return walk(f"id IN ({marks(keys)})", DOWN, sorted(keys))


def members(efforts: Collection[Effort]) -> Neighbors:
    """Those known to belong to these shared efforts, and all above them."""
    any_of = " OR ".join([OF_EFFORT] * len(efforts))
    return walk(MEMBERS.format(any_of), UP, [part for effort in sorted(efforts) for part in effort])


def everybody() -> Neighbors:
    """All that declare or declared something, and all above them."""
    return walk(EVERY, UP, [])


def walk(start: str, further: str, parameters: list) -> Neighbors:
    [found] = rows.ask((WALK.format(start=start, further=further), parameters))
    return {row[0]: Neighbor.of(row) for row in found}


def marks(keys: Collection[int]) -> str:
    return ", ".join(["%s"] * len(keys))
