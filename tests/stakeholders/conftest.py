"""People and organizations for tests of this room."""

import re
from collections.abc import Callable

import pytest
from django.core import mail

from stakeholders.models import Membership, Organization, User

Member = Callable[..., User]


@pytest.fixture(autouse=True)
def _addresses(settings):
    settings.ROOT_URLCONF = "tests.stakeholders.addresses"


@pytest.fixture
def organization() -> Organization:
    return Organization.objects.create(code="frontera", name="Frontera", type="sme", area="MEX")


@pytest.fixture
def other() -> Organization:
    return Organization.objects.create(code="otra", name="Otra", type="sme", area="USA")


@pytest.fixture
def member(organization) -> Member:
    """Make a person with a role in an organization (Frontera if none is named)."""

    def make(role: str, name: str = "", where: Organization = organization) -> User:
        person = User.objects.create_user(f"{name or role}@{where.code}.example", first_name=name)
        Membership.objects.create(user=person, organization=where, role=role)
        return person

    return make


@pytest.fixture
def owner(member) -> User:
    return member("owner", "Ana")


@pytest.fixture
def administrator() -> User:
    return User.objects.create_user(
        "head@project.example", first_name="Head", project_role=User.ProjectRole.ADMINISTRATOR
    )


def key_in_mail(number: int = -1) -> str:
    """The key in the link of a mail that was sent."""
    found = re.search(r"/invitation/([^/\s]+)/", str(mail.outbox[number].body))
    assert found
    return found[1]
