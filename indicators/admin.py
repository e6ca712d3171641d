"""The administration of what is measured and where it comes from."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db import models
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from indicators import clock, formulas, queueing, refresh
from indicators.admin_base import (
    Lasting,
    PublishingAdmin,
    ReadOnly,
    ReadOnlyAdmin,
    links,
    page_of,
)
from indicators.claiming import AlreadyRunning, NeedsFile
from indicators.formulas import FormulaError
from indicators.held_admin import HeldBatchAdmin
from indicators.models import Document, Feed, HeldBatch, Indicator, Observation, Payload, Run, Series, Source
from indicators.upload_admin import TakesUploads

NARROW_TEXTS: Mapping[type[models.Field], Mapping[str, Any]] = {
    models.TextField: {"widget": forms.Textarea(attrs={"rows": 6})}
}
"""Small enough for three languages beside each other."""


# --- Indicators ---------------------------------------------------------------------------------
class IndicatorForm(forms.ModelForm):
    def clean(self) -> dict:
        fields = super().clean() or self.cleaned_data
        is_derived = fields.get("origin") == Indicator.Origin.DERIVED
        code, formula = fields.get("code") or self.instance.code, fields.get("formula", "")
        if is_derived and code and "formula" not in self.errors:
            self.refuse_bad_formula(code, formula)
        elif formula and not is_derived:
            self.add_error("formula", _("Only a calculated indicator has a formula."))
        return fields

    def refuse_bad_formula(self, code: str, formula: str) -> None:
        """It must be readable, rest on known indicators and not lead back to itself."""
        others = Indicator.objects.filter(origin=Indicator.Origin.DERIVED).exclude(pk=self.instance.pk)
        try:
            references = formulas.parse(formula).references
            formulas.calculation_order({**dict(others.values_list("code", "formula")), code: formula})
        except FormulaError as error:
            self.add_error("formula", str(error))
        else:
            self.refuse_unknown({reference.indicator for reference in references})

    def refuse_unknown(self, codes: set[str]) -> None:
        known = Indicator.objects.filter(code__in=codes).values_list("code", flat=True)
        if unknown := codes.difference(known):
            self.add_error(
                "formula", _("There is no indicator “%(code)s”.") % {"code": ", ".join(sorted(unknown))}
            )


class SeriesInline(ReadOnly, admin.TabularInline):
    model = Series
    fields = ("area", "partner", "product", "source", "frequency", "feed", "key", "precedence")
    show_change_link = True
    extra = 0

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("indicator", "source", "feed")


@admin.register(Indicator)
class IndicatorAdmin(Lasting, PublishingAdmin, TranslationAdmin):
    form = IndicatorForm
    list_display = ("code", "name", "unit", "frequency", "origin")
    list_filter = ("origin", "frequency")
    search_fields = ("code", "name", "unit")
    inlines = (SeriesInline,)
    formfield_overrides = NARROW_TEXTS
    fieldsets = (
        (None, {"fields": ("code", "unit", "decimals", "frequency", "lag_months")}),
        (_("Texts: English, Spanish, French"), {"classes": ("languages",), "fields": (
            ("name_en", "name_es", "name_fr"),
            ("description_en", "description_es", "description_fr"),
            ("missing_data_note_en", "missing_data_note_es", "missing_data_note_fr"),
        )}),
        (_("Where values come from"), {"fields": ("origin", "formula")}),
        (_("What is believed"), {"fields": (
            "lower_bound", "upper_bound", "change_limit", "revision_months", "revision_limit",
        )}),
    )  # fmt: skip

    def get_readonly_fields(self, request, obj=None):
        return ("code", "unit", "frequency") if obj else ()

    def follow_up(self, obj: Indicator) -> bool:
        """Announced with its inputs, so that it is calculated anew when its formula changed."""
        inputs = {reference.indicator for reference in inputs_of(obj)}
        ids = set(Indicator.objects.filter(code__in=inputs).values_list("pk", flat=True))
        refresh.announce(ids | {obj.pk}, f"catalogue:{obj.code}")
        return queueing.enqueue(queueing.FOLLOW)


def inputs_of(indicator: Indicator) -> list[formulas.Reference]:
    return formulas.parse(indicator.formula).references if indicator.formula else []


# --- Series and their observations --------------------------------------------------------------
@admin.register(Series)
class SeriesAdmin(Lasting, PublishingAdmin):
    list_display = ("__str__", "source", "frequency", "feed", "key", "precedence", "observations_link")
    list_filter = ("source", "frequency", "area")
    list_select_related = ("indicator", "source", "feed")
    search_fields = ("indicator__code", "indicator__name", "area", "partner", "product", "key")
    autocomplete_fields = ("indicator", "source", "feed")
    readonly_fields = ("observations_link",)

    @admin.display(description=_("observations"))
    def observations_link(self, series: Series) -> str:
        if not series.pk:
            return "–"
        address = reverse("admin:indicators_observation_changelist")
        return links([(f"{address}?series__id__exact={series.pk}", _("show"))])

    def get_readonly_fields(self, request, obj=None):
        subject = ("indicator", "area", "partner", "product", "source", "frequency") if obj else ()
        return (*subject, *self.readonly_fields)


@admin.register(Observation)
class ObservationAdmin(ReadOnlyAdmin):
    list_display = ("series", "period_label", "value", "status", "vintage", "is_current", "run", "document")
    list_filter = (
        "is_current",
        "status",
        ("series__indicator", admin.RelatedOnlyFieldListFilter),
        "series__area",
    )
    search_fields = ("series__indicator__code", "series__area", "series__partner", "series__product")
    exclude = ("inputs",)
    readonly_fields = ("payload_checksum", "calculated_from")

    def lookup_allowed(self, lookup, value, request=None) -> bool:
        return lookup == "series__id__exact" or super().lookup_allowed(lookup, value, request)

    def get_queryset(self, request):
        found = super().get_queryset(request)
        return found.select_related("series__indicator", "run__feed", "payload", "document")

    @admin.display(description=_("payload"))
    def payload_checksum(self, observation: Observation) -> str:
        payload = observation.payload
        return links([(page_of(payload), payload.sha256)]) if payload else "–"

    @admin.display(description=_("calculated from"))
    def calculated_from(self, observation: Observation) -> str:
        used = observation.inputs.select_related("series__indicator")
        return links((page_of(row), str(row)) for row in used) or "–"


# --- Sources ------------------------------------------------------------------------------------
@admin.register(Document)
class DocumentAdmin(Lasting, PublishingAdmin):
    list_display = ("code", "title", "publisher", "published")
    search_fields = ("code", "title", "publisher")


@admin.register(Source)
class SourceAdmin(Lasting, PublishingAdmin):
    list_display = ("code", "name", "licence", "is_calculated")
    search_fields = ("code", "name")


class BreakerFilter(admin.SimpleListFilter):
    title = _("breaker")
    parameter_name = "breaker"

    def lookups(self, request, model_admin):
        return [("open", _("open")), ("closed", _("closed"))]

    def queryset(self, request, queryset):
        is_open = models.Q(breaker_until__gt=clock.now())
        chosen = {"open": is_open, "closed": ~is_open}.get(self.value() or "", models.Q())
        return queryset.filter(chosen)


class LastVerdictFilter(admin.SimpleListFilter):
    title = _("last verdict")
    parameter_name = "last_verdict"

    def lookups(self, request, model_admin):
        return [(verdict.value, verdict.label) for verdict in Run.Verdict if verdict != Run.Verdict.RUNNING]

    def queryset(self, request, queryset):
        return queryset.filter(last_verdict=self.value()) if self.value() else queryset


class HeldFilter(admin.SimpleListFilter):
    title = _("held batches")
    parameter_name = "held"

    def lookups(self, request, model_admin):
        return [("waiting", _("waiting"))]

    def queryset(self, request, queryset):
        return queryset.filter(held_count__gt=0) if self.value() else queryset


@admin.register(Feed)
class FeedAdmin(Lasting, TakesUploads):
    list_display = (
        "code", "state", "verdict", "held", "breaker", "failures", "next_due", "last_success_at",
        "last_change_at", "running_since", "source",
    )  # fmt: skip
    list_filter = ("is_active", LastVerdictFilter, BreakerFilter, HeldFilter, "source")
    search_fields = ("code", "source__code", "source__name", "inactive_reason")
    actions = ("refresh_now",)
    readonly_fields = (
        "state", "verdict", "held", "next_due_at", "running_since", "failures", "breaker", "last_run_at",
        "last_success_at", "last_change_at",
    )  # fmt: skip
    exclude = ("breaker_until",)

    def get_queryset(self, request):
        return Feed.objects.with_health()

    @admin.display(description=_("active"), ordering="is_active")
    def state(self, feed: Feed) -> str:
        if feed.is_active:
            return str(_("yes"))
        return str(_("no: %(why)s")) % {"why": feed.inactive_reason or _("switched off by hand")}

    @admin.display(description=_("last verdict"), ordering="last_verdict")
    def verdict(self, feed) -> str:
        """With what the run said, where it did not simply succeed."""
        verdict = getattr(feed, "last_verdict", None)
        if not verdict:
            return "–"
        return ". ".join(filter(None, [str(Run.Verdict(verdict).label).capitalize(), feed.last_reason]))

    @admin.display(description=_("held"), ordering="held_count")
    def held(self, feed) -> str:
        """How many batches wait, as a link to them."""
        if not getattr(feed, "held_count", 0):
            return "–"
        address = reverse("admin:indicators_heldbatch_changelist")
        waiting = f"{address}?decision__exact={HeldBatch.Decision.WAITING}&run__feed__id__exact={feed.pk}"
        return format_html('<a href="{}">{}</a>', waiting, feed.held_count)

    @admin.display(description=_("breaker"), ordering="breaker_until")
    def breaker(self, feed: Feed) -> str:
        if feed.breaker_until is None or feed.breaker_until <= clock.now():
            return str(_("closed"))
        return _("open until %(moment)s UTC") % {"moment": f"{feed.breaker_until:%Y-%m-%d %H:%M}"}

    @admin.display(description=_("next due"), ordering="next_due_at")
    def next_due(self, feed: Feed) -> datetime | None:
        return feed.next_due_at if feed.is_active else None

    @admin.display(description=_("running since"))
    def running_since(self, feed: Feed) -> datetime | None:
        if feed.lease_until is None or feed.lease_until <= clock.now():
            return None
        return feed.lease_until - settings.REFRESH_LEASE

    @admin.action(description=_("Refresh now"), permissions=["change"])
    def refresh_now(self, request, queryset) -> None:
        queued = 0
        for feed in queryset:
            try:
                queueing.refresh(feed, Run.Trigger.BUTTON)
            except (AlreadyRunning, NeedsFile) as reason:
                messages.warning(request, str(reason))
            except queueing.NotQueued as reason:
                messages.warning(request, str(reason))
                break  # the broker is not waited for once for each feed
            else:
                queued += 1
        if queued:
            messages.success(request, _("Queued for refresh: %(count)d.") % {"count": queued})


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    list_display = (
        "feed", "started_at", "ended_at", "trigger", "started_by", "verdict", "reason", "new_count",
        "revised_count", "unchanged_count", "payload",
    )  # fmt: skip
    list_filter = ("verdict", "trigger", "feed")
    list_select_related = ("feed", "payload", "started_by")
    search_fields = ("feed__code", "reason")


@admin.register(Payload)
class PayloadAdmin(ReadOnlyAdmin):
    list_display = ("sha256", "size", "content_type", "first_seen_at", "last_seen_at", "file_state")
    list_filter = (("removed_at", admin.EmptyFieldListFilter),)
    search_fields = ("sha256",)
    fields = ("sha256", "size", "content_type", "first_seen_at", "last_seen_at", "file_state", "runs_link")
    readonly_fields = ("file_state", "runs_link")

    @admin.display(description=_("file"), ordering="removed_at")
    def file_state(self, payload: Payload) -> str:
        if payload.removed_at is None:
            return str(_("kept"))
        text = _("removed %(day)s under the retention rule; no published value rests on it")
        return text % {"day": payload.removed_at.date().isoformat()}

    @admin.display(description=_("runs"))
    def runs_link(self, payload: Payload) -> str:
        return links((page_of(run), str(run)) for run in payload.runs.select_related("feed")[:20])


admin.site.register(HeldBatch, HeldBatchAdmin)
