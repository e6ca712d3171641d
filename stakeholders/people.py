"""People in organizations: roles, leaving, switching off, and being forgotten. Reports stay (R12)."""

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import CASCADE, ManyToOneRel, Q
from django.db.models.functions import Now
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from stakeholders import inviting, rights, signals, trail
from stakeholders.models import (
    ApiToken,
    Invitation,
    JoinRequest,
    Membership,
    Organization,
    TrailEntry,
    User,
)

FORMER_MEMBER = "A former member"
"""Stands for a person who asked to be forgotten; `User.__str__` shows it in the reader's language."""


class NotPossible(Exception):
    """It would leave an organization without an owner or the Project without an administrator."""


class Changed(NotPossible):
    """Somebody else was faster: what was seen is no longer so (R10); the sentence says what is."""


# --- Members ------------------------------------------------------------------------------------
@transaction.atomic
def change_role(membership: Membership, role: str, by: User, *, seen: str | None = None) -> Membership:
    """Give a member another role; an owner stays in every organization.

    `seen` is the role its giver has read, unless it is that of `membership`. Raises Changed if it is another.
    """
    rights.require(by, "edit", "membership", membership.organization)
    kept = locked(membership)
    check_seen(kept.role, membership.role if seen is None else seen, kept.get_role_display())
    before, kept.role = kept.role, Membership.Role(role)
    if before == kept.role:
        return kept
    if before == Membership.Role.OWNER:
        keep_an_owner(kept)
    kept.save(update_fields=["role"])
    write(by, "change_role", kept, {"role": before}, {"role": role})
    end_invitations(kept.user, by)
    return kept


def check_seen(now: str, seen: str, word: str) -> None:
    if now != seen:
        sentence = _(
            "Somebody else has changed this in the meantime. The role now: %(role)s. Nothing was saved."
        )
        raise Changed(sentence % {"role": word or _("None")})


@transaction.atomic
def remove(membership: Membership, by: User, reason: str = "") -> None:
    """Take a person out of an organization; their tokens for it end with it."""
    rights.require(by, "delete", "membership", membership.organization)
    end(locked(membership), by, "remove", reason)


@transaction.atomic
def leave(user: User, organization: Organization) -> None:
    rights.require(user, "leave", "membership", organization)
    membership = get_object_or_404(Membership, user=user, organization=organization)
    end(locked(membership), user, "leave")


def end(membership: Membership, by: User, action: str, reason: str = "") -> None:
    if membership.role == Membership.Role.OWNER:
        keep_an_owner(membership)
    before = trail.snapshot(membership, "user", "role")
    end_tokens(ApiToken.objects.filter(owner=membership.user, organization=membership.organization))
    write(by, action, membership, before, None, reason)
    membership.delete()
    end_invitations(membership.user, by)


def locked(membership: Membership) -> Membership:
    """As it stands now, with its organization locked: two owners cannot both go at once."""
    Organization.objects.select_for_update().get(pk=membership.organization_id)
    return get_object_or_404(Membership.objects.select_related("user", "organization"), pk=membership.pk)


def keep_an_owner(membership: Membership) -> None:
    if not other_owners(membership).exists():
        raise NotPossible(_("An organization keeps at least one owner. Name another one first."))


def other_owners(membership: Membership):
    others = Membership.objects.filter(organization=membership.organization_id).exclude(pk=membership.pk)
    return others.filter(role=Membership.Role.OWNER, user__is_active=True)


def write(by: User, action: str, membership: Membership, before, after, reason: str = "") -> None:
    subject, chain = f"membership:{membership.pk}", membership.organization.code
    trail.record(by, action, subject, chain=chain, before=before, after=after, reason=reason)


def end_invitations(user: User, by: User) -> None:
    """Open invitations the person made where they may make none any more."""
    person = User.objects.get(pk=user.pk)
    open_ones = Invitation.objects.filter(made_by=user, accepted_at=None, revoked_at=None)
    for organization in Organization.objects.filter(pk__in=open_ones.values("organization")).order_by("code"):
        if not rights.may(person, "create", "invitation", organization):
            inviting.end(open_ones.filter(organization=organization), by, organization)
    if not rights.may(person, "edit", "person"):
        inviting.end(open_ones.filter(organization=None), by, None)


def end_tokens(tokens) -> None:
    tokens.filter(revoked_at=None).update(revoked_at=Now())


# --- Accounts -----------------------------------------------------------------------------------
@transaction.atomic
def switch_off(user: User, by: User, reason: str) -> None:
    """From the next request on, in every session and with every token, nothing is allowed any more."""
    rights.require(by, "switch_off", "person")
    keep_an_administrator(user)
    set_active(user, False, by, reason)


@transaction.atomic
def switch_on(user: User, by: User, reason: str) -> None:
    rights.require(by, "switch_off", "person")
    if user.erased_at:
        raise NotPossible(_("This account was deleted by its owner."))
    set_active(user, True, by, reason)


@transaction.atomic
def give_project_role(user: User, role: str, by: User, reason: str, *, seen: str | None = None) -> None:
    """Name a steward or an administrator, or take that away; the admin opens and closes with it.

    `seen` is the role its giver has read, unless it is the one of `user`. Raises Changed if it is another.
    """
    rights.require(by, "edit", "person")
    wanted = User.ProjectRole(role) if role else ""
    if wanted != User.ProjectRole.ADMINISTRATOR:
        keep_an_administrator(user)
    kept = User.objects.select_for_update().get(pk=user.pk)
    check_may_be_changed(kept, by)
    shown = kept.get_project_role_display()
    check_seen(kept.project_role, user.project_role if seen is None else seen, shown)
    before, kept.project_role = kept.project_role, wanted
    if before == wanted:
        return
    if before == User.ProjectRole.ADMINISTRATOR:
        kept.is_staff = False
    kept.save(update_fields=["project_role", "is_staff"])
    end_invitations(kept, by)  # before the Project's chain: every change takes the organizations' first
    trail.record(
        by, "change_project_role", f"person:{kept.pk}", chain=trail.PROJECT,
        before={"project_role": before}, after={"project_role": wanted}, reason=reason,
    )  # fmt: skip


def check_may_be_changed(user: User, by: User) -> None:
    if user.erased_at:
        raise NotPossible(_("This account was deleted by its owner."))
    if user.is_superuser:
        raise NotPossible(_("This person may do everything on this site; that is changed at the shell."))


def set_active(user: User, is_active: bool, by: User, reason: str) -> None:
    if not User.objects.filter(pk=user.pk, is_active=not is_active).update(is_active=is_active):
        words = _("Switched on already.") if is_active else _("Switched off already.")
        raise Changed(_("Somebody else was faster: %(state)s Nothing was saved.") % {"state": words})
    end_invitations(user, by)
    trail.record(
        by, "switch_on" if is_active else "switch_off", f"person:{user.pk}", chain=trail.PROJECT,
        before={"is_active": not is_active}, after={"is_active": is_active}, reason=reason,
    )  # fmt: skip
    user.is_active = is_active


def keep_an_administrator(user: User) -> None:
    role = User.ProjectRole.ADMINISTRATOR
    administrators = User.objects.filter(Q(project_role=role) | Q(is_superuser=True), is_active=True)
    held = set(administrators.select_for_update().order_by("pk").values_list("pk", flat=True))
    if user.is_administrator and not held - {user.pk}:
        raise NotPossible(_("The Project keeps at least one administrator. Name another one first."))


@transaction.atomic
def erase(user: User) -> None:
    """Delete an account and keep its reports: the name is replaced, address, sessions and tokens are gone.

    Whoever alone owns an organization with other members names another owner first; an organization
    without any other member stays with its reports.
    """
    keep_an_administrator(user)
    signals.person_forgotten.send(User, user=user)
    for membership in user.memberships.select_related("organization").order_by("organization"):
        leave_for_good(locked(membership))
    User.objects.filter(pk=user.pk).update(is_active=False)
    end_invitations(user, user)
    email = user.email
    trail.record(user, "erase", f"person:{user.pk}", chain=trail.PROJECT, before=None, after=None)
    forget_traces(user, email)
    end_belongings(user)
    forget(user)


def leave_for_good(membership: Membership) -> None:
    colleagues = membership.organization.memberships.exclude(pk=membership.pk).filter(user__is_active=True)
    if membership.role == Membership.Role.OWNER and colleagues.exists():
        keep_an_owner(membership)
    write(membership.user, "leave", membership, trail.snapshot(membership, "user", "role"), None)


def forget(user: User) -> None:
    """Nobody can sign in any more, so every session has ended."""
    user.set_unusable_password()
    User.objects.filter(pk=user.pk).update(
        email=f"erased-{user.pk}@erased.invalid", first_name="", last_name="", password=user.password,
        is_active=False, is_staff=False, is_superuser=False, project_role="", last_login=None,
        erased_at=Now(),
    )  # fmt: skip
    user.refresh_from_db()
    user.groups.clear()
    user.user_permissions.clear()


def forget_traces(user: User, email: str) -> None:
    """The shown name in what was written down; the trail's hashes leave it out for this."""
    TrailEntry.objects.filter(actor=user).update(actor_name=FORMER_MEMBER)
    Invitation.objects.filter(Q(email__iexact=email) | Q(accepted_by=user)).update(
        email="erased@erased.invalid", revoked_at=Now()
    )
    JoinRequest.objects.filter(email__iexact=email).update(
        email="erased@erased.invalid", person_name=FORMER_MEMBER, message=""
    )
    kind = ContentType.objects.get_for_model(User)
    about = Q(content_type=kind, object_id=str(user.pk))
    for name in filter(None, (email, user.get_full_name())):
        about |= Q(object_repr__icontains=name) | Q(change_message__icontains=name)
    LogEntry.objects.filter(about).update(object_repr=FORMER_MEMBER, change_message="")


def end_belongings(user: User) -> None:
    """What belongs to the person alone, in any app (addresses, second factors, sessions, tokens, roles).

    These are the rows that would go if the row of the person did; the admin's log tells of others' rows.
    """
    for relation in user._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel) and relation.on_delete is CASCADE:
            model = relation.field.model
            if model is not LogEntry:
                model._base_manager.filter(**{relation.field.name: user}).delete()
