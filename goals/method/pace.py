"""Where a value stands against its path at a moment: shares, rates and pace."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from goals.method.exact import NINE_DECIMALS, ONE, clamp, exactly, ratio, rounded
from goals.method.parameters import Anchor
from goals.method.path import FALLBACK, Path, worth
from goals.method.time import in_order


@exactly
def annual_rate(a: Decimal, b: Decimal, years: Decimal, growth: bool) -> Decimal | None:
    """Change a year from a to b: a growth rate, or units a year. None when no time has passed."""
    if years <= 0:
        return None
    return (b / a) ** (1 / years) - 1 if growth else (b - a) / years


@exactly
def is_reached(value: Decimal, target: Decimal, direction: str) -> bool:
    """At or beyond the target, within a billionth of it (of one unit where it is smaller)."""
    shortfall = target - value if direction == "increase" else value - target
    return shortfall <= NINE_DECIMALS * max(ONE, abs(target))


@dataclass(frozen=True)
class Standing:
    """A value y judged at time t against a path; the value may be older than t."""

    path: Path
    direction: str
    t: Decimal
    y: Decimal

    @property
    def t0(self) -> Decimal:
        return self.path.baseline.t

    @property
    def y0(self) -> Decimal:
        return worth(self.path.baseline)

    @property
    def target(self) -> Decimal:
        return worth(self.path.target)

    @property
    def years(self) -> Decimal:
        return self.t - self.t0

    @cached_property
    def expected_value(self) -> Decimal:
        return self.path.value_at(self.t)

    @cached_property
    def is_reached(self) -> bool:
        return is_reached(self.y, self.target, self.direction)

    @cached_property
    def keeps(self) -> bool:
        """Keep mode: the baseline is already at or beyond the target."""
        return is_reached(self.y0, self.target, self.direction)

    @property
    def is_due(self) -> bool:
        return in_order(self.path.target.t, self.t)

    @property
    def is_too_early(self) -> bool:
        """Less than a year, or a tenth of the whole time where that is shorter, has passed."""
        wait = min(ONE, (self.path.target.t - self.t0) / 10)
        return rounded(self.years - wait) < 0

    @property
    def is_flat(self) -> bool:
        """Nothing has been asked for yet: the path is still at the baseline."""
        return self._gain(self.expected_value) <= 0

    @property
    def holds_baseline(self) -> bool:
        return self._gain(self.y) >= 0

    def _gain(self, value: Decimal) -> Decimal:
        """Distance from the baseline, positive in the direction that is better."""
        return value - self.y0 if self.direction == "increase" else self.y0 - value

    @property
    def progress_raw(self) -> Decimal | None:
        """Share of the way from baseline to target, not cut; None in keep mode, where there is no way."""
        return None if self.keeps else ratio(self.y - self.y0, self.target - self.y0)

    @property
    def expected(self) -> Decimal | None:
        return clamp(ratio(self.expected_value - self.y0, self.target - self.y0))

    @property
    def growth_rates(self) -> bool:
        """Rates are growth rates on a growth path, unless the value has left the baseline's side of zero."""
        return self.path.grows and self.y * self.y0 > 0

    @property
    def flags(self) -> tuple[str, ...]:
        fell_back = self.path.grows and not self.growth_rates
        return (FALLBACK,) if fell_back else self.path.flags

    @cached_property
    def actual_rate(self) -> Decimal | None:
        return annual_rate(self.y0, self.y, self.years, self.growth_rates)

    @cached_property
    def required_rate(self) -> Decimal | None:
        return annual_rate(self.y0, self.expected_value, self.years, self.growth_rates)

    @cached_property
    def pace(self) -> Decimal | None:
        """Actual over required rate; None in keep mode, on a flat stretch and while it is too early."""
        if self.keeps or self.is_flat or self.is_too_early:
            return None
        return ratio(self.actual_rate, self.required_rate)

    @property
    def schedule(self) -> Decimal:
        """The pace cut to 0..1; where there is none, 1 for a held baseline (or target, in keep mode)."""
        if self.keeps:
            return Decimal(self.is_reached)
        return Decimal(self.holds_baseline) if self.pace is None else min(max(self.pace, Decimal(0)), ONE)

    def rate_to(self, anchor: Anchor | None) -> Decimal | None:
        """Rate a year from the value now to an anchor to come; growth where both are on one side of zero."""
        if anchor is None or in_order(anchor.t, self.t):
            return None
        grows = self.path.grows and self.y * worth(anchor) > 0
        return annual_rate(self.y, worth(anchor), anchor.t - self.t, grows)

    def at_pace(self, pace: Decimal) -> tuple[Decimal, Decimal] | None:
        """The value now and the rate since the baseline that would make this pace; None without a pace."""
        if self.pace is None or self.required_rate is None:
            return None
        rate = pace * self.required_rate
        if self.growth_rates:
            return self.y0 * (1 + rate) ** self.years, rate
        return self.y0 + rate * self.years, rate
