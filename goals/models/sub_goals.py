"""An organization's own goals under the shared ones."""

import secrets
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Round
from django.db.models.lookups import Exact, GreaterThan, LessThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from goals.models.targets import HEAVIEST, WEIGHT_BOUNDS, Direction, Goal, Path, Target, validate_weight
from indicators.fields import ExactDecimalField
from indicators.models import AppendOnlyError, Frequency, Indicator
from stakeholders import rights
from stakeholders.models import Organization, User
from stakeholders.versions import Versioned

WITHOUT_VOWELS = "bcdfghjkmnpqrstvwxz23456789"
"""What made-up codes are written with: no sign looks like another and no word comes out."""
WEIGHT = Cast(F("weight"), models.DecimalField(max_digits=30, decimal_places=12))
"""As a number the database can compare: SQLite keeps exact numbers as text."""


def new_code() -> str:
    """A short code that says nothing about the organization or the sub-goal."""
    return "s-" + "".join(secrets.choice(WITHOUT_VOWELS) for _sign in range(8))


def validate_share(share: Decimal) -> None:
    if not 0 <= share <= 1:
        raise ValidationError(_("A share lies between 0 and 1."))


def seen(person: rights.Person, public: Iterable[str], organization: str = "organization") -> Q:
    """Rows a person sees: public ones, those of the own organization, and what stewards were sent.

    `organization` leads from the row to whose it is.
    """
    found = Q(state__in=list(public), **{f"{organization}__is_active": True})
    if not rights.is_known(person):
        return found
    found |= Q(**{f"{organization}__in": rights.organizations_of(person)})
    if rights.may(person, "see_submitted", "sub_goal"):
        found |= ~Q(state="draft")
    return found


def is_public(sub_goal: str = "") -> Q:
    """Rows whose sub-goal the public sees; `sub_goal` leads from the row to it, such as `sub_goal__`."""
    states = {f"{sub_goal}state__in": SubGoal.PUBLIC_STATES}
    return Q(**states, **{f"{sub_goal}organization__is_active": True})


class SubGoalQuerySet(models.QuerySet["SubGoal"]):
    def public(self) -> "SubGoalQuerySet":
        """Published once, and of an organization that is not switched off."""
        return self.filter(is_public())

    def visible_to(self, person: rights.Person) -> "SubGoalQuerySet":
        """Public ones for everybody, drafts for the organization, the rest for both sides (R15)."""
        return self.filter(seen(person, SubGoal.PUBLIC_STATES))

    def awaiting_review(self) -> "SubGoalQuerySet":
        """Those a steward can decide on, the longest waiting first."""
        waiting = self.filter(state=SubGoal.State.SUBMITTED, organization__is_active=True)
        return waiting.order_by("submitted_at", "pk")


class SubGoal(Versioned):
    """An organization's own goal under a shared one, measured in its own terms."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Waiting for review")
        SENT_BACK = "sent_back", _("Sent back with a question")
        PUBLISHED = "published", _("Published")
        COMPLETED = "completed", _("Completed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    PUBLIC_STATES = (State.PUBLISHED, State.COMPLETED, State.WITHDRAWN)
    OPEN_STATES = (State.DRAFT, State.SENT_BACK)
    """While the organization still works on it, parts may be missing."""

    class Reporting(models.TextChoices):
        LEVEL = "level", _("each update gives the value reached")
        INCREMENT = "increment", _("each update adds to the value")

    class ProgressFrom(models.TextChoices):
        OWN = "own", _("its own updates")
        CHILDREN = "children", _("the sub-goals under it")

    code = models.SlugField(max_length=80, unique=True, default=new_code)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="sub_goals")
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="sub_goals")
    target = models.ForeignKey(
        Target, null=True, blank=True, on_delete=models.PROTECT, related_name="sub_goals"
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True, max_length=10_000)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    created_by = models.ForeignKey(
        User, null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    submitted_by = models.ForeignKey(
        User, null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
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
    # None only in the open states: wherever a sub-goal is judged or shown, both days are there.
    start_date: "models.DateField[str | date, date]" = models.DateField(  # type: ignore[misc]
        null=True, blank=True
    )
    baseline_value = ExactDecimalField(null=True, blank=True, default=0)
    target_date: "models.DateField[str | date, date]" = models.DateField(  # type: ignore[misc]
        null=True, blank=True
    )
    target_value = ExactDecimalField(null=True, blank=True, default=1)
    jump_share = ExactDecimalField(
        default=Decimal("0.25"),
        validators=[validate_share],
        help_text=_("An update that moves by more than this share of the whole way asks for a reason."),
    )

    answers_name = models.CharField(max_length=200, blank=True, help_text=_("Who answers for it."))
    answers_role = models.CharField(max_length=100, blank=True)
    answers_user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="answers_for"
    )

    progress_from = models.CharField(max_length=10, choices=ProgressFrom, default=ProgressFrom.OWN)
    weight = ExactDecimalField(
        default=1,
        validators=[validate_weight],
        help_text=_("Given by the goal's steward; under another sub-goal, by the owner of that one."),
    )

    contributes_to = models.ForeignKey(
        Indicator, null=True, blank=True, on_delete=models.PROTECT, related_name="contributing_sub_goals"
    )
    contribution_factor = ExactDecimalField(null=True, blank=True)
    attribution = ExactDecimalField(
        null=True, blank=True, validators=[validate_share], help_text=_("Share claimed, 0 to 1.")
    )
    shared_effort = models.CharField(max_length=60, blank=True)
    shared_effort_share = ExactDecimalField(null=True, blank=True, validators=[validate_share])
    leads_shared_effort = models.BooleanField(default=False)
    delivered_stands = models.BooleanField(default=False)

    objects = SubGoalQuerySet.as_manager()

    class Meta:
        ordering = ["organization", "title"]
        indexes = [
            models.Index(fields=["-published_on", "-id"], name="sub_goal_published"),
            models.Index(
                fields=["-completed_on", "-id"],
                name="sub_goal_completed",
                condition=Q(completed_on__isnull=False),
            ),
            models.Index(
                fields=["-withdrawn_on", "-id"],
                name="sub_goal_withdrawn",
                condition=Q(withdrawn_on__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("draft", "sent_back"))
                | Q(
                    start_date__isnull=False, target_date__isnull=False,
                    baseline_value__isnull=False, target_value__isnull=False,
                ),
                name="sub_goal_is_whole_once_submitted",
                violation_error_message=_("Baseline, target and both dates are needed."),
            ),
            models.CheckConstraint(
                condition=Q(GreaterThan(WEIGHT, Value(0)))
                & Q(LessThanOrEqual(WEIGHT, Value(HEAVIEST)))
                & Q(Exact(Round(WEIGHT, precision=2), WEIGHT)),
                name="sub_goal_weight_in_bounds",
                violation_error_message=WEIGHT_BOUNDS,
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title or self.code

    @property
    def node(self) -> str:
        return f"sub-goal:{self.code}"

    @property
    def is_public(self) -> bool:
        return self.state in self.PUBLIC_STATES and self.organization.is_active

    @property
    def ends(self) -> tuple[Decimal, Decimal]:
        """The values at the start and to be reached; both are there once it was submitted."""
        assert self.baseline_value is not None
        assert self.target_value is not None
        return self.baseline_value, self.target_value


class SubGoalText(models.Model):
    """The words of a sub-goal in a further language."""

    sub_goal = models.ForeignKey(SubGoal, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True, max_length=10_000)

    class Meta:
        ordering = ["sub_goal", "language"]
        constraints = [
            models.UniqueConstraint(fields=["sub_goal", "language"], name="one_sub_goal_text_per_language")
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"


class Measured(models.Model):
    """What says how a sub-goal is measured, and what it contributes."""

    unit = models.CharField(max_length=60, blank=True)
    direction = models.CharField(max_length=10, choices=Direction)
    path = models.CharField(max_length=20, choices=Path)
    cadence = models.CharField(max_length=12, choices=Frequency)
    reporting = models.CharField(max_length=10, choices=SubGoal.Reporting)
    progress_from = models.CharField(max_length=10, choices=SubGoal.ProgressFrom)
    start_date = models.DateField()
    baseline_value = ExactDecimalField()
    target_date = models.DateField()
    target_value = ExactDecimalField()
    contributes_to = models.ForeignKey(
        Indicator, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    contribution_factor = ExactDecimalField(null=True, blank=True)
    attribution = ExactDecimalField(null=True, blank=True)
    shared_effort = models.CharField(max_length=60, blank=True)
    shared_effort_share = ExactDecimalField(null=True, blank=True)
    leads_shared_effort = models.BooleanField(default=False)

    class Meta:
        abstract = True


class SubGoalVersion(Measured):
    """How a sub-goal is measured from one moment on, with the reason for the change; only ever added."""

    CONTRIBUTION = (
        "contributes_to", "contribution_factor", "attribution", "shared_effort", "shared_effort_share",
        "leads_shared_effort",
    )  # fmt: skip
    MEASURE = (
        "unit", "direction", "path", "cadence", "reporting", "progress_from", "start_date",
        "baseline_value", "target_date", "target_value", *CONTRIBUTION,
    )  # fmt: skip
    """What is changed in one, over which the stewards decide: how it is measured and what it contributes."""

    sub_goal = models.ForeignKey(SubGoal, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    valid_from = models.DateTimeField(default=timezone.now)
    reason = models.TextField(blank=True, help_text=_("Shown to the public; the first version needs none."))
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["sub_goal", "number"]
        indexes = [
            models.Index(
                fields=["-valid_from", "-id"], name="sub_goal_measure_changed", condition=Q(number__gt=1)
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["sub_goal", "number"], name="one_sub_goal_version_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.sub_goal}, version {self.number}"

    def save(self, *args, **kwargs):
        if self.pk is not None:
            raise AppendOnlyError("A version is never changed; add a new one with its reason.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise AppendOnlyError("A version is never deleted; add a new one with its reason.")

    def measures_like(self, other: "SubGoalVersion") -> bool:
        """Whether what it contributes is all that may differ."""
        names = set(self.MEASURE) - set(self.CONTRIBUTION)
        return all(getattr(self, name) == getattr(other, name) for name in names)
