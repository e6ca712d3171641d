"""What an organization and the stewards said to each other about a sub-goal or an update."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from goals.models import MeasureProposal, Review, SubGoal, Update
from stakeholders.models import User
from workspace.own import Place

LONGEST = 200


@dataclass(frozen=True)
class Said:
    """One thing said; `decision` is set where it decided something."""

    at: datetime
    by_project: bool
    name: str
    text: str
    decision: str = ""


def conversation(row: SubGoal | Update, place: Place) -> list[Said]:
    """Comments and reviews by their time, the oldest first. Stewards are shown as the Project."""
    reviews = row.reviews.select_related("reviewer")[:LONGEST]
    comments = row.comments.select_related("author").order_by("-pk")[:LONGEST]
    colleagues = set(place.organization.memberships.values_list("user", flat=True))
    said = [Said(one.decided_at, True, "", one.comment, one.get_decision_display()) for one in reviews]
    said += [spoken(one.written_at, one.author, one.text, colleagues) for one in comments]
    return sorted(said, key=lambda one: one.at)


def spoken(at: datetime, author: User | None, text: str, colleagues: set[int]) -> Said:
    """Whoever works for the Project and does not belong to the organization speaks as the Project."""
    is_project = bool(author and author.project_role and author.pk not in colleagues)
    return Said(at, is_project, "" if is_project else str(author or ""), text)


def question_about(proposal: MeasureProposal) -> Review | None:
    return proposal.reviews.order_by("-pk").first()


def last_question(row: SubGoal | Update) -> Any:
    asked = row.reviews.filter(decision=Review.Decision.SENT_BACK)
    return asked.order_by("-decided_at", "-pk").first()
