"""“How this number was made”: the stored explanation of a result in words, with the records it used."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from goals import words
from goals.models import Direction, Path, Result, TargetVersion
from goals.words import language
from indicators import formats
from indicators.models import Frequency, Indicator
from public import presenting
from public.presenting import amount, share_text


@dataclass(frozen=True)
class Explanation:
    """Parameters, observations and numbers of one judged target, all from its stored result."""

    indicator: Indicator
    result: Result

    @property
    def case(self) -> Mapping[str, Any]:
        return self.result.explanation["input"]

    @property
    def method_version(self) -> str:
        return self.result.method_version

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """Name and value of every parameter the verdict was reached with."""
        return [(name, value) for name, value in (*self.moments(), *self.asked(), *self.kept()) if value]

    def moments(self) -> Iterator[tuple[str, str]]:
        yield _("Kind of target"), str(TargetVersion.Kind(self.case["kind"]).label)
        yield _("Judged for the end of"), presenting.day(date.fromisoformat(self.case["as_of"]))
        yield _("With the data known at the end of"), presenting.day(date.fromisoformat(self.case["known"]))

    def asked(self) -> Iterator[tuple[str, str]]:
        case = self.case
        yield _("Baseline"), self.point(case.get("baseline"))
        yield _("Milestones"), "; ".join(self.point(one) for one in case.get("milestones") or ())
        yield _("Target"), self.point(case.get("target"))
        yield _("Change asked"), share_text(case.get("change"), 0)
        if case.get("threshold") is not None:
            yield (
                str(TargetVersion.Bound(case["bound"]).label).capitalize(),
                amount(self.indicator, case["threshold"]),
            )
        if case.get("hold_from"):
            yield _("Years"), f"{case['hold_from']}–{case['hold_to']}"
        if case.get("direction"):
            yield _("Direction"), str(Direction(case["direction"]).label)
        if case.get("path"):
            yield _("Path"), str(Path(case["path"]).label)

    def kept(self) -> Iterator[tuple[str, str]]:
        yield _("Values come"), str(Frequency(self.case["frequency"]).label)
        yield _("Weight"), plain(self.case.get("weight"))
        yield _("Version of the target"), plain(self.case.get("target_version"))

    def point(self, anchor: Mapping[str, Any] | None) -> str:
        if not anchor:
            return ""
        value = amount(self.indicator, anchor.get("value")) or _("as observed")
        said = {"period": presenting.period(anchor["period"]), "value": value}
        return _("%(period)s: %(value)s") % said

    @property
    def numbers(self) -> list[tuple[str, str]]:
        """What came out, of several countries for the binding one."""
        outcome = presenting.judged(self.result.outcome)
        found = [
            (_("Value the path asked for"), amount(self.indicator, outcome.get("expected_value"))),
            (_("Progress"), share_text(outcome.get("progress"))),
            (_("Progress expected"), share_text(outcome.get("expected"))),
            (_("Pace, where 1 is as fast as the path"), two_decimals(outcome.get("pace"))),
            (_("On the path, from 0 to 100"), presenting.points(outcome.get("schedule"))),
        ]
        return [(name, value) for name, value in found if value]

    @property
    def groups(self) -> list[tuple[str, list[dict[str, str]]]]:
        """The observations used, by country or subject."""
        entities = self.case.get("entities")
        if entities:
            return [
                (words.subject_name(label), self.records(entity["observations"]))
                for label, entity in entities.items()
            ]
        groups = [("", self.records(self.case.get("observations") or []))]
        if self.case.get("comparator"):
            groups.append((_("Compared with"), self.records(self.case["comparator"])))
        return groups

    def records(self, points: list[Mapping[str, Any]]) -> list[dict[str, str]]:
        return [
            {
                "period": presenting.period(point["period"]),
                "value": presenting.digits(self.indicator, point["value"]),
                "record": str(point["observation"]),
                "vintage": datetime.fromisoformat(point["vintage"]).date().isoformat(),
            }
            for point in points
        ]


def two_decimals(value: Any) -> str:
    return "" if value is None else formats.number(value, 2, language())


def plain(value: Any) -> str:
    return "" if value is None else presenting.exact(value)
