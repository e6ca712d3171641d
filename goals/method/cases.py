"""Run worked cases: an operation with its input, and what the outcome must hold."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from goals.method import case_inputs as read
from goals.method import case_trees as trees
from goals.method.case_inputs import CaseError, Raw
from goals.method.comparing import Difference, differences
from goals.method.contributions import contributions
from goals.method.countries import judge_countries, judge_target, parameters_for
from goals.method.described import plain
from goals.method.judging import path_of, resolve
from goals.method.layers import indicator_layer, stakeholder_layer
from goals.method.outcomes import Judgement
from goals.method.parameters import Point, TargetParameters, problems
from goals.method.projection import Bounds, Projection, project
from goals.method.subgoals import STATES, judge_subgoal
from goals.method.time import coordinate, freshness_limits, freshness_since, period_end
from goals.method.vintages import as_known, in_time_order

DEFAULT_TOLERANCE = Decimal("1e-6")
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError, ArithmeticError, AssertionError)

Outcome = dict[str, Any]


def check_case(case: Raw, tolerance: Decimal = DEFAULT_TOLERANCE) -> list[Difference]:
    """Run a case and compare. Raises CaseError, in a sentence, when it cannot be run."""
    if not isinstance(case, Mapping) or not isinstance(case.get("expected"), Mapping):
        raise CaseError("it lacks “expected”")
    outcome = run(case.get("op"), case.get("input"))
    own = read.number(case.get("tolerance"))
    return differences(case["expected"], outcome, tolerance if own is None else own)


def run(op: Any, given: Any) -> Outcome:
    """The outcome of an operation on an input as parsed from JSON, as a dictionary."""
    if not isinstance(op, str) or op not in OPERATIONS:
        raise CaseError(f"“{op}” is no operation: one of {', '.join(OPERATIONS)}")
    if not isinstance(given, Mapping):
        raise CaseError("it lacks “input”")
    try:
        return OPERATIONS[op](given)
    except CaseError:
        raise
    except KeyError as error:
        raise CaseError(f"the input lacks {error}") from error
    except RecursionError as error:
        raise CaseError("the input is nested without end") from error
    except UNREADABLE as error:
        raise CaseError(f"the input cannot be used: {error}") from error


def run_time(given: Raw) -> Outcome:
    listed = read.first_of(given, ("periods", "at", "period", "date", "dates"))
    asked = listed if isinstance(listed, list) else [listed]
    values = [coordinate(read.period(item)) for item in asked]
    ends = [period_end(read.period(item)).isoformat() for item in asked]
    return _one_or_all(listed, values, ends) | {"values": values, "coordinates": values, "ends": ends}


def _one_or_all(listed: Any, values: list[Decimal], ends: list[str]) -> Outcome:
    many = isinstance(listed, list) and len(listed) != 1
    t: Any = values if many else values[0]
    end: Any = ends if many else ends[0]
    return {"t": t, "value": t, "end": end, "period_end": end}


def _target_input(given: Raw, known_on: date | None) -> tuple[TargetParameters, tuple[Point, ...]]:
    observations = as_known(read.points(given.get("observations")), known_on)
    return read.target_parameters(given, known_on), observations


def run_path(given: Raw) -> Outcome:
    known_on = read.knowledge_day(given)
    parameters, observations = _target_input(given, known_on)
    listed = read.first_of(given, ("at", "periods", "period", "as_of"), [])
    asked = listed if isinstance(listed, list) else [listed]
    if given.get("entities"):
        countries = read.entities(given, known_on).items()
        each = {c: _path(parameters_for(parameters, e), e.observations, asked) for c, e in countries}
        return {"entities": each}
    return _path(parameters, observations, asked)


def _path(parameters: TargetParameters, observations: tuple[Point, ...], asked: list[Any]) -> Outcome:
    resolved, reason, flags = resolve(parameters, observations)
    if reason:
        return {"values": [None] * len(asked), "value": None, "reason": reason, "flags": list(flags)}
    path = path_of(resolved)
    values = [path.value_at(coordinate(read.period(item))) for item in asked]
    return {
        "values": values,
        "value": values[0] if len(values) == 1 else values,
        "path_used": path.used,
        "flags": [*flags, *path.flags],
        "anchors": plain(path.anchors),
        "baseline": plain(path.baseline),
        "target": plain(path.target),
        "reason": None,
    }


def run_target(given: Raw) -> Outcome:
    return judge_as_known(given, read.knowledge_day(given), read.day(given.get("as_of")))


def judge_as_known(given: Raw, known_on: date | None, as_of: date | None) -> Outcome:
    parameters, observations = _target_input(given, known_on)
    judged = _judge(given, parameters, observations, known_on, as_of)
    return judged.as_dict() | {"problems": list(problems(parameters))}


def _judge(
    given: Raw,
    parameters: TargetParameters,
    observations: tuple[Point, ...],
    known_on: date | None,
    as_of: date | None,
) -> Judgement:
    lag = read.number(given.get("lag"))
    if given.get("entities"):
        entities = read.entities(given, known_on)
        every = [point for entity in entities.values() for point in entity.observations]
        return judge_countries(parameters, entities, as_of, read.frequency(given, every), lag)
    comparator = as_known(read.points(given.get("comparator")), known_on)
    frequency = read.frequency(given, observations)
    return judge_target(parameters, observations, comparator, as_of, frequency, lag)


def run_as_known(given: Raw) -> Outcome:
    """Judge as known on one day, or on each of several: then every field is a list, beside `results`."""
    stated = read.first_of(given, (*read.KNOWN_NAMES, "as_of"))
    as_of = given.get("as_of") if not isinstance(given.get("as_of"), list) else None
    if not isinstance(stated, list):
        known_on = read.needed_day({"known": stated}, "known")
        return judge_as_known(given, known_on, read.day(as_of) or known_on)
    days = [read.needed_day({"known": item}, "known") for item in stated]
    results = [judge_as_known(given, known_on, read.day(as_of) or known_on) for known_on in days]
    fields = {name: [result[name] for result in results] for name in (results[0] if results else {})}
    return fields | {"results": results} | dict(zip(map(str, days), results, strict=True))


def run_projection(given: Raw) -> Outcome:
    known_on = read.knowledge_day(given)
    parameters, observations = _target_input(given, known_on)
    bounds = _bounds(given)
    if given.get("entities"):
        countries = read.entities(given, known_on).items()
        each = {c: project(parameters_for(parameters, e), e.observations, bounds) for c, e in countries}
        return {"entities": {code: _projected(one) for code, one in each.items()}}
    return _projected(project(parameters, observations, bounds))


def _projected(projection: Projection) -> Outcome:
    return projection.as_dict() | {"n": len(projection.points), "value": projection.projection}


def _bounds(given: Raw) -> Bounds:
    stated = read.first_of(given, ("bounds", "natural_bounds", "clip"), given)
    if isinstance(stated, list):
        return read.number(stated[0]), read.number(stated[1])
    low = read.first_of(stated, ("min", "minimum", "low", "lower", "floor"))
    return read.number(low), read.number(
        read.first_of(stated, ("max", "maximum", "high", "upper", "ceiling"))
    )


def run_freshness(given: Raw) -> Outcome:
    is_subgoal = bool(read.first_of(given, ("subgoal", "sub_goal"), "cadence" in given))
    awaits = is_subgoal and not _dated(given)
    end = read.needed_day(given, "start", "baseline") if awaits else _latest_end(given)
    if end is None:
        return dict.fromkeys(("freshness", "state", "status", "age", "age_days")) | {
            "reason": "no_observation"
        }
    frequency = read.first_of(given, ("frequency", "cadence"), "quarterly" if is_subgoal else None)
    frequency = frequency or read.frequency(given, _dated(given))
    lag = Decimal(0) if is_subgoal else read.number(given.get("lag"))
    limits = freshness_limits(str(frequency), lag)
    fresh = freshness_since(end, read.needed_day(given, "as_of", "on"), limits).as_dict()
    return fresh | {
        "freshness": fresh["state"],
        "status": fresh["state"],
        "update_state": "awaiting_first" if awaits and fresh["state"] == "fresh" else STATES[fresh["state"]],
        "age_months": fresh["age"],
        "months": fresh["age"],
        "days": fresh["age_days"],
        "stale": fresh["state"] == "stale",
        "outdated": fresh["state"] == "outdated",
    }


def _dated(given: Raw) -> tuple[Point, ...]:
    """The periods a case names, in order of time."""
    listed = read.first_of(given, ("observations", "updates"))
    if listed is not None:
        return as_known(read.points(listed), read.knowledge_day(given))
    latest = read.first_of(given, ("latest", "period", "latest_period", "latest_update", "last"))
    named = latest if isinstance(latest, list) else [latest]
    return in_time_order(Point(_named_period(item), None) for item in named if item is not None)


def _named_period(item: Any) -> str:
    return read.period(read.first_of(item, read.PERIOD_NAMES) if isinstance(item, Mapping) else item)


def _latest_end(given: Raw) -> date | None:
    stated = read.day(read.first_of(given, ("latest_end", "period_end", "end")))
    dated = _dated(given)
    return period_end(dated[-1].period) if dated and stated is None else stated


def run_subgoal(given: Raw) -> Outcome:
    as_of = read.needed_day(given, "as_of", "on")
    known_on = read.knowledge_day(given)
    judged = judge_subgoal(read.subgoal_parameters(given), read.approved_updates(given), as_of, known_on)
    return judged.as_dict()


def run_indicator_layer(given: Raw) -> Outcome:
    rows = trees.indicator_rows(read.first_of(given, ("indicators", "rows")))
    return indicator_layer(rows).as_dict()


def run_stakeholder_layer(given: Raw) -> Outcome:
    return stakeholder_layer(trees.organizations(given)).as_dict()


def run_goal(given: Raw) -> Outcome:
    outcome = trees.goal(given)
    return outcome.indicator_layer.numbers.as_dict() | flat(outcome.as_dict())


def run_overall(given: Raw) -> Outcome:
    return flat(trees.overall(trees.goals(given)).as_dict())


def overall_alone(given: Raw) -> Outcome:
    """The same without the goals, which whoever gives them has."""
    outcome = flat(replace(trees.overall(trees.goals(given)), goals={}).as_dict())
    return {name: value for name, value in outcome.items() if name != "goals"}


def flat(outcome: Outcome) -> Outcome:
    """The layers' numbers also beside them, as indicators_schedule and so on."""
    loose = {
        f"{prefix}_{key}": outcome[layer][key]
        for layer in ("indicator_layer", "stakeholder_layer")
        for prefix in (layer.removesuffix("_layer"), f"{layer.removesuffix('_layer')}s")
        for key in ("progress", "expected", "schedule")
    }
    rate = outcome["stakeholder_layer"].get("reporting_rate")
    return loose | {"reporting_rate": rate} | outcome


def run_delta(given: Raw) -> Outcome:
    """Steps from the leaf up, also by node and by level, with `before`, `after` and `delta` by node."""
    leaf, values, cause = _change(given)
    before = trees.goals(given)
    after = trees.changed(before, leaf, values)
    steps = trees.steps_between(before, after, leaf, cause, changes_state="state" in values)
    listed: list[Outcome] = [dict(one.delta) | one.as_dict() for one in steps]
    by_level = {one["level"]: one for one in reversed(listed)} | {"leaf": listed[0]}
    by_node = {one["node"]: one for one in listed}
    parts = {
        part: {node: one[part] for node, one in by_node.items()} for part in ("before", "after", "delta")
    }
    wholes = {"overall_before": trees.overall(before), "overall_after": trees.overall(after)}
    return {
        **by_level, **by_node, **parts,
        **{name: flat(whole.as_dict()) for name, whole in wholes.items()},
        "steps": listed, "nodes": by_node, "kind": listed[0]["kind"], "cause": listed[0]["cause"],
    }  # fmt: skip


def _change(given: Raw) -> tuple[str, Raw, str | None]:
    """The leaf a change names, its new values, and the cause."""
    change = read.first_of(given, ("change", "changes", "update"), given)
    change = change[0] if isinstance(change, list) else change
    leaf = read.first_of(change, ("leaf", "id", "node", "subgoal", "sub_goal", "indicator"))
    if leaf is None and len(change) == 1:
        [(leaf, values)] = change.items()
        return str(leaf), values, None
    if isinstance(leaf, Mapping):
        return str(leaf["id"]), leaf, read.first_of(change, ("cause", "update_id"))
    values = read.first_of(change, ("values", "to", "after", "new", "set"), _loose_values(change))
    return str(leaf), values, read.first_of(change, ("cause", "update_id"))


def _loose_values(change: Raw) -> Raw:
    names = ("weight", "progress", "expected", "schedule", "status", "state", "counted", "update_state")
    return {key: value for key, value in change.items() if key in names}


def run_contributions(given: Raw) -> Outcome:
    indicator = given.get("indicator") or {}
    listed = read.first_of(given, ("subgoals", "sub_goals"), ())
    efforts = given.get("shared_efforts") or {}
    if not isinstance(efforts, Mapping):
        efforts = {read.first_of(item, ("key", "id")): item for item in efforts}
    rows = [row for item in listed for row in read.declared(item, efforts)]
    ends = [read.number(read.plain_value(indicator.get(name))) for name in ("baseline", "target")]
    outcome = contributions(rows, *ends).as_dict()
    return outcome | {
        "counted": list(outcome["quantities"]),
        "listed": [f"{key}: {reason}" for key, reason in outcome["excluded"].items()],
        "not_counted": outcome["excluded"],
    }


OPERATIONS: dict[Any, Callable[[Raw], Outcome]] = {
    "time": run_time,
    "path": run_path,
    "target": run_target,
    "projection": run_projection,
    "freshness": run_freshness,
    "subgoal": run_subgoal,
    "indicator_layer": run_indicator_layer,
    "stakeholder_layer": run_stakeholder_layer,
    "goal": run_goal,
    "overall": run_overall,
    "delta": run_delta,
    "contributions": run_contributions,
    "as_known": run_as_known,
}
