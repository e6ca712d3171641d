"""Invitations by mail. Whether the address has an account shows nowhere: same words, same steps (R21)."""

from datetime import timedelta

from django.core.exceptions import ValidationError
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
PROJECT_RANK = {role: rank for rank, role in enumerate(("", "steward", "administrator"))}


class InvitationClosed(Exception):
    """The link no longer works; the text says why."""


@transaction.atomic
def invite(
    organization: Organization,
    email: str,
    role: str,
    by: User,
    *,
    language: str = "",
    template: str = "invitation",
) -> Invitation:
    """Send a link that makes its reader a member; an earlier one to the same address stops working."""
    rights.require(by, "create", "invitation", organization)
    organization = Organization.objects.select_for_update().get(pk=organization.pk)
    if organization.memberships.filter(user__email__iexact=email, user__is_active=True).exists():
        raise ValidationError({"email": [_("This person belongs to the organization already.")]})
    invitation = Invitation(organization=organization, email=email, role=Membership.Role(role))
    return send(invitation, by, language, template)


@transaction.atomic
def invite_to_project(email: str, role: str, by: User) -> Invitation:
    """Send a link that gives the account of this address a role for the Project."""
    rights.require(by, "edit", "person")
    trail.locked_head(trail.PROJECT)  # two at once would both be open
    if User.objects.filter(email__iexact=email, is_active=True, project_role=role).exists():
        raise ValidationError({"email": [_("This person has this role already.")]})
    return send(Invitation(email=email, project_role=User.ProjectRole(role)), by)


def send(invitation: Invitation, by: User, language: str = "", template: str = "invitation") -> Invitation:
    """Keep it in place of an earlier one to the address, and mail its link."""
    email, key = invitation.email, new_key()
    earlier = still_open(invitation.organization).filter(email__iexact=email)
    end(earlier, by, invitation.organization)
    invitation.token_hash, invitation.made_by = hash_of_key(key), by
    invitation.expires_at = timezone.now() + VALID_FOR
    invitation.save(force_insert=True)
    told = "role" if invitation.organization else "project_role"
    after = trail.snapshot(invitation, told, "expires_at")
    trail.record(by, "create", subject(invitation), chain=chain_of(invitation), before=None, after=after)
    send_link(invitation, key, language or mail.language_of(email), template)
    return invitation


def send_link(invitation: Invitation, key: str, language: str, template: str) -> None:
    context = {
        "invitation": invitation,
        "link": mail.address("workspace:accept-invitation", key, language=language),
    }
    mail.send_after_commit(invitation.email, language, template, context)


def invitation_for(token: str) -> Invitation | None:
    """The invitation a link belongs to, whatever its state; None for a link nobody was sent."""
    found = Invitation.objects.select_related("organization").filter(token_hash=hash_of_key(token))
    return found.first()


@transaction.atomic
def accept(invitation: Invitation, user: User) -> Membership | None:
    """Give the user the role, once; raise InvitationClosed if the link was used, withdrawn or is too old.

    The membership it makes; None for a role for the Project.
    """
    invitation.refresh_from_db(fields=["organization"])  # a merge may have moved it
    organization = claimed(invitation, user)
    if organization is None:
        membership, (before, after) = None, take_on(user, invitation.project_role)
    else:
        membership = take_in(user, organization, invitation.role)
        before, after = None, trail.snapshot(membership, "user", "role")
    chain = chain_of(invitation)
    trail.record(user, "accept", subject(invitation), chain=chain, before=before, after=after)
    return membership


def claimed(invitation: Invitation, user: User) -> Organization | None:
    """Note that this person used it, before anybody else does; the organization it leads to."""
    organization = invitation.organization
    if organization is not None:
        organization = Organization.objects.select_for_update().get(pk=organization.pk)
    elif user.email.lower() != invitation.email.lower():
        raise InvitationClosed(_("This invitation came to another address. Sign in with that one."))
    usable = still_open(organization).filter(pk=invitation.pk, expires_at__gt=Now())
    is_over = organization is not None and not organization.is_active
    if is_over or not usable.update(accepted_at=Now(), accepted_by=user):
        raise InvitationClosed(closed_text(invitation))
    return organization


def take_on(user: User, role: str) -> tuple[trail.Fields | None, trail.Fields]:
    """At least this role for the Project: an invitation takes nothing away; before and after."""
    kept = User.objects.select_for_update().get(pk=user.pk)
    before = kept.project_role
    if PROJECT_RANK[before] < PROJECT_RANK[role]:
        kept.project_role = role
        kept.save(update_fields=["project_role"])
        user.project_role, user.is_staff = kept.project_role, kept.is_staff
    return {"project_role": before}, {"project_role": kept.project_role}


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
        chain = chain_of(invitation)
        trail.record(by, "withdraw", subject(invitation), chain=chain, before=None, after=None)


def end(invitations: QuerySet[Invitation], by: User, organization: Organization | None) -> None:
    """End these open ones of one organization, or of the Project, with an entry for each."""
    ended = [trail.Change("withdraw", subject(one)) for one in invitations.select_for_update().order_by("pk")]
    if ended:
        invitations.update(revoked_at=Now())
        trail.record_all(by, ended, chain=organization.code if organization else trail.PROJECT)


def chain_of(invitation: Invitation) -> str:
    return invitation.organization.code if invitation.organization else trail.PROJECT


def still_open(organization: Organization | None) -> QuerySet[Invitation]:
    """Invitations to it, or to the Project, neither accepted nor withdrawn."""
    return Invitation.objects.filter(organization=organization, accepted_at=None, revoked_at=None)


def closed_text(invitation: Invitation) -> str:
    invitation.refresh_from_db()
    return {
        Invitation.State.ACCEPTED: _("This invitation has been used. Sign in to go on."),
        Invitation.State.EXPIRED: _("This invitation is too old. Ask for a new one."),
    }.get(invitation.state, withdrawn_text(invitation))


def withdrawn_text(invitation: Invitation) -> str:
    if invitation.organization is None:
        return _("This invitation was withdrawn. Ask for a new one.")
    return _("This invitation was withdrawn. Ask the organization for a new one.")


def subject(invitation: Invitation) -> str:
    return f"invitation:{invitation.pk}"
