"""What was worked out for each node of the tree, and drawn from it."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from goals.fields import ExactJSONField
from goals.models.sub_goals import SubGoal
from goals.models.targets import Goal, Target
from indicators.fields import ExactDecimalField
from stakeholders.models import Organization


class ResultQuerySet(models.QuerySet["Result"]):
    def current(self) -> "ResultQuerySet":
        return self.filter(is_current=True)


class Result(models.Model):
    """The stored outcome for one node of the tree; earlier ones stay as the history of progress."""

    class Level(models.TextChoices):
        TARGET = "target", _("target")
        SUB_GOAL = "sub_goal", _("sub-goal")
        ORGANIZATION = "organization", _("organization within a goal")
        GOAL = "goal", _("goal")
        OVERALL = "overall", _("overall")

    class ChangeKind(models.TextChoices):
        MOVEMENT = "movement", _("movement")
        COMPOSITION = "composition", _("composition")

    node = models.CharField(max_length=150, help_text=_("E.g. goal:g3 or target:food-trade."))
    level = models.CharField(max_length=12, choices=Level)
    goal = models.ForeignKey(Goal, null=True, on_delete=models.CASCADE, related_name="results")
    target = models.ForeignKey(Target, null=True, on_delete=models.CASCADE, related_name="results")
    sub_goal = models.ForeignKey(SubGoal, null=True, on_delete=models.CASCADE, related_name="results")
    organization = models.ForeignKey(Organization, null=True, on_delete=models.CASCADE, related_name="+")

    as_of = models.DateField()
    known = models.DateField(help_text=_("Data and parameters as known at the end of this day."))
    status = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    progress = ExactDecimalField(null=True)
    expected = ExactDecimalField(null=True)
    pace = ExactDecimalField(null=True)
    schedule = ExactDecimalField(null=True)
    coverage = ExactDecimalField(null=True)
    combined = ExactDecimalField(null=True)
    outcome = ExactJSONField(help_text=_("Every field of the outcome, as docs/method.md names them."))
    explanation = ExactJSONField(help_text=_("Formula, inputs and output; recomputing gives the number."))
    cause = models.CharField(max_length=100, help_text=_("What led to this result, e.g. run:12 or time."))
    change_kind = models.CharField(max_length=12, choices=ChangeKind, blank=True)
    method_version = models.CharField(max_length=10)
    is_current = models.BooleanField(default=True)
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = ResultQuerySet.as_manager()

    class Meta:
        ordering = ["node", "-recorded_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["node"], condition=Q(is_current=True), name="one_current_result_per_node"
            )
        ]
        indexes = [models.Index(fields=["node", "-recorded_at"])]

    def __str__(self) -> str:
        return f"{self.node} {self.as_of}: {self.status}"


class Chart(models.Model):
    """A drawn chart of a target's indicator, stored ready to be put into a page."""

    class Layout(models.TextChoices):
        WIDE = "wide", _("wide")
        NARROW = "narrow", _("narrow")
        SPARKLINE = "sparkline", _("sparkline")
        FILE = "file", _("stand-alone file")

    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="charts")
    language = models.CharField(max_length=5)
    layout = models.CharField(max_length=10, choices=Layout)
    svg = models.TextField()
    drawn_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["target", "language", "layout"], name="one_chart_per_layout")
        ]

    def __str__(self) -> str:
        return f"{self.target} {self.language} {self.layout}"
