"""Where each node of the stakeholder side stands now, the sums below it, and every step it took."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Left, Right
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from goals import rows
from goals.method import METHOD_VERSION
from goals.method.sums import NUMBERS, SUM_FIELDS, Entry, Shares, Sums
from goals.models.results import Result
from goals.models.sub_goals import SubGoal
from goals.models.targets import Goal
from goals.models.updates import Update
from indicators.fields import ExactDecimalField
from indicators.models import AppendOnlyError
from stakeholders.models import Organization


class FixedPointField(models.BigIntegerField):
    """A Decimal with a set number of decimals, kept as an integer: exact, and exact in SQL as well."""

    def __init__(self, *args, places: int, **kwargs):
        self.places = places
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "places": self.places}

    def from_db_value(self, value, expression, connection) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-self.places)

    def to_python(self, value) -> Decimal | None:
        return value if value is None or isinstance(value, Decimal) else Decimal(str(value))

    def get_prep_value(self, value) -> Any:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        scaled = Decimal(value).scaleb(self.places)
        if (whole := int(scaled)) != scaled:
            raise ValueError(f"{value} has more than {self.places} decimals.")
        return whole


def share(**kwargs) -> FixedPointField:
    return FixedPointField(places=9, null=True, editable=False, **kwargs)


def weight_sum() -> FixedPointField:
    return FixedPointField(places=2, default=Decimal(0), editable=False)


def share_sum() -> FixedPointField:
    return FixedPointField(places=11, default=Decimal(0), editable=False)


its_shares, its_sums = attrgetter(*NUMBERS), attrgetter(*SUM_FIELDS)


class StandingQuerySet(models.QuerySet["Standing"]):
    def reports_awaited(self) -> "StandingQuerySet":
        """Sub-goals that run and whose next report is with the organization, not with the Project."""
        return self.filter(level=Result.Level.SUB_GOAL, sub_goal__state=SubGoal.State.PUBLISHED).exclude(
            Update.objects.waiting_for(models.OuterRef("sub_goal"))
        )


class Standing(models.Model):
    """A sub-goal, an organization within a goal, a goal, or all goals, as organizations make them stand now.

    Shares are in 0..1. A sub-goal's are judged from its own updates or, like those of the nodes above it,
    the mean of what enters it; the sums of that mean stand beside it. Goals and overall have beside them what
    their indicators say, and the combined number of both; their status is that of the indicators.
    """

    explanation: dict[str, Any] | None = None  # put together from the records when somebody asks

    node = models.CharField(max_length=150, unique=True, help_text=_("E.g. sub-goal:x or goal:g3."))
    level = models.CharField(max_length=12, choices=Result.Level)
    goal = models.ForeignKey(Goal, null=True, on_delete=models.CASCADE, related_name="standings")
    organization = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+")
    sub_goal = models.OneToOneField(
        SubGoal, null=True, on_delete=models.CASCADE, related_name="standing"
    )  # fmt: skip
    enters = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="entries",
        help_text=_("The node it counts in; none for overall, and for a sub-goal that is shown only."),
    )  # fmt: skip
    under = (
        models.ForeignKey(  # when it was judged last; remembered alone, so nothing looks it up or holds it
            SubGoal,
            null=True,
            on_delete=models.DO_NOTHING,
            related_name="+",
            db_index=False,
            db_constraint=False,
        )
    )
    from_entries = models.BooleanField(default=True, help_text=_("Its shares are the mean of its entries."))

    as_of = models.DateField()
    counted = models.BooleanField(default=False)
    reason = models.CharField(max_length=40, blank=True, help_text=_("Why it does not count, or no status."))
    status = models.CharField(max_length=20, blank=True)
    update_state = models.CharField(max_length=20, blank=True)
    latest_value = ExactDecimalField(null=True)
    latest_on = models.DateField(null=True)

    weight = FixedPointField(places=2, default=Decimal(1))
    progress = share()
    expected = share()
    schedule = share()
    reporting = share()
    combined = share()
    indicator_schedule = FixedPointField(
        places=12, null=True, editable=False, help_text=_("Of the indicators of a goal, or of all goals.")
    )

    members = models.PositiveIntegerField(default=0)
    progress_sum, progress_weight = share_sum(), weight_sum()
    expected_sum, expected_weight = share_sum(), weight_sum()
    schedule_sum, schedule_weight = share_sum(), weight_sum()
    reporting_sum, reporting_weight = share_sum(), weight_sum()
    combined_sum, combined_weight = share_sum(), weight_sum()

    cause = models.CharField(max_length=100, default="time", help_text=_("What moved it last."))
    change_kind = models.CharField(max_length=12, choices=Result.ChangeKind, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = StandingQuerySet.as_manager()

    method_version, pace, coverage = METHOD_VERSION, None, None

    class Meta:
        ordering = ["node"]

    def __str__(self) -> str:
        return f"{self.node}: {self.status}"

    @property
    def known(self) -> date:
        """Standings always rest on everything published until now."""
        return self.as_of

    @property
    def outcome(self) -> dict[str, Any]:
        """What is said of the node, in the words of an outcome of the method."""
        latest = {"period": str(self.latest_on), "value": self.latest_value}
        return {
            **{name: getattr(self, name) for name in ("progress", "expected", "schedule")},
            "reporting_rate": self.reporting,
            "status": self.status or None,
            "reason": self.reason or None,
            "counted": self.counted,
            "update_state": self.update_state or None,
            "latest": latest if self.latest_on else None,
        }

    @property
    def shares(self) -> Shares:
        return Shares(*its_shares(self))

    @shares.setter
    def shares(self, shares: Shares) -> None:
        vars(self).update(shares._asdict())

    @property
    def sums(self) -> Sums:
        return Sums(*its_sums(self))

    @sums.setter
    def sums(self, sums: Sums) -> None:
        vars(self).update(sums._asdict())

    @property
    def entry(self) -> Entry | None:
        """How it enters the node above; None while it does not count."""
        return Entry(Decimal(self.weight), self.shares) if self.counted else None


TOLD_BY_STEPS_ALONE = (
    Q(cause="time")
    | Q(Exact(Left("cause", 13), Value("organization:")))
    | Q(Exact(Left("cause", 6), Value("merge:")))
    | Q(Exact(Right("cause", 11), Value(":reparented")))
    | Q(Exact(Right("cause", 10), Value(":reweighed")))
)
"""Steps of which no row of another table tells what happened."""


class Step(models.Model):
    """What one change did to one node: before, after and why; only ever added."""

    MEASURES = ("progress", "schedule", "combined")
    COPIED = ("node", "level", "goal_id", "organization_id", "sub_goal_id")

    node = models.CharField(max_length=150)
    level = models.CharField(max_length=12, choices=Result.Level)
    # Each index and each check is paid with every step. Nobody looks for the steps of a goal, and the keys of
    # the standing a step tells of are checked there.
    goal = models.ForeignKey(
        Goal, null=True, on_delete=models.CASCADE, related_name="steps", db_index=False, db_constraint=False
    )  # fmt: skip
    organization = models.ForeignKey(
        Organization, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    sub_goal = models.ForeignKey(
        SubGoal, null=True, on_delete=models.CASCADE, related_name="steps", db_constraint=False
    )
    at = models.DateTimeField(default=timezone.now)
    as_of = models.DateField()
    cause = models.CharField(max_length=100, help_text=_("E.g. update:12 or time."))
    kind = models.CharField(max_length=12, choices=Result.ChangeKind)
    status_before = models.CharField(max_length=20, blank=True)
    status_after = models.CharField(max_length=20, blank=True)
    progress_before, progress_after = share(), share()
    schedule_before, schedule_after = share(), share()
    combined_before, combined_after = share(), share()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["node", "-at"]),
            models.Index(fields=["cause"]),
            models.Index(fields=["-at", "-id"], name="step_alone", condition=TOLD_BY_STEPS_ALONE),
        ]

    def __str__(self) -> str:
        return f"{self.node}: {self.cause}"

    def save(self, *args, **kwargs):
        if self.pk is not None:
            raise AppendOnlyError("A step is never changed; the next change makes its own.")
        super().save(*args, **kwargs)

    @classmethod
    def between(cls, before: Mapping[str, Any], standing: Standing, **common) -> "Step":
        """From what a standing was to what it is; of a new one nothing was before."""
        values, stands = dict(common, status_before=before.get("status", "")), vars(standing)
        values |= {name: stands[name] for name in cls.COPIED} | {"status_after": stands["status"]}
        for name in cls.MEASURES:
            values[f"{name}_before"], values[f"{name}_after"] = before.get(name), stands[name]
        return rows.built(cls, {"id": None, **values})

    # What a result tells, told of a step, so that the history of every node reads alike.
    reason, method_version, expected, pace, coverage = "", METHOD_VERSION, None, None, None
    status = property(lambda self: self.status_after)
    progress = property(lambda self: self.progress_after)
    schedule = property(lambda self: self.schedule_after)
    combined = property(lambda self: self.combined_after)
    known = property(lambda self: self.as_of)
    change_kind = property(lambda self: self.kind)
    recorded_at = property(lambda self: self.at)

    def delta(self, name: str) -> Decimal | None:
        """After less before of `progress`, `schedule` or `combined`; None where one is missing."""
        before, after = getattr(self, f"{name}_before"), getattr(self, f"{name}_after")
        return None if before is None or after is None else after - before
