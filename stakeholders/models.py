"""Who takes part: people, the organizations they report for, and who may edit what."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils.translation import gettext_lazy as _


class EmailUserManager(UserManager["User"]):
    """People are known by their e-mail address; there is no user name."""

    def _create_user_object(self, username: str, email: str | None, password: str | None, **fields):
        user = self.model(email=self.normalize_email(email or username), **fields)
        user.set_password(password)
        return user

    def create_user(self, email, password=None, **fields):  # type: ignore[override]
        return super().create_user(email, email, password, **fields)

    def create_superuser(self, email, password=None, **fields):  # type: ignore[override]
        return super().create_superuser(email, email, password, **fields)


class User(AbstractUser):
    """A person who may sign in."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = EmailUserManager()  # type: ignore[misc]

    def __str__(self) -> str:
        return self.get_full_name() or self.email


class Organization(models.Model):
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
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


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
