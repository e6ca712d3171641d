"""People who sign in, and a browser's part of the conversation."""

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from stakeholders.models import User
from tests.goals.lifecycle.conftest import people

__all__ = ["people"]

PASSWORD = "seven rivers to the sea"


def person(email: str = "ana@frontera.example", **fields) -> User:
    """Someone with a confirmed address and a password."""
    user = User.objects.create_user(email, PASSWORD, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


@pytest.fixture
def ana(db) -> User:
    return person()


@pytest.fixture(autouse=True)
def _no_limits_left(db):
    caches["limits"].clear()


def sign_in(client: Client, email: str = "ana@frontera.example", password: str = PASSWORD, **more):
    return client.post(reverse("account_login"), {"login": email, "password": password}, **more)


def client_of(someone: User) -> Client:
    """Signed in some time ago: what asks for the password again asks."""
    client = Client()
    client.force_login(someone)
    return client
