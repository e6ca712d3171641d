"""What a person finds in the workspace: the organizations they belong to, and what is theirs.

What belongs to others does not exist here (404). What the own role does not allow is said in words (403).
"""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from goals.models import SubGoal, Update
from stakeholders import rights
from stakeholders.models import Organization, User


@dataclass(frozen=True)
class Place:
    """A person in one of their organizations."""

    person: User
    organization: Organization
    roles: frozenset[rights.Role]

    def may(self, action: str, kind: str) -> bool:
        return rights.allows(self.roles, action, kind)

    def require(self, action: str, kind: str) -> None:
        if not self.may(action, kind):
            raise PermissionDenied(rights.refusal(action, kind))

    @property
    def role(self) -> str:
        return " · ".join(
            rights.role_name(role) for role in rights.Role if role in self.roles & rights.MEMBERS
        )


def person_of(request: HttpRequest) -> User:
    """Who asks; behind a rule of the workspace there is always one."""
    assert isinstance(request.user, User)
    return request.user


def place_of(person: Any, code: str) -> Place:
    return place_in(person, get_object_or_404(rights.organizations_of(person), code=code))


def place_in(person: Any, organization: Organization) -> Place:
    return Place(person, organization, rights.roles_of(person, organization))


def sub_goal_of(person: Any, code: str, *related: str) -> tuple[Place, SubGoal]:
    """A sub-goal of one of the person's organizations, in any state."""
    own = SubGoal.objects.filter(organization__in=rights.organizations_of(person))
    sub_goal = get_object_or_404(own.select_related("organization", "goal", *related), code=code)
    return place_in(person, sub_goal.organization), sub_goal


def update_of(person: Any, pk: int) -> tuple[Place, Update]:
    own = Update.objects.filter(sub_goal__organization__in=rights.organizations_of(person))
    related = ("sub_goal__organization", "sub_goal__goal", "sub_goal__parent", "correction_of")
    update = get_object_or_404(own.select_related(*related), pk=pk)
    return place_in(person, update.sub_goal.organization), update
