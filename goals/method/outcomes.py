"""What judging hands back: the verdict with everything a page needs to explain it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from goals.method.described import Described
from goals.method.parameters import Anchor


@dataclass(frozen=True)
class MilestoneOutcome(Described):
    """`status` is met, missed or unknown once due; reached_early or upcoming before."""

    period: str
    value: Decimal | None
    status: str


@dataclass(frozen=True)
class Needed(Described):
    """The value at the moment judged, and the rate a year since the baseline, that earn a status."""

    value: Decimal
    rate: Decimal


@dataclass(frozen=True, kw_only=True)
class Judgement(Described):
    """One target judged. Numbers that do not apply, or cannot be known, are None.

    Shares (progress, expected, schedule) lie in 0..1; `progress_raw` and `pace` are not cut. Rates
    are growth rates or units a year as `rates` says. `needed_for` tells what would earn `on_track` and
    `needs_acceleration` at the moment judged. Ages are months. `last_known` is the verdict an
    outdated series last had.
    """

    kind: str
    status: str
    reason: str | None = None
    flags: tuple[str, ...] = ()
    progress_raw: Decimal | None = None
    progress: Decimal | None = None
    expected: Decimal | None = None
    expected_value: Decimal | None = None
    expected_today: Decimal | None = None
    schedule: Decimal | None = None
    pace: Decimal | None = None
    actual_rate: Decimal | None = None
    required_rate: Decimal | None = None
    required_from_now: Decimal | None = None
    required_to_next: Decimal | None = None
    rates: str | None = None
    path_used: str | None = None
    baseline: Anchor | None = None
    latest: Anchor | None = None
    target: Anchor | None = None
    next_milestone: Anchor | None = None
    milestones: tuple[MilestoneOutcome, ...] = ()
    needed_for: Mapping[str, Needed] = field(default_factory=dict)
    freshness: str | None = None
    age: Decimal | None = None
    soft: int | None = None
    hard: int | None = None
    trend: str | None = None
    trend_slope: Decimal | None = None
    last_known: "Judgement | None" = None


@dataclass(frozen=True, kw_only=True)
class SustainedJudgement(Judgement):
    """A level held year by year: `phase` is reach before the first year to hold, hold from then on.

    `surpluses` maps each known year to how far it lies on the good side of what is asked; `label` tells a
    level met now but not every year.
    """

    phase: str
    total: int
    years_known: int = 0
    years_met: int = 0
    streak: int = 0
    first_unmet: int | None = None
    coverage: Decimal | None = None
    surplus: Decimal | None = None
    surpluses: Mapping[int, Decimal] = field(default_factory=dict)
    label: str | None = None


@dataclass(frozen=True, kw_only=True)
class CountriesJudgement(Judgement):
    """Several countries that must all hold; `binding` is the code of the worst one known."""

    binding: str | None
    holding: int
    of: int
    unknown: tuple[str, ...]
    entities: Mapping[str, Judgement]


@dataclass(frozen=True, kw_only=True)
class SubgoalJudgement(Judgement):
    """A sub-goal at a day. `counted` says whether it enters the roll-up; ages are months."""

    counted: bool
    update_state: str
    closed: bool = False
