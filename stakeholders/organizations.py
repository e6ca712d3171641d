"""An organization's own page of facts: edited by its owners, switched on and off by administrators."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from stakeholders import rights, trail
from stakeholders.models import Organization, User
from stakeholders.signals import organization_changed, organization_switched

OWNERS_EDIT = ("name", "description", "website", "contact_email")
ADMINISTRATORS_EDIT = (*OWNERS_EDIT, "type", "area")
"""Type and area decide in which totals an organization counts."""


@transaction.atomic
def edit(organization: Organization, by: User, *, version: int, **fields: Any) -> Organization:
    """Save the given fields over the version their author has seen; raise Stale if it is not the present."""
    rights.require(by, "edit", "organization", organization)
    refuse_foreign(by, fields)
    before = trail.snapshot(organization, *fields)
    for name, value in fields.items():
        setattr(organization, name, value)
    organization.save_if(version, *fields)
    old, new = trail.changes(before, trail.snapshot(organization, *fields))
    write(by, "edit", organization, old, new)
    organization_changed.send(Organization, organization=organization)
    return organization


def refuse_foreign(by: User, fields: dict[str, Any]) -> None:
    """Name the fields that are not theirs to write (R17)."""
    editable = ADMINISTRATORS_EDIT if rights.Role.ADMINISTRATOR in rights.roles_of(by) else OWNERS_EDIT
    if foreign := sorted(set(fields) - set(editable)):
        raise ValidationError({name: _("This is not changed here.") for name in foreign})


@transaction.atomic
def set_active(organization: Organization, is_active: bool, by: User, reason: str) -> None:
    """Switched off: hidden from the public, and its members and tokens may do nothing from now on."""
    rights.require(by, "switch_off", "organization", organization)
    before = trail.snapshot(organization, "is_active")
    organization.is_active = is_active
    organization.save_if(organization.version, "is_active")
    write(by, "edit", organization, before, {"is_active": is_active}, reason)
    organization_switched.send(Organization, organization=organization)


def write(by: User, action: str, organization: Organization, before, after, reason: str = "") -> None:
    subject = f"organization:{organization.pk}"
    trail.record(by, action, subject, chain=organization.code, before=before, after=after, reason=reason)
