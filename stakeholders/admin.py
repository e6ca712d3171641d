"""The administration of people and organizations."""

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.utils.translation import gettext_lazy as _

from stakeholders.models import Membership, Organization, User

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
        fields = ("email", "first_name", "last_name", "is_active", *RIGHTS)


class MembershipInline(admin.TabularInline):
    model = Membership
    autocomplete_fields = ("user", "organization")
    extra = 0


@admin.register(User)
class PersonAdmin(UserAdmin):
    form = PersonChangeForm
    add_form = PersonCreationForm
    list_display = ("email", "first_name", "last_name", "is_active", "is_staff", "last_login")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)
    readonly_fields = ("last_login", "date_joined")
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name")}),
        (_("Rights"), {"fields": ("is_active", *RIGHTS)}),
        (_("Times"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)

    def get_readonly_fields(self, request, obj=None):
        """Rights are given by those who have them all."""
        return self.readonly_fields if request.user.is_superuser else (*self.readonly_fields, *RIGHTS)

    def has_change_permission(self, request, obj=None) -> bool:
        is_above = obj is not None and obj.is_superuser and not request.user.is_superuser
        return not is_above and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None) -> bool:
        """A person is switched off, so that reports keep their author."""
        return False

    def get_inlines(self, request, obj):
        return self.inlines if obj else ()


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin):
    list_display = ("name", "code", "type", "area", "is_sample", "created_at")
    list_filter = ("type", "area", "is_sample")
    search_fields = ("name", "code")
    readonly_fields = ("is_sample", "created_at")
    inlines = (MembershipInline,)

    def get_readonly_fields(self, request, obj=None):
        return ("code", *self.readonly_fields) if obj else self.readonly_fields

    def has_delete_permission(self, request, obj=None) -> bool:
        """Reports hang on it; `remove_samples` takes the fictional ones out."""
        return False


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    list_display = ("user", "organization", "role")
    list_filter = ("role", "organization__type")
    list_select_related = ("user", "organization")
    search_fields = ("user__email", "organization__name")
    autocomplete_fields = ("user", "organization")
