"""A target in words: what is asked, who set it, when and why, with every version."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from goals import sentences, words
from goals.models import Path, TargetVersion
from indicators.models import Indicator
from public import presenting
from public.presenting import amount

Kind = TargetVersion.Kind


@dataclass(frozen=True)
class TargetView:
    """The versions of a target, the newest first; the first one is in force."""

    indicator: Indicator
    versions: list[TargetVersion]
    facts: sentences.Facts
    outcome: dict[str, Any]

    @property
    def asked(self) -> str:
        return asked(self.indicator, self.versions[0], self.facts) if self.versions else ""

    @property
    def path(self) -> str:
        """How the way to the target is drawn between its fixed points."""
        version = self.versions[0] if self.versions else None
        if version is None or version.kind in (Kind.MONITOR, Kind.SUSTAIN):
            return ""
        return _("Between them the path asks for %(path)s.") % {"path": Path(version.path).label}

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "number": version.number,
                "since": presenting.day(version.valid_from),
                "document": version.document,
                "reason": version.reason,
                "asked": asked(self.indicator, version, self.facts),
            }
            for version in self.versions
        ]

    @property
    def milestones(self) -> list[dict[str, str]]:
        return [
            {
                "year": milestone["period"][:4],
                "value": amount(self.indicator, milestone["value"]),
                "word": str(words.MILESTONES[milestone["status"]]),
                "mark": milestone["status"],
            }
            for milestone in presenting.judged(self.outcome).get("milestones") or ()
        ]


def asked(indicator: Indicator, version: TargetVersion, facts: sentences.Facts) -> str:
    """What a version asks for, in a sentence."""
    if version.kind == Kind.MONITOR:
        return _("It is monitored; no target has been published.")
    if version.kind == Kind.SUSTAIN:
        return sentences.asked_sentence(facts)
    return reach(indicator, version) + countries(version)


def reach(indicator: Indicator, version: TargetVersion) -> str:
    said = {
        "baseline": amount(indicator, version.baseline_value),
        "since": version.baseline_period[:4],
        "target": amount(indicator, version.target_value),
        "year": version.target_period[:4],
    }
    if version.kind == Kind.RELATIVE_CHANGE and version.change is not None:
        above = _("%(change)s above the level of %(since)s by %(year)s.")
        below = _("%(change)s below the level of %(since)s by %(year)s.")
        share = presenting.share_text(abs(version.change), 0)
        return (above if version.change > 0 else below) % {**said, "change": share}
    if version.kind == Kind.RANK:
        return _("%(target)s or better by %(year)s, counted from %(since)s.") % capital(said)
    if not said["baseline"]:
        return _("%(target)s by %(year)s, counted from the value of %(since)s.") % capital(said)
    return _("From %(baseline)s in %(since)s to %(target)s in %(year)s.") % said


def capital(said: dict[str, str]) -> dict[str, str]:
    """The same with a capital where a sentence begins with the target."""
    return {**said, "target": said["target"][:1].upper() + said["target"][1:]}


def countries(version: TargetVersion) -> str:
    if len(version.areas) < 2:
        return ""
    text = " " + _("It has to be reached in each of %(countries)s.")
    return text % {"countries": sentences.country_list(version.areas)}
