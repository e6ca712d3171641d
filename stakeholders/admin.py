"""The administration of people and organizations."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from stakeholders.admin_trail import ReadOnlyAdmin, TracedAdmin
from stakeholders.models import (
    ApiToken,
    Invitation,
    JoinRequest,
    Membership,
    Organization,
    TrailEntry,
    User,
)
from stakeholders.signals import organization_changed

asks_for_the_password = reauthentication_required(allow_get=True)
"""Who changes rights gives the password again (R22); what was filled in is kept meanwhile."""
RIGHTS = ("is_active", "project_role", "is_staff", "is_superuser", "groups", "user_permissions")
"""Shown here and changed in the workspace, whose pages keep an owner and an administrator and end tokens."""


class UniqueEmail(forms.ModelForm):
    """Addresses that differ only in capital letters are one address."""

    def clean_email(self) -> str:
        email = User.objects.normalize_email(self.cleaned_data["email"])
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("A person with this e-mail address exists."))
        return email


class PersonCreationForm(UniqueEmail, AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email",)


class PersonChangeForm(UniqueEmail, UserChangeForm):
    class Meta:
        model = User
        fields = ("email", "first_name", "last_name", "language")


class OrganizationForm(forms.ModelForm):
    """Carries the version its author has read (R10)."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["seen_version"].initial = self.instance.version

    def clean(self) -> dict[str, Any]:
        """The admin saves in the same transaction, so nobody comes in between."""
        found = super().clean() or {}
        locked = Organization.objects.select_for_update().filter(pk=self.instance.pk)
        if any(row.version != found.get("seen_version") for row in locked):
            raise forms.ValidationError(
                _("Somebody else has changed this in the meantime. Nothing was saved. Open the page again.")
            )
        return found


class MembershipInline(admin.TabularInline):
    """Shown; members are invited, given roles and removed on pages that keep the rules."""

    model = Membership
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
@method_decorator(asks_for_the_password, name="user_change_password")
@method_decorator(asks_for_the_password, name="changeform_view")
class PersonAdmin(TracedAdmin, UserAdmin):
    form = PersonChangeForm
    add_form = PersonCreationForm
    traced = ("language",)
    list_display = ("email", "first_name", "last_name", "is_active", "project_role", "last_login")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)
    readonly_fields = ("last_login", "date_joined", "where_changed", *RIGHTS)
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "language")}),
        (_("Rights"), {"fields": ("where_changed", *RIGHTS)}),
        (_("Times"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)

    @admin.display(description=_("Changed in the workspace"))
    def where_changed(self, row: User) -> str:
        return link("workspace:review-person", row.pk, row)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Not of whoever has more rights, nor of an account its owner has deleted."""
        if obj is not None and (obj.erased_at or (obj.is_superuser and not request.user.is_superuser)):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A person is switched off, so that reports keep their author."""
        return False

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else ()


@admin.register(Organization)
@method_decorator(asks_for_the_password, name="changeform_view")
class OrganizationAdmin(TracedAdmin):
    form = OrganizationForm
    traced = ("code", "name", "type", "area", "description", "website")
    list_display = ("name", "code", "type", "area", "is_active", "merged_into", "is_sample", "created_at")
    list_filter = ("type", "is_active", "area", "is_sample")
    list_select_related = ("merged_into",)
    search_fields = ("name", "code")
    readonly_fields = ("is_active", "where_changed", "is_sample", "merged_into", "created_at")
    inlines = (MembershipInline,)

    @admin.display(description=_("People and taking part are changed in the workspace"))
    def where_changed(self, row: Organization) -> str:
        return link("workspace:review-organization", row.code, row) if row.pk else ""

    def chain_of(self, row: Organization) -> str:
        return row.code

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        organization_changed.send(Organization, organization=obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("code", *self.readonly_fields) if obj else self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Reports hang on it; `remove_samples` takes the fictional ones out."""
        return False


def link(page: str, key: Any, row: Any) -> str:
    return format_html('<a href="{}">{}</a>', reverse(page, args=[key]), row)


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ("user", "organization", "role")
    list_filter = ("role", "organization__type")
    list_select_related = ("user", "organization")
    search_fields = ("user__email", "organization__name")
    fields = ("user", "organization", "role", "where_changed")
    readonly_fields = ("where_changed",)

    @admin.display(description=_("Changed in the workspace"))
    def where_changed(self, row: Membership) -> str:
        return link("workspace:review-organization", row.organization.code, row.organization)


@admin.register(JoinRequest)
class JoinRequestAdmin(ReadOnlyAdmin):
    list_display = ("organization_name", "type", "area", "state", "made_at", "decided_by")
    list_filter = ("state", "type")
    list_select_related = ("decided_by",)
    search_fields = ("organization_name",)


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ("organization", "email", "role", "state", "made_at", "expires_at")
    list_filter = ("role",)
    list_select_related = ("organization",)
    search_fields = ("organization__name", "email")
    exclude = ("token_hash",)


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    list_display = ("name", "organization", "owner", "scope", "expires_at", "last_used_at", "revoked_at")
    list_filter = ("scope",)
    list_select_related = ("organization", "owner")
    search_fields = ("name", "organization__name")
    exclude = ("hash",)


@admin.register(TrailEntry)
class TrailEntryAdmin(ReadOnlyAdmin):
    list_display = ("chain", "number", "at", "actor_name", "action", "subject", "way")
    list_filter = ("way", "action")
    search_fields = ("chain", "subject", "request_id")
    ordering = ("-at", "-pk")
    show_full_result_count = False
