"""What an organization has to do and has: due, coming up, drafts, questions to answer, all sub-goals."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from goals.awaited import due_days
from goals.models import MeasureProposal, Review, SubGoal, Update
from stakeholders import rights
from stakeholders.models import Organization, User
from workspace.own import Place, person_of, place_of

A_PAGE = 50
COMING_UP = 3


@require_safe
@rights.rule("workspace", "see")
def home(request: HttpRequest) -> HttpResponse:
    """The way to one's organization, or to the queue; whoever belongs to several organizations chooses."""
    held = rights.memberships_of(person_of(request))
    memberships = list(held.select_related("organization").order_by("organization__name"))
    if len(memberships) == 1:
        return redirect("workspace:dashboard", memberships[0].organization.code)
    if not memberships and rights.may(request.user, "see", "queue"):
        return redirect("workspace:review-queue")
    shown = {"memberships": memberships, "closed": [] if memberships else closed_to(person_of(request))}
    return render(request, "workspace/home.html", shown)


def closed_to(person: User) -> list[Organization]:
    """The organizations a person belongs to that are switched off."""
    return list(Organization.objects.filter(memberships__user=person, is_active=False))


@require_safe
@rights.rule("sub_goal", "see_draft")
def dashboard(request: HttpRequest, organization: str) -> HttpResponse:
    place = place_of(request.user, organization)
    shown = overview(place, request.GET.get("page"), timezone.now().date())
    return render(request, "workspace/dashboard.html", shown)


def overview(place: Place, page: str | None, today: date) -> dict[str, Any]:
    """Everything the dashboard shows, in a number of queries that does not depend on how much there is."""
    drafts = updates_in(place.organization, Update.State.DRAFT)
    questions = updates_in(place.organization, Update.State.SENT_BACK)
    begun = {update.sub_goal_id for update in (*drafts, *questions) if update.correction_of_id is None}
    due, coming = due_and_coming(place.organization, today, begun)
    return {
        "place": place,
        "due": due,
        "coming": coming,
        "draft_updates": drafts,
        "draft_sub_goals": sub_goals_in(place.organization, SubGoal.State.DRAFT),
        "questions_on_updates": questions,
        "questions_on_proposals": proposals_asked_about(place.organization),
        "questions_on_sub_goals": sub_goals_in(place.organization, SubGoal.State.SENT_BACK),
        "waiting": updates_in(place.organization, Update.State.SUBMITTED),
        "pager": Paginator(all_sub_goals(place.organization), A_PAGE).get_page(page),
        "today": today,
    }


# --- What is due --------------------------------------------------------------------------------
@dataclass(frozen=True)
class Due:
    """A sub-goal with the day its next update is due."""

    sub_goal: SubGoal
    on: date
    today: date

    @property
    def days_late(self) -> int:
        return (self.today - self.on).days


def due_and_coming(
    organization: Organization, today: date, begun: Container[int] = ()
) -> tuple[list[Due], list[Due]]:
    """The most overdue first, as many as a page holds; then the next few.

    Of the sub-goals whose report is `begun`, by key, it stands as a draft or with its question instead.
    """
    days = sorted(row for row in due_days(organization, today) if row[1] not in begun)
    late = [row for row in days if row[0] <= today][:A_PAGE]
    coming = [row for row in days if row[0] > today][:COMING_UP]
    rows = SubGoal.objects.in_bulk([key for _day, key in (*late, *coming)])
    return (
        [Due(rows[key], on, today) for on, key in late],
        [Due(rows[key], on, today) for on, key in coming],
    )


# --- Lists --------------------------------------------------------------------------------------
def reported_by(organization: Organization) -> Any:
    return SubGoal.objects.filter(organization=organization)


def all_sub_goals(organization: Organization) -> Any:
    rows = reported_by(organization).select_related("standing", "goal")
    rows = rows.annotate(reported_on=Update.objects.newest_day(OuterRef("pk")))
    return rows.order_by("goal__number", "title", "pk")


def sub_goals_in(organization: Organization, state: str) -> list[SubGoal]:
    asked = Review.objects.filter(sub_goal=OuterRef("pk"), decision=Review.Decision.SENT_BACK)
    rows = reported_by(organization).filter(state=state).annotate(question=last_words(asked))
    return list(rows.order_by("-created_at", "-pk")[:A_PAGE])


def updates_in(organization: Organization, state: str) -> list[Update]:
    asked = Review.objects.filter(update_reviewed=OuterRef("pk"), decision=Review.Decision.SENT_BACK)
    rows = Update.objects.filter(sub_goal__organization=organization, state=state)
    rows = rows.select_related("sub_goal__standing", "correction_of").annotate(question=last_words(asked))
    return list(rows.order_by("-created_at", "-pk")[:A_PAGE])


def proposals_asked_about(organization: Organization) -> list[MeasureProposal]:
    asked = Review.objects.filter(proposal=OuterRef("pk"), decision=Review.Decision.SENT_BACK)
    rows = MeasureProposal.objects.asked_about().filter(sub_goal__organization=organization)
    rows = rows.select_related("sub_goal").annotate(question=last_words(asked))
    return list(rows.order_by("-proposed_at", "-pk")[:A_PAGE])


def last_words(reviews: Any) -> Subquery:
    return Subquery(reviews.order_by("-decided_at", "-pk").values("comment")[:1])
