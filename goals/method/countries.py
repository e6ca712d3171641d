"""Several countries that must all hold: no averaging, the worst one binds."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from goals.method.exact import exactly
from goals.method.judging import judge_monitored, judge_reach
from goals.method.outcomes import CountriesJudgement, Judgement
from goals.method.parameters import Entity, Point, TargetParameters
from goals.method.status import MONITORED, NOT_ENOUGH_DATA, badness
from goals.method.sustained import judge_sustained


@exactly
def judge_target(
    parameters: TargetParameters,
    observations: tuple[Point, ...] = (),
    comparator: tuple[Point, ...] = (),
    as_of: date | None = None,
    frequency: str | None = None,
    lag: Decimal | int | None = None,
) -> Judgement:
    """Judge a target of any kind with one series. See judge_reach and judge_sustained."""
    if parameters.kind == "monitor":
        return judge_monitored(observations, as_of, frequency, lag)
    if parameters.kind == "sustain":
        return judge_sustained(parameters, observations, comparator, as_of, frequency, lag)
    return judge_reach(parameters, observations, as_of, frequency, lag)


@exactly
def judge_countries(
    parameters: TargetParameters,
    entities: Mapping[str, Entity],
    as_of: date | None = None,
    frequency: str | None = None,
    lag: Decimal | int | None = None,
) -> CountriesJudgement:
    """Judge each country by its own series and baseline, then all of them together.

    Raises ValueError without any country.
    """
    if not entities:
        raise ValueError("a target of several countries needs at least one")
    judged = {
        code: judge_target(
            parameters_for(parameters, entity), entity.observations, entity.comparator, as_of, frequency, lag
        )
        for code, entity in sorted(entities.items())
    }
    return together(parameters.kind, judged)


def parameters_for(parameters: TargetParameters, entity: Entity) -> TargetParameters:
    own = {name: getattr(entity, name) for name in ("baseline", "target", "milestones")}
    return replace(parameters, **{name: value for name, value in own.items() if value is not None})


def together(kind: str, judged: Mapping[str, Judgement]) -> CountriesJudgement:
    """All must hold: the worst status, and the lowest numbers when every country is known."""
    if kind == "monitor":
        return _outcome(kind, judged, None, status=MONITORED)
    known = [code for code in judged if judged[code].status != NOT_ENOUGH_DATA]
    binding = min(known, key=lambda code: _worst_first(code, judged[code])) if known else None
    if len(known) < len(judged):
        return _outcome(kind, judged, binding, **_status_of_some(judged, binding))
    assert binding is not None
    return _outcome(kind, judged, binding, status=judged[binding].status, **_lowest(judged, binding))


def _worst_first(code: str, judged: Judgement) -> tuple[int, Decimal, str]:
    return badness(judged.status), _raw(judged), code


def _raw(judged: Judgement) -> Decimal:
    """How far the country is, not cut; in keep mode and for held years only progress is defined."""
    raw = judged.progress if judged.progress_raw is None else judged.progress_raw
    return Decimal(0) if raw is None else raw


def _status_of_some(judged: Mapping[str, Judgement], binding: str | None) -> dict[str, Any]:
    """While a country is unknown, only a verdict of off track or worse stands."""
    if binding and badness(judged[binding].status) <= badness("off_track"):
        return {"status": judged[binding].status}
    reasons = {entity.reason for entity in judged.values()}
    shared = reasons.pop() if len(reasons) == 1 else None
    return {"status": NOT_ENOUGH_DATA, "reason": shared or "entities_unknown"}


def _lowest(judged: Mapping[str, Judgement], binding: str) -> dict[str, Any]:
    least = min(judged, key=lambda code: (judged[code].progress, _raw(judged[code]), code))
    return {
        "progress": judged[least].progress,
        "progress_raw": judged[least].progress_raw,
        "expected": judged[least].expected,
        "schedule": min(e.schedule for e in judged.values() if e.schedule is not None),
        "pace": judged[binding].pace,
    }


def _outcome(
    kind: str, judged: Mapping[str, Judgement], binding: str | None, **verdict: Any
) -> CountriesJudgement:
    return CountriesJudgement(
        kind=kind,
        flags=tuple(dict.fromkeys(flag for entity in judged.values() for flag in entity.flags)),
        binding=binding,
        holding=sum(entity.status == "achieved" for entity in judged.values()),
        of=len(judged),
        unknown=tuple(code for code in judged if judged[code].status == NOT_ENOUGH_DATA),
        entities=dict(judged),
        **verdict,
    )
