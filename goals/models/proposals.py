"""Measures and contributions organizations want for published sub-goals instead, until stewards decide."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from goals.models.sub_goals import Measured, SubGoal
from stakeholders.models import User


class MeasureProposalQuerySet(models.QuerySet["MeasureProposal"]):
    def waiting(self) -> "MeasureProposalQuerySet":
        """Those that stand open; what is completed or withdrawn is not measured anew."""
        return self.filter(state=MeasureProposal.State.WAITING, sub_goal__state=SubGoal.State.PUBLISHED)

    def awaiting_review(self) -> "MeasureProposalQuerySet":
        """Those a steward can decide on, the longest waiting first."""
        waiting = self.waiting().filter(sub_goal__organization__is_active=True)
        return waiting.order_by("proposed_at", "pk")

    def asked_about(self) -> "MeasureProposalQuerySet":
        """Those sent back that the organization still has to answer: nothing was proposed on them since."""
        later = MeasureProposal.objects.filter(sub_goal=OuterRef("sub_goal"), pk__gt=OuterRef("pk"))
        sent_back = self.filter(state=MeasureProposal.State.SENT_BACK)
        return sent_back.filter(~Exists(later), sub_goal__state=SubGoal.State.PUBLISHED)


class MeasureProposal(Measured):
    """How a sub-goal is to be measured and what it is to contribute, and why. At most one of each waits."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for review")
        APPROVED = "approved", _("Approved")
        SENT_BACK = "sent_back", _("Sent back with a question")
        TAKEN_BACK = "taken_back", _("Taken back")

    sub_goal = models.ForeignKey(SubGoal, on_delete=models.PROTECT, related_name="proposals")
    replaces = models.PositiveIntegerField(help_text=_("Number of the version it was proposed over."))
    reason = models.TextField(max_length=2_000)
    proposed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)

    objects = MeasureProposalQuerySet.as_manager()

    class Meta:
        ordering = ["sub_goal", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["sub_goal"], condition=Q(state="waiting"), name="one_waiting_proposal_per_sub_goal"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sub_goal}, {self.get_state_display()}"

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING
