"""“What changed”: dated entries with their cause and kind, as a page, on the home page and as a feed.

What enters or leaves moves a mean without anybody having got further: such an entry says that the set
changed, and never speaks of progress.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from goals import happenings, words
from goals.happenings import Happening, Kind, Place
from goals.models import Result, SubGoal, TargetVersion, Update
from public import presenting, status_history
from public.change_effects import effects
from public.filters import ChangeFilter
from public.sub_goal_pages import words_of
from stakeholders.models import Organization

A_PAGE = 50
ON_HOME = 5
UNWRITABLE = ("Cc", "Cn", "Cs")
IN_FEED = 50
EVERY_NIGHT = (Kind.TIME,)
"""What would push everything else out of short lists."""


@dataclass(frozen=True)
class Entry:
    """A happening in words: what it was, what it is about, why, and what it did to the numbers."""

    happening: Happening
    label: str
    title: str
    path: str
    lang: str = ""
    """The language of the title where it is not the page's."""
    texts: list[str] = field(default_factory=list)
    reason: str = ""
    reason_lang: str = ""
    effects: list[str] = field(default_factory=list)

    @property
    def day(self) -> str:
        return presenting.day(self.happening.at)

    @property
    def iso(self) -> str:
        return self.happening.at.date().isoformat()

    @property
    def kind(self) -> str:
        return str(KINDS[self.happening.kind])


KINDS = ChangeFilter.KINDS


# --- The page and the home page -----------------------------------------------------------------
def change_list(query: Any) -> dict[str, Any]:
    chosen = ChangeFilter(query)
    goal, kind = chosen.chosen("goal"), chosen.chosen("kind")
    before = Place.read(query.get("before", ""))
    found, further = happenings.newest(
        timezone.now(), A_PAGE, goal=goal, kind=kind, before=before, with_hidden=True
    )
    return {
        "entries": [entry(one) for one in happenings.with_steps(found)],
        "filter": chosen,
        "query": chosen.query,
        "further": further and str(further),
        "is_later_page": before is not None,
        "section": "",
        "trail": [(_("What changed"), "")],
    }


def newest_entries(most: int) -> list[Entry]:
    """For the home page, which says what happened and leaves the numbers to the page of changes."""
    return [entry(one) for one in happenings.newest(timezone.now(), most, without=EVERY_NIGHT)[0]]


# --- Entries ------------------------------------------------------------------------------------
def entry(one: Happening) -> Entry:
    if one.is_hidden:
        return of_hidden(one)
    told = of_result if isinstance(one.row, Result) else TOLD[one.what]
    return told(one)


def of_hidden(one: Happening) -> Entry:
    """A cause of what the numbers did, which stays; nothing of whose it was or what it said."""
    title, path = _("An organization that no longer takes part"), reverse("public:organizations")
    return Entry(one, label_of(one), title, path, effects=effects(one))


def of_result(one: Happening) -> Entry:
    result: Result = one.row
    said = {Kind.STATUS: status_texts, Kind.DATA: data_texts, Kind.REVISION: data_texts}[one.kind]
    why = status_history.why(result, one.before)
    title, path = result_title(result)
    texts = [*said(result, one.before), why] if one.before else said(result, one.before)
    return Entry(one, label_of(one), title, path, texts=texts, effects=effects(one))


def result_title(result: Result) -> tuple[str, str]:
    if result.target:
        indicator = result.target.indicator
        return indicator.name, reverse("public:indicator", args=[indicator.code])
    assert result.goal is not None
    return presenting.goal_name(result.goal), reverse("public:goal", args=[result.goal.code])


def status_texts(result: Result, before: Result | None) -> list[str]:
    now = words.status_tag({"status": result.status, "reason": result.reason, "trend": None})
    if before is None:
        return [_("Status: %(status)s.") % {"status": now.word}]
    said = {"before": words.STATUSES[before.status], "after": now.word}
    return [_("Status before: %(before)s. Status now: %(after)s.") % said]


def data_texts(result: Result, before: Result | None) -> list[str]:
    """The new values by country or partner, at most a few; what they replace where they were revised."""
    new, old = (happenings.latest_values(one.outcome) if one else {} for one in (result, before))
    moved = [(name, found) for name, found in new.items() if old.get(name) != found]
    texts = [value_text(result, name, found, old.get(name)) for name, found in moved[:3]]
    return texts + ([_("And more countries or partners.")] if len(moved) > len(texts) else [])


def value_text(result: Result, name: str, found: tuple[str, Any], old: tuple[str, Any] | None) -> str:
    assert result.target is not None
    amount = partial(presenting.amount, result.target.indicator)
    said = {
        "subject": words.subject_name(name) if name else "",
        "period": presenting.period(found[0]),
        "value": amount(found[1]),
        "before": amount(old[1]) if old else "",
    }
    is_revised = old is not None and old[0] == found[0]
    text = _("%(period)s: %(value)s, before %(before)s") if is_revised else _("%(period)s: %(value)s")
    return (f"{said['subject']}, " if name else "") + text % said + "."


def of_target(one: Happening) -> Entry:
    version: TargetVersion = one.row
    indicator = version.target.indicator
    return Entry(
        one, label_of(one), indicator.name, reverse("public:indicator", args=[indicator.code]) + "#target",
        texts=[_("Version %(number)s.") % {"number": version.number}],
        reason=version.reason, reason_lang=presenting.foreign("en"),
    )  # fmt: skip


def of_sub_goal(one: Happening) -> Entry:
    sub_goal: SubGoal = one.row
    reason = sub_goal.withdrawal_reason if one.what == "withdrawn" else ""
    return about(one, sub_goal, [], reason, sub_goal.language)


def of_measure(one: Happening) -> Entry:
    sub_goal: SubGoal = one.row.sub_goal
    return about(one, sub_goal, [], one.row.reason, sub_goal.language)


def of_update(one: Happening) -> Entry:
    update: Update = one.row
    if one.what == "retracted":
        return about(one, update.sub_goal, [], update.retraction_reason, update.language)
    return about(one, update.sub_goal, update_texts(update), "", "")


def update_texts(update: Update) -> list[str]:
    """What was reported; of a report that stands no longer, only that."""
    if update.state == Update.State.CORRECTED:
        return [_("It was corrected since.")]
    if update.state == Update.State.RETRACTED:
        return [_("It was retracted since.")]
    if update.value is None:
        return [_("For %(day)s.") % {"day": presenting.day(update.date)}]
    value = presenting.reported_value(update.sub_goal, update.value)
    return [_("For %(day)s: %(value)s.") % {"day": presenting.day(update.date), "value": value}]


def about(one: Happening, sub_goal: SubGoal, texts: list[str], reason: str, language: str) -> Entry:
    title, lang = words_of(sub_goal)[0], presenting.foreign(words_of(sub_goal)[2])
    return Entry(
        one, label_of(one), title, reverse("public:sub-goal", args=[sub_goal.code]), lang,
        texts=[words.one_stop(words.reported_by(sub_goal.organization.name) + "."), *texts],
        reason=reason, reason_lang=presenting.foreign(language) if reason else "", effects=effects(one),
    )  # fmt: skip


# --- Told by steps alone ------------------------------------------------------------------------
def of_placing(one: Happening) -> Entry:
    """A sub-goal that is not public (any longer) is not named: its numbers moved all the same."""
    if one.sub_goal:
        return about(one, one.sub_goal, [], "", "")
    return Entry(one, label_of(one), _("A sub-goal"), reverse("public:sub-goals"), effects=effects(one))


def of_organization(one: Happening) -> Entry:
    texts = {
        "switched_off": _("Its sub-goals are no longer shown and no longer count."),
        "switched_on": _("Its sub-goals are shown and count again."),
        "merged": _("Two entries of one organization were made one, and the sub-goals were put together."),
    }
    title, path = _("An organization"), reverse("public:organizations")
    if isinstance(one.named, Organization):
        title, path = one.named.name, reverse("public:organization", args=[one.named.code])
    return Entry(one, label_of(one), title, path, texts=[texts[one.what]], effects=effects(one))


def of_time(one: Happening) -> Entry:
    text = _("The paths ask for more each day, and reports grow older; nobody reported anything.")
    title = _("The day of judging moved on")
    return Entry(one, label_of(one), title, reverse("public:goals"), texts=[text], effects=effects(one))


TOLD = {
    "reparented": of_placing,
    "reweighed": of_placing,
    "switched_off": of_organization,
    "switched_on": of_organization,
    "merged": of_organization,
    "time": of_time,
    "target": of_target,
    "measure": of_measure,
    "withdrawn": of_sub_goal,
    "completed": of_sub_goal,
    "published": of_sub_goal,
    "update": of_update,
    "corrected": of_update,
    "retracted": of_update,
}


def label_of(one: Happening) -> str:
    labels = {
        "status": _("Status changed") if one.before else _("First judged"),
        "data": _("New data"),
        "revision": _("Data revised"),
        "target": _("New version of the target"),
        "measure": _("Measure or contribution of a sub-goal changed"),
        "withdrawn": _("Sub-goal withdrawn"),
        "completed": _("Sub-goal completed"),
        "published": _("New sub-goal"),
        "update": _("Update published"),
        "corrected": _("Update corrected"),
        "retracted": _("Update retracted"),
        "reparented": _("Sub-goal put elsewhere"),
        "reweighed": _("Weight of a sub-goal changed"),
        "switched_off": _("Organization switched off"),
        "switched_on": _("Organization switched on again"),
        "merged": _("Organizations merged"),
        "time": _("Time passed"),
    }
    if one.what == "target" and one.row.number == 1:
        return _("New target")
    return labels[one.what]


# --- The feed -----------------------------------------------------------------------------------
def feed(language: str) -> str:
    """The newest entries for feed readers (Atom), in the words of that language."""
    with translation.override(language):
        found, _further = happenings.newest(timezone.now(), IN_FEED, without=EVERY_NIGHT, with_hidden=True)
        entries = [entry(one) for one in happenings.with_steps(found)]
        link = whole(reverse("public:changes"))
        name = _("What changed – North American Progress Monitor")
        atom = Atom1Feed(
            title=name, link=link, description="", language=language,
            feed_url=whole(reverse("files:changes-feed", args=[language])), feed_guid=link,
            author_name=_("North American Progress Monitor"),
        )  # fmt: skip
        for one in entries:
            atom.add_item(**feed_item(one))
        return atom.writeString("utf-8")


def feed_item(one: Entry) -> dict[str, Any]:
    at: datetime = one.happening.at
    return {
        "title": plain(f"{one.label}{pgettext('label', ':')} {one.title}"),
        "link": whole(one.path),
        "description": escape(plain(" ".join(sentences_of(one)))),  # a summary is HTML
        "unique_id": f"{settings.SITE_URL}/changes/{one.happening.what}-{one.happening.place}",
        "pubdate": at,
        "updateddate": at,
        "categories": [one.kind],
    }


def sentences_of(one: Entry) -> Iterable[str]:
    return filter(None, (*one.texts, one.reason, *one.effects))


def whole(path: str) -> str:
    """The address on our own site, whatever host was asked."""
    return settings.SITE_URL.rstrip("/") + path


def plain(text: str) -> str:
    """Without the signs XML cannot hold."""
    return "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in UNWRITABLE)
