"""Read the input of a case, as parsed from JSON, into what the method takes."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from goals.method.contributions import Declared
from goals.method.exact import ONE, ZERO
from goals.method.parameters import Anchor, Entity, Point, SubgoalParameters, TargetParameters
from goals.method.vintages import as_known, recorded_by
from indicators import periods

Raw = Mapping[str, Any]

PERIOD_NAMES = ("period", "date", "year", "at", "t")
KNOWN_NAMES = ("known", "known_on", "known_at", "known_as_of", "knowledge_date", "knowledge", "on", "dates")
APPROVED_STATES = (None, "approved", "published", "reviewed", "confirmed", "accepted")


class CaseError(ValueError):
    """A case that cannot be run, with the reason in one sentence."""


def first_of(raw: Raw, names: Iterable[str], default: Any = None) -> Any:
    """The value under the first of the names that is given and not null."""
    return next((raw[name] for name in names if raw.get(name) is not None), default)


def number(value: Any) -> Decimal | None:
    """A JSON number, a yes or no (1 or 0), or a number as text. Raises CaseError for anything else."""
    if value is None or isinstance(value, Decimal):
        return value
    if isinstance(value, bool | int):
        return Decimal(int(value))
    try:
        read = Decimal(str(value))
    except InvalidOperation as error:
        raise CaseError(f"“{value}” is no number") from error
    if not read.is_finite():
        raise CaseError(f"“{value}” is no finite number")
    return read


def needed_number(value: Any, default: Decimal) -> Decimal:
    read = number(value)
    return default if read is None else read


def whole_year(value: Any) -> int | None:
    return None if value is None else int(str(value)[:4])


def period(value: Any) -> str:
    """A period as text; a bare number is a year. Raises CaseError if it cannot be read."""
    text = str(value).strip()
    try:
        periods.parse(text)
    except ValueError as error:
        raise CaseError(str(error)) from error
    return text


def day(value: Any) -> date | None:
    """A day; of a longer period its last day."""
    if value is None or isinstance(value, date):
        return value
    return periods.last_day(period(str(value)[:10]))


def needed_day(raw: Raw, *names: str) -> date:
    found = day(first_of(raw, names))
    if found is None:
        raise CaseError(f"the input lacks “{names[0]}”")
    return found


def recorded(value: Any) -> date | datetime | None:
    text = str(value or "")
    return datetime.fromisoformat(text) if "T" in text or ":" in text else day(value)


def point(raw: Any) -> Point:
    if isinstance(raw, list):
        return Point(period(raw[0]), number(raw[1]), recorded(raw[2]) if len(raw) > 2 else None)
    value = first_of(raw, ("value", "increment", "amount", "level", "rank"))
    moment = first_of(raw, ("recorded", "recorded_on", "recorded_at", "vintage"))
    return Point(period(first_of(raw, PERIOD_NAMES)), number(value), recorded(moment))


def points(raw: Any) -> tuple[Point, ...]:
    """Observations as a list of objects or pairs, or as a mapping of period to value."""
    if isinstance(raw, Mapping) and "observations" in raw:
        raw = raw["observations"]
    if isinstance(raw, Mapping):
        raw = [[key, value] for key, value in raw.items()]
    return tuple(point(item) for item in raw or ())


def in_force(raw: Any, on: date | None) -> Any:
    """Of versions listed with their `recorded`, the one in force; anything else stands as it is."""
    if not isinstance(raw, list) or not all(isinstance(item, Mapping) for item in raw):
        return raw
    known = [item for item in raw if recorded_by(recorded(item.get("recorded")), on)]
    return known[-1] if known else None


def anchor(raw: Any, default: Anchor | None = None) -> Anchor | None:
    """A baseline, milestone or target; what it does not say is taken from `default`."""
    if raw is None:
        return default
    if not isinstance(raw, Mapping):
        return Anchor(default.period, number(raw)) if default else Anchor(period(raw))
    when = first_of(raw, (*PERIOD_NAMES, "start", "start_date"), default.period if default else None)
    if when is None:
        raise CaseError("a baseline, milestone or target lacks its period")
    value = number(first_of(raw, ("value", "change", "rank", "level")))
    return Anchor(period(when), default.value if value is None and default else value)


def milestones(raw: Any) -> tuple[Anchor, ...]:
    found = [anchor(item) for item in raw or ()]
    return tuple(item for item in found if item is not None and item.value is not None)


def target_parameters(raw: Raw, on: date | None = None) -> TargetParameters:
    """The parameters of a target as in force on a day; absent ones take the method's defaults."""
    kind = raw.get("kind") or ("sustain" if "hold_from" in raw else "reach_level")
    stated = placed(in_force(raw.get("target"), on))
    if kind == "rank" and "rank" in raw:
        stated = {"value": raw["rank"], **stated}
    target = anchor(stated) if first_of(stated, PERIOD_NAMES) else None
    baseline = placed(in_force(raw.get("baseline"), on))
    change = number(first_of(raw, ("change",), stated.get("change")))
    parameters = TargetParameters(
        kind=kind,
        path=raw.get("path") or "linear",
        baseline=anchor(baseline) if first_of(baseline, PERIOD_NAMES) else None,
        milestones=milestones(in_force_list(raw.get("milestones"))),
        target=target,
        change=change,
        bound=raw.get("bound") or "at_least",
        threshold=number(first_of(raw, ("threshold",), stated.get("value") if kind == "sustain" else None)),
        margin=number(raw.get("margin")),
        hold_from=whole_year(raw.get("hold_from")),
        hold_to=whole_year(raw.get("hold_to")),
    )
    return replace(parameters, direction=raw.get("direction") or _direction(parameters))


def placed(raw: Any) -> Raw:
    """An anchor as an object; text alone is its period."""
    if isinstance(raw, Mapping):
        return raw
    return {"period": raw} if isinstance(raw, str) else {}


def in_force_list(raw: Any) -> Any:
    """Milestones as a list of objects, or as a mapping of period to value."""
    if isinstance(raw, Mapping):
        return [{"period": key, "value": value} for key, value in raw.items()]
    return raw


def _direction(parameters: TargetParameters) -> str:
    """The direction nobody stated: down for ranks and where the target lies below the baseline."""
    baseline, target = parameters.baseline, parameters.target
    falls = parameters.kind == "rank" or (parameters.change is not None and parameters.change < 0)
    if baseline and target and baseline.value is not None and target.value is not None:
        falls = falls or target.value < baseline.value
    return "decrease" if falls else "increase"


def entities(raw: Raw, on: date | None = None) -> dict[str, Entity]:
    """Countries as a mapping of code to input, or as a list with `code`."""
    listed = raw.get("entities") or {}
    if not isinstance(listed, Mapping):
        listed = {first_of(item, ("code", "id", "entity", "country")): item for item in listed}
    return {code: _entity(raw, item, on) for code, item in listed.items()}


def _entity(raw: Raw, item: Raw, on: date | None) -> Entity:
    own = {**raw, **{key: value for key, value in item.items() if value is not None}}
    for name in ("baseline", "target"):
        shared, mine = in_force(raw.get(name), on) or {}, in_force(item.get(name), on) or {}
        own[name] = {**shared, **(mine if isinstance(mine, Mapping) else {"value": mine})}
    parameters = target_parameters(own, on)
    return Entity(
        observations=as_known(points(item.get("observations")), on),
        baseline=parameters.baseline,
        target=parameters.target,
        milestones=parameters.milestones,
        comparator=as_known(points(first_of(item, ("comparator",), raw.get("comparator"))), on),
    )


def knowledge_day(raw: Raw) -> date | None:
    """The knowledge date: as stated, else the evaluation date; None with hindsight or without either."""
    if raw.get("hindsight"):
        return None
    return day(first_of(raw, (*KNOWN_NAMES, "as_of")))


def frequency(raw: Raw, observations: Iterable[Point]) -> str | None:
    """The rhythm stated, else the form of the observations' periods; None for single days."""
    stated = raw.get("frequency")
    found = [periods.frequency(item.period) for item in observations]
    written = found[-1] if found else None
    return stated or (None if written == "daily" else written)


def subgoal_parameters(raw: Raw) -> SubgoalParameters:
    """A sub-goal; a yes/no deliverable goes from 0 to 1."""
    is_deliverable = raw.get("deliverable") or raw.get("metric") in ("yes_no", "deliverable", "boolean")
    start = {"period": first_of(raw, ("start", "start_date")), "value": 0 if is_deliverable else None}
    end = {"period": first_of(raw, ("due", "target_date")), "value": 1 if is_deliverable else None}
    baseline = anchor({**start, **_stated(raw.get("baseline"))})
    target = anchor({**end, **_stated(raw.get("target"))})
    if baseline is None or target is None or target.value is None:
        raise CaseError("a sub-goal needs a baseline and a target")
    falls = baseline.value is not None and target.value < baseline.value
    return SubgoalParameters(
        baseline=baseline,
        target=target,
        direction=raw.get("direction") or ("decrease" if falls else "increase"),
        path=raw.get("path") or "linear",
        milestones=milestones(in_force_list(raw.get("milestones"))),
        cadence=first_of(raw, ("cadence", "frequency"), "quarterly"),
        reporting=(raw.get("reporting") or "level").removesuffix("s"),
        draft=bool(raw.get("draft")) or state(raw) in ("draft", "submitted", "sent_back"),
        withdrawn_on=_since(raw, "withdrawn"),
        completed_on=_since(raw, "completed"),
    )


def _stated(raw: Any) -> dict[str, Any]:
    """What an anchor says; a bare number is its value."""
    if isinstance(raw, Mapping):
        return {key: value for key, value in raw.items() if value is not None}
    return {} if raw is None else {"value": raw}


def state(raw: Raw) -> str | None:
    return first_of(raw, ("state", "status"))


def _since(raw: Raw, what: str) -> date | None:
    """The day something holds from; without one, always."""
    stated = first_of(raw, (f"{what}_on", f"{what}_at", f"{what}_date", f"{what}_from", what))
    if isinstance(stated, Mapping):
        stated = first_of(stated, ("on", *PERIOD_NAMES))
    if isinstance(stated, str):
        return day(stated)
    return date.min if stated or state(raw) == what else None


def approved_updates(raw: Raw) -> tuple[Point, ...]:
    listed = first_of(raw, ("updates", "observations"), ())
    if isinstance(listed, Mapping):
        return points(listed)
    return tuple(point(item) for item in listed if isinstance(item, list) or _is_approved(item))


def _is_approved(update: Raw) -> bool:
    return update.get("approved") is not False and first_of(update, ("state", "status")) in APPROVED_STATES


def declared(raw: Raw, shared: Mapping[str, Raw], parent: str | None = None) -> list[Declared]:
    """A sub-goal's declaration and those of the children nested in it."""
    effort = raw.get("shared_effort")
    stated = effort if isinstance(effort, Mapping) else {"key": effort}
    key = first_of(stated, ("key", "id", "name"))
    agreed = shared.get(key or "", {})
    own = Declared(
        id=raw["id"],
        org=str(first_of(raw, ("org", "organization", "owner"), raw["id"])),
        value=number(raw.get("value")),
        baseline=needed_number(plain_value(raw.get("baseline")), ZERO),
        factor=needed_number(raw.get("factor"), ONE),
        attribution=needed_number(raw.get("attribution"), ONE),
        parent=raw.get("parent") or parent,
        uncounted=_uncounted(raw),
        delivered_stands=bool(raw.get("delivered_stands")) or raw.get("withdrawn") == "delivered_stands",
        shared_effort=key,
        share=number(_share(raw, stated, agreed)),
        leads=_leads(raw, stated, agreed),
        declares=raw.get("declares") is not False,
    )
    nested = [row for child in raw.get("children") or () for row in declared(child, shared, own.id)]
    return [own, *nested]


def _share(raw: Raw, stated: Raw, agreed: Raw) -> Any:
    fallback = (agreed.get("shares") or {}).get(raw["id"])
    return first_of(raw, ("share", "shared_effort_share"), first_of(stated, ("share",), fallback))


def _leads(raw: Raw, stated: Raw, agreed: Raw) -> bool:
    named = first_of(raw, ("lead", "leads", "is_lead", "role"), first_of(stated, ("lead", "role")))
    if named is True or named in ("lead", raw["id"]):
        return True
    return agreed.get("lead") == raw["id"]


def plain_value(raw: Any) -> Any:
    return raw.get("value") if isinstance(raw, Mapping) else raw


def _uncounted(raw: Raw) -> str | None:
    for name in ("draft", "withdrawn", "not_started"):
        if raw.get(name) or first_of(raw, ("state", "status")) == name:
            return name
    return first_of(raw, ("reason",), "not_counted") if raw.get("counted") is False else None
