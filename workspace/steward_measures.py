"""Changed measures as stewards see them: old beside new, what it would move, and the decision."""

from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from goals.declarations.declaring import MovedSum
from goals.lifecycle import measures, proposing, sub_goals
from goals.lifecycle.steps import Row
from goals.models import MeasureProposal, SubGoal
from stakeholders import rights
from stakeholders.models import User
from workspace.fields import VersionForm
from workspace.measure_pages import Foreseen, compared, foreseen
from workspace.own import person_of, place_in
from workspace.saving import Difference
from workspace.steward_forms import CommentForm, SendBackForm, text
from workspace.steward_interventions import Intervention, intervene, sent
from workspace.steward_queue import Kind
from workspace.steward_reviewing import Movement, ReviewPage, comment, movements
from workspace.steward_views import answer
from workspace.sub_goal_forms import Measure

RELATED = ("organization", "goal", "parent", "contributes_to")
page_methods = require_http_methods(["GET", "HEAD", "POST"])
MEASURE = Intervention(
    _("Change how it is measured or what it contributes"),
    _(
        "This makes a new version with your reason, both shown to the public; the organization gets a mail. "
        "What it moves is shown as no progress in itself."
    ),
    _("Make the new version"),
    _("The new version holds from now on."),
)


class ApproveMeasureForm(VersionForm):
    comment = text(_("Remark"), required=False, hint=_("Public, with the sub-goal. May stay empty."))


class MeasurePage(ReviewPage):
    """A proposal; its steps are taken over the version of the sub-goal."""

    kind = Kind.MEASURES
    forms = {"approve": ApproveMeasureForm, "send_back": SendBackForm, "comment": CommentForm}
    steps = {
        "approve": lambda row, by, version, given: proposing.approve(row, by, version, **given),
        "send_back": lambda row, by, version, given: proposing.send_back(row, given["question"], by, version),
        "comment": comment,
    }
    row: SubGoal

    def __init__(self, proposal: MeasureProposal, person: User) -> None:
        self.proposal = proposal
        super().__init__(proposal.sub_goal, person)

    @property
    def is_open(self) -> bool:
        return self.proposal.is_waiting and self.row.state == SubGoal.State.PUBLISHED

    @property
    def is_own(self) -> bool:
        return self.proposal.proposed_by_id == self.person.pk

    @property
    def differences(self) -> list[Difference]:
        return compared(self.before, self.proposal)

    @property
    def before(self) -> Any:
        """What it was proposed over: the sub-goal itself, or of a decided one the version of then."""
        version = None if self.is_open else self.row.versions.filter(number=self.proposal.replaces).first()
        return version or self.row

    @cached_property
    def foreseen(self) -> Foreseen | None:
        if not self.is_open:
            return None
        try:
            return foreseen(self.row, proposing.changed(self.row, measures.fields_of(self.proposal)))
        except ValidationError:
            return None  # it became what was asked for, or can no longer stand

    @property
    def movements(self) -> list[Movement] | None:
        if self.foreseen is None or self.foreseen.steps is None:
            return None
        return movements(self.foreseen.steps)

    @property
    def sums(self) -> list[MovedSum]:
        return self.foreseen.sums if self.foreseen else []

    def show_refusal(self, name: str, form: VersionForm) -> None:
        self.proposal.refresh_from_db()
        super().show_refusal(name, form)


@page_methods
@rights.rule("sub_goal_measure", "approve")
def review(request: HttpRequest, pk: int) -> HttpResponse:
    seen = SubGoal.objects.visible_to(request.user)
    related = (
        "sub_goal__organization", "sub_goal__goal", "sub_goal__parent", "sub_goal__contributes_to",
        "contributes_to", "proposed_by",
    )  # fmt: skip
    found = MeasureProposal.objects.filter(sub_goal__in=seen).select_related(*related)
    page = MeasurePage(get_object_or_404(found, pk=pk), person_of(request))
    return answer(request, page, "workspace/steward/measure.html")


@page_methods
@rights.rule("sub_goal_measure", "edit")
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """A steward changes it without having been asked."""
    row = get_object_or_404(SubGoal.objects.public().select_related(*RELATED), pk=pk)
    person = person_of(request)
    form = Measure(sent(request), place_in(person, row.organization), row)

    def step() -> Row:
        reason = form.given["reason"]
        return sub_goals.change_measure(row, form.measure, reason, person, form.seen_version)

    return intervene(request, MEASURE, row, row, form, step)
