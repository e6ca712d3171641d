"""The samples at work: reports just published, waiting and sent back, all by the steps people take."""

import contextlib
import io
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from goals import samples
from goals.lifecycle import evidence, reviewing, sub_goals, updates
from goals.models import Goal, SubGoal, Target, Update
from stakeholders import joining
from stakeholders.models import Membership, Organization, User

STEWARD = "steward@sample.example"


class SampleFile(io.BytesIO):
    """A file as a form would hand it over."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text.encode())
        self.name: str | None = name
        self.size: int | None = len(text.encode())


@transaction.atomic
def load(today: date) -> bool:
    """Let the samples report, once and when they are judged already; whether this was the time."""
    content = samples.read()
    if User.objects.filter(email=STEWARD).exists():
        return False
    steward = load_steward()
    for fields in content["reports"]:
        # Samples of an earlier day may have been worked on by hand: what no longer fits is left out.
        with contextlib.suppress(*reviewing.REFUSALS), transaction.atomic():
            report(fields, today, steward)
    for fields in content["proposals"]:
        propose(fields, today)
    for fields in content["join_requests"]:
        joining.ask_to_join(**fields)
    return True


def load_steward() -> User:
    steward = User.objects.create_user(
        STEWARD, first_name="Sample", last_name="Steward", project_role=User.ProjectRole.STEWARD
    )
    samples.let_sign_in(User.objects.filter(pk=steward.pk))
    return steward


def owner_of(organization: Organization) -> User:
    return User.objects.get(
        email=f"{organization.code}{samples.ADDRESS}", memberships__role=Membership.Role.OWNER
    )


def propose(fields: Mapping[str, Any], today: date) -> SubGoal:
    """A sub-goal that waits for the stewards."""
    organization = Organization.objects.get(code=fields["organization"])
    owner = owner_of(organization)
    given = fields["fields"] | {
        "goal": Goal.objects.get(code=fields["goal"]),
        "target": Target.objects.get(indicator__code=fields["indicator"]),
        "start_date": today,
        "target_date": samples.months_from(today, fields["target"]),
    }
    sub_goal = sub_goals.create_draft(organization, given, owner)
    return sub_goals.submit(sub_goal, owner, sub_goal.version)


# --- Reports ------------------------------------------------------------------------------------
def report(fields: Mapping[str, Any], today: date, steward: User) -> None:
    """A draft, and whatever became of it after that."""
    sub_goal = SubGoal.objects.get(code=fields["sub_goal"])
    owner = owner_of(sub_goal.organization)
    given = fields["fields"] | {"date": today - timedelta(days=fields["days_ago"])}
    update = updates.create_draft(sub_goal, given, owner, links=fields.get("links", ()))
    if "file" in fields:
        evidence.add(update, SampleFile(**fields["file"]), owner, update.version)
    if fields["state"] == Update.State.DRAFT:
        return
    updates.submit(update, owner, update.version)
    if fields["state"] == Update.State.SENT_BACK:
        updates.send_back(update, fields["said"], steward, update.version)
    if fields["state"] == Update.State.PUBLISHED:
        publish(update, fields, steward)


def publish(update: Update, fields: Mapping[str, Any], steward: User) -> None:
    updates.publish(update, steward, update.version, grade=fields["grade"], comment=fields["said"])
    if correction := fields.get("corrected"):
        owner = owner_of(update.sub_goal.organization)
        newer = updates.correct(
            update, correction["fields"], owner, update.version, reason=correction["reason"]
        )
        updates.submit(newer, owner, newer.version)
        updates.publish(newer, steward, newer.version, grade=fields["grade"])
