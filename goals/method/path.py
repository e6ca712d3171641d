"""The path from baseline over milestones to target: what is expected at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from goals.method.exact import exactly
from goals.method.parameters import Anchor
from goals.method.time import in_order

FALLBACK = "path_fallback_linear"


@dataclass(frozen=True)
class Path:
    """Anchors with values, in order of time; `used` is linear or constant_growth."""

    anchors: tuple[Anchor, ...]
    used: str
    flags: tuple[str, ...] = ()

    @property
    def baseline(self) -> Anchor:
        return self.anchors[0]

    @property
    def target(self) -> Anchor:
        return self.anchors[-1]

    @property
    def grows(self) -> bool:
        return self.used == "constant_growth"

    @exactly
    def value_at(self, t: Decimal) -> Decimal:
        """E(t): the baseline before the path begins, the target after it ends."""
        earlier = [anchor for anchor in self.anchors if anchor.t <= t]
        later = [anchor for anchor in self.anchors if anchor.t > t]
        if not earlier or not later:
            return worth((earlier or later)[-1 if earlier else 0])
        return self._between(earlier[-1], later[0], t)

    def _between(self, a: Anchor, b: Anchor, t: Decimal) -> Decimal:
        share = (t - a.t) / (b.t - a.t)
        if share == 0:
            return worth(a)
        if self.grows:
            return worth(a) * (worth(b) / worth(a)) ** share
        return worth(a) + (worth(b) - worth(a)) * share

    def next_after(self, t: Decimal) -> Anchor | None:
        """The first milestone or target still to come; None once the target's time is here."""
        return next((anchor for anchor in self.anchors[1:] if not in_order(anchor.t, t)), None)


def worth(anchor: Anchor) -> Decimal:
    """The value of an anchor that is known to have one."""
    assert anchor.value is not None
    return anchor.value


@exactly
def build_path(baseline: Anchor, milestones: Sequence[Anchor], target: Anchor, asked: str) -> Path:
    """Lay the path asked for; constant growth needs all anchors on one side of zero, else it is linear.

    Milestones that a shifted baseline has passed are left out. Every anchor needs a value.
    """
    between = [m for m in milestones if not in_order(m.t, baseline.t) and not in_order(target.t, m.t)]
    anchors = (baseline, *sorted(between, key=lambda m: m.t), target)
    if asked == "constant_growth" and not _one_sign([worth(anchor) for anchor in anchors]):
        return Path(anchors, "linear", (FALLBACK,))
    return Path(anchors, asked)


def _one_sign(values: Sequence[Decimal]) -> bool:
    return all(value > 0 for value in values) or all(value < 0 for value in values)
