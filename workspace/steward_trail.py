"""What was changed, entry by entry, and whether a chain of the trail is whole."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from goals.choices import ALL, QueryFilter
from stakeholders import rights, trail
from stakeholders.models import Membership, TrailEntry, User
from workspace import trail_words

A_PAGE = 50
CHECKED_HERE = 20_000
"""Longer chains are checked by the command: a page has to answer within two seconds."""


class TrailFilter(QueryFilter):
    """By chain, subject and way; a person chooses among the chains of their own organizations."""

    chain = forms.CharField(
        label=_("Organization"), required=False, max_length=50, help_text=_("Its code, or “project”.")
    )
    subject = forms.CharField(label=_("Subject"), required=False, max_length=120)
    way = forms.ChoiceField(label=_("Way"), required=False, choices=[ALL, *TrailEntry.Way.choices])

    def __init__(self, query: Any, person: User) -> None:
        self.person = person
        super().__init__(query)

    @property
    def chain_shown(self) -> str:
        """The one asked for, if it may be seen; else the person's own or the Project's."""
        asked = self.chosen("chain")
        if rights.may(self.person, "see", "trail"):  # of whatever organization
            return asked or ("" if self.chosen("subject") else trail.PROJECT)
        own = list(rights.organizations_of(self.person, Membership.Role.OWNER).values_list("code", flat=True))
        return asked if asked in own else own[0]

    def rows(self) -> QuerySet[TrailEntry]:
        found = TrailEntry.objects.order_by("chain", "-number")
        if self.chain_shown:
            found = found.filter(chain=self.chain_shown)
        if subject := self.chosen("subject"):
            found = found.filter(subject=subject)
        if way := self.chosen("way"):
            found = found.filter(way=way)
        return found


def trail_page(query: Any, person: User) -> dict[str, Any]:
    chosen = TrailFilter(query, person)
    chain = chosen.chain_shown
    page = Paginator(chosen.rows(), A_PAGE).get_page(query.get("page"))
    return {
        "filter": chosen,
        "query": chosen.query,
        "chain": chain,
        "pager": page,
        "entries": trail_words.told(page, person),
        "state": checked(chain) if chain and "check" in query else None,
        "at": "trail",
    }


def checked(chain: str) -> dict[str, Any]:
    """What `manage.py check_trail` says of the chain; of a very long one, that it is for the command."""
    entries = TrailEntry.objects.filter(chain=chain).count()
    if entries > CHECKED_HERE:
        return {"entries": entries, "is_too_long": True, "faults": []}
    with transaction.atomic():  # one moment for the whole chain where the database can give it
        faults = list(trail.faults_of(chain))
    return {"entries": entries, "is_too_long": False, "faults": faults}
