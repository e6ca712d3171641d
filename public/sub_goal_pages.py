"""What the list of sub-goals and a sub-goal's page show."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from goals import words
from goals.models import Result, Review, SubGoal, Update
from public import presenting
from public.filters import SubGoalFilter

A_PAGE = 50
CURRENT = Prefetch(
    "results", Result.objects.current().defer("explanation"), to_attr="current_results"
)  # fmt: skip


def visible(today: date) -> QuerySet[SubGoal]:
    """Sub-goals the public may see on a day, the newest first."""
    return (
        SubGoal.objects.public()
        .filter(published_on__lte=today)
        .select_related("organization", "goal", "target__indicator")
        .order_by("-published_on", "code")
    )


def rows_of(sub_goals: QuerySet[SubGoal], today: date) -> list["SubGoalRow"]:
    return [SubGoalRow(sub_goal, today) for sub_goal in sub_goals.prefetch_related(CURRENT)]


def state_of(sub_goal: SubGoal, today: date) -> str:
    """The state's code among words.SUBGOAL_STATES."""
    if sub_goal.state == SubGoal.State.WITHDRAWN:
        return "withdrawn"
    if sub_goal.state == SubGoal.State.COMPLETED:
        return "done"
    return "planned" if sub_goal.start_date > today else "under_way"


@dataclass(frozen=True)
class SubGoalRow:
    """A sub-goal in a list or on its page, with its stored result in words."""

    sub_goal: SubGoal
    today: date

    @cached_property
    def result(self) -> Result | None:
        return next(iter(getattr(self.sub_goal, "current_results", ())), None)

    @property
    def outcome(self) -> dict[str, Any]:
        return self.result.outcome if self.result else {}

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
        if not self.result or not self.result.status or self.state_code == "withdrawn":
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
        return presenting.foreign(self.sub_goal.language)

    @property
    def language_name(self) -> str:
        return presenting.language_name(self.sub_goal.language)

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
        return presenting.in_own_unit(latest["value"], self.sub_goal.unit) if latest else ""

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
    page = Paginator(found.prefetch_related(CURRENT), A_PAGE).get_page(query.get("page"))
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
    """A report that stands, with what it corrected and what the Project said to it."""

    update: Update
    unit: str
    corrected: list[Update]
    reviews: list[Review]

    @property
    def value(self) -> str:
        return presenting.in_own_unit(self.update.value, self.unit)

    @property
    def lang(self) -> str:
        return presenting.foreign(self.update.language)

    @property
    def day(self) -> str:
        return presenting.day(self.update.date)

    @property
    def comments(self) -> list[dict[str, str]]:
        """What the Project said, dated; the reviewer's name is not shown."""
        return [{"day": presenting.day(one.decided_at), "comment": one.comment} for one in self.reviews]

    @property
    def corrections(self) -> list[dict[str, str]]:
        """What each corrected report had said, and when it was corrected."""
        return [
            {
                "day": presenting.day(self.update.published_at),
                "value": presenting.in_own_unit(old.value, self.unit),
                "note": old.note,
                "lang": presenting.foreign(old.language),
            }
            for old in self.corrected
        ]


def update_views(sub_goal: SubGoal) -> list[UpdateView]:
    """Reports that stand or were retracted, the newest first; a corrected one stands under its correction."""
    approved = Review.objects.filter(decision=Review.Decision.APPROVED)
    updates = list(sub_goal.updates.public().prefetch_related(Prefetch("reviews", approved)))
    return [
        UpdateView(
            update, sub_goal.unit, before, [one for row in (update, *before) for one in row.reviews.all()]
        )
        for update in updates
        if not update.corrected_by_id
        for before in [earlier(update, updates)]
    ]


def earlier(update: Update, updates: list[Update]) -> list[Update]:
    """What an update corrected, and what that had corrected, the newest first."""
    corrected = [one for one in updates if one.corrected_by_id == update.pk]
    return [old for one in corrected for old in (one, *earlier(one, updates))]


def sub_goal_page(code: str, today: date) -> dict[str, Any]:
    sub_goal = (
        visible(today)
        .filter(code=code)
        .select_related("organization", "goal", "target__indicator", "parent", "contributes_to")
        .prefetch_related(CURRENT)
        .first()
    )
    if sub_goal is None:
        raise Http404
    row = SubGoalRow(sub_goal, today)
    updates = update_views(sub_goal)
    parent = sub_goal.parent
    return {
        "row": row,
        "withdrawn": presenting.day(sub_goal.withdrawn_on),
        "sub_goal": sub_goal,
        "updates": updates,
        "is_checked": any(update.reviews for update in updates),
        "parent": parent if parent and parent.state in SubGoal.PUBLIC_STATES else None,
        "children": rows_of(visible(today).filter(parent=sub_goal), today),
        "contribution": contribution(sub_goal),
        "section": "sub-goals",
        "trail_lang": row.lang,
        "trail": [
            (_("Sub-goals"), reverse("public:sub-goals")),
            (sub_goal.title, ""),
        ],
    }


def contribution(sub_goal: SubGoal) -> dict[str, Any] | None:
    """What this sub-goal declares for an indicator, as the indicator's result counted it."""
    indicator = sub_goal.contributes_to
    if indicator is None:
        return None
    result = Result.objects.current().filter(node=f"target:{indicator.code}").defer("explanation").first()
    declared = (result.outcome.get("contributions") or {}) if result else {}
    quantity = declared.get("quantities", {}).get(sub_goal.node)
    return {
        "indicator": indicator,
        "quantity": "" if quantity is None else presenting.declared_amount(indicator, quantity),
        "reason": why_not_counted(declared.get("not_counted", {}).get(sub_goal.node, "")),
    }


def why_not_counted(code: str) -> str:
    """Why a declared quantity is not in the sum; empty where it is."""
    texts = {
        "": "",
        "in_parent": _("It is already contained in the quantity of the sub-goal it belongs to."),
        "shared_effort": _("It is part of a shared effort, which is counted once, with its lead."),
        "no_value": _("It has no value yet."),
        "draft": _("It is a draft and does not count yet."),
        "withdrawn": _("It was withdrawn and no longer counts."),
    }
    return texts.get(code.partition(":")[0], _("It is not counted."))
