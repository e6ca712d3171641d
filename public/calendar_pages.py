"""The calendar of expected releases, as a page and as a file."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from goals import words
from goals.models import Result
from indicators.models import Edition, Indicator
from public import ics, presenting
from public.releases import Release, next_release


@dataclass(frozen=True)
class Expected:
    """A release of an indicator; `subjects` are the countries or partners it is for, with their outcomes."""

    indicator: Indicator
    release: Release
    as_of: date
    subjects: dict[str, words.Outcome]
    is_for_all: bool

    @property
    def is_past(self) -> bool:
        """The day went by without the value; the status calls it overdue only some time later."""
        return self.release.day < self.as_of

    @property
    def day(self) -> str:
        return presenting.day(self.release.day)

    @property
    def period(self) -> str:
        return presenting.period(self.release.period)

    @property
    def names(self) -> str:
        """For whom, where other countries or partners are further on or behind."""
        return "" if self.is_for_all else ", ".join(words.subject_name(label) for label in self.subjects)

    @property
    def latest(self) -> str:
        outcome = next(iter(self.subjects.values()))
        return presenting.period(outcome["latest"]["period"])

    @cached_property
    def flag(self) -> str:
        """The words beside the status, where the data is overdue by the method."""
        outcome = next(iter(self.subjects.values()))
        return words.freshness_word(outcome, presenting.due_on(outcome, self.as_of))


def judged_targets() -> QuerySet[Result]:
    return (
        Result.objects.current()
        .filter(level=Result.Level.TARGET)
        .select_related("target__indicator")
        .defer("explanation")
    )


def expected_of(result: Result) -> list[Expected]:
    """One release for each period the subjects of an indicator wait for; none without data."""
    assert result.target is not None
    indicator = result.target.indicator
    outcomes = {label: one for label, one in outcomes_of(result).items() if one.get("latest")}
    waiting: dict[Release, dict[str, words.Outcome]] = defaultdict(dict)
    for label, outcome in outcomes.items():
        latest = outcome["latest"]["period"]
        release = next_release(latest, indicator.frequency, indicator.lag_months)
        waiting[release][label] = outcome
    return [
        Expected(indicator, release, result.as_of, subjects, is_for_all=len(waiting) == 1)
        for release, subjects in waiting.items()
    ]


def outcomes_of(result: Result) -> dict[str, words.Outcome]:
    """The outcome of each country or partner by its label; an outcome about one stands under “”."""
    return dict(presenting.subjects(result.outcome)) or {"": result.outcome}


def expected_releases() -> list[Expected]:
    found = [expected for result in judged_targets() for expected in expected_of(result)]
    return sorted(found, key=lambda one: (one.release, one.indicator.name))


def next_releases(count: int) -> list[Expected]:
    """The first that are still to come, on the day everything was judged."""
    return [one for one in expected_releases() if not one.is_past][:count]


def calendar_page() -> dict[str, Any]:
    expected = expected_releases()
    return {
        "as_of": presenting.day(max((one.as_of for one in expected), default=None)),
        "coming": [one for one in expected if not one.is_past],
        "past": [one for one in expected if one.is_past],
        "section": "data",
        "trail": [(_("Data"), reverse("public:data")), (_("Calendar"), "")],
    }


def calendar_file(language: str) -> str:
    """The same releases for a calendar program, in the words of that language."""
    edition = Edition.objects.first()
    with translation.override(language):
        events = [event(one) for one in expected_releases()]
        name = _("Expected data releases – North American Progress Monitor")
        return ics.calendar(name, events, edition.published_at if edition else timezone.now())


def event(expected: Expected) -> ics.Event:
    code, release = expected.indicator.code, expected.release
    said = {"indicator": expected.indicator.name, "period": expected.period}
    about = [
        expected.names,
        _("Expected from the usual lag of this indicator; not announced by the agency."),
    ]
    return ics.Event(
        uid=f"{code}-{release.period}@{urlsplit(settings.SITE_URL).hostname}",
        day=release.day,
        summary=_("Data expected: %(indicator)s, %(period)s") % said,
        description="\n".join(filter(None, about)),
        url=settings.SITE_URL + reverse("public:indicator", args=[code]),
    )
