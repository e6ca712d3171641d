"""What the list of sub-goals and a sub-goal's page show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Prefetch, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from goals import words
from goals.models import Declaration, Review, Standing, SubGoal, Update
from public import presenting
from public.contributions import why_not_counted
from public.filters import SubGoalFilter, in_state
from public.sub_goal_chart import chart_of
from public.sub_goal_history import history_of

A_PAGE = 50
CHILDREN_A_PAGE = 20
MOST_CORRECTED = 200


def visible(today: date) -> QuerySet[SubGoal]:
    """Sub-goals the public may see on a day, the newest first."""
    return (
        SubGoal.objects.public()
        .filter(published_on__lte=today)
        .select_related("organization", "goal", "target__indicator", "standing")
        .prefetch_related("texts")
        .order_by("-published_on", "-pk")
    )


def words_of(sub_goal: SubGoal) -> tuple[str, str, str]:
    """Title and description in the page's language if they were written in it, and their language."""
    for text in sub_goal.texts.all():
        if text.language == words.language() != sub_goal.language:
            return text.title, text.description, text.language
    return sub_goal.title, sub_goal.description, sub_goal.language


def counted_states(sub_goals: QuerySet[SubGoal], today: date) -> list[tuple[str, str, int]]:
    """Code and word of each state that occurs, with how many are in it: one query, however many there are."""
    counts = {code: Count("pk", filter=in_state(code, today)) for code in words.SUBGOAL_STATES}
    found = sub_goals.order_by().aggregate(**counts)
    return [(code, str(word), found[code]) for code, word in words.SUBGOAL_STATES.items() if found[code]]


def rows_of(sub_goals: Iterable[SubGoal], today: date) -> list["SubGoalRow"]:
    return [SubGoalRow(sub_goal, today) for sub_goal in sub_goals]


def state_of(sub_goal: SubGoal, today: date) -> str:
    """The state's code among words.SUBGOAL_STATES."""
    if sub_goal.state == SubGoal.State.WITHDRAWN:
        return "withdrawn"
    if sub_goal.state == SubGoal.State.COMPLETED:
        return "done"
    return "planned" if sub_goal.start_date > today else "under_way"


@dataclass(frozen=True)
class SubGoalRow:
    """A sub-goal in a list or on its page, with its standing in words."""

    sub_goal: SubGoal
    today: date

    @cached_property
    def standing(self) -> Standing | None:
        return getattr(self.sub_goal, "standing", None)

    @property
    def outcome(self) -> dict[str, Any]:
        return self.standing.outcome if self.standing else {}

    @property
    def state_code(self) -> str:
        return state_of(self.sub_goal, self.today)

    @property
    def state(self) -> str:
        return str(words.SUBGOAL_STATES[self.state_code])

    @property
    def is_open(self) -> bool:
        return self.state_code in ("planned", "under_way")

    @cached_property
    def status(self) -> words.StatusTag | None:
        """No status word for what was withdrawn: it no longer counts."""
        if not self.standing or not self.standing.status or self.state_code == "withdrawn":
            return None
        return words.status_tag({**self.outcome, "trend": None})

    @property
    def reporting(self) -> str:
        """How its reports stand, while it is open."""
        code = self.outcome.get("update_state")
        return str(words.UPDATE_STATES[code]) if code and self.is_open else ""

    @property
    def origin(self) -> str:
        return words.reported_by(self.sub_goal.organization.name)

    @property
    def place(self) -> str:
        return presenting.place(self.sub_goal.organization.area)

    @property
    def lang(self) -> str:
        """The language of what was never put into the page's: unit, reasons."""
        return presenting.foreign(self.sub_goal.language)

    @cached_property
    def words(self) -> tuple[str, str, str]:
        return words_of(self.sub_goal)

    @property
    def title(self) -> str:
        return self.words[0]

    @property
    def description(self) -> str:
        return self.words[1]

    @property
    def words_lang(self) -> str:
        """The language of title and description where it is not the page's."""
        return presenting.foreign(self.words[2])

    @property
    def language_name(self) -> str:
        return presenting.language_name(self.sub_goal.language)

    @property
    def other_languages(self) -> list[str]:
        """The languages it was written in beside the one that is shown, by name."""
        given = [self.sub_goal.language, *(text.language for text in self.sub_goal.texts.all())]
        return [presenting.language_name(one) for one in given if one != self.words[2]]

    @property
    def published(self) -> str:
        return presenting.day(self.sub_goal.published_on)

    # --- What, how much, by when ---
    @property
    def baseline(self) -> str:
        return presenting.in_own_unit(self.sub_goal.baseline_value, self.sub_goal.unit)

    @property
    def aim(self) -> str:
        return presenting.in_own_unit(self.sub_goal.target_value, self.sub_goal.unit)

    @property
    def starts(self) -> str:
        return presenting.day(self.sub_goal.start_date)

    @property
    def ends(self) -> str:
        return presenting.day(self.sub_goal.target_date)

    @property
    def latest(self) -> str:
        latest = self.outcome.get("latest")
        return presenting.reported_value(self.sub_goal, latest["value"]) if latest else ""

    @property
    def value_lang(self) -> str:
        """The language of the unit; whether something is done is said in the page's."""
        return "" if self.sub_goal.is_deliverable else self.lang

    @property
    def rests_on_children(self) -> bool:
        return self.sub_goal.progress_from == SubGoal.ProgressFrom.CHILDREN

    @property
    def progress_percent(self) -> int | None:
        """For the bar alone; the words stand beside it."""
        progress = self.outcome.get("progress")
        return None if progress is None else int(100 * progress)

    @property
    def progress(self) -> str:
        return presenting.share_text(self.outcome.get("progress"), 0)

    @property
    def expected(self) -> str:
        return presenting.share_text(self.outcome.get("expected"), 0)


# --- The list -----------------------------------------------------------------------------------
def sub_goal_list(query: Any, today: date) -> dict[str, Any]:
    chosen = SubGoalFilter(query)
    found = chosen.narrow(visible(today), today)
    page = Paginator(found, A_PAGE).get_page(query.get("page"))
    return {
        "filter": chosen,
        "rows": [SubGoalRow(sub_goal, today) for sub_goal in page],
        "pager": page,
        "query": chosen.query,
        "section": "sub-goals",
        "trail": [(_("Sub-goals"), "")],
    }


# --- A sub-goal ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class UpdateView:
    """A report that stands or was retracted, with what it corrected and what the Project said to it."""

    update: Update
    sub_goal: SubGoal
    corrected: list[Update]

    @property
    def value(self) -> str:
        return presenting.reported_value(self.sub_goal, self.update.value)

    @property
    def is_retracted(self) -> bool:
        return self.update.state == Update.State.RETRACTED

    @property
    def retracted(self) -> str:
        return presenting.day(self.update.retracted_at)

    @property
    def lang(self) -> str:
        return presenting.foreign(self.update.language)

    @property
    def day(self) -> str:
        return presenting.day(self.update.date)

    @property
    def has_evidence(self) -> bool:
        return has_evidence(self.update)

    @property
    def reviews(self) -> list[Review]:
        return [one for row in (self.update, *self.corrected) for one in row.reviews.all()]

    @property
    def comments(self) -> list[dict[str, str]]:
        """Those to what was corrected since say to which version they were given."""
        older = [
            {**one, "version": presenting.day(old.corrected_at)}
            for old in self.corrected
            for one in comments_of(old.reviews.all())
        ]
        return [*comments_of(self.update.reviews.all()), *older]

    @property
    def corrections(self) -> list[dict[str, Any]]:
        """What each corrected report had said and shown, when it was corrected and why."""
        reasons: dict[int | None, str] = {
            row.pk: row.correction_reason for row in (self.update, *self.corrected)
        }
        return [
            {
                "day": presenting.day(old.corrected_at or self.update.published_at),
                "value": presenting.reported_value(self.sub_goal, old.value),
                "note": old.note,
                "reason": reasons.get(old.corrected_by_id, ""),
                "lang": presenting.foreign(old.language),
                "proven": old if has_evidence(old) else None,
            }
            for old in self.corrected
        ]


def has_evidence(update: Update) -> bool:
    shown = (update.evidence_links.all(), update.evidence_files.all())
    return bool(update.evidence_url or any(shown))


def comments_of(reviews: Iterable[Review]) -> list[dict[str, str]]:
    """What the Project said, dated; the reviewer's name is not shown."""
    return [{"day": presenting.day(one.decided_at), "comment": one.comment} for one in reviews]


APPROVED = Review.objects.filter(decision=Review.Decision.APPROVED)


def update_page(sub_goal: SubGoal, number: Any) -> tuple[Page, list[UpdateView]]:
    """A page of reports, the newest first; a corrected one stands under its correction."""
    standing = sub_goal.updates.filter(state__in=(Update.State.PUBLISHED, Update.State.RETRACTED))
    parts = (Prefetch("reviews", APPROVED), "evidence_links", "evidence_files")
    page = Paginator(standing.order_by("-date", "-pk").prefetch_related(*parts), A_PAGE).get_page(number)
    replaced = sub_goal.updates.filter(state=Update.State.CORRECTED).prefetch_related(*parts)
    corrected = list(replaced[:MOST_CORRECTED])
    return page, [UpdateView(one, sub_goal, earlier(one, corrected)) for one in page]


def earlier(update: Update, corrected: list[Update]) -> list[Update]:
    """What an update corrected, and what that had corrected, the newest first."""
    found = [one for one in corrected if one.corrected_by_id == update.pk]
    return [old for one in found for old in (one, *earlier(one, corrected))]


def sub_goal_page(code: str, query: Any, today: date) -> dict[str, Any]:
    sub_goal = (
        visible(today)
        .filter(code=code)
        .select_related(
            "organization",
            "goal",
            "target__indicator",
            "parent__organization",
            "contributes_to",
            "standing",
            "declaration",
        )
        .prefetch_related(Prefetch("reviews", APPROVED))
        .first()
    )
    if sub_goal is None:
        raise Http404
    row = SubGoalRow(sub_goal, today)
    pager, updates = update_page(sub_goal, query.get("page"))
    children = Paginator(visible(today).filter(parent=sub_goal), CHILDREN_A_PAGE).get_page(
        query.get("children")
    )
    parent = sub_goal.parent
    return {
        "row": row,
        "withdrawn": presenting.day(sub_goal.withdrawn_on),
        "completed": presenting.day(sub_goal.completed_on),
        "sub_goal": sub_goal,
        "updates": updates,
        "pager": pager,
        "comments": [one for one in comments_of(sub_goal.reviews.all()) if one["comment"]],
        "is_checked": any(update.reviews for update in updates),
        "history": history_of(sub_goal),
        "chart": chart_of(sub_goal, today),
        "parent": parent if parent and parent.is_public else None,
        "children": children,
        "child_rows": [SubGoalRow(child, today) for child in children],
        "contribution": contribution(sub_goal),
        "section": "sub-goals",
        "trail_lang": row.words_lang,
        "trail": [
            (_("Sub-goals"), reverse("public:sub-goals")),
            (row.title, ""),
        ],
    }


# --- What it declares ---------------------------------------------------------------------------
def contribution(sub_goal: SubGoal) -> dict[str, Any] | None:
    """What this sub-goal declares for an indicator, as it is counted there."""
    indicator = sub_goal.contributes_to
    kept: Declaration | None = getattr(sub_goal, "declaration", None)
    if indicator is None:
        return None
    return {
        "indicator": indicator,
        "quantity": presenting.declared_amount(indicator, kept.amount) if kept and not kept.reason else "",
        "reason": why_not_counted(kept.reason if kept else ""),
    }
