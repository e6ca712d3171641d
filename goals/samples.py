"""Fictional organizations that show every state of a sub-goal; for one's own machine only."""

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from goals.lifecycle import evidence, measures
from goals.models import (
    Comment,
    EvidenceFile,
    EvidenceLink,
    Goal,
    MeasureProposal,
    Review,
    Standing,
    Step,
    SubGoal,
    SubGoalVersion,
    Target,
    Update,
)
from indicators.models import Indicator
from stakeholders.models import JoinRequest, Membership, Organization, User

FILE = Path(__file__).parent / "catalogue" / "samples.json"
ADDRESS = "@sample.example"
ADMINISTRATOR = "admin@sample.example"
OFFICER = "sample-frontera-norte@sample.example"
PASSWORD = "sample-north-america-2050"  # noqa: S105 - known to everybody, for this machine alone


class SamplesRefused(RuntimeError):
    """Samples are fictional and their password is public: never on a site that answers others."""


@transaction.atomic
def load(today: date) -> int:
    """Load what is missing, with dates counted from `today`; return how many sub-goals were added."""
    content = read()
    administrator = load_administrator()
    for fields in content["organizations"]:
        load_organization(fields)
    known = set(SubGoal.objects.values_list("code", flat=True))
    missing = [fields for fields in content["sub_goals"] if fields["code"] not in known]
    for fields in missing:
        load_sub_goal(fields, today, administrator)
    return len(missing)


def read() -> dict:
    """What samples there are. Raises SamplesRefused where others can reach the site."""
    if not settings.IS_LOCAL_ONLY:
        raise SamplesRefused(
            "Sample organizations are loaded only while ALLOWED_HOSTS names this machine alone."
        )
    return json.loads(FILE.read_text(encoding="utf-8"))


@transaction.atomic
def remove() -> int:
    """Remove every sample with all that hangs on it; return how many organizations went."""
    asked = JoinRequest.objects.filter(email__endswith=ADDRESS)
    organizations = Organization.objects.filter(Q(is_sample=True) | Q(pk__in=asked.values("organization")))
    sub_goals = SubGoal.objects.filter(organization__in=organizations)
    updates = Update.objects.filter(sub_goal__in=sub_goals)
    remove_reports(updates)
    standings = Standing.objects.filter(organization__in=organizations)
    standings.update(enters=None)
    standings.delete()
    Step.objects.filter(organization__in=organizations).delete()
    for rows in (Review.objects, Comment.objects, MeasureProposal.objects, SubGoalVersion.objects):
        rows.filter(sub_goal__in=sub_goals).delete()
    sub_goals.update(parent=None)
    sub_goals.delete()
    User.objects.filter(email__endswith=ADDRESS).delete()
    count = organizations.count()
    organizations.delete()
    asked.delete()
    return count


def remove_reports(updates: QuerySet[Update]) -> None:
    Review.objects.filter(update_reviewed__in=updates).delete()
    Comment.objects.filter(update_discussed__in=updates).delete()
    for file in EvidenceFile.objects.filter(update__in=updates):
        evidence.remove_from_disk(file)
        file.delete()
    updates.update(corrected_by=None, correction_of=None)
    updates.delete()


def load_administrator() -> User:
    user = User.objects.filter(email=ADMINISTRATOR).first()
    return user or User.objects.create_superuser(
        ADMINISTRATOR,
        PASSWORD,
        first_name="Sample",
        last_name="Administrator",
        project_role=User.ProjectRole.ADMINISTRATOR,
    )


def load_organization(fields: dict) -> None:
    names = fields.pop("officer")
    code = fields.pop("code")
    organization, added = Organization.objects.get_or_create(
        code=code, defaults={**fields, "is_sample": True}
    )
    if added:
        load_officer(organization, *names)
    let_sign_in(User.objects.filter(email=f"{code}{ADDRESS}"))


def load_officer(organization: Organization, first_name: str, last_name: str) -> None:
    email = f"{organization.code}{ADDRESS}"
    officer = User.objects.create_user(email, first_name=first_name, last_name=last_name)
    Membership.objects.create(user=officer, organization=organization, role=Membership.Role.OWNER)


def let_sign_in(officers: QuerySet[User]) -> None:
    """With the password everybody knows, unless there is another one already."""
    for officer in officers:
        if not officer.has_usable_password():
            officer.set_password(PASSWORD)
            officer.save(update_fields=["password"])
        confirmed = {"verified": True, "primary": True}
        EmailAddress.objects.get_or_create(user=officer, email=officer.email, defaults=confirmed)


def load_sub_goal(fields: dict, today: date, reviewer: User) -> None:
    organization = Organization.objects.get(code=fields["organization"])
    start = months_from(today, fields["start"])
    sub_goal = SubGoal.objects.create(
        code=fields["code"],
        organization=organization,
        goal=Goal.objects.get(code=fields["goal"]),
        target=Target.objects.filter(indicator__code=fields.get("indicator")).first(),
        parent=SubGoal.objects.filter(code=fields.get("parent")).first(),
        title=fields["title"],
        description=fields.get("description", ""),
        language=fields.get("language", "en"),
        state=fields.get("state", SubGoal.State.PUBLISHED),
        published_on=None if fields.get("state") == SubGoal.State.DRAFT else min(start, today),
        completed_on=months_from(today, fields["completed"]) if "completed" in fields else None,
        withdrawn_on=months_from(today, fields["withdrawn"]) if "withdrawn" in fields else None,
        withdrawal_reason=fields.get("withdrawal_reason", ""),
        start_date=start,
        target_date=months_from(today, fields["target"]),
        cadence=fields["cadence"],
        weight=Decimal(fields.get("weight", "1")),
        progress_from=fields.get("progress_from", SubGoal.ProgressFrom.OWN),
        **measure(fields),
        **contribution(fields),
    )
    author = organization.memberships.get().user
    if sub_goal.state in SubGoal.PUBLIC_STATES:
        measures.write(sub_goal, author, valid_from=datetime.combine(min(start, today), time(), tzinfo=UTC))
    for update in fields["updates"]:
        load_update(sub_goal, update, today, author, reviewer)


def measure(fields: dict) -> dict:
    return {
        "is_deliverable": fields.get("is_deliverable", False),
        "unit": fields.get("unit", ""),
        "direction": fields.get("direction", "increase"),
        "reporting": fields.get("reporting", SubGoal.Reporting.LEVEL),
        "baseline_value": Decimal(fields.get("baseline", "0")),
        "target_value": Decimal(fields.get("goal_value", "1")),
    }


def contribution(fields: dict) -> dict:
    if "contributes_to" not in fields:
        return {}
    return {
        "contributes_to": Indicator.objects.get(code=fields["contributes_to"]),
        "contribution_factor": Decimal(fields["factor"]),
        "attribution": Decimal(fields["attribution"]),
        "shared_effort": fields.get("shared_effort", ""),
        "shared_effort_share": Decimal(fields["share"]) if "share" in fields else None,
        "leads_shared_effort": fields.get("leads", False),
    }


def load_update(sub_goal: SubGoal, fields: dict, today: date, author: User, reviewer: User) -> None:
    day = months_from(today, fields["date"])
    common = {
        "sub_goal": sub_goal,
        "date": day,
        "language": sub_goal.language,
        "author": author,
        "author_role": "Reporting officer",
        "evidence_grade": fields["grade"],
        "published_at": datetime.combine(day, time(15), tzinfo=UTC),
    }
    newer = None
    if "corrected" in fields:
        correction = fields["corrected"]
        newer = Update.objects.create(
            **common,
            value=Decimal(correction["value"]),
            note=correction["note"],
            state=Update.State.PUBLISHED,
        )
    update = Update.objects.create(
        **common,
        value=Decimal(fields["value"]),
        note=fields["note"],
        state=Update.State.CORRECTED if newer else Update.State.PUBLISHED,
        corrected_by=newer,
    )
    if "shown" in fields:
        EvidenceLink.objects.create(update=newer or update, title=fields["shown"], url=shown_at(sub_goal))
    if "reviewed" in fields:
        Review.objects.create(
            update_reviewed=update,
            reviewer=reviewer,
            decision=Review.Decision.APPROVED,
            comment=fields["reviewed"],
            decided_at=common["published_at"],
        )


def shown_at(sub_goal: SubGoal) -> str:
    """An address that leads nowhere: `.example` is kept free for such."""
    return f"https://{sub_goal.organization.code}.example/{sub_goal.code}/"


def months_from(today: date, months: int) -> date:
    """The first day of the month that lies `months` away."""
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return date(year, month + 1, 1)
