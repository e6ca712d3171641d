"""What the list of organizations and an organization's page show."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from goals import words
from goals.models import Goal, Result, Standing, SubGoal
from goals.organization_types import TypeStanding, by_type
from public import goal_words, presenting
from public.filters import OrganizationFilter
from public.sub_goal_pages import A_PAGE, SubGoalRow, counted_states, rows_of, visible
from stakeholders.models import Organization, OrganizationAlias

LATE_SHOWN = 20
LATE = ("overdue", "silent")


# --- Progress by kind of organization -----------------------------------------------------------
@dataclass(frozen=True)
class TypeRow:
    """A kind of organization within a goal: how many there are, and how far they are in words."""

    standing: TypeStanding
    goal: Goal | None

    @property
    def name(self) -> str:
        return str(Organization.Type(self.standing.type).label)

    @property
    def code(self) -> str:
        return self.standing.type

    @property
    def organizations(self) -> int:
        return self.standing.organizations

    @property
    def on_the_path(self) -> str:
        return presenting.points(self.standing.shares.schedule)

    @property
    def progress(self) -> str:
        return presenting.share_text(self.standing.shares.progress)

    @property
    def expected(self) -> str:
        return presenting.share_text(self.standing.shares.expected)

    @property
    def reporting(self) -> str:
        return presenting.share_text(self.standing.shares.reporting, 0)


def type_rows(goal: Goal | None = None) -> list[TypeRow]:
    goals = {goal.pk: goal} if goal else {one.pk: one for one in Goal.objects.all()}
    return [TypeRow(one, goals.get(one.goal_id)) for one in by_type(goal)]


# --- The list -----------------------------------------------------------------------------------
def organization_list(query: Any, today: date) -> dict[str, Any]:
    chosen = OrganizationFilter(query)
    found = chosen.narrow(Organization.objects.public())
    page = Paginator(found.order_by("name", "pk"), A_PAGE).get_page(query.get("page"))
    counts = sub_goal_counts(page, today)
    return {
        "rows": [
            {
                "organization": organization,
                "place": presenting.place(organization.area),
                "sub_goals": counts.get(organization.pk, 0),
            }
            for organization in page
        ],
        "filter": chosen,
        "query": chosen.query,
        "pager": page,
        "types": type_rows(),
        "section": "sub-goals",
        "trail": [(_("Organizations"), "")],
    }


def sub_goal_counts(organizations: Any, today: date) -> dict[int, int]:
    """How many public sub-goals each of these organizations has."""
    shown = SubGoal.objects.public().filter(published_on__lte=today, organization__in=list(organizations))
    return dict(shown.order_by().values_list("organization").annotate(Count("pk")))


# --- An organization ----------------------------------------------------------------------------
def led_to(code: str) -> str | None:
    """The address of the organization that one of this code was merged into."""
    alias = OrganizationAlias.objects.filter(code=code).select_related("organization").first()
    if alias is None or not Organization.objects.public().filter(pk=alias.organization_id).exists():
        return None
    return reverse("public:organization", args=[alias.organization.code])


def organization_page(code: str, query: Any, today: date) -> dict[str, Any]:
    organization = Organization.objects.public().filter(code=code).first()
    if organization is None:
        raise Http404
    own = visible(today).filter(organization=organization)
    page = Paginator(own, A_PAGE).get_page(query.get("page"))
    counts = reporting_counts(organization)
    return {
        "organization": organization,
        "place": presenting.place(organization.area),
        "rows": rows_of(page, today),
        "pager": page,
        "query": "",
        "states": counted_states(own, today),
        "record": [(str(word), counts.get(code, 0)) for code, word in reporting_words()],
        "late": [late_list(own, code, counts.get(code, 0), today) for code in LATE],
        "goals": [GoalShare(one) for one in shares_of(organization)],
        "section": "sub-goals",
        "trail": [(_("Organizations"), reverse("public:organizations")), (organization.name, "")],
    }


def reporting_words() -> list[tuple[str, words.Text]]:
    """The states of an open sub-goal's reports, those of closed ones left out."""
    return [(code, word) for code, word in words.UPDATE_STATES.items() if code != "closed"]


def open_standings(organization: Organization) -> QuerySet[Standing]:
    return Standing.objects.filter(
        level=Result.Level.SUB_GOAL, organization=organization, sub_goal__state=SubGoal.State.PUBLISHED
    )


def reporting_counts(organization: Organization) -> dict[str, int]:
    """How many open sub-goals are in each state of reporting."""
    grouped = open_standings(organization).order_by().values_list("update_state")
    return dict(grouped.annotate(Count("pk")))


@dataclass(frozen=True)
class LateList:
    """Open sub-goals whose reports are late, the first of them."""

    code: str
    count: int
    rows: list[SubGoalRow]

    @property
    def word(self) -> str:
        return str(words.UPDATE_STATES[self.code])

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


def late_list(own: QuerySet[SubGoal], code: str, count: int, today: date) -> LateList:
    late = own.filter(state=SubGoal.State.PUBLISHED, standing__update_state=code)
    return LateList(code, count, rows_of(late[:LATE_SHOWN], today) if count else [])


@dataclass(frozen=True)
class GoalShare:
    """What an organization does toward one goal, as it stands."""

    standing: Standing

    @property
    def goal(self) -> Goal:
        assert self.standing.goal is not None
        return self.standing.goal

    @property
    def on_the_path(self) -> str:
        return presenting.points(self.standing.schedule)

    @property
    def way(self) -> str:
        return goal_words.way_text(self.standing.outcome)

    @property
    def reporting(self) -> str:
        return presenting.share_text(self.standing.reporting, 0)


def shares_of(organization: Organization) -> QuerySet[Standing]:
    rows = Standing.objects.filter(level=Result.Level.ORGANIZATION, organization=organization, counted=True)
    return rows.select_related("goal").order_by("goal__number")
