"""What is measured: indicators, their series, every vintage of every observation, and their sources."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from indicators import periods
from indicators.fields import ExactDecimalField, validate_months


class Frequency(models.TextChoices):
    ANNUAL = "annual", _("annual")
    BIENNIAL = "biennial", _("every two years")
    HALF_YEARLY = "half_yearly", _("half-yearly")
    QUARTERLY = "quarterly", _("quarterly")
    MONTHLY = "monthly", _("monthly")


class AppendOnlyError(RuntimeError):
    """Something tried to change or delete what was published; a newer version is the only way."""


class Document(models.Model):
    """A publication that figures and targets are cited from."""

    code = models.SlugField(unique=True)
    title = models.CharField(max_length=300)
    publisher = models.CharField(max_length=200)
    published = models.CharField(
        max_length=10, help_text=_("Year, or year and month, as the document states it.")
    )
    url = models.URLField(blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.title

    @property
    def citation(self) -> str:
        return f"{self.publisher} ({self.published}). {self.title}."

    def published_by(self) -> datetime:
        """The end of the interval the document states: by then it was certainly out."""
        return end_of_day(periods.last_day(self.published))


class Source(models.Model):
    """An agency, or another place values come from."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    url = models.URLField(blank=True)
    licence = models.CharField(max_length=200, blank=True)
    attribution = models.CharField(max_length=300, blank=True)
    is_calculated = models.BooleanField(
        default=False, help_text=_("Values are calculated here from other series.")
    )
    next_request_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("The next moment its rate leaves free.")
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Payload(models.Model):
    """A raw answer, kept compressed under its checksum so that any value can be traced to its bytes."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField(help_text=_("bytes before compression"))
    content_type = models.CharField(max_length=100)
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(
        null=True, blank=True,
        help_text=_("When its file was removed under the retention rule; no published value rests on it."),
    )  # fmt: skip

    def __str__(self) -> str:
        return self.sha256[:12]


class FeedQuerySet(models.QuerySet["Feed"]):
    def due(self, now: datetime) -> "FeedQuerySet":
        """Active feeds whose time has come, that nobody works on and whose breaker is closed."""
        return self.filter(
            Q(breaker_until=None) | Q(breaker_until__lte=now), is_active=True, next_due_at__lte=now
        ).unclaimed(now)

    def unclaimed(self, now: datetime) -> "FeedQuerySet":
        return self.filter(Q(lease_until=None) | Q(lease_until__lte=now))

    def with_health(self) -> "FeedQuerySet":
        """Each feed with `last_verdict` and `last_reason` of its newest ended run and its `held_count`."""
        ended = Run.objects.filter(feed=OuterRef("pk")).exclude(verdict=Run.Verdict.RUNNING)
        newest = ended.order_by("-started_at")
        waiting = HeldBatch.objects.filter(run__feed=OuterRef("pk"), decision=HeldBatch.Decision.WAITING)
        counted = waiting.order_by().values("run__feed").annotate(count=Count("pk")).values("count")
        return self.select_related("source").annotate(
            last_verdict=Subquery(newest.values("verdict")[:1]),
            last_reason=Subquery(newest.values("reason")[:1]),
            held_count=Coalesce(Subquery(counted), 0),
        )


class Feed(models.Model):
    """One recurring request to one source that answers for one or more series."""

    code = models.SlugField(unique=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="feeds")
    query = models.JSONField(default=dict, blank=True)
    interval = models.DurationField(default=timedelta(days=1), help_text=_("Pause between two refreshes."))
    is_active = models.BooleanField(default=True)
    inactive_reason = models.CharField(
        max_length=200, blank=True, editable=False,
        help_text="Why the catalogue keeps it inactive; empty when a person switched it off.",
    )  # fmt: skip
    confirmed_at = models.DateTimeField(
        null=True, blank=True, editable=False,
        help_text="When its series were found to be what the catalogue expects.",
    )  # fmt: skip

    next_due_at = models.DateTimeField(default=timezone.now)
    claim = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, help_text=_("Failed runs in a row."))
    breaker_until = models.DateTimeField(null=True, blank=True)
    last_run_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_change_at = models.DateTimeField(null=True, blank=True)

    objects = FeedQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Run(models.Model):
    """One try to refresh one feed."""

    class Verdict(models.TextChoices):
        RUNNING = "running", _("running")
        PUBLISHED = "published", _("published")
        UNCHANGED = "unchanged", _("unchanged")
        RETRYING = "retrying", _("will be tried again")
        FAILED = "failed", _("failed")
        HELD = "held", _("held for a decision")

    class Trigger(models.TextChoices):
        SCHEDULE = "schedule", _("schedule")
        BUTTON = "button", _("button")
        API = "api", _("API")
        COMMAND = "command", _("command")
        UPLOAD = "upload", _("upload")

    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="runs")
    trigger = models.CharField(max_length=10, choices=Trigger)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text=_("Who handed in the file; empty for what the program does by itself."),
    )  # fmt: skip
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    verdict = models.CharField(max_length=10, choices=Verdict, default=Verdict.RUNNING)
    reason = models.TextField(blank=True)
    address = models.CharField(max_length=500, blank=True, help_text=_("What was asked, without keys."))
    payload = models.ForeignKey(Payload, null=True, blank=True, on_delete=models.PROTECT, related_name="runs")
    payloads = models.ManyToManyField(
        Payload, related_name="+", editable=False, help_text="Every answer of the run, the last as well."
    )
    new_count = models.PositiveIntegerField(default=0)
    revised_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["feed", "-started_at"])]

    def __str__(self) -> str:
        return f"{self.feed} {self.started_at:%Y-%m-%d %H:%M} {self.get_verdict_display()}"


class HeldBatch(models.Model):
    """Values that are data but are not believed; an administrator decides, once, with a reason."""

    class Decision(models.TextChoices):
        WAITING = "waiting", _("waiting")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")
        OVERTAKEN = "overtaken", _("overtaken by newer values")

    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="held_batch")
    rows = models.JSONField(help_text=_("The rows as read, values as text."))
    doubts = models.JSONField(help_text=_("Why the batch is not believed."))
    decision = models.CharField(max_length=10, choices=Decision, default=Decision.WAITING)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "held batches"
        ordering = ["-run__started_at"]

    def __str__(self) -> str:
        return f"{self.run.feed}: {self.get_decision_display()}"


class Indicator(models.Model):
    """What is measured, in which unit, and where its values come from."""

    class Origin(models.TextChoices):
        SOURCED = "sourced", _("from a source")
        DERIVED = "derived", _("calculated from other series")
        REPORTED = "reported", _("entered by the Project's staff")

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    unit = models.CharField(max_length=30, help_text=_("Unit code; units are never mixed in an indicator."))
    decimals = models.PositiveSmallIntegerField(default=1, help_text=_("Decimals shown on pages."))
    frequency = models.CharField(max_length=12, choices=Frequency, default=Frequency.ANNUAL)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.SOURCED)
    formula = models.CharField(
        max_length=300, blank=True, help_text=_("For calculated indicators: see indicators/formulas.py.")
    )
    lag_months = models.DecimalField(
        max_digits=5, decimal_places=1, null=True, blank=True,
        help_text=_("Usual publication lag; empty: the method's default for the frequency."),
    )  # fmt: skip
    lower_bound = ExactDecimalField(null=True, blank=True, help_text=_("Lowest value that can exist."))
    upper_bound = ExactDecimalField(null=True, blank=True, help_text=_("Highest value that can exist."))
    change_limit = ExactDecimalField(
        null=True, blank=True,
        help_text=_("Largest believable change between two values of a period, as a factor (2 = doubled)."),
    )  # fmt: skip
    revision_months = models.CharField(
        max_length=30, blank=True, validators=[validate_months],
        help_text=_("Months in which the source revises what it published, as numbers: 2,7."),
    )  # fmt: skip
    revision_limit = ExactDecimalField(
        null=True, blank=True,
        help_text=_("Largest believable revision in those months, as a factor; empty: as in other months."),
    )  # fmt: skip
    missing_data_note = models.TextField(
        blank=True,
        help_text=_("While there are no values: which data is missing and where it will come from."),
    )

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    def believable_revision(self, day: date) -> Decimal | None:
        """The largest believable revision of a published value that is read on that day, as a factor."""
        widened = str(day.month) in self.revision_months.split(",") and self.revision_limit is not None
        return self.revision_limit if widened else self.change_limit


class Series(models.Model):
    """One indicator for one area (and partner, and product) from one source at one frequency."""

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="series")
    area = models.CharField(max_length=20, help_text=_("ISO 3166 alpha-3, or a group such as NAM or WLD."))
    partner = models.CharField(max_length=20, blank=True)
    product = models.CharField(max_length=100, blank=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="series")
    frequency = models.CharField(max_length=12, choices=Frequency)
    feed = models.ForeignKey(Feed, null=True, blank=True, on_delete=models.PROTECT, related_name="series")
    key = models.CharField(max_length=200, blank=True, help_text=_("How the feed's answer names the series."))
    factor = ExactDecimalField(
        default=1, help_text=_("Turns a value in the source's unit into one in the indicator's unit.")
    )
    source_unit = models.CharField(
        max_length=100, blank=True, help_text=_("The unit the answer must name, where it names one.")
    )
    source_decimals = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("Decimals the source really gives; empty: as they arrive.")
    )
    expected_title = models.CharField(
        max_length=200, blank=True, help_text=_("What the source's own title must hold.")
    )
    precedence = models.PositiveSmallIntegerField(
        default=1,
        help_text=_("Where several sources give the same period, the lowest number is shown and judged."),
    )

    class Meta:
        verbose_name_plural = "series"
        ordering = ["indicator", "area", "partner", "product", "precedence"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "area", "partner", "product", "source", "frequency"],
                name="one_series_per_subject_and_source",
            ),
            models.UniqueConstraint(
                fields=["feed", "key"], condition=~Q(key=""), name="one_series_per_key_of_a_feed"
            ),
        ]

    def __str__(self) -> str:
        parts = [self.indicator.code, self.area, self.partner, self.product]
        return " · ".join(part for part in parts if part)


class ObservationQuerySet(models.QuerySet["Observation"]):
    def current(self) -> "ObservationQuerySet":
        return self.filter(is_current=True)

    def as_of(self, day: date) -> "ObservationQuerySet":
        """One observation per series and period: the newest vintage known by the end of `day` (UTC).

        A withdrawn value is a vintage with a null value; it is returned as such.
        """
        moment = end_of_day(day)
        newer = self.model.objects.filter(
            series=OuterRef("series"), period=OuterRef("period"),
            vintage__gt=OuterRef("vintage"), vintage__lte=moment,
        )  # fmt: skip
        return self.filter(~Exists(newer), vintage__lte=moment)

    def update(self, **values):
        """Only the mark of the newest vintage may move; a value never changes in place."""
        if set(values) != {"is_current"}:
            raise AppendOnlyError("A published observation is never changed; add a newer vintage.")
        return super().update(**values)

    def delete(self):
        raise AppendOnlyError("A published observation is never deleted; add a newer vintage.")


class Observation(models.Model):
    """One value of a series for one period in one vintage; only ever added."""

    class Status(models.TextChoices):
        FINAL = "", _("final")
        PROVISIONAL = "provisional", _("provisional")
        ESTIMATED = "estimated", _("estimated")
        AT_LEAST = "at_least", _("lower bound")
        ABOUT = "about", _("approximate")

    series = models.ForeignKey(
        Series, on_delete=models.PROTECT, related_name="observations",
        db_index=False,  # `one_value_per_vintage` begins with it
    )  # fmt: skip
    period = models.DateField(help_text=_("First day of the interval the value describes."))
    value = ExactDecimalField(null=True, help_text=_("Empty: the value was withdrawn."))
    status = models.CharField(max_length=12, choices=Status, default=Status.FINAL, blank=True)
    vintage = models.DateTimeField(help_text=_("When the agency says it published, else when first seen."))
    recorded_at = models.DateTimeField(default=timezone.now)
    is_current = models.BooleanField(default=True)
    run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.PROTECT, related_name="observations")
    payload = models.ForeignKey(
        Payload, null=True, blank=True, on_delete=models.PROTECT, related_name="observations"
    )
    document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.PROTECT, related_name="observations"
    )
    attribution = models.CharField(max_length=200, blank=True, help_text=_("Who measured it, as cited."))
    note = models.CharField(max_length=300, blank=True)
    inputs = models.ManyToManyField(
        "self", symmetrical=False, related_name="outputs", blank=True,
        help_text=_("The observations a calculated value was computed from."),
    )  # fmt: skip

    objects = ObservationQuerySet.as_manager()

    class Meta:
        ordering = ["series", "period", "vintage"]
        constraints = [
            models.UniqueConstraint(fields=["series", "period", "vintage"], name="one_value_per_vintage"),
            models.UniqueConstraint(
                fields=["series", "period"], condition=Q(is_current=True), name="one_current_vintage"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.period_label}: {self.value}"

    def save(self, *args, **kwargs):
        if self.pk is not None:
            raise AppendOnlyError("A published observation is never changed; add a newer vintage.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise AppendOnlyError("A published observation is never deleted; add a newer vintage.")

    @property
    def period_label(self) -> str:
        return periods.label(self.period, self.series.frequency)

    @property
    def citation(self) -> str:
        """The document it is cited from, else the source as it wants to be named."""
        source = self.series.source
        return self.document.citation if self.document else source.attribution or source.name


class Edition(models.Model):
    """A counter that moves on with each publication; public caches and ETags carry it."""

    number = models.PositiveBigIntegerField(default=0)
    published_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.number)


def end_of_day(day: date) -> datetime:
    return datetime.combine(day, time.max, tzinfo=UTC)
