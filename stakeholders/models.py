"""Who takes part: people, the organizations they report for, and the trail of what they changed."""

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from stakeholders.versions import Versioned


class EmailUserManager(UserManager["User"]):
    """People are known by their e-mail address; there is no user name."""

    def _create_user_object(self, username: str, email: str | None, password: str | None, **fields):
        user = self.model(email=self.normalize_email(email or username), **fields)
        user.set_password(password)
        return user

    def create_user(self, email, password=None, **fields):  # type: ignore[override]  # no username
        return super().create_user(email, email, password, **fields)

    @transaction.atomic
    def create_superuser(self, email, password=None, **fields):  # type: ignore[override]  # no username
        """Somebody who may do everything, as `manage.py createsuperuser` makes; the trail says so."""
        from stakeholders import trail  # which rests on these models

        user = super().create_superuser(email, email, password, **fields)
        kept = trail.snapshot(user, "is_superuser", "is_staff", "is_active")
        trail.record(None, "person.create", f"person:{user.pk}", chain=trail.PROJECT, before=None, after=kept)
        return user


class User(AbstractUser):
    """A person who may sign in."""

    class ProjectRole(models.TextChoices):
        STEWARD = "steward", _("Steward")
        ADMINISTRATOR = "administrator", _("Administrator")

    username = None  # type: ignore[assignment]  # as Django's guide takes it out
    email = models.EmailField(_("e-mail address"), unique=True)
    project_role = models.CharField(
        max_length=15, choices=ProjectRole, blank=True, help_text=_("What the person does for the Project.")
    )
    language = models.CharField(
        max_length=5, choices=settings.LANGUAGES, default="en", help_text=_("The language of mails.")
    )
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    api_token: "ApiToken | None" = None  # of the request, where one came with it

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = EmailUserManager()  # type: ignore[misc]  # the base has its own manager

    def __str__(self) -> str:
        if self.erased_at:
            return gettext("A former member")
        return self.get_full_name() or self.email

    def save(self, *args, **kwargs) -> None:
        """An administrator of the Project works in the admin."""
        if self.is_administrator and not self.is_staff:
            self.is_staff = True
            if (named := kwargs.get("update_fields")) is not None:
                kwargs["update_fields"] = {*named, "is_staff"}
        super().save(*args, **kwargs)

    @property
    def is_administrator(self) -> bool:
        return self.is_superuser or self.project_role == self.ProjectRole.ADMINISTRATOR

    def has_perm(self, perm, obj=None) -> bool:
        """Administrators may do everything the admin offers."""
        return (self.is_active and self.is_administrator) or super().has_perm(perm, obj)

    def has_module_perms(self, app_label) -> bool:
        return (self.is_active and self.is_administrator) or super().has_module_perms(app_label)


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def public(self) -> "OrganizationQuerySet":
        """Those that take part: not switched off, not merged into another."""
        return self.filter(is_active=True, merged_into=None)


class Organization(Versioned):
    """A stakeholder that registers sub-goals and reports on them."""

    class Type(models.TextChoices):
        GOVERNMENT = "government", _("Government")
        SME = "sme", _("Small or medium enterprise")
        PRIVATE_SECTOR = "private_sector", _("Private sector")
        CIVIL_SOCIETY = "civil_society", _("Civil society")
        ACADEMIA = "academia", _("Academia")

    code = models.SlugField(unique=True, help_text=_("Short neutral code, used in addresses."))
    name = models.CharField(max_length=200)
    type = models.CharField(max_length=20, choices=Type)
    area = models.CharField(
        max_length=20, help_text=_("Country (ISO 3166 alpha-3) or a region such as CALI-BAJA.")
    )
    description = models.TextField(blank=True)
    website = models.URLField(blank=True)
    contact_email = models.EmailField(blank=True)
    is_sample = models.BooleanField(
        default=False, help_text=_("Fictional, for demonstration; removed with one command.")
    )
    is_active = models.BooleanField(
        default=True, help_text=_("Switched off: hidden from the public, and its members lose their rights.")
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="merged"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(code="project"),
                name="project_is_no_organization",
                violation_error_message=_("This code stands for the Project itself."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class OrganizationAlias(models.Model):
    """A code an organization was known by before it was merged into another; addresses lead on."""

    code = models.SlugField(unique=True)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="aliases")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} → {self.organization.code}"


class Membership(models.Model):
    """A person's role in one organization."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        EDITOR = "editor", _("Editor")
        VIEWER = "viewer", _("Viewer")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "organization"], name="one_role_per_organization")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()} of {self.organization}"


class TrailHead(models.Model):
    """Where a chain of the trail ends; locked while an entry is added."""

    chain = models.CharField(max_length=50, primary_key=True)
    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.chain} {self.number}"


class TrailChanged(RuntimeError):
    """Someone tried to alter what was written down."""


class TrailEntry(models.Model):
    """One change: who, when, from what to what, by which way and why; only ever added (R11)."""

    class Way(models.TextChoices):
        PAGE = "page", _("Page")
        API = "api", _("API")
        IMPORT = "import", _("Import")
        TASK = "task", _("Task")
        COMMAND = "command", _("Command")

    HASHED = (
        "chain", "number", "at", "actor_id", "action", "subject", "before", "after", "way", "request_id",
        "reason", "previous_hash",
    )  # fmt: skip

    chain = models.CharField(max_length=50, help_text=_("Code of the organization, or “project”."))
    number = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    # No constraint: removing the sample people must not touch what was written down.
    actor = models.ForeignKey(
        User, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    actor_name = models.CharField(max_length=310, blank=True)
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=120, help_text=_("Kind and key, such as sub_goal:12."))
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    way = models.CharField(max_length=7, choices=Way)
    request_id = models.CharField(max_length=64, blank=True)
    reason = models.TextField(blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["chain", "-number"]
        verbose_name_plural = "trail entries"
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="one_entry_per_number")]
        indexes = [models.Index(fields=["subject"]), models.Index(fields=["actor"])]

    def __str__(self) -> str:
        return f"{self.chain} {self.number}: {self.action} {self.subject}"

    def save(self, *args, **kwargs) -> None:
        if not self._state.adding:
            raise TrailChanged("An entry of the trail is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TrailChanged("An entry of the trail is never deleted.")


class Invitation(models.Model):
    """Somebody asked in by mail; the link works once and only its hash is kept.

    To an organization with a role there, or without one to a role for the Project.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Expired")

    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.CASCADE, related_name="invitations"
    )
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(max_length=10, choices=Membership.Role, blank=True)
    project_role = models.CharField(max_length=13, choices=User.ProjectRole, blank=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["organization", "-made_at"]
        constraints = [
            models.UniqueConstraint(
                "organization",
                Lower("email"),
                condition=Q(accepted_at=None, revoked_at=None),
                name="one_open_invitation_per_address",
            ),
            models.UniqueConstraint(
                Lower("email"),
                condition=Q(organization=None, accepted_at=None, revoked_at=None),
                name="one_open_invitation_to_the_project_per_address",
            ),
            models.CheckConstraint(
                condition=Q(organization=None, role="") & ~Q(project_role="")
                | Q(organization__isnull=False, project_role="") & ~Q(role=""),
                name="invitation_to_an_organization_or_the_project",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization or _('The Project')}: {self.role_name}"

    @property
    def role_name(self) -> str:
        return self.get_role_display() or self.get_project_role_display()

    @property
    def state(self) -> State:
        if self.accepted_at:
            return self.State.ACCEPTED
        if self.revoked_at:
            return self.State.WITHDRAWN
        return self.State.EXPIRED if self.expires_at <= timezone.now() else self.State.OPEN


class JoinRequest(models.Model):
    """An organization that asks to take part; decided once, by an administrator."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")

    organization_name = models.CharField(max_length=200)
    type = models.CharField(max_length=20, choices=Organization.Type)
    area = models.CharField(max_length=20)
    website = models.URLField(blank=True)
    description = models.TextField(blank=True)
    person_name = models.CharField(max_length=150)
    email = models.EmailField(_("e-mail address"))
    message = models.TextField(blank=True)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    organization = models.ForeignKey(
        Organization, null=True, on_delete=models.SET_NULL, related_name="join_requests"
    )

    class Meta:
        ordering = ["made_at"]

    def __str__(self) -> str:
        return self.organization_name


class ApiToken(models.Model):
    """A key for programs of an organization; only its hash is kept (R23)."""

    class Scope(models.TextChoices):
        READ = "read", pgettext_lazy("scope", "Read")
        WRITE = "write", _("Read and write")

    name = models.CharField(max_length=100)
    hash = models.CharField(max_length=64, unique=True, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="api_tokens")
    scope = models.CharField(max_length=5, choices=Scope, default=Scope.READ)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["organization", "-created_at"]

    def __str__(self) -> str:
        return self.name


class MailKind(models.TextChoices):
    """Mails that can be stopped; those about an account or an invitation cannot."""

    REMINDERS = "reminders", _("Reminders of updates that are due")
    ANSWERS = "answers", _("Answers of the Project to what I sent")
    DIGEST = "digest", _("A summary each week")


class MailSettings(models.Model):
    """What a person chose; whoever has chosen nothing gets all of them."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="mail_settings")
    reminders = models.BooleanField(MailKind.REMINDERS.label, default=True)
    answers = models.BooleanField(MailKind.ANSWERS.label, default=True)
    digest = models.BooleanField(MailKind.DIGEST.label, default=True)

    class Meta:
        verbose_name_plural = "mail settings"

    def __str__(self) -> str:
        return f"{self.user}"


class SentMail(models.Model):
    """One thing told to one person by mail: claimed before it is sent, so that nobody else sends it too."""

    key = models.CharField(max_length=150, unique=True)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    claim = models.CharField(max_length=32, blank=True, db_index=True)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.key
