"""Invitations by mail. Whether the address has an account shows nowhere: same words, same steps (R21)."""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from stakeholders import mail, rights, trail
from stakeholders.models import Invitation, Membership, Organization, User
from stakeholders.secrets_kept import hash_of_key, new_key

VALID_FOR = timedelta(days=14)
RANK = {role: rank for rank, role in enumerate(("viewer", "editor", "owner"))}


class InvitationClosed(Exception):
    """The link no longer works; the text says why."""


@transaction.atomic
def invite(organization: Organization, email: str, role: str, by: User, *, language: str = "") -> Invitation:
    """Send a link that makes its reader a member; an earlier one to the same address stops working."""
    rights.require(by, "create", "invitation", organization)
    organization = Organization.objects.select_for_update().get(pk=organization.pk)
    still_open(organization).filter(email__iexact=email).update(revoked_at=Now())
    key = new_key()
    invitation = Invitation.objects.create(
        organization=organization,
        email=email,
        role=Membership.Role(role),
        token_hash=hash_of_key(key),
        made_by=by,
        expires_at=timezone.now() + VALID_FOR,
    )
    after = trail.snapshot(invitation, "role", "expires_at")
    trail.record(by, "create", subject(invitation), chain=organization.code, before=None, after=after)
    send_link(invitation, key, language or mail.language_of(email))
    return invitation


def send_link(invitation: Invitation, key: str, language: str) -> None:
    context = {
        "invitation": invitation,
        "link": mail.address("workspace:accept-invitation", key, language=language),
    }
    mail.send_after_commit(invitation.email, language, "invitation", context)


def invitation_for(token: str) -> Invitation | None:
    """The invitation a link belongs to, whatever its state; None for a link nobody was sent."""
    found = Invitation.objects.select_related("organization").filter(token_hash=hash_of_key(token))
    return found.first()


@transaction.atomic
def accept(invitation: Invitation, user: User) -> Membership:
    """Make the user a member, once; raise InvitationClosed if the link was used, withdrawn or is too old."""
    invitation.refresh_from_db(fields=["organization"])  # a merge may have moved it
    organization = Organization.objects.select_for_update().get(pk=invitation.organization_id)
    usable = still_open(organization).filter(pk=invitation.pk, expires_at__gt=Now())
    if not organization.is_active or not usable.update(accepted_at=Now(), accepted_by=user):
        raise InvitationClosed(closed_text(invitation))
    membership = take_in(user, organization, invitation.role)
    trail.record(
        user, "accept", subject(invitation), chain=organization.code,
        before=None, after=trail.snapshot(membership, "user", "role"),
    )  # fmt: skip
    return membership


def take_in(user: User, organization: Organization, role: str) -> Membership:
    """A member with at least this role: an invitation takes nothing away."""
    membership, added = Membership.objects.get_or_create(
        user=user, organization=organization, defaults={"role": role}
    )
    if not added and RANK[membership.role] < RANK[role]:
        membership.role = role
        membership.save(update_fields=["role"])
    return membership


@transaction.atomic
def withdraw(invitation: Invitation, by: User) -> None:
    """Make the link useless; what is closed already stays as it is."""
    rights.require(by, "withdraw", "invitation", invitation.organization)
    if still_open(invitation.organization).filter(pk=invitation.pk).update(revoked_at=Now()):
        chain = invitation.organization.code
        trail.record(by, "withdraw", subject(invitation), chain=chain, before=None, after=None)


def end(invitations: QuerySet[Invitation], by: User, organization: Organization) -> None:
    """Make the links of open invitations of one organization useless, each with its entry."""
    ended = [trail.Change("withdraw", subject(one)) for one in invitations.select_for_update().order_by("pk")]
    if ended:
        invitations.update(revoked_at=Now())
        trail.record_all(by, ended, chain=organization.code)


def still_open(organization: Organization):
    """Invitations neither accepted nor withdrawn."""
    return Invitation.objects.filter(organization=organization, accepted_at=None, revoked_at=None)


def closed_text(invitation: Invitation) -> str:
    invitation.refresh_from_db()
    return {
        Invitation.State.ACCEPTED: _("This invitation has been used. Sign in to go on."),
        Invitation.State.EXPIRED: _("This invitation is too old. Ask for a new one."),
    }.get(invitation.state, _("This invitation was withdrawn. Ask the organization for a new one."))


def subject(invitation: Invitation) -> str:
    return f"invitation:{invitation.pk}"
