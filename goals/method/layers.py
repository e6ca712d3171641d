"""Roll results up in two layers: what the indicators say and what organizations do, never silently mixed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from goals.method.described import Described
from goals.method.exact import ONE, ZERO, clamp, exactly, ratio, rounded, weighted_mean
from goals.method.status import MONITORED, NOT_ENOUGH_DATA, WORST_FIRST, badness, status_by_pace

FULL = Decimal("0.8")
PARTIAL = Decimal("0.5")
INDICATOR_SHARE = Decimal("0.75")
STAKEHOLDER_SHARE = Decimal("0.25")
REPORTING = ("current", "awaiting_first", "closed")


@dataclass(frozen=True)
class Numbers(Described):
    """Shares in 0..1; None where there is no value."""

    progress: Decimal | None = None
    expected: Decimal | None = None
    schedule: Decimal | None = None

    def clamped(self) -> "Numbers":
        return Numbers(clamp(self.progress), clamp(self.expected), clamp(self.schedule))


@dataclass(frozen=True)
class IndicatorRow:
    """One judged indicator in its goal; without a schedule it has no number."""

    id: str
    status: str
    numbers: Numbers = Numbers()
    weight: Decimal = ONE


@dataclass(frozen=True)
class IndicatorLayer(Described):
    """What a goal's indicators say. `coverage` is the weight with a number among all to be judged."""

    progress: Decimal | None
    expected: Decimal | None
    schedule: Decimal | None
    coverage: Decimal | None
    mark: str
    status: str
    reason: str | None
    binding: str | None
    included: tuple[str, ...]
    excluded: Mapping[str, str]

    @property
    def numbers(self) -> Numbers:
        return Numbers(self.progress, self.expected, self.schedule)


@exactly
def mean_numbers(rows: Iterable[tuple[Decimal, Numbers]]) -> Numbers:
    """Weighted mean of each number over the rows that have it, every row cut to 0..1 first."""
    cut = [(weight, numbers.clamped()) for weight, numbers in rows]
    return Numbers(
        weighted_mean((w, n.progress) for w, n in cut),
        weighted_mean((w, n.expected) for w, n in cut),
        weighted_mean((w, n.schedule) for w, n in cut),
    )


@exactly
def indicator_layer(rows: Sequence[IndicatorRow]) -> IndicatorLayer:
    """Roll a goal's indicators up; under half the weight with numbers the layer shows none."""
    eligible = [row for row in rows if row.status != MONITORED]
    included = [row for row in eligible if has_number(row)]
    coverage = coverage_of(eligible, included)
    mark = mark_of(coverage)
    shown = included if mark != "insufficient" else []
    numbers = mean_numbers((row.weight, row.numbers) for row in shown)
    status = layer_status(numbers.schedule, [row.status for row in eligible])
    return IndicatorLayer(
        progress=numbers.progress,
        expected=numbers.expected,
        schedule=numbers.schedule,
        coverage=coverage,
        mark=mark,
        status=status,
        reason="insufficient_coverage" if status == NOT_ENOUGH_DATA else None,
        binding=binding_of(eligible),
        included=tuple(row.id for row in included),
        excluded={row.id: _why_excluded(row) for row in rows if row not in included},
    )


def has_number(row: IndicatorRow) -> bool:
    return row.status != NOT_ENOUGH_DATA and row.numbers.schedule is not None


def _why_excluded(row: IndicatorRow) -> str:
    return MONITORED if row.status == MONITORED else "no_number"


def coverage_of(eligible: Iterable[IndicatorRow], included: Iterable[IndicatorRow]) -> Decimal | None:
    """Share of weight with a number, to nine decimals; None where nothing is to be judged."""
    share = ratio(sum((r.weight for r in included), ZERO), sum((r.weight for r in eligible), ZERO))
    return None if share is None else rounded(share)


def mark_of(coverage: Decimal | None) -> str:
    if coverage is None or coverage < PARTIAL:
        return "insufficient"
    return "full" if coverage >= FULL else "partial"


@exactly
def layer_status(schedule: Decimal | None, statuses: Sequence[str]) -> str:
    """The bounds on schedule, held back while one is moving away or missed, and by one not achieved."""
    if schedule is None:
        return NOT_ENOUGH_DATA
    if all(status == "achieved" for status in statuses):
        return "achieved"
    status = status_by_pace(schedule)
    held_back = status == "on_track" and ("moving_away" in statuses or "missed" in statuses)
    return "needs_acceleration" if held_back else status


def binding_of(rows: Iterable[IndicatorRow]) -> str | None:
    """The worst indicator with a verdict; ties by lowest progress (unknown last), then by id."""
    known = [row for row in rows if row.status in WORST_FIRST]
    return min(known, key=_worst_first).id if known else None


def _worst_first(row: IndicatorRow) -> tuple[int, bool, Decimal, str]:
    progress = clamp(row.numbers.progress)
    return badness(row.status), progress is None, progress or ZERO, row.id


@dataclass(frozen=True)
class SubgoalNode:
    """A sub-goal in its tree. With `progress_from` children its own numbers are not used, and the reverse."""

    id: str
    numbers: Numbers = Numbers()
    weight: Decimal = ONE
    counted: bool = True
    update_state: str | None = None
    progress_from: str = "own"
    children: tuple["SubgoalNode", ...] = ()


@dataclass(frozen=True)
class OrganizationNode:
    """An organization with its root sub-goals under one goal."""

    id: str
    subgoals: tuple[SubgoalNode, ...] = ()


@dataclass(frozen=True)
class Rolled(Described):
    """A node's numbers, and the share of what it counts that reports on time (None if unknown)."""

    progress: Decimal | None
    expected: Decimal | None
    schedule: Decimal | None
    reporting_rate: Decimal | None

    @property
    def numbers(self) -> Numbers:
        return Numbers(self.progress, self.expected, self.schedule)


@dataclass(frozen=True)
class StakeholderLayer(Rolled):
    """What organizations do for a goal; `organizations` holds each that counts."""

    organizations: Mapping[str, Rolled] = field(default_factory=dict)


@exactly
def roll_subgoal(node: SubgoalNode) -> Rolled | None:
    """A sub-goal's own numbers, or those of its counted children; None when it does not count."""
    if not node.counted:
        return None
    if node.progress_from == "children":
        return roll_subgoals(node.children)
    own = node.numbers.clamped()
    on_time = None if node.update_state is None else Decimal(node.update_state in REPORTING)
    return Rolled(own.progress, own.expected, own.schedule, on_time)


@exactly
def roll_subgoals(nodes: Iterable[SubgoalNode]) -> Rolled | None:
    """Weighted mean over the nodes that count; None when none does."""
    rows = [(node.weight, rolled) for node in nodes if (rolled := roll_subgoal(node)) is not None]
    return _mean_rolled(rows) if rows else None


def _mean_rolled(rows: Sequence[tuple[Decimal, Rolled]]) -> Rolled:
    mean = mean_numbers((weight, rolled.numbers) for weight, rolled in rows)
    rate = weighted_mean((weight, rolled.reporting_rate) for weight, rolled in rows)
    return Rolled(mean.progress, mean.expected, mean.schedule, rate)


@exactly
def stakeholder_layer(organizations: Iterable[OrganizationNode]) -> StakeholderLayer:
    """Equal weight for every organization with a counted root, however many sub-goals it has."""
    rolled = {o.id: row for o in organizations if (row := roll_subgoals(o.subgoals)) is not None}
    mean = _mean_rolled([(ONE, row) for row in rolled.values()])
    return StakeholderLayer(mean.progress, mean.expected, mean.schedule, mean.reporting_rate, rolled)


@exactly
def combine(indicators: Decimal | None, stakeholders: Decimal | None) -> tuple[Decimal | None, str | None]:
    """The combined number of two schedules, and the flag that says when one is missing.

    Effort alone is never progress: without an indicator number there is no combined one.
    """
    if indicators is None:
        return None, "no_outcome_data"
    if stakeholders is None:
        return indicators, "outcome_only"
    return INDICATOR_SHARE * indicators + STAKEHOLDER_SHARE * stakeholders, None
