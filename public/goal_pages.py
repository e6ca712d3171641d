"""What the home page, the list of goals and a goal's page show, read from stored results."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext

from goals import sentences, upper, words
from goals.models import Chart, Goal, Result, Target, Update
from goals.models.sub_goals import is_public
from indicators.models import Indicator
from public import calendar_pages, change_pages, contributions, goal_words, presenting
from public.contributions import Contributions
from public.filters import GoalFilter
from public.organization_pages import TypeRow, type_rows
from public.sub_goal_pages import SubGoalRow, counted_states, rows_of, visible

SHOWN_ON_HOME = 5
RELEASES_ON_HOME = 3
NEWEST_ON_GOAL = 20
WORST_FIRST = (
    "missed", "moving_away", "off_track", "needs_acceleration", "on_track", "achieved",
    "not_enough_data", "monitored",
)  # fmt: skip


def target_results() -> QuerySet[Result]:
    """Current results of targets with their indicator and the sparkline of the active language."""
    line = Chart.objects.filter(
        target=OuterRef("target"), language=words.language(), layout=Chart.Layout.SPARKLINE
    )
    return (
        Result.objects.current()
        .filter(level=Result.Level.TARGET)
        .select_related("target__indicator")
        .annotate(sparkline=Subquery(line.values("svg")[:1]))
    )


@dataclass(frozen=True)
class IndicatorRow:
    """One indicator of a table: its status and its numbers, each with its unit in words."""

    result: Result

    @property
    def target(self) -> Target:
        assert self.result.target is not None
        return self.result.target

    @property
    def indicator(self) -> Indicator:
        return self.target.indicator

    @property
    def outcome(self) -> words.Outcome:
        return presenting.judged(self.result.outcome)

    @cached_property
    def status(self) -> words.StatusTag:
        return presenting.tag(self.result.outcome, self.result.as_of)

    @property
    def country(self) -> str:
        """The binding country, where the numbers are one country's."""
        binding = self.result.outcome.get("binding") or ""
        return words.subject_name(binding) if binding else ""

    @property
    def latest(self) -> str:
        latest = self.outcome.get("latest")
        if not latest or latest["value"] is None:
            return ""
        return presenting.amount(self.indicator, latest["value"])

    @property
    def latest_period(self) -> str:
        return presenting.period(self.outcome["latest"]["period"]) if self.latest else ""

    @property
    def series_count(self) -> int:
        """Over how many countries or partners a monitored indicator is spread."""
        with_value = [one for one in presenting.subjects(self.result.outcome).values() if one.get("latest")]
        return 0 if self.latest else len(with_value)

    @property
    def has_target(self) -> bool:
        return self.result.status != "monitored"

    @property
    def needed(self) -> str:
        return presenting.amount(self.indicator, self.outcome.get("expected_value"))

    @property
    def aim(self) -> str:
        target = self.outcome.get("target") or {}
        return presenting.amount(self.indicator, target.get("value"))

    @property
    def aim_year(self) -> str:
        return str((self.outcome.get("target") or {}).get("period", ""))[:4]

    @property
    def lead(self) -> str:
        facts = sentences.facts_of(self.indicator, self.result.explanation["input"])
        return sentences.lead(self.result.outcome, facts)


@dataclass(frozen=True)
class GoalView:
    """A goal with its stored result in the words of a page."""

    goal: Goal
    result: Result
    binding: IndicatorRow | None = None

    @property
    def outcome(self) -> dict[str, Any]:
        return self.result.outcome

    @cached_property
    def status(self) -> words.StatusTag:
        return words.status_tag(self.outcome)

    @property
    def as_of(self) -> str:
        return presenting.day(self.result.as_of)

    @property
    def coverage(self) -> str:
        return goal_words.coverage_text(self.outcome)

    @property
    def standing(self) -> str:
        return goal_words.standing(self.outcome)

    @property
    def indicators_number(self) -> str:
        return presenting.points(self.outcome["indicator_layer"]["schedule"])

    @property
    def indicators_way(self) -> str:
        return goal_words.way_text(self.outcome["indicator_layer"])

    @property
    def organizations_number(self) -> str:
        return presenting.points(self.outcome["stakeholder_layer"]["schedule"])

    @property
    def organizations_way(self) -> str:
        return goal_words.way_text(self.outcome["stakeholder_layer"])

    @property
    def combined_number(self) -> str:
        return presenting.points(self.outcome["combined"])

    @property
    def combined_reason(self) -> str:
        return goal_words.combined_reason(self.outcome)

    @property
    def organizations(self) -> str:
        return goal_words.organizations_text(self.outcome)

    @property
    def reporting(self) -> str:
        return goal_words.reporting_text(self.outcome)


class OverallView(GoalView):
    """All goals together: the same layers, the words of one goal replaced."""

    @property
    def coverage(self) -> str:
        return goal_words.overall_coverage(self.outcome)

    @property
    def organizations(self) -> str:
        return ""


# --- Home and the list of goals -----------------------------------------------------------------
def goal_views() -> tuple[list[GoalView], Result | None]:
    """Every judged goal with its binding indicator, and the result of all of them together."""
    levels = (Result.Level.GOAL, Result.Level.OVERALL)
    results = upper.completed(
        Result.objects.current()
        .filter(level__in=levels)
        .select_related("goal")
        .defer("explanation")
        .order_by("goal__number")
    )
    goals = [result for result in results if result.goal]
    nodes = [result.outcome["binding"] for result in goals]
    binding = {row.node: IndicatorRow(row) for row in target_results().filter(node__in=filter(None, nodes))}
    views = [
        GoalView(result.goal, result, binding.get(result.outcome["binding"]))
        for result in goals
        if result.goal
    ]
    return views, next((result for result in results if not result.goal), None)


def home(today: date) -> dict[str, Any]:
    return {
        **goal_list(),
        "changes": change_pages.newest_entries(change_pages.ON_HOME),
        "releases": calendar_pages.next_releases(RELEASES_ON_HOME),
        "updates": latest_updates(today),
        "section": "",
    }


def goal_list() -> dict[str, Any]:
    goals, overall = goal_views()
    return {"goals": goals, "overall": overall and overall_view(overall, goals), "section": "goals"}


def overall_view(result: Result, goals: list[GoalView]) -> dict[str, Any]:
    codes = {view.goal.code: view.goal for view in goals}
    return {
        "as_of": presenting.day(result.as_of),
        "sentence": goal_words.overall(result.outcome),
        "lowest": goal_words.lowest(result.outcome, codes.get(result.outcome["lowest_goal"] or "")),
        "view": OverallView(Goal(), result),
    }


def latest_updates(today: date) -> list[dict[str, Any]]:
    """The newest reports of organizations on sub-goals the public may see."""
    updates = (
        Update.objects.filter(
            is_public("sub_goal__"), state=Update.State.PUBLISHED, published_at__date__lte=today,
            sub_goal__published_on__lte=today,
        )
        .select_related("sub_goal__organization")
        .prefetch_related("sub_goal__texts")
        .order_by("-published_at", "-pk")[:SHOWN_ON_HOME]
    )  # fmt: skip
    return [
        {
            "update": update,
            "day": presenting.day(update.date),
            "row": SubGoalRow(update.sub_goal, today),
        }
        for update in updates
    ]


# --- A goal -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class GoalPage:
    view: GoalView
    judged: list[IndicatorRow]
    monitored: list[IndicatorRow]
    states: list[tuple[str, str, int]]
    shown: list[SubGoalRow]
    filter: GoalFilter
    types: list[TypeRow]
    contributions: list[Contributions]

    @property
    def strip(self) -> list[tuple[words.StatusTag, int]]:
        """Each status word of the judged indicators with how many have it, the worst first."""
        codes = sorted((row.result.status for row in self.judged), key=WORST_FIRST.index)
        tags = [replace(words.status_tag({"status": code}), direction="") for code in codes]
        count = Counter(tag.word for tag in tags)
        return [(tag, count[tag.word]) for tag in {tag.word: tag for tag in reversed(tags)}.values()][::-1]

    @property
    def timeline(self) -> list[tuple[str, list[dict[str, str]]]]:
        """The milestones and targets of this goal's indicators by year."""
        points = sorted((point for row in self.judged for point in aims_of(row)), key=itemgetter("year"))
        return [(year, list(group)) for year, group in groupby(points, key=itemgetter("year"))]


def aims_of(row: IndicatorRow) -> list[dict[str, str]]:
    """What one indicator has to reach: its milestones and its target."""
    aims = [aim_of(row, milestone, milestone["status"]) for milestone in row.outcome.get("milestones") or ()]
    if row.aim:
        aims.append(aim_of(row, row.outcome["target"], "target"))
    return aims


def aim_of(row: IndicatorRow, point: words.Outcome, mark: str) -> dict[str, str]:
    return {
        "year": point["period"][:4],
        "name": row.indicator.name,
        "code": row.indicator.code,
        "value": presenting.amount(row.indicator, point["value"]),
        "word": str(words.MILESTONES.get(mark, gettext("Target"))),
        "mark": mark,
    }


def goal_page(code: str, query: Any, today: date) -> dict[str, Any]:
    found = (
        Result.objects.current()
        .filter(level=Result.Level.GOAL, goal__code=code)
        .select_related("goal__document")
        .defer("explanation")
        .first()
    )
    if found is None or found.goal is None:
        raise Http404
    [result], goal = upper.completed([found]), found.goal
    rows = [
        IndicatorRow(row)
        for row in target_results()
        .filter(goal=goal)
        .order_by("-target__is_headline", "target__position")
    ]  # fmt: skip
    binding = next((row for row in rows if row.result.node == result.outcome["binding"]), None)
    judged = [row for row in rows if row.has_target]
    sub_goals = visible(today).filter(goal=goal)
    chosen = GoalFilter(query)
    page = GoalPage(
        view=GoalView(goal, result, binding),
        judged=judged,
        monitored=[row for row in rows if not row.has_target],
        states=counted_states(sub_goals, today),
        shown=rows_of(chosen.narrow(sub_goals, today)[:NEWEST_ON_GOAL], today),
        filter=chosen,
        types=type_rows(goal),
        contributions=contributions.in_short(row.result for row in judged),
    )
    return {"page": page, "goal": goal, "section": "goals", "trail": goal_trail(goal)}


def goal_trail(goal: Goal) -> list[tuple[str, str]]:
    return [
        (gettext("Goals"), reverse("public:goals")),
        (presenting.goal_name(goal), reverse("public:goal", args=[goal.code])),
    ]
