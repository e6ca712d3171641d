"""What a steward sees of an update or a sub-goal before deciding on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from goals import standings
from goals.lifecycle import checking, reviewing, sub_goals, updates
from goals.lifecycle.steps import SUB_GOAL_STEPS, UPDATE_STEPS, Row, wrote
from goals.models import Comment, MeasureProposal, Result, Review, Step, SubGoal, Update
from goals.words import MEASURES
from stakeholders.models import User
from workspace.fields import VersionForm
from workspace.steward_deciding import attempt
from workspace.steward_forms import (
    ApproveSubGoalForm,
    ApproveUpdateForm,
    CommentForm,
    SendBackForm,
)
from workspace.steward_queue import Kind

EARLIER_SHOWN = 12
REPORTS_SHOWN = 50


# --- What it would change -----------------------------------------------------------------------
@dataclass(frozen=True)
class Movement:
    """One measure of one node before and after a change, as shares of 1."""

    name: str
    measure: str
    before: Decimal | None
    after: Decimal | None
    difference: Decimal | None


def movements(steps: list[Step]) -> list[Movement]:
    """What differs, from the sub-goal itself up to the overall number."""
    return [
        Movement(node_name(step), str(words), before, after, step.delta(measure))
        for step in steps
        for measure, words in MEASURES.items()
        for before, after in [(getattr(step, f"{measure}_before"), getattr(step, f"{measure}_after"))]
        if before != after
    ]


def node_name(step: Step) -> str:
    if step.level == Result.Level.OVERALL:
        return _("All goals together")
    if step.sub_goal_id:
        return str(step.sub_goal)
    if step.organization_id:
        return _("%(organization)s in goal %(number)s") % {
            "organization": step.organization,
            "number": step.goal.number if step.goal else "",
        }
    return str(step.goal)


# --- Forms and decisions ------------------------------------------------------------------------
class ReviewPage:
    """One row with its forms; `decide` answers a form that was sent."""

    kind: Kind
    forms: Mapping[str, type[VersionForm]]
    steps: Mapping[str, Callable[..., Any]]

    def __init__(self, row: Row, person: User) -> None:
        self.row, self.person = row, person
        self.status = 200
        self.refused: forms.Form | None = None
        self.made = {name: self.new(name) for name in self.forms}

    def new(self, name: str, data: Any = None) -> VersionForm:
        return self.forms[name](data, initial={"version": self.row.version}, auto_id=f"{name}_%s")

    @property
    def is_open(self) -> bool:
        return self.row.state == "submitted"

    @cached_property
    def is_own(self) -> bool:
        """Nobody approves what they wrote themselves."""
        return wrote(self.row, self.person)

    @property
    def context(self) -> dict[str, Any]:
        return {"page": self, "row": self.row, "form": self.refused, **self.made}

    def decide(self, request: HttpRequest) -> bool:
        """Take the step that was sent; False if something refuses it, and the page says what."""
        name = request.POST.get("decision", "")
        if name not in self.forms:
            self.status = 400
            return False
        form = self.new(name, request.POST)
        self.status = self.take(name, form) if form.is_valid() else 400
        if self.status != 200:
            self.show_refusal(name, form)
        return self.status == 200

    def take(self, name: str, form: VersionForm) -> int:
        return attempt(form, lambda: self.steps[name](self.row, self.person, form.seen_version, form.given))

    def show_refusal(self, name: str, form: VersionForm) -> None:
        """The row as it stands now, and the form with what was typed."""
        self.row.refresh_from_db()
        if self.status == 409:
            form.renew(self.row.version)
        self.refused = self.made[name] = form

    # --- What was said --------------------------------------------------------------------------
    @cached_property
    def reviews(self) -> list[Review]:
        return list(self.row.reviews.select_related("reviewer"))

    @cached_property
    def comments(self) -> list[Comment]:
        return list(self.row.comments.select_related("author"))


@transaction.atomic
def comment(row: Row, by: User, version: int, given: dict[str, Any]) -> None:
    reviewing.comment(row, given["text"], by)


class UpdatePage(ReviewPage):
    kind = Kind.UPDATES
    forms = {"approve": ApproveUpdateForm, "send_back": SendBackForm, "comment": CommentForm}
    steps = {
        "approve": lambda row, by, version, given: updates.publish(row, by, version, **given),
        "send_back": lambda row, by, version, given: updates.send_back(row, given["question"], by, version),
        "comment": comment,
    }
    row: Update

    @cached_property
    def proposed(self) -> Update | None:
        """The correction of it that is under way."""
        return updates.open_correction(self.row)

    @property
    def may_be_changed(self) -> bool:
        return self.row.state in UPDATE_STEPS["retract"].leads

    @property
    def sub_goal(self) -> SubGoal:
        return self.row.sub_goal

    @cached_property
    def earlier(self) -> list[Update]:
        """What was published before, the newest first."""
        return list(self.sub_goal.updates.public().exclude(pk=self.row.pk)[:EARLIER_SHOWN])

    @cached_property
    def last(self) -> Update | None:
        """The newest report that stands and that this one is read beside."""
        standing = (one for one in self.earlier if one.state == Update.State.PUBLISHED)
        replaced = self.row.correction_of_id
        return next((one for one in standing if one.pk != replaced and one.date <= self.row.date), None)

    @property
    def change(self) -> Decimal | None:
        """Since the last one, or since the baseline; an increment is itself the change."""
        if self.row.value is None or self.sub_goal.reporting == SubGoal.Reporting.INCREMENT:
            return None
        return self.row.value - checking.value_before(self.row)

    @property
    def is_jump(self) -> bool:
        return checking.is_jump(self.row)

    @cached_property
    def movements(self) -> list[Movement]:
        return movements(standings.preview(self.row))

    @property
    def never_published(self) -> str:
        return updates.never_published(self.row)

    @property
    def is_previewed(self) -> bool:
        return self.is_open and self.row.value is not None and not self.never_published


class SubGoalPage(ReviewPage):
    kind = Kind.SUB_GOALS
    forms = {"approve": ApproveSubGoalForm, "send_back": SendBackForm, "comment": CommentForm}
    steps = {
        "approve": lambda row, by, version, given: sub_goals.publish(row, by, version, **given),
        "send_back": lambda row, by, version, given: sub_goals.send_back(row, given["question"], by, version),
        "comment": comment,
    }
    row: SubGoal

    @property
    def may_be_withdrawn(self) -> bool:
        return self.row.state in SUB_GOAL_STEPS["withdraw"].leads

    @cached_property
    def proposal(self) -> MeasureProposal | None:
        """The changed measure that waits."""
        return self.row.proposals.waiting().first()

    @cached_property
    def reports(self) -> list[Update]:
        """What was reported on it, the newest first."""
        return list(self.row.updates.exclude(state=Update.State.DRAFT)[:REPORTS_SHOWN])

    def new(self, name: str, data: Any = None) -> VersionForm:
        form = super().new(name, data)
        if self.row.parent_id:
            form.fields.pop("weight", None)  # given by the owner of the sub-goal above it
        return form

    @property
    def committed(self) -> Decimal | None:
        """What reaching the target would declare for the indicator, in its unit."""
        row = self.row
        if row.contributes_to is None or row.contribution_factor is None or row.attribution is None:
            return None
        low, high = row.ends
        return (high - low) * row.contribution_factor * row.attribution
