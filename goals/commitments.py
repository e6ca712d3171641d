"""How much of what the shared targets need organizations have set out to do (docs/method.md, section 10).

A sub-goal commits (target - baseline) x factor x attribution toward its indicator; one that is completed,
what it delivered. Chains and shared efforts count once, by the rules of declared contributions.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from goals.method.contributions import Contributions, Declared, contributions
from goals.models import Commitment, Result, SubGoal, Target
from stakeholders.models import Organization

COUNTED = (SubGoal.State.PUBLISHED, SubGoal.State.COMPLETED)
PART = 2_000
"""Rows read at a time, and written."""
COUNTS = ("amount", "organizations", "sub_goals", "counted_at")
SCALE = Decimal(1).scaleb(-12)

Kind = tuple[str, str]
"""Area and type of an organization."""


# --- Counting -----------------------------------------------------------------------------------
@transaction.atomic
def count() -> None:
    """Count anew what is committed toward each target; in the nightly pass."""
    kinds = {
        code: (area, kind) for code, area, kind in Organization.objects.values_list("code", "area", "type")
    }
    now = timezone.now()
    rows = (
        Commitment(target_id=target, area=area, type=kind, counted_at=now, **sums)
        for target, declared in declared_by_target().items()
        for (area, kind), sums in by_kind(contributions(declared), owners(declared), kinds).items()
    )
    Commitment.objects.bulk_create(  # in one order, so that two counts at once wait for each other
        sorted(rows, key=lambda row: (row.target_id, row.area, row.type)), batch_size=PART,
        update_conflicts=True, unique_fields=["target", "area", "type"], update_fields=COUNTS,
    )  # fmt: skip
    Commitment.objects.filter(counted_at__lt=now).delete()


def owners(declared: Iterable[Declared]) -> dict[str, str]:
    return {row.id: row.org for row in declared}


def by_kind(
    found: Contributions, owner: Mapping[str, str], kinds: Mapping[str, Kind]
) -> dict[Kind, dict[str, Decimal | int]]:
    """Credits of organizations and the sub-goals that count, added up by area and type."""
    amounts: dict[Kind, Decimal] = defaultdict(Decimal)
    organizations: Counter[Kind] = Counter()
    for code, credit in found.credit.items():
        amounts[kinds[code]] += credit
        organizations[kinds[code]] += 1
    sub_goals = Counter(kinds[owner[node]] for node in found.quantities)
    return {
        kind: {
            "amount": amount.quantize(SCALE),
            "organizations": organizations[kind],
            "sub_goals": sub_goals[kind],
        }
        for kind, amount in amounts.items()
    }


def declared_by_target() -> dict[int, list[Declared]]:
    """What each sub-goal commits, by target, with those above them, which keep a chain together."""
    targets = dict(Target.objects.values_list("indicator_id", "pk"))
    found: dict[int, list[Declared]] = defaultdict(list)
    for indicator, declared in committing():
        if indicator in targets:
            found[targets[indicator]].append(declared)
    above = parents_of(row.parent for rows in found.values() for row in rows)
    return {target: with_parents(rows, above) for target, rows in found.items()}


def committing() -> Iterator[tuple[int, Declared]]:
    """Each sub-goal that declares a quantity, with the value that its commitment is."""
    rows = SubGoal.objects.public().filter(state__in=COUNTED, contributes_to__isnull=False).values_list(
        "pk", "state", "organization__code", "contributes_to_id", "parent_id", "baseline_value",
        "target_value", "standing__latest_value", "contribution_factor", "attribution", "shared_effort",
        "shared_effort_share", "leads_shared_effort",
    )  # fmt: skip
    for (
        pk, state, organization, indicator, parent, baseline, target, latest, factor, attribution, effort,
        share, leads,
    ) in rows.order_by("pk").iterator(chunk_size=PART):  # fmt: skip
        assert baseline is not None  # a constraint holds it once a sub-goal is published
        value = latest if state == SubGoal.State.COMPLETED else target
        yield indicator, Declared(
            id=str(pk), org=organization, value=value, baseline=baseline, factor=factor or Decimal(0),
            attribution=attribution or Decimal(0), parent=str(parent) if parent else None,
            shared_effort=effort or None, share=share, leads=leads,
        )  # fmt: skip


def parents_of(named: Iterable[str | None]) -> dict[str, Declared]:
    """Sub-goals above the named ones, level by level, without a quantity: they only pass on their parents."""
    found: dict[str, Declared] = {}
    missing = {int(one) for one in named if one}
    while missing:
        rows: list[tuple[int, int | None, str]] = []
        for part in parts(sorted(missing), 500):
            above = SubGoal.objects.filter(pk__in=part)
            rows += above.values_list("pk", "parent_id", "organization__code")
        found |= {
            str(pk): Declared(id=str(pk), org=code, parent=str(parent) if parent else None)
            for pk, parent, code in rows
        }
        missing = {parent for _pk, parent, _code in rows if parent and str(parent) not in found}
    return found


def parts(keys: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(keys), size):
        yield keys[start : start + size]


def with_parents(rows: list[Declared], above: Mapping[str, Declared]) -> list[Declared]:
    present = {row.id for row in rows}
    needed: dict[str, Declared] = {}
    for row in rows:
        parent = row.parent
        while parent and parent not in present and parent not in needed and parent in above:
            needed[parent] = above[parent]
            parent = above[parent].parent
    return [*rows, *needed.values()]


# --- Reading ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Gap:
    """What is committed toward one target, by kind and country, beside the change that it needs."""

    target: Target
    need: Decimal | None
    rows: tuple[Commitment, ...]

    @property
    def total(self) -> Decimal:
        return sum((row.amount for row in self.rows), Decimal(0))

    @property
    def share(self) -> Decimal | None:
        return share_of(self.total, self.need)

    @property
    def missing(self) -> Decimal | None:
        """What nobody has set out to do yet; nothing is missing where more is committed than needed."""
        if self.need is None:
            return None
        left = self.need - self.total
        return left if left * self.need > 0 else Decimal(0)


def share_of(amount: Decimal, need: Decimal | None) -> Decimal | None:
    return amount / need if need else None


def gaps(goal: str = "", area: str = "", kind: str = "") -> list[Gap]:
    """Every target that needs a change or toward which something is committed, by goal, in three queries."""
    targets = Target.objects.select_related("goal", "indicator").order_by("goal__number", "position", "pk")
    commitments = Commitment.objects.all()
    if goal:
        targets = targets.filter(goal__code=goal)
    if area:
        commitments = commitments.filter(area=area)
    if kind:
        commitments = commitments.filter(type=kind)
    rows: dict[int, list[Commitment]] = defaultdict(list)
    for row in commitments:
        rows[row.target_id].append(row)
    needs = needed_changes()
    found = [Gap(target, needs.get(target.pk), tuple(rows[target.pk])) for target in targets]
    return [gap for gap in found if gap.rows or gap.need]


def needed_changes() -> dict[int, Decimal]:
    """From baseline to target, where both are a number, as last judged."""
    judged = Result.objects.current().filter(level=Result.Level.TARGET).values_list("target_id", "outcome")
    found: dict[int, Decimal] = {}
    for target, outcome in judged:
        low, high = ((outcome.get(name) or {}).get("value") for name in ("baseline", "target"))
        if target and low is not None and high is not None:
            found[target] = Decimal(high) - Decimal(low)
    return found
