"""Two entries for one organization made one: a preview first, then all in one transaction."""

import hashlib
import json
from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Lower, Now
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
    move_people(source, into)
    move_invitations(source, into)
    ApiToken.objects.filter(organization=source).update(organization=into)
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


def move_people(source: Organization, into: Organization) -> None:
    for membership in source.memberships.select_related("user"):
        inviting.take_in(membership.user, into, membership.role)
    Membership.objects.filter(organization=source).delete()


def move_invitations(source: Organization, into: Organization) -> None:
    """An address invited to both keeps the invitation of `into`."""
    twice = inviting.still_open(into).annotate(address=Lower("email")).values("address")
    waiting = inviting.still_open(source).annotate(address=Lower("email"))
    waiting.filter(address__in=twice).update(revoked_at=Now())
    Invitation.objects.filter(organization=source).update(organization=into)


def lead_on(source: Organization, into: Organization) -> None:
    """Its codes, also those it had from earlier merges, lead to `into`."""
    OrganizationAlias.objects.filter(organization=source).update(organization=into)
    OrganizationAlias.objects.create(code=source.code, organization=into)
    source.merged_into, source.is_active = into, False
    source.save(update_fields=["merged_into", "is_active"])
