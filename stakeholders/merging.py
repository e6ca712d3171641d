"""Two entries for one organization made one: a preview first, then all in one transaction."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from stakeholders import inviting, rights, signals, trail
from stakeholders.models import ApiToken, Invitation, Membership, Organization, OrganizationAlias, User


class NotMergeable(Exception):
    """These two cannot be merged, or something has changed since the preview; nothing was changed."""


@dataclass(frozen=True)
class Preview:
    """What a merge would do: words and how many; `fingerprint` says what it was about."""

    source: Organization
    into: Organization
    rows: tuple[tuple[str, int], ...]

    @property
    def fingerprint(self) -> str:
        said = [*self.rows, (self.source.pk, self.source.version), (self.into.pk, self.into.version)]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def preview(source: Organization, into: Organization) -> Preview:
    """Raise NotMergeable if these two cannot be merged."""
    check(source, into)
    both = source.memberships.filter(user__in=into.memberships.values("user")).count()
    rows = [
        (str(_("People who move")), source.memberships.count() - both),
        (str(_("People in both, who keep the higher role")), both),
        (str(_("Open invitations")), inviting.still_open(source).count()),
        (str(_("API tokens")), source.api_tokens.filter(revoked_at=None).count()),
    ]
    for _receiver, more in signals.merge_previewed.send(Organization, source=source, into=into):
        rows += [(str(row[0]), int(row[1])) for row in more or ()]
    return Preview(source, into, tuple(rows))


@transaction.atomic
def merge(source: Organization, into: Organization, by: User, *, fingerprint: str, reason: str = "") -> None:
    """Do what the preview with this fingerprint showed; `source` stays as a sign to `into`."""
    rights.require(by, "create", "merge")
    source, into = locked(source, into)
    if preview(source, into).fingerprint != fingerprint:
        raise NotMergeable(_("Something has changed since the preview. Nothing was merged; look again."))
    for code in sorted((source.code, into.code)):
        trail.locked_head(code)  # in one order, whichever is written to first
    move_people(source, into, by)
    move_invitations(source, into, by)
    move_tokens(source, into, by)
    signals.organizations_merged.send(Organization, source=source, into=into, by=by)
    lead_on(source, into)
    after = {"source": source.code, "into": into.code}
    for organization in sorted((source, into), key=lambda merged: merged.code):
        subject = f"organization:{organization.pk}"
        trail.record(by, "merge", subject, chain=organization.code, before=None, after=after, reason=reason)


def check(source: Organization, into: Organization) -> None:
    if source.pk == into.pk:
        raise NotMergeable(_("Name two different organizations."))
    if source.merged_into_id or into.merged_into_id or not into.is_active:
        raise NotMergeable(_("One of them is switched off or was merged already."))
    if source.is_sample != into.is_sample:
        raise NotMergeable(_("A fictional organization is not merged with a real one."))


def locked(*organizations: Organization) -> list[Organization]:
    """In one fixed order, so that two merges wait for each other instead of blocking each other.

    Keys stay free: a publication under way writes rows that name the organization.
    """
    keys = [organization.pk for organization in organizations]
    rows = Organization.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    found = {row.pk: row for row in rows}
    return [found[key] for key in keys]


def move_people(source: Organization, into: Organization, by: User) -> None:
    """Each leaves the one chain and enters the other; whoever was in both keeps the higher role."""
    held = dict(into.memberships.values_list("user", "role"))
    leaving = list(source.memberships.select_related("user").order_by("pk"))
    arrived = [inviting.take_in(one.user, into, one.role) for one in leaving]
    gone = [change("move", one, said_of(one), None) for one in leaving]
    Membership.objects.filter(organization=source).delete()
    trail.record_all(by, gone, chain=source.code)
    trail.record_all(by, filter(None, (entry_of(one, held) for one in arrived)), chain=into.code)


def entry_of(membership: Membership, held: dict[int, str]) -> trail.Change | None:
    """What became of a person's role; nothing where it was as high before."""
    before = held.get(membership.user_id)
    if before is None:
        return change("move", membership, None, said_of(membership))
    if before == membership.role:
        return None
    return change("change_role", membership, {"role": before}, {"role": membership.role})


def said_of(membership: Membership) -> dict[str, Any]:
    return trail.snapshot(membership, "user", "role")


def move_invitations(source: Organization, into: Organization, by: User) -> None:
    """An address invited to both keeps the invitation of `into`."""
    twice = inviting.still_open(into).annotate(address=Lower("email")).values("address")
    waiting = inviting.still_open(source).annotate(address=Lower("email"))
    inviting.end(waiting.filter(address__in=twice), by, source)
    invitations = Invitation.objects.filter(organization=source)
    moved = all_moved(invitations, source, into)
    invitations.update(organization=into)
    trail.record_all(by, moved, chain=into.code)


def move_tokens(source: Organization, into: Organization, by: User) -> None:
    tokens = ApiToken.objects.filter(organization=source)
    moved = all_moved(tokens, source, into)
    tokens.update(organization=into)
    trail.record_all(by, moved, chain=into.code)


def all_moved(rows: QuerySet, source: Organization, into: Organization) -> list[trail.Change]:
    before, after = {"organization": source.code}, {"organization": into.code}
    return [change("move", row, before, after) for row in rows.order_by("pk")]


def change(action: str, row: Model, before: trail.Fields | None, after: trail.Fields | None) -> trail.Change:
    kind = {Membership: "membership", Invitation: "invitation", ApiToken: "token"}[type(row)]
    return trail.Change(action, f"{kind}:{row.pk}", before, after)


def lead_on(source: Organization, into: Organization) -> None:
    """Its codes, also those it had from earlier merges, lead to `into`."""
    OrganizationAlias.objects.filter(organization=source).update(organization=into)
    OrganizationAlias.objects.create(code=source.code, organization=into)
    source.merged_into, source.is_active = into, False
    source.save(update_fields=["merged_into", "is_active"])
