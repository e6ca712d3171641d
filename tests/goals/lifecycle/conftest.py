"""People around one sub-goal: its organization's, another's, and the stewards."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from goals.lifecycle import sub_goals, updates
from goals.models import Goal, SubGoal, Update
from stakeholders.models import Membership, Organization, User

START, END = date(2026, 1, 1), date(2028, 1, 1)


def person(name: str, role: str | None = None, organization: Organization | None = None, **more) -> User:
    user = User.objects.create_user(f"{name}@people.example", first_name=name, **more)
    if organization:
        Membership.objects.create(user=user, organization=organization, role=role)
    return user


@pytest.fixture
def people(db) -> SimpleNamespace:
    """Editor and viewer of one organization, an editor of another, two stewards, a stranger."""
    return make_people()


def make_people() -> SimpleNamespace:
    mills = Organization.objects.create(code="mills", name="Mills of Sonora", type="sme", area="MEX")
    lab = Organization.objects.create(code="lab", name="Laboratory", type="academia", area="CAN")
    return SimpleNamespace(
        mills=mills,
        lab=lab,
        owner=person("owner", "owner", mills),
        editor=person("editor", "editor", mills),
        viewer=person("viewer", "viewer", mills),
        other=person("other", "editor", lab),
        steward=person("steward", project_role="steward"),
        second_steward=person("second", project_role="steward"),
        stranger=person("stranger"),
    )


def whole_fields(**changed) -> dict:
    """From 100 to 200 between 2026 and 2028, reported as levels."""
    fields = {
        "goal": Goal.objects.get(number=3),
        "title": "Double the recycled tonnage",
        "unit": "tons",
        "baseline_value": Decimal(100),
        "target_value": Decimal(200),
        "start_date": START,
        "target_date": END,
        "answers_name": "Ana Nuñez-O'Brien",
        "answers_role": "Plant manager",
    }
    return fields | changed


def make_draft(people: SimpleNamespace, **changed) -> SubGoal:
    return sub_goals.create_draft(people.mills, whole_fields(**changed), people.editor)


def make_submitted(people: SimpleNamespace, **changed) -> SubGoal:
    draft = make_draft(people, **changed)
    return sub_goals.submit(draft, people.editor, draft.version)


def make_published(people: SimpleNamespace, **changed) -> SubGoal:
    sent = make_submitted(people, **changed)
    return sub_goals.publish(sent, people.steward, sent.version)


def make_update(people: SimpleNamespace, sub_goal: SubGoal, **changed) -> Update:
    fields = {"date": START + timedelta(days=31), "value": Decimal(110), "note": "A first line runs."}
    return updates.create_draft(sub_goal, fields | changed, people.editor)


def make_submitted_update(people: SimpleNamespace, sub_goal: SubGoal, **changed) -> Update:
    update = make_update(people, sub_goal, **changed)
    return updates.submit(update, people.editor, update.version)


def make_published_update(people: SimpleNamespace, sub_goal: SubGoal, **changed) -> Update:
    sent = make_submitted_update(people, sub_goal, **changed)
    return updates.publish(sent, people.steward, sent.version)


@pytest.fixture
def draft(people) -> SubGoal:
    return make_draft(people)


@pytest.fixture
def submitted(people) -> SubGoal:
    return make_submitted(people)


@pytest.fixture
def published(people) -> SubGoal:
    return make_published(people)
