"""`manage.py changepassword`: gives a person another password and says so in the trail (R11).

Stands in for Django's command of this name, which leaves no trace; so `stakeholders` comes before
`django.contrib.auth` in INSTALLED_APPS.
"""

import getpass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from stakeholders import trail
from stakeholders.models import User


class Command(BaseCommand):
    help = "Give a person another password; it is asked for twice and ends their sessions."
    requires_migrations_checks = True

    def add_arguments(self, parser) -> None:
        parser.add_argument("email", help="the e-mail address the person signs in with")

    def handle(self, *args, **options) -> str:
        user = person(options["email"])
        change(user, asked_for(user))
        return f"The password of {user.email} was changed."


def person(email: str) -> User:
    try:
        return User.objects.get(email__iexact=email)
    except User.DoesNotExist as error:
        raise CommandError(f"Nobody signs in with {email}.") from error


def asked_for(user: User) -> str:
    password = getpass.getpass("New password: ")
    if password != getpass.getpass("New password (again): "):
        raise CommandError("The two differ. Nothing was changed.")
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise CommandError("\n".join([*error.messages, "Nothing was changed."])) from error
    return password


@transaction.atomic
def change(user: User, password: str) -> None:
    user.set_password(password)
    user.save()
    trail.record(None, "password.change", f"person:{user.pk}", chain=trail.PROJECT, before=None, after=None)
