"""Where we want to be and how far we are: goals, targets, sub-goals, updates and stored results."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from goals.fields import ExactJSONField
from indicators.fields import ExactDecimalField
from indicators.models import AppendOnlyError, Document, Frequency, Indicator, end_of_day
from stakeholders.models import Organization


class Direction(models.TextChoices):
    INCREASE = "increase", _("higher is better")
    DECREASE = "decrease", _("lower is better")


class Path(models.TextChoices):
    LINEAR = "linear", _("the same step every year")
    CONSTANT_GROWTH = "constant_growth", _("the same growth rate every year")


class Goal(models.Model):
    """One of the four goals the three countries share."""

    code = models.SlugField(unique=True)
    number = models.PositiveSmallIntegerField(unique=True)
    name = models.CharField(max_length=200)
    statement = models.TextField()
    weight = ExactDecimalField(default=1)
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Target(models.Model):
    """What is aimed at with one indicator; its parameters live in versions."""

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="targets")
    indicator = models.OneToOneField(Indicator, on_delete=models.PROTECT, related_name="target")
    number = models.CharField(max_length=5, blank=True, help_text=_("As the Project numbers it, e.g. 1A."))
    is_headline = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["goal", "-is_headline", "position"]

    def __str__(self) -> str:
        return f"{self.number} {self.indicator}".strip()

    @property
    def node(self) -> str:
        return f"target:{self.indicator.code}"


class TargetVersionQuerySet(models.QuerySet["TargetVersion"]):
    def as_of(self, day: date) -> "TargetVersionQuerySet":
        """The version in force at the end of `day` for each target."""
        newest = (
            TargetVersion.objects.filter(target=models.OuterRef("target"), valid_from__lte=end_of_day(day))
            .order_by("-valid_from", "-number")
            .values("pk")[:1]
        )
        return self.filter(pk=models.Subquery(newest))


class TargetVersion(models.Model):
    """The parameters of a target from one moment on, with the reason for the change; only ever added."""

    class Kind(models.TextChoices):
        REACH_LEVEL = "reach_level", _("reach a level")
        RELATIVE_CHANGE = "relative_change", _("change by a share of the baseline")
        RANK = "rank", _("reach a rank")
        SUSTAIN = "sustain", _("hold every year")
        MONITOR = "monitor", _("monitor, no target")

    class Bound(models.TextChoices):
        AT_LEAST = "at_least", _("at least")
        AT_MOST = "at_most", _("at most")

    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    valid_from = models.DateTimeField(default=timezone.now)
    reason = models.TextField(help_text=_("Why this version was made; shown to the public."))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    kind = models.CharField(max_length=20, choices=Kind)
    areas = models.JSONField(default=list, help_text=_("Area codes; all of them must hold."))
    direction = models.CharField(max_length=10, choices=Direction, default=Direction.INCREASE)
    path = models.CharField(max_length=20, choices=Path, default=Path.LINEAR)
    weight = ExactDecimalField(default=1)
    baseline_period = models.CharField(max_length=10, blank=True)
    baseline_value = ExactDecimalField(null=True, blank=True)
    milestones = ExactJSONField(default=list, blank=True, help_text=_("[{“period”: “2040”, “value”: 83}]"))
    target_period = models.CharField(max_length=10, blank=True)
    target_value = ExactDecimalField(null=True, blank=True)
    change = ExactDecimalField(null=True, blank=True, help_text=_("Relative change, 0.25 = a quarter more."))
    bound = models.CharField(max_length=10, choices=Bound, blank=True)
    threshold = ExactDecimalField(null=True, blank=True)
    comparator_area = models.CharField(
        max_length=20, blank=True, help_text=_("Area whose series of the same indicator is compared with.")
    )
    margin = ExactDecimalField(null=True, blank=True)
    hold_from = models.PositiveSmallIntegerField(null=True, blank=True)
    hold_to = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = TargetVersionQuerySet.as_manager()

    class Meta:
        ordering = ["target", "number"]
        constraints = [
            models.UniqueConstraint(fields=["target", "number"], name="one_target_version_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.target}, version {self.number}"

    def save(self, *args, **kwargs):
        if self.pk is not None:
            raise AppendOnlyError("A target version is never changed; add a new version with its reason.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise AppendOnlyError("A target version is never deleted; add a new version with its reason.")


class Assumption(models.Model):
    """Something the figures rest on that no publication states; shown on the page as an assumption."""

    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="assumptions")
    code = models.SlugField(unique=True)
    text = models.TextField()

    class Meta:
        ordering = ["target", "code"]

    def __str__(self) -> str:
        return self.code


class SubGoalQuerySet(models.QuerySet["SubGoal"]):
    def public(self) -> "SubGoalQuerySet":
        return self.filter(state__in=SubGoal.PUBLIC_STATES)


class SubGoal(models.Model):
    """An organization's own goal under a shared one, measured in its own terms."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Waiting for review")
        SENT_BACK = "sent_back", _("Sent back with a question")
        PUBLISHED = "published", _("Published")
        COMPLETED = "completed", _("Completed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    PUBLIC_STATES = (State.PUBLISHED, State.COMPLETED, State.WITHDRAWN)

    class Reporting(models.TextChoices):
        LEVEL = "level", _("each update gives the value reached")
        INCREMENT = "increment", _("each update adds to the value")

    class ProgressFrom(models.TextChoices):
        OWN = "own", _("its own updates")
        CHILDREN = "children", _("the sub-goals under it")

    code = models.SlugField(max_length=80, unique=True)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="sub_goals")
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="sub_goals")
    target = models.ForeignKey(
        Target, null=True, blank=True, on_delete=models.PROTECT, related_name="sub_goals"
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    published_on = models.DateField(null=True, blank=True)
    completed_on = models.DateField(null=True, blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)
    withdrawal_reason = models.TextField(blank=True)

    is_deliverable = models.BooleanField(default=False, help_text=_("Done or not done: from 0 to 1."))
    unit = models.CharField(max_length=60, blank=True, help_text=_("In the organization's own words."))
    direction = models.CharField(max_length=10, choices=Direction, default=Direction.INCREASE)
    path = models.CharField(max_length=20, choices=Path, default=Path.LINEAR)
    cadence = models.CharField(max_length=12, choices=Frequency, default=Frequency.QUARTERLY)
    reporting = models.CharField(max_length=10, choices=Reporting, default=Reporting.LEVEL)
    start_date = models.DateField()
    baseline_value = ExactDecimalField(default=0)
    target_date = models.DateField()
    target_value = ExactDecimalField(default=1)

    progress_from = models.CharField(max_length=10, choices=ProgressFrom, default=ProgressFrom.OWN)
    weight = ExactDecimalField(default=1)

    contributes_to = models.ForeignKey(
        Indicator, null=True, blank=True, on_delete=models.PROTECT, related_name="contributing_sub_goals"
    )
    contribution_factor = ExactDecimalField(null=True, blank=True)
    attribution = ExactDecimalField(null=True, blank=True, help_text=_("Share claimed, 0 to 1."))
    shared_effort = models.CharField(max_length=60, blank=True)
    shared_effort_share = ExactDecimalField(null=True, blank=True)
    leads_shared_effort = models.BooleanField(default=False)
    delivered_stands = models.BooleanField(default=False)

    objects = SubGoalQuerySet.as_manager()

    class Meta:
        ordering = ["organization", "title"]

    def __str__(self) -> str:
        return self.title

    @property
    def node(self) -> str:
        return f"sub-goal:{self.code}"


class UpdateQuerySet(models.QuerySet["Update"]):
    def public(self) -> "UpdateQuerySet":
        return self.filter(state__in=Update.PUBLIC_STATES)


class Update(models.Model):
    """A dated report on a sub-goal."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Waiting for review")
        SENT_BACK = "sent_back", _("Sent back with a question")
        PUBLISHED = "published", _("Published")
        CORRECTED = "corrected", _("Corrected")
        RETRACTED = "retracted", _("Retracted")

    PUBLIC_STATES = (State.PUBLISHED, State.CORRECTED, State.RETRACTED)

    class Evidence(models.TextChoices):
        SELF_DECLARED = "self_declared", _("Self-declared")
        DOCUMENTED = "documented", _("Documented")
        REVIEWED = "reviewed", _("Reviewed")
        CONFIRMED = "confirmed", _("Confirmed")

    sub_goal = models.ForeignKey(SubGoal, on_delete=models.PROTECT, related_name="updates")
    date = models.DateField(help_text=_("The day the value describes."))
    value = ExactDecimalField(null=True, blank=True)
    note = models.TextField(blank=True)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    evidence_url = models.URLField(blank=True)
    evidence_grade = models.CharField(max_length=14, choices=Evidence, default=Evidence.SELF_DECLARED)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="updates"
    )
    author_role = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    published_at = models.DateTimeField(null=True, blank=True)
    corrected_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrects"
    )

    objects = UpdateQuerySet.as_manager()

    class Meta:
        ordering = ["sub_goal", "-date", "-pk"]

    def __str__(self) -> str:
        return f"{self.sub_goal}, {self.date}"


class Review(models.Model):
    """A steward's answer to an update, shown with it."""

    class Decision(models.TextChoices):
        APPROVED = "approved", _("Checked by the Project")
        SENT_BACK = "sent_back", _("Sent back with a question")

    update_reviewed = models.ForeignKey(Update, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decision = models.CharField(max_length=10, choices=Decision)
    comment = models.TextField(blank=True)
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-decided_at"]

    def __str__(self) -> str:
        return f"{self.get_decision_display()} ({self.decided_at:%Y-%m-%d})"


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
