"""The history of a sub-goal: the steps its progress took, and the versions of its measure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice, zip_longest

from django.utils.translation import gettext as _

from goals.happening_rows import beginning
from goals.models import Result, Step, SubGoal, SubGoalVersion, Update
from public import presenting

STEPS_SHOWN = 20
VERSIONS_SHOWN = 20


@dataclass(frozen=True)
class Past:
    """A step its progress took, or a change of how it is measured."""

    at: datetime
    text: str
    effect: str = ""
    reason: str = ""
    facts: list[str] = field(default_factory=list)

    @property
    def day(self) -> str:
        return presenting.day(self.at)

    @property
    def iso(self) -> str:
        return self.at.date().isoformat()


def history_of(sub_goal: SubGoal) -> list[Past]:
    """The newest steps and versions, the newest first."""
    steps = list(sub_goal.steps.filter(node=sub_goal.node)[:STEPS_SHOWN])
    updates = Update.objects.in_bulk([number for step in steps if (number := update_of(step.cause))])
    newest = sub_goal.versions.select_related("contributes_to").order_by("-number")
    versions = list(newest[: VERSIONS_SHOWN + 1])
    past = [
        *(of_step(step, updates) for step in steps),
        *(
            of_version(version, before, sub_goal)
            for version, before in islice(zip_longest(versions, versions[1:]), VERSIONS_SHOWN)
        ),
        *of_days(sub_goal, {step.cause for step in steps}),
    ]
    return sorted(past, key=lambda one: one.at, reverse=True)


def of_step(step: Step, updates: Mapping[int, Update]) -> Past:
    update = updates.get(update_of(step.cause) or 0)
    return Past(step.at, update_text(update, step) if update else cause_text(step.cause), effect_text(step))


def update_of(cause: str) -> int | None:
    kind, _colon, number = cause.partition(":")
    return int(number) if kind == "update" and number.isdecimal() else None


def update_text(update: Update, step: Step) -> str:
    texts = {
        "published": _("The update for %(day)s was published."),
        "corrected": _("The update for %(day)s was corrected."),
        "retracted": _("The update for %(day)s was retracted."),
    }
    return texts[update.happened(step.at)] % {"day": presenting.day(update.date)}


def of_days(sub_goal: SubGoal, told: Collection[str]) -> Iterator[Past]:
    """What is known by its day alone, because no step tells it."""
    days = {
        "published": sub_goal.published_on,
        "completed": sub_goal.completed_on,
        "withdrawn": sub_goal.withdrawn_on,
    }
    for name, day in days.items():
        if day and (cause := f"{sub_goal.node}:{name}") not in told:
            effect = counts_no_longer() if name == "withdrawn" else ""
            yield Past(beginning(day), cause_text(cause), effect)


def cause_text(cause: str) -> str:
    """What led to a step, as far as its stored cause says it."""
    if cause.startswith("merge:"):
        return _("Two entries of one organization were made one.")
    texts = {
        "published": _("It was published."),
        "completed": _("It was completed."),
        "withdrawn": _("It was withdrawn."),
        "measure": _("How it is measured was changed."),
        "reparented": _("It was put elsewhere among the sub-goals."),
        "reweighed": _("Its weight was changed."),
    }
    return texts.get(cause.rpartition(":")[2], _("Something it rests on changed."))


def effect_text(step: Step) -> str:
    """From where to where its progress went; what enters or leaves is not called progress."""
    if step.cause.endswith(":withdrawn"):
        return counts_no_longer()
    if step.progress_before is None or step.progress_after is None:
        return "" if step.progress_after is None else _("Progress is counted from here on.")
    if step.progress_before == step.progress_after:
        return ""
    said = {
        "before": presenting.share_text(step.progress_before),
        "after": presenting.share_text(step.progress_after),
    }
    if step.kind == Result.ChangeKind.COMPOSITION:
        return _("What is counted changed: %(before)s of the way before, %(after)s after.") % said
    return _("From %(before)s of the way to %(after)s.") % said


def counts_no_longer() -> str:
    return _("It counts no longer.")


def of_version(version: SubGoalVersion, before: SubGoalVersion | None, sub_goal: SubGoal) -> Past:
    """What it was from then on; `before` is the version it took the place of, if there is one."""
    facts = [] if sub_goal.is_deliverable else [measure_text(version)]
    return Past(
        version.valid_from, version_text(version, before), reason=version.reason,
        facts=[*facts, *contribution_texts(version, before)],
    )  # fmt: skip


def version_text(version: SubGoalVersion, before: SubGoalVersion | None) -> str:
    if before is None:
        return _("First version of the measure.")
    text = (
        _("What it contributes was changed, version %(number)s; that is no progress in itself.")
        if version.measures_like(before)
        else _("Measured anew, version %(number)s; that is no progress in itself.")
    )
    return text % {"number": version.number}


def contribution_texts(version: SubGoalVersion, before: SubGoalVersion | None) -> Iterator[str]:
    """How its value becomes a quantity of an indicator, and the effort it shares; that neither is so now."""
    if version.contributes_to is None:
        if before and before.contributes_to:
            yield _("It adds to no indicator any more.")
        return
    said = {
        "indicator": version.contributes_to.name,
        "factor": presenting.exact(version.contribution_factor or 0),
        "share": presenting.share_text(version.attribution),
    }
    yield _("Adds to %(indicator)s: factor %(factor)s, share claimed %(share)s.") % said
    if version.shared_effort:
        yield effort_text(version)


def effort_text(version: SubGoalVersion) -> str:
    said = {"name": version.shared_effort, "share": presenting.share_text(version.shared_effort_share)}
    if version.shared_effort_share is None:
        return _("Part of the shared effort “%(name)s”.") % said
    return _("Part of the shared effort “%(name)s” with a share of %(share)s.") % said


def measure_text(version: SubGoalVersion | SubGoal) -> str:
    return _("From %(baseline)s (%(start)s) to %(target)s (%(end)s).") % {
        "baseline": presenting.in_own_unit(version.baseline_value, version.unit),
        "start": presenting.day(version.start_date),
        "target": presenting.in_own_unit(version.target_value, version.unit),
        "end": presenting.day(version.target_date),
    }
