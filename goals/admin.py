"""The administration of goals, targets, sub-goals, updates and what was made of them."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin, TranslationStackedInline

from goals.models import (
    Assumption,
    Goal,
    Result,
    Review,
    SubGoal,
    SubGoalVersion,
    Target,
    TargetVersion,
    Update,
)
from goals.version_form import VERSION_FIELDS, NewVersionForm, prefill
from indicators.admin import NARROW_TEXTS
from indicators.admin_base import Lasting, PublishingAdmin, ReadOnly, ReadOnlyAdmin


# --- Goals and targets --------------------------------------------------------------------------
@admin.register(Goal)
class GoalAdmin(Lasting, PublishingAdmin, TranslationAdmin):
    list_display = ("number", "code", "name", "weight")
    list_display_links = ("number", "code")
    search_fields = ("code", "name", "statement")
    formfield_overrides = NARROW_TEXTS
    fieldsets = (
        (None, {"fields": ("code", "number", "weight", "document")}),
        (_("Texts: English, Spanish, French"), {"classes": ("languages",), "fields": (
            ("name_en", "name_es", "name_fr"),
            ("statement_en", "statement_es", "statement_fr"),
        )}),
    )  # fmt: skip

    def get_readonly_fields(self, request, obj=None):
        return ("code",) if obj else ()


class AssumptionInline(TranslationStackedInline):
    model = Assumption
    extra = 0
    formfield_overrides = NARROW_TEXTS
    fieldsets = ((None, {"classes": ("languages",), "fields": ("code", ("text_en", "text_es", "text_fr"))}),)


class VersionInline(ReadOnly, admin.TabularInline):
    """A target's history: shown, never edited in place."""

    model = TargetVersion
    verbose_name_plural = _("versions, newest first")
    ordering = ("-number",)
    fields = (
        "number", "valid_from", "author", "reason", "kind", "baseline_period", "baseline_value",
        "target_period", "target_value", "change",
    )  # fmt: skip
    show_change_link = True
    extra = 0

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("target__indicator", "author")


@admin.register(Target)
class TargetAdmin(Lasting, PublishingAdmin):
    list_display = ("indicator", "goal", "number", "is_headline", "position", "new_version")
    list_filter = ("goal", "is_headline")
    list_select_related = ("indicator", "goal")
    search_fields = ("indicator__code", "indicator__name", "number")
    autocomplete_fields = ("indicator",)
    readonly_fields = ("new_version",)
    fields = ("goal", "indicator", "number", "is_headline", "position", "new_version")
    inlines = (VersionInline, AssumptionInline)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("indicator", "goal")

    def get_readonly_fields(self, request, obj=None):
        return ("indicator", *self.readonly_fields) if obj else self.readonly_fields

    @admin.display(description=_("change"))
    def new_version(self, target: Target) -> str:
        if not target.pk:
            return "–"
        address = reverse("admin:goals_targetversion_add")
        return format_html('<a href="{}?target={}">{}</a>', address, target.pk, _("Add a new version"))


@admin.register(TargetVersion)
class TargetVersionAdmin(PublishingAdmin):
    """The only way to change a target: a further version, prefilled from the newest, with its reason."""

    form = NewVersionForm
    list_display = ("target", "number", "valid_from", "kind", "reason", "author")
    list_filter = ("kind",)
    list_select_related = ("target__indicator", "author")
    search_fields = ("target__indicator__code", "target__indicator__name", "reason")
    fieldsets = (
        (None, {"fields": ("target", "follows", "reason", "document")}),
        (_("What is aimed at"), {"fields": ("kind", "areas", "direction", "path", "weight")}),
        (_("From a baseline to a target"), {"fields": (
            ("baseline_period", "baseline_value"), "milestones", ("target_period", "target_value"), "change",
        )}),
        (_("To hold every year"), {"fields": (
            ("bound", "threshold"), ("comparator_area", "margin"), ("hold_from", "hold_to"),
        )}),
    )  # fmt: skip

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return super().get_fieldsets(request, obj)
        return [(None, {"fields": ("target", "number", "valid_from", "author", "reason", *VERSION_FIELDS)})]

    def add_view(self, request, form_url="", extra_context=None):
        target = target_asked(request)
        if target is None:
            messages.info(request, _("Choose the target to change, then “Add a new version”."))
            return redirect("admin:goals_target_changelist")
        titled = {
            "title": _("New version of “%(target)s”") % {"target": target},
            "show_save_and_add_another": False,
        }
        return super().add_view(request, form_url, titled | (extra_context or {}))

    def get_changeform_initial_data(self, request) -> dict:
        target = target_asked(request)
        return prefill(target) if target else {}

    def save_model(self, request, obj, form, change) -> None:
        obj.number, obj.author = form.next_number, request.user
        super().save_model(request, obj, form, change)


def target_asked(request) -> Target | None:
    asked = request.GET.get("target", "")
    return Target.objects.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 19 else None


# --- Sub-goals, updates, reviews ----------------------------------------------------------------
class SubGoalVersionInline(ReadOnly, admin.TabularInline):
    model = SubGoalVersion
    ordering = ("-number",)
    fields = ("number", "valid_from", "author", "reason", *SubGoalVersion.MEASURE)
    extra = 0

    def get_queryset(self, request) -> QuerySet[SubGoalVersion]:
        return super().get_queryset(request).select_related("author", "contributes_to")


@admin.register(SubGoal)
class SubGoalAdmin(ReadOnlyAdmin):
    """To look at: organizations and stewards change sub-goals in the workspace, step by step.

    Drafts belong to their organization alone and are not shown.
    """

    list_display = ("title", "organization", "goal", "state", "published_on", "target_date")
    list_filter = ("state", "goal", "organization__type", "organization__is_sample")
    list_select_related = ("organization", "goal")
    search_fields = ("code", "title", "organization__name")
    inlines = (SubGoalVersionInline,)

    def get_queryset(self, request) -> QuerySet[SubGoal]:
        return SubGoal.objects.visible_to(request.user)


@admin.register(Update)
class UpdateAdmin(ReadOnlyAdmin):
    list_display = ("sub_goal", "date", "value", "state", "evidence_grade", "author", "published_at")
    list_filter = ("state", "evidence_grade", "language")
    list_select_related = ("sub_goal", "author")
    search_fields = ("sub_goal__title", "sub_goal__code", "note")

    def get_queryset(self, request) -> QuerySet[Update]:
        return Update.objects.visible_to(request.user).select_related("sub_goal", "author")


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    list_display = ("sub_goal", "update_reviewed", "decision", "reviewer", "decided_at")
    list_filter = ("decision",)
    list_select_related = ("sub_goal", "update_reviewed__sub_goal", "reviewer")
    search_fields = ("update_reviewed__sub_goal__title", "sub_goal__title", "comment")

    def get_queryset(self, request) -> QuerySet[Review]:
        return Review.objects.visible_to(request.user)


# --- Results ------------------------------------------------------------------------------------
@admin.register(Result)
class ResultAdmin(ReadOnlyAdmin):
    list_display = ("node", "level", "status", "progress", "pace", "as_of", "cause", "is_current")
    list_filter = ("is_current", "level", "status", "goal")
    search_fields = ("node", "cause")

    def get_queryset(self, request) -> QuerySet[Result]:
        found = super().get_queryset(request)
        is_list = request.resolver_match.url_name == "goals_result_changelist"
        return found.defer("outcome", "explanation") if is_list else found
