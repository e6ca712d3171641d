"""Every change made in Django's admin stands in the trail, whichever room its page belongs to (R11).

The rooms beside `stakeholders` do not know the trail. So each of their pages is registered anew here, as the
same page that also records; what the admin does outside its forms is heard by signals.
"""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import Model
from django.db.models.signals import post_save
from django.http import HttpRequest

from indicators.models import HeldBatch, Run
from indicators.signals import batch_decided
from stakeholders import trail
from stakeholders.admin_trail import TracedAdmin, as_stored
from stakeholders.models import User


class Traced(TracedAdmin):
    """A page of another room: keeps the values it shows, never those it hides."""

    def snapshot(self, row: Any, names: Any = None) -> dict[str, Any]:
        return snapshot(row, shown_by(self, row), names)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        self.traced = tuple(shown_by(self, obj))
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Rows that have no page of their own are recorded by the page they are edited on."""
        if self.admin_site.is_registered(formset.model):
            super().save_formset(request, form, formset, change)
        else:
            before = as_stored(formset)
            super(TracedAdmin, self).save_formset(request, form, formset, change)
            self.write_rows(request, formset, before)


def shown_by(page: admin.ModelAdmin, row: Model) -> list[str]:
    """The columns of the row that the page shows; of a row from an inline, those it may edit."""
    if not isinstance(row, page.model):
        return [field.name for field in row._meta.concrete_fields if field.editable]
    named = page.fields or (flatten_fieldsets(page.fieldsets) if page.fieldsets else None)
    hidden = set(page.exclude or ())
    return [
        field.name
        for field in row._meta.concrete_fields
        if field.name not in hidden and (field.editable if named is None else field.name in named)
    ]


def snapshot(row: Model, shown: list[str], names: Any = None) -> dict[str, Any]:
    """The values as they stand; a duration or a list of the method as text."""
    kept = {field.name: field for field in row._meta.concrete_fields if field.name in shown}
    return {name: as_kept(field, row) for name, field in kept.items() if names is None or name in names}


def as_kept(field: Any, row: Model) -> Any:
    value = getattr(row, field.attname)
    try:
        return trail.plain(value)
    except TypeError:  # the trail keeps neither floats nor durations
        return field.value_to_string(row)


def trace_every_page() -> None:
    """Register each page that does not record yet as one that does."""
    for model, page in list(admin.site._registry.items()):
        if not isinstance(page, TracedAdmin):
            kind = type(page)
            traced = type(kind.__name__, (Traced, kind), {"__module__": kind.__module__})
            admin.site.unregister(model)
            admin.site.register(model, traced)


# --- What no form does --------------------------------------------------------------------------
def listen() -> None:
    batch_decided.connect(record_decision, dispatch_uid="northamerica.trail")
    post_save.connect(record_upload, sender=Run, dispatch_uid="northamerica.trail")


def record_decision(sender: Any, held: HeldBatch, by: User, decision: str, reason: str, **more: Any) -> None:
    """In the transaction of the decision on a held batch."""
    trail.record(
        by, f"held_batch.{decision}", f"held_batch:{held.pk}", chain=trail.PROJECT,
        before={"decision": HeldBatch.Decision.WAITING.value}, after={"decision": decision}, reason=reason,
    )  # fmt: skip


def record_upload(sender: Any, instance: Run, **more: Any) -> None:
    """In the transaction that ends a run somebody handed a file in for."""
    if instance.started_by_id is None or instance.ended_at is None:
        return
    counted = ("verdict", "new_count", "revised_count", "unchanged_count")
    trail.record(
        instance.started_by, "feed.upload", f"feed:{instance.feed_id}", chain=trail.PROJECT,
        before=None, after=trail.snapshot(instance, *counted) | {"run": instance.pk},
    )  # fmt: skip
