"""What the page of sources shows: how each one answers, what it serves and what of it is late."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from goals import words
from goals.models import Result
from indicators.models import Feed, Indicator, Observation, Series, Source
from indicators.sources.registry import takes_uploads
from public import presenting
from public.calendar_pages import judged_targets, outcomes_of
from public.releases import next_release


@dataclass
class Served:
    """An indicator a source gives values for; `has_page` is false for one that is only an input."""

    indicator: Indicator
    has_page: bool
    late_since: date | None = None

    @property
    def late(self) -> str:
        return presenting.day(self.late_since)


@dataclass
class SourceView:
    """One source with its feeds and the indicators it serves."""

    source: Source
    feeds: list[Feed]
    served: dict[int, Served] = field(default_factory=dict)
    next_day: date | None = None
    has_values: bool = False

    @property
    def state(self) -> str:
        if self.feeds and takes_uploads(self.source):
            return _("Values are handed in as files by the Project’s staff.")
        active = sum(feed.is_active for feed in self.feeds)
        if not active:
            return _("Not active: nothing is read from here at present.")
        if active == len(self.feeds):
            return _("Active")
        return _("Active: %(active)s of %(all)s data feeds.") % {"active": active, "all": len(self.feeds)}

    @property
    def last_success(self) -> str:
        return latest([feed.last_success_at for feed in self.feeds])

    @property
    def last_change(self) -> str:
        return latest([feed.last_change_at for feed in self.feeds])

    @property
    def next_release(self) -> str:
        return presenting.day(self.next_day)

    @property
    def indicators(self) -> list[Served]:
        return sorted(self.served.values(), key=lambda one: one.indicator.name)

    @property
    def late(self) -> list[Served]:
        """What is late, the longest wait first."""
        late = [one for one in self.indicators if one.late_since]
        return sorted(late, key=lambda one: one.late_since or date.max)

    def add(self, series: Series, has_values: bool, result: Result | None) -> None:
        """Take in a series; what it waits for counts only where the source has given values for it."""
        indicator = series.indicator
        served = self.served.setdefault(indicator.pk, Served(indicator, has_page=result is not None))
        self.has_values |= has_values
        outcome = outcome_for(series, result) if result and has_values else None
        if result is None or outcome is None or not outcome.get("latest"):
            return
        served.late_since = earliest(served.late_since, presenting.due_on(outcome, result.as_of))
        release = next_release(outcome["latest"]["period"], indicator.frequency, indicator.lag_months)
        if release.day >= result.as_of:
            self.next_day = earliest(self.next_day, release.day)


def outcome_for(series: Series, result: Result) -> words.Outcome | None:
    """What was judged of this series: its country or partner, or the whole where that is about one."""
    label = "/".join(filter(None, (series.area, series.partner, series.product)))
    outcomes = outcomes_of(result)
    return outcomes.get(label) or outcomes.get("")


def latest(moments: list[datetime | None]) -> str:
    known = [moment for moment in moments if moment]
    return words.moment(max(known)) if known else ""


def earliest(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day), default=None)


def source_list() -> dict[str, Any]:
    """Every source in four queries, however many there are."""
    sources = Source.objects.prefetch_related("feeds")
    views = {source.pk: SourceView(source, list(source.feeds.all())) for source in sources}
    results = {result.target.indicator_id: result for result in judged_targets() if result.target}
    values = Observation.objects.current().filter(series=OuterRef("pk"), value__isnull=False)
    for series in Series.objects.select_related("indicator").annotate(has_values=Exists(values)):
        views[series.source_id].add(series, series.has_values, results.get(series.indicator_id))
    return {
        "now": words.moment(timezone.now()),
        "agencies": [view for view in views.values() if not view.source.is_calculated],
        "calculated": [view for view in views.values() if view.source.is_calculated],
        "section": "data",
        "trail": [(_("Data"), reverse("public:data")), (_("Sources"), "")],
    }
