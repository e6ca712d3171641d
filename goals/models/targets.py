"""The shared goals and the targets under them."""

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goals.fields import ExactJSONField
from indicators.fields import ExactDecimalField
from indicators.models import AppendOnlyError, Document, Indicator, end_of_day

HEAVIEST = 10
WEIGHT_BOUNDS = _("A weight lies above 0 and up to 10, with at most two decimals.")


def validate_weight(weight: Decimal) -> None:
    if not 0 < weight <= HEAVIEST or weight != round(weight, 2):
        raise ValidationError(WEIGHT_BOUNDS)


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
    weight = ExactDecimalField(default=1, validators=[validate_weight])
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return gettext("Goal %(number)s: %(name)s") % {"number": self.number, "name": self.name}


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
