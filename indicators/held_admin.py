"""Held batches in the administration: what is doubted beside what is published, and the decision."""

from decimal import Decimal

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from indicators import formats, held, held_charts, queueing, refresh
from indicators.admin_base import ReadOnlyAdmin, page_of, tell_unless
from indicators.models import HeldBatch
from indicators.sources import SourceError

SERIES_SHOWN = 12
NAMES_SHOWN = 100
"""Series with their charts, and names of further ones."""


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(choices=[("approve", _("Approve")), ("reject", _("Reject"))])
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3, "cols": 70, "form": "decide"}),
        error_messages={"required": _("Give a reason; nothing was decided.")},
    )  # fmt: skip


class HeldBatchAdmin(ReadOnlyAdmin):
    list_display = ("run", "doubts_text", "decision", "decided_at", "decided_by")
    list_filter = ("decision", "run__feed")
    list_select_related = ("run__feed", "decided_by")
    search_fields = ("run__feed__code",)
    fields = ("run", "decision", "decided_at", "decided_by", "reason")
    readonly_fields = ("doubts_text",)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("run__feed", "decided_by")

    @admin.display(description=_("doubts"))
    def doubts_text(self, batch: HeldBatch) -> str:
        return " ".join(batch.doubts)

    def get_urls(self):
        decide = self.admin_site.admin_view(require_POST(self.decide_view))
        return [path("<int:pk>/decide/", decide, name="indicators_heldbatch_decide"), *super().get_urls()]

    def may_decide(self, request) -> bool:
        return request.user.has_perm("indicators.change_heldbatch")

    def change_view(self, request, object_id, form_url="", extra_context=None):
        batch = self.get_object(request, object_id)
        context = comparison(batch) if batch and self.has_view_permission(request, batch) else {}
        if batch and batch.decision == HeldBatch.Decision.WAITING and self.may_decide(request):
            context["decision_form"] = DecisionForm()
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def decide_view(self, request, pk: int):
        batch = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.may_decide(request):
            raise PermissionDenied
        form = DecisionForm(request.POST)
        if form.is_valid():
            self.decide(request, batch, **form.cleaned_data)
        for problem in (problem for listed in form.errors.values() for problem in listed):
            messages.error(request, str(problem))
        return redirect(page_of(batch))

    def decide(self, request, batch: HeldBatch, decision: str, reason: str) -> None:
        approve = decision == "approve"
        try:
            is_first = refresh.decide(batch, approve, request.user, reason)
        except SourceError as error:
            messages.error(request, _("Nothing was decided: %(error)s") % {"error": error})
            return
        if is_first and approve:
            tell_unless(request, lambda: queueing.enqueue(queueing.FOLLOW))
        batch.refresh_from_db()
        self.tell(request, batch, is_first)

    def tell(self, request, batch: HeldBatch, is_first: bool) -> None:
        if is_first:
            self.log_change(request, batch, f"{batch.get_decision_display()}: {batch.reason}")
            messages.success(request, batch.get_decision_display().capitalize() + ".")
        else:
            messages.error(request, first_to_decide(batch))


def first_to_decide(batch: HeldBatch) -> str:
    return _("Already %(decision)s by %(person)s on %(moment)s UTC: %(reason)s") % {
        "decision": batch.get_decision_display(),
        "person": batch.decided_by or _("the program"),
        "moment": f"{batch.decided_at:%Y-%m-%d %H:%M}" if batch.decided_at else "–",
        "reason": batch.reason or "–",
    }


def comparison(batch: HeldBatch) -> dict:
    """What is doubted or differs first, each series with its chart; a bounded page for any batch."""
    found = held.comparisons(batch)
    doubtful = [one for one in found if one.is_doubtful]
    further = doubtful[SERIES_SHOWN:]
    return {
        "doubts": held.general_doubts(batch, found),
        "compared": [side_by_side(one, place) for place, one in enumerate(doubtful[:SERIES_SHOWN], start=1)],
        "further": len(further),
        "further_names": [one.name for one in further[:NAMES_SHOWN]],
        "alike": len(found) - len(doubtful),
    }


def side_by_side(one: held.SeriesComparison, place: int) -> dict:
    chart = mark_safe(held_charts.draw(one, place))  # noqa: S308 - our own drawing, its texts escaped
    return {"held": one, "chart": chart, "rows": [written(row) for row in one.shown]}


def written(row: held.Compared) -> dict[str, str]:
    return {
        "period": row.period,
        "published": exact(row.published),
        "read": exact(row.read) if row.is_in_answer else str(_("not in the answer")),
        "change": formats.percent(row.change_percent, 1, get_language() or "en"),
    }


def exact(value: Decimal | None) -> str:
    return formats.MISSING if value is None else held_charts.exact(value)
