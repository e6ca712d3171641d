"""Exact arithmetic the method rests on: one decimal context, clamping, rounding, weighted means."""

from collections.abc import Callable, Iterable
from decimal import (
    MAX_EMAX,
    MIN_EMIN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    getcontext,
    setcontext,
)
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

CONTEXT = Context(
    prec=40,
    rounding=ROUND_HALF_EVEN,
    Emin=MIN_EMIN,
    Emax=MAX_EMAX,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
ZERO = Decimal(0)
ONE = Decimal(1)
NINE_DECIMALS = Decimal("1e-9")


def exactly(function: Callable[P, R]) -> Callable[P, R]:
    """Run `function` with forty digits, whatever decimal context its caller has set."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        before = getcontext()
        if before is CONTEXT:
            return function(*args, **kwargs)
        setcontext(CONTEXT)
        try:
            return function(*args, **kwargs)
        finally:
            setcontext(before)

    return run


def clamp(value: Decimal | None) -> Decimal | None:
    """Cut to 0..1; missing stays missing."""
    return None if value is None else min(max(value, ZERO), ONE)


@exactly
def at_nine(value: Decimal | int | None) -> Decimal | None:
    """Cut to 0..1 with nine decimals, halves up: as whole numbers divide in SQL."""
    return None if value is None else cut(Decimal(value))


def cut(value: Decimal) -> Decimal:
    """The same, to be called within the method's decimal context."""
    return min(max(value, ZERO), ONE).quantize(NINE_DECIMALS, ROUND_HALF_UP)


def rounded(value: Decimal) -> Decimal:
    """Round to nine decimals, as every comparison with a bound does; too large to round stays as it is."""
    return value if value.adjusted() > 28 else value.quantize(NINE_DECIMALS)


def ratio(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """Divide; None when either is missing or the whole is zero."""
    return None if part is None or not whole else part / whole


@exactly
def weighted_mean(rows: Iterable[tuple[Decimal, Decimal | None]]) -> Decimal | None:
    """M(x) over (weight, value) rows that have a value; None when their weights sum to zero."""
    present = [(weight, value) for weight, value in rows if value is not None]
    return ratio(sum((w * x for w, x in present), ZERO), sum((w for w, _ in present), ZERO))
