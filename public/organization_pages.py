"""What the list of organizations and an organization's page show."""

from collections import Counter
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from goals import words
from goals.models import SubGoal
from public import presenting
from public.sub_goal_pages import rows_of, visible
from stakeholders.models import Organization


def organization_list(today: date) -> dict[str, Any]:
    public = Q(sub_goals__state__in=SubGoal.PUBLIC_STATES, sub_goals__published_on__lte=today)
    organizations = Organization.objects.annotate(sub_goal_count=Count("sub_goals", filter=public))
    return {
        "rows": [
            {"organization": organization, "place": presenting.place(organization.area)}
            for organization in organizations
        ],
        "section": "sub-goals",
        "trail": [(_("Organizations"), "")],
    }


def organization_page(code: str, today: date) -> dict[str, Any]:
    organization = Organization.objects.filter(code=code).first()
    if organization is None:
        raise Http404
    rows = rows_of(visible(today).filter(organization=organization), today)
    record = Counter(row.reporting for row in rows if row.reporting)
    return {
        "organization": organization,
        "place": presenting.place(organization.area),
        "rows": rows,
        "record": [(str(word), record[str(word)]) for word in reporting_words()],
        "section": "sub-goals",
        "trail": [(_("Organizations"), reverse("public:organizations")), (organization.name, "")],
    }


def reporting_words() -> list[words.Text]:
    """The states of an open sub-goal's reports, those of closed ones left out."""
    return [word for code, word in words.UPDATE_STATES.items() if code != "closed"]
