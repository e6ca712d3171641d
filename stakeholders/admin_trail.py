"""Admin pages whose changes stand in the trail, and pages that change nothing."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Model, URLField
from django.http import HttpRequest

from stakeholders import trail
from stakeholders.models import User


class TracedAdmin(admin.ModelAdmin):
    """Records what a form of the admin changes, in the transaction the admin makes around it (R11).

    `traced` names the fields whose values are kept; of other changed fields only the names are.
    """

    traced: tuple[str, ...] = ()
    formfield_overrides = {URLField: {"assume_scheme": "https"}}

    def chain_of(self, row: Any) -> str:
        return trail.PROJECT

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        before = self.snapshot(type(obj)._base_manager.get(pk=obj.pk)) if change else None
        super().save_model(request, obj, form, change)
        others = sorted(set(form.changed_data) - set(self.traced))
        self.write(request, "edit" if change else "create", obj, before, self.snapshot(obj), others)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.write(request, "delete", obj, self.snapshot(obj), None)
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """All of them with their entries, or none: the admin makes no transaction around this one."""
        for row in queryset:
            self.delete_model(request, row)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Rows edited beside their parent are written through their own page's methods."""
        before = as_stored(formset)
        super().save_formset(request, form, formset, change)
        page = self.admin_site.get_model_admin(formset.model)
        if isinstance(page, TracedAdmin):
            page.write_rows(request, formset, before)

    def write_rows(self, request: HttpRequest, formset: Any, before: Mapping[int, Any]) -> None:
        for row in formset.new_objects:
            self.write(request, "create", row, None, self.snapshot(row))
        for row, names in formset.changed_objects:
            was = self.snapshot(before[id(row)], names)
            self.write(request, "edit", row, was, self.snapshot(row, names))
        for row in (before[id(gone)] for gone in formset.deleted_objects):  # deleted, it has no number left
            self.write(request, "delete", row, self.snapshot(row), None)

    def snapshot(self, row: Any, names: Any = None) -> dict[str, Any]:
        return trail.snapshot(row, *(name for name in self.traced if names is None or name in names))

    def write(
        self, request: HttpRequest, action: str, row: Model, before: Any, after: Any, others: Any = ()
    ) -> None:
        if before is not None and after is not None:
            before, after = trail.changes(before, after)
        if others and after is not None:
            after = {**after, "also_changed": list(others)}
        assert isinstance(request.user, User)
        kind = str(row._meta.verbose_name).replace(" ", "_")
        trail.record(
            request.user, action, f"{kind}:{row.pk}", chain=self.chain_of(row), before=before, after=after
        )


def as_stored(formset: Any) -> dict[int, Any]:
    """Each row changed or deleted beside its parent, as it stands before that; by the form's object."""
    rows = [form.instance for form in formset.initial_forms if form.has_changed()]
    stored = formset.model._base_manager.in_bulk([row.pk for row in rows])
    return {id(row): stored[row.pk] for row in rows}


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shown, never changed here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
