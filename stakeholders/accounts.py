"""What people say of themselves."""

from django.db import transaction

from stakeholders import rights, trail
from stakeholders.models import User


@transaction.atomic
def describe(user: User, *, first_name: str, last_name: str, language: str) -> User:
    """Save name and language of mails. Names stay out of the trail: people may ask to be forgotten."""
    rights.require(user, "edit", "account")
    before = trail.snapshot(user, "language")
    user.first_name, user.last_name, user.language = first_name, last_name, language
    user.save(update_fields=["first_name", "last_name", "language"])
    old, new = trail.changes(before, trail.snapshot(user, "language"))
    trail.record(user, "edit", f"person:{user.pk}", chain=trail.PROJECT, before=old, after=new)
    return user
