"""The administration of people and organizations."""

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.utils.decorators import method_decorator
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
from stakeholders.signals import organization_switched

asks_for_the_password = reauthentication_required(allow_get=True)
"""Who changes rights gives the password again (R22); what was filled in is kept meanwhile."""
RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


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
        fields = ("email", "first_name", "last_name", "is_active", "project_role", "language", *RIGHTS)


class MembershipInline(admin.TabularInline):
    model = Membership
    autocomplete_fields = ("user", "organization")
    extra = 0


@admin.register(User)
@method_decorator(asks_for_the_password, name="user_change_password")
@method_decorator(asks_for_the_password, name="changeform_view")
class PersonAdmin(TracedAdmin, UserAdmin):
    form = PersonChangeForm
    add_form = PersonCreationForm
    traced = ("is_active", "project_role", "language", "is_staff", "is_superuser")
    list_display = ("email", "first_name", "last_name", "is_active", "project_role", "last_login")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)
    readonly_fields = ("last_login", "date_joined")
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "language")}),
        (_("Rights"), {"fields": ("is_active", "project_role", *RIGHTS)}),
        (_("Times"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)

    def get_readonly_fields(self, request, obj=None):
        """Rights are given by those who have them all."""
        if request.user.is_superuser:
            return self.readonly_fields
        role = () if request.user.is_administrator else ("project_role",)
        return (*self.readonly_fields, *RIGHTS, *role)

    def has_change_permission(self, request, obj=None) -> bool:
        is_above = obj is not None and obj.is_superuser and not request.user.is_superuser
        return not is_above and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None) -> bool:
        """A person is switched off, so that reports keep their author."""
        return False

    def get_inlines(self, request, obj):
        return self.inlines if obj else ()


@admin.register(Organization)
@method_decorator(asks_for_the_password, name="changeform_view")
class OrganizationAdmin(TracedAdmin):
    traced = ("code", "name", "type", "area", "description", "website", "is_active")
    list_display = ("name", "code", "type", "area", "is_active", "merged_into", "is_sample", "created_at")
    list_filter = ("type", "is_active", "area", "is_sample")
    list_select_related = ("merged_into",)
    search_fields = ("name", "code")
    readonly_fields = ("is_sample", "merged_into", "created_at")
    inlines = (MembershipInline,)

    def chain_of(self, row) -> str:
        return row.code

    def save_model(self, request, obj, form, change) -> None:
        super().save_model(request, obj, form, change)
        if change and "is_active" in form.changed_data:
            organization_switched.send(Organization, organization=obj)

    def get_readonly_fields(self, request, obj=None):
        return ("code", *self.readonly_fields) if obj else self.readonly_fields

    def has_delete_permission(self, request, obj=None) -> bool:
        """Reports hang on it; `remove_samples` takes the fictional ones out."""
        return False


@admin.register(Membership)
@method_decorator(asks_for_the_password, name="delete_view")
@method_decorator(asks_for_the_password, name="changeform_view")
class MembershipAdmin(TracedAdmin):
    traced = ("user", "organization", "role")
    list_display = ("user", "organization", "role")
    list_filter = ("role", "organization__type")
    list_select_related = ("user", "organization")
    search_fields = ("user__email", "organization__name")
    autocomplete_fields = ("user", "organization")

    def chain_of(self, row) -> str:
        return row.organization.code


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
