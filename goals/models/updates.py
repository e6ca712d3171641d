"""Dated reports on sub-goals, what proves them, and what stewards and organizations say about them."""

from datetime import date as day
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from goals.models.proposals import MeasureProposal
from goals.models.sub_goals import SubGoal, seen
from goals.words import language
from indicators import formats
from indicators.fields import ExactDecimalField
from stakeholders import rights
from stakeholders.models import User
from stakeholders.versions import Versioned


class UpdateQuerySet(models.QuerySet["Update"]):
    def public(self) -> "UpdateQuerySet":
        """Published once, and of an organization that is not switched off."""
        return self.filter(state__in=Update.PUBLIC_STATES, sub_goal__organization__is_active=True)

    def visible_to(self, person: rights.Person) -> "UpdateQuerySet":
        """Public ones for everybody, drafts for the organization, the rest for both sides (R15)."""
        return self.filter(seen(person, Update.PUBLIC_STATES, "sub_goal__organization"))

    def awaiting_review(self) -> "UpdateQuerySet":
        """Those a steward can decide on, the longest waiting first: what ended takes no new report."""
        reported_on = Q(sub_goal__state=SubGoal.State.PUBLISHED)
        corrected = Q(sub_goal__state=SubGoal.State.COMPLETED, correction_of__isnull=False)
        waiting = self.filter(reported_on | corrected, state=Update.State.SUBMITTED)
        return waiting.filter(sub_goal__organization__is_active=True).order_by("submitted_at", "pk")

    def waiting_for(self, sub_goal: models.OuterRef) -> models.Exists:
        """Whether a new report on it waits for review; the correction of an old one is none."""
        return models.Exists(self.filter(sub_goal=sub_goal, state=Update.State.SUBMITTED, correction_of=None))

    def newest_day(self, sub_goal: models.OuterRef) -> models.Subquery:
        """The day the newest published one describes; None while there is none."""
        published = self.filter(sub_goal=sub_goal, state=Update.State.PUBLISHED)
        return models.Subquery(published.order_by("-date").values("date")[:1])


class Update(Versioned):
    """A dated report on a sub-goal."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Waiting for review")
        SENT_BACK = "sent_back", pgettext_lazy("update", "Sent back with a question")
        PUBLISHED = "published", pgettext_lazy("update", "Published")
        CORRECTED = "corrected", _("Corrected")
        RETRACTED = "retracted", _("Retracted")

    PUBLIC_STATES = (State.PUBLISHED, State.CORRECTED, State.RETRACTED)
    OPEN_STATES = (State.DRAFT, State.SENT_BACK)
    """While the organization still works on it, parts may be missing."""

    class Evidence(models.TextChoices):
        SELF_DECLARED = "self_declared", _("Self-declared")
        DOCUMENTED = "documented", _("Documented")
        REVIEWED = "reviewed", _("Reviewed")
        CONFIRMED = "confirmed", _("Confirmed")

    sub_goal = models.ForeignKey(SubGoal, on_delete=models.PROTECT, related_name="updates")
    # None only in the open states: wherever an update counts or is shown, its day is there.
    date: "models.DateField[str | day, day]" = models.DateField(  # type: ignore[misc]
        null=True, blank=True, help_text=_("The day the value describes.")
    )
    value = ExactDecimalField(null=True, blank=True)
    note = models.TextField(blank=True, max_length=10_000, help_text=_("What happened."))
    jump_reason = models.TextField(
        blank=True, max_length=2_000, help_text=_("Why the value moved by more than usual.")
    )
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    evidence_url = models.URLField(blank=True, max_length=500)
    evidence_grade = models.CharField(max_length=14, choices=Evidence, default=Evidence.SELF_DECLARED)
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="updates")
    author_role = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    submitted_by = models.ForeignKey(
        User, null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    published_at = models.DateTimeField(null=True, blank=True)
    correction_of = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="proposed",
        help_text=_("The published update that this one will replace once it is published itself."),
    )  # fmt: skip
    correction_reason = models.TextField(blank=True, max_length=2_000)
    corrected_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrects"
    )
    corrected_at = models.DateTimeField(null=True, blank=True, editable=False)
    retracted_at = models.DateTimeField(null=True, blank=True, editable=False)
    retraction_reason = models.TextField(blank=True, max_length=2_000)

    objects = UpdateQuerySet.as_manager()

    class Meta:
        ordering = ["sub_goal", "-date", "-pk"]
        indexes = [
            models.Index(fields=["state", "submitted_at"]),
            models.Index(
                fields=["-published_at", "-id"],
                name="update_published",
                condition=Q(published_at__isnull=False),
            ),
            models.Index(
                fields=["-retracted_at", "-id"],
                name="update_retracted",
                condition=Q(retracted_at__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("draft", "sent_back")) | Q(date__isnull=False),
                name="update_has_its_date_once_submitted",
                violation_error_message=_("The day the value describes is needed."),
            )
        ]

    def __str__(self) -> str:
        when = formats.date_long(self.date, language()) if self.date else self.get_state_display()
        return f"{self.sub_goal}, {when}"

    def happened(self, at: datetime) -> str:
        """What made numbers move about that moment: it was "published", "corrected" or "retracted".

        "corrected" is the step of the newer update, which takes the place of the one it corrects. Its times
        are the application's and those of steps the database's, so the nearer one tells.
        """
        moments = (self.published_at or at, self.retracted_at)
        if moments[1] and abs(moments[1] - at) < abs(moments[0] - at):
            return "retracted"
        return "corrected" if self.correction_of_id else "published"


class OfUpdateQuerySet(models.QuerySet):
    def visible_to(self, person: rights.Person) -> Self:
        """What belongs to an update is seen by whoever sees the update."""
        return self.filter(update__in=Update.objects.visible_to(person))


class EvidenceLink(models.Model):
    """A further address that proves an update; shown, never fetched."""

    update = models.ForeignKey(Update, on_delete=models.CASCADE, related_name="evidence_links")
    url = models.URLField(max_length=500)
    title = models.CharField(max_length=200, blank=True)

    objects = OfUpdateQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title or self.url


class EvidenceFile(models.Model):
    """A file that proves an update, kept under a made-up name outside the web root."""

    class Type(models.TextChoices):
        PDF = "application/pdf", "PDF"
        PNG = "image/png", "PNG"
        JPEG = "image/jpeg", "JPEG"
        CSV = "text/csv", "CSV"
        XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX"

    update = models.ForeignKey(Update, on_delete=models.PROTECT, related_name="evidence_files")
    # Of a correction and what it corrects there are two rows for what is stored once.
    stored_name = models.CharField(max_length=40, db_index=True, editable=False)
    name = models.CharField(max_length=200, help_text=_("As the file was called where it came from."))
    type = models.CharField(max_length=100, choices=Type)
    size = models.PositiveIntegerField(help_text=_("bytes"))
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)

    objects = OfUpdateQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


def about_one(update: str) -> Q:
    """Said of a sub-goal or of an update, never of both and never of none."""
    of_update = Q(**{"sub_goal__isnull": True, f"{update}__isnull": False})
    return of_update | Q(**{"sub_goal__isnull": False, f"{update}__isnull": True})


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, person: rights.Person) -> "ReviewQuerySet":
        """Approvals of what is public for everybody; questions for both sides alone."""
        public = Q(decision=Review.Decision.APPROVED) & (
            Q(sub_goal__in=SubGoal.objects.public()) | Q(update_reviewed__in=Update.objects.public())
        )
        return self.filter(public | between_both_sides(person, "update_reviewed"))


class CommentQuerySet(models.QuerySet["Comment"]):
    def visible_to(self, person: rights.Person) -> "CommentQuerySet":
        return self.filter(between_both_sides(person, "update_discussed"))


def between_both_sides(person: rights.Person, update: str) -> Q:
    """Said on something of the person's organization, or on something stewards were sent."""
    if not rights.is_known(person):
        return Q(pk__in=[])
    own = rights.organizations_of(person)
    found = Q(sub_goal__organization__in=own) | Q(**{f"{update}__sub_goal__organization__in": own})
    if rights.may(person, "see_submitted", "sub_goal"):
        sent = Q(sub_goal__isnull=False) & ~Q(sub_goal__state="draft")
        found |= sent | Q(**{f"{update}__isnull": False}) & ~Q(**{f"{update}__state": "draft"})
    return found


class Review(models.Model):
    """A steward's answer to an update or a sub-goal, or what one did to it later on; shown with it."""

    class Decision(models.TextChoices):
        APPROVED = "approved", _("Checked by the Project")
        SENT_BACK = "sent_back", _("Sent back with a question")
        WITHDRAWN = "withdrawn", _("Withdrawn by the Project")
        CORRECTED = "corrected", _("Corrected by the Project")
        RETRACTED = "retracted", _("Retracted by the Project")
        MEASURED = "measured", _("Measure or contribution changed by the Project")

    INTERVENTIONS = (Decision.WITHDRAWN, Decision.CORRECTED, Decision.RETRACTED, Decision.MEASURED)
    """What a steward does to something that is public, without having been asked."""

    sub_goal = models.ForeignKey(
        SubGoal, null=True, blank=True, on_delete=models.PROTECT, related_name="reviews"
    )
    update_reviewed = models.ForeignKey(
        Update, null=True, blank=True, on_delete=models.PROTECT, related_name="reviews"
    )
    proposal = models.ForeignKey(
        MeasureProposal, null=True, blank=True, on_delete=models.PROTECT, related_name="reviews",
        help_text=_("The changed measure of the sub-goal that was decided on, if it was that."),
    )  # fmt: skip
    reviewer = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=10, choices=Decision)
    comment = models.TextField(
        blank=True, max_length=2_000, help_text=_("The question, a remark, or the reason.")
    )
    decided_at = models.DateTimeField(default=timezone.now)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-decided_at"]
        indexes = [models.Index(fields=["-decided_at"])]
        constraints = [
            models.CheckConstraint(
                condition=about_one("update_reviewed"),
                name="review_of_one_thing",
                violation_error_message=_("A review is of an update or of a sub-goal."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_decision_display()} ({self.decided_at:%Y-%m-%d})"


class Comment(models.Model):
    """What stewards and the organization say to each other about an update or a sub-goal; not public."""

    sub_goal = models.ForeignKey(
        SubGoal, null=True, blank=True, on_delete=models.PROTECT, related_name="comments"
    )
    update_discussed = models.ForeignKey(
        Update, null=True, blank=True, on_delete=models.PROTECT, related_name="comments"
    )
    author = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=2_000)
    written_at = models.DateTimeField(default=timezone.now)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=about_one("update_discussed"), name="comment_on_one_thing")
        ]

    def __str__(self) -> str:
        return self.text[:60]
