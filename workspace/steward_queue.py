"""What waits for a steward: how much of each kind, and the rows of one kind, oldest first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from modeltranslation.translator import translator

from goals.choices import ALL, QueryFilter, choice, goal_choices, set_choices
from goals.models import Assumption, MeasureProposal, Standing, SubGoal, Update
from indicators.models import Feed, HeldBatch
from stakeholders.models import JoinRequest, Organization

A_PAGE = 50
LATE = ("overdue", "silent")
"""States of reports that a steward asks about."""


class Kind(models.TextChoices):
    UPDATES = "updates", _("Updates to review")
    SUB_GOALS = "sub-goals", _("Sub-goals to review")
    MEASURES = "measures", _("Changed measures and contributions to review")
    HELD = "held", _("Values to check")
    JOINS = "joins", _("Requests to join")
    OVERDUE = "overdue", _("Reports overdue")
    SOURCES = "sources", _("Sources overdue")
    TRANSLATIONS = "translations", _("Translations missing")

    @property
    def address(self) -> str:
        """Where the rows of this kind are listed."""
        return f"{reverse('workspace:review-queue')}?kind={self.value}"


# --- What waits ---------------------------------------------------------------------------------
def updates() -> QuerySet[Update]:
    return Update.objects.awaiting_review().select_related(
        "sub_goal__organization", "sub_goal__goal", "submitted_by"
    )


def sub_goals() -> QuerySet[SubGoal]:
    return SubGoal.objects.awaiting_review().select_related("organization", "goal", "parent")


def measures() -> QuerySet[MeasureProposal]:
    return MeasureProposal.objects.awaiting_review().select_related(
        "sub_goal__organization", "sub_goal__goal", "proposed_by"
    )


def held() -> QuerySet[HeldBatch]:
    waiting = HeldBatch.objects.filter(decision=HeldBatch.Decision.WAITING).defer("rows")
    return waiting.select_related("run__feed__source").order_by("run__started_at")


def joins() -> QuerySet[JoinRequest]:
    return JoinRequest.objects.filter(state=JoinRequest.State.WAITING).order_by("made_at", "pk")


def overdue() -> QuerySet[Standing]:
    """Sub-goals whose organization owes a report, by the day of the last one, or of their start."""
    return (
        Standing.objects.reports_awaited()
        .filter(update_state__in=LATE)
        .select_related("sub_goal__organization", "sub_goal__goal")
        .annotate(
            since=Coalesce("latest_on", "sub_goal__start_date"),
            reported_on=Update.objects.newest_day(OuterRef("sub_goal")),
        )
        .order_by("since", "pk")
    )


def overdue_sources(now: datetime) -> list[Feed]:
    """Active feeds that nobody could read for two of their intervals; those never read come first."""
    active = Feed.objects.filter(is_active=True).select_related("source")
    late = [feed for feed in active if is_late(feed, now)]
    return sorted(late, key=lambda feed: (feed.last_success_at is not None, feed.last_success_at or now))


def is_late(feed: Feed, now: datetime) -> bool:
    return feed.last_success_at is None or feed.last_success_at + 2 * feed.interval < now


@dataclass(frozen=True)
class Untranslated:
    """A row of the catalogue with the columns that are still empty in some language."""

    row: models.Model
    columns: list[str]

    @property
    def address(self) -> str:
        """Where the admin changes it: an assumption beside its target."""
        row = self.row.target if isinstance(self.row, Assumption) else self.row
        return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def untranslated() -> list[Untranslated]:
    """Texts of the catalogue that are there in one language and not in each; one query a kind of row."""
    found = [
        gaps_of(row) for model in translator.get_registered_models(abstract=False) for row in lacking(model)
    ]
    return sorted(found, key=lambda one: (one.row._meta.label, str(one.row)))


def lacking(model: type[models.Model]) -> QuerySet:
    missing = Q()
    for columns in languages_of(model):
        empty = [Q(**{column: ""}) | Q(**{column: None}) for column in columns]
        missing |= reduce(or_, empty) & ~reduce(and_, empty)
    rows = model._default_manager.filter(missing)
    return rows.select_related("target") if model is Assumption else rows


def languages_of(model: type[models.Model]) -> list[list[str]]:
    """The columns of each translated field."""
    fields = translator.get_options_for_model(model).all_fields
    return [sorted(column.name for column in columns) for columns in fields.values()]


def gaps_of(row: models.Model) -> Untranslated:
    sets = languages_of(type(row))
    begun = [columns for columns in sets if any(getattr(row, column) for column in columns)]
    return Untranslated(row, [column for columns in begun for column in columns if not getattr(row, column)])


def counts(now: datetime) -> dict[Kind, int]:
    """How much of each kind waits; the start page of the admin shows the same numbers."""
    found: dict[Kind, Callable[[], int]] = {
        Kind.UPDATES: updates().count,
        Kind.SUB_GOALS: sub_goals().count,
        Kind.MEASURES: measures().count,
        Kind.HELD: held().count,
        Kind.JOINS: joins().count,
        Kind.OVERDUE: overdue().count,
        Kind.SOURCES: lambda: len(overdue_sources(now)),
        Kind.TRANSLATIONS: lambda: len(untranslated()),
    }
    return {kind: count() for kind, count in found.items()}


# --- Choices ------------------------------------------------------------------------------------
WHOSE = {
    Kind.UPDATES: "sub_goal__", Kind.SUB_GOALS: "", Kind.MEASURES: "sub_goal__", Kind.OVERDUE: "sub_goal__",
}  # fmt: skip
"""Where a row of a kind keeps its goal and its organization."""


class QueueFilter(QueryFilter):
    goal = choice(_("Goal"))
    organization = forms.CharField(label=_("Organization"), required=False, max_length=200)
    type = forms.ChoiceField(
        label=_("Kind of organization"), required=False, choices=[ALL, *Organization.Type.choices]
    )

    def __init__(self, query: Any, kind: Kind) -> None:
        self.kind = kind
        super().__init__(query)

    def full_clean(self) -> None:
        if self.kind in WHOSE:
            set_choices(self, goal=goal_choices())
        else:
            del self.fields["goal"]
        super().full_clean()

    @property
    def query(self) -> str:
        """The choices with the kind, as they stand in links to other pages of the list."""
        return "&".join(filter(None, (urlencode({"kind": self.kind.value}), super().query)))

    @property
    def is_offered(self) -> bool:
        return self.kind in WHOSE or self.kind == Kind.JOINS

    def narrow(self, rows: Any) -> Any:
        if self.kind == Kind.JOINS:
            return rows.filter(named("organization_name", "", self)).filter(typed("type", self))
        if self.kind not in WHOSE:
            return rows
        whose = WHOSE[self.kind]
        goal = Q(**{f"{whose}goal__code": self.chosen("goal")}) if self.chosen("goal") else Q()
        organization = f"{whose}organization__"
        of = named(f"{organization}name", f"{organization}code", self)
        return rows.filter(goal, of, typed(f"{organization}type", self))


def named(name: str, code: str, chosen: QueueFilter) -> Q:
    """By a part of the name, or by the code."""
    text = chosen.chosen("organization")
    if not text:
        return Q()
    return Q(**{f"{name}__icontains": text}) | (Q(**{code: text}) if code else Q())


def typed(field: str, chosen: QueueFilter) -> Q:
    return Q(**{field: chosen.chosen("type")}) if chosen.chosen("type") else Q()


# --- The page -----------------------------------------------------------------------------------
def rows_of(kind: Kind, now: datetime) -> Any:
    if kind == Kind.SOURCES:
        return overdue_sources(now)
    if kind == Kind.TRANSLATIONS:
        return untranslated()
    return {
        Kind.UPDATES: updates, Kind.SUB_GOALS: sub_goals, Kind.MEASURES: measures, Kind.HELD: held,
        Kind.JOINS: joins, Kind.OVERDUE: overdue,
    }[kind]()  # fmt: skip


def kind_asked(query: Any) -> Kind:
    asked = query.get("kind", "")
    return Kind(asked) if asked in Kind.values else Kind.UPDATES


def queue_page(query: Any, now: datetime) -> dict[str, Any]:
    kind = kind_asked(query)
    chosen = QueueFilter(query, kind)
    page: Page = Paginator(chosen.narrow(rows_of(kind, now)), A_PAGE).get_page(query.get("page"))
    return {
        "kind": kind,
        "kinds": list(counts(now).items()),
        "filter": chosen,
        "pager": page,
        "today": now.date(),
        "query": chosen.query,
        "grades": Update.Evidence.choices,
        "at": "queue",
    }
