"""What the administration of several rooms shares: read-only tables, links, a word when the queue is down."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.db import models, transaction
from django.urls import reverse
from django.utils.html import format_html_join

from indicators import edition
from indicators.queueing import NOT_QUEUED, RECONCILE, enqueue


class ReadOnly:
    """Rows that the program alone writes: nobody adds, changes or deletes them here."""

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnly, admin.ModelAdmin):
    """A table to look at, with its filters and its links."""

    list_per_page = 50
    show_full_result_count = False


class Lasting:
    """Rows that others rest on: they may be changed here, never deleted."""

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


class PublishingAdmin(admin.ModelAdmin):
    """Saving a row moves the edition on in the same transaction, so no page is served from before."""

    def save_related(self, request, form, formsets, change) -> None:
        super().save_related(request, form, formsets, change)
        self.publish(request, form.instance)

    def delete_model(self, request, obj) -> None:
        super().delete_model(request, obj)
        self.publish(request, obj)

    def publish(self, request, obj) -> None:
        edition.advance()
        transaction.on_commit(lambda: tell_unless(request, lambda: self.follow_up(obj)))

    def follow_up(self, obj) -> bool:
        """Have workers recompute what rests on the row; False if the broker could not be reached."""
        return enqueue(RECONCILE)


def tell_unless(request, queued: Callable[[], bool]) -> None:
    if not queued():
        messages.warning(request, NOT_QUEUED)


def page_of(row: models.Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=(row.pk,))


def links(items) -> str:
    """Addresses with their texts, a line each."""
    return format_html_join("\n", '<a href="{}">{}</a><br>', items)
