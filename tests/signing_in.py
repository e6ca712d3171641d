"""A browser in which somebody is signed in and has just given the password again."""

import time

from allauth.account.internal.flows import login
from django.test import Client

from stakeholders.models import User


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    session = client.session
    confirmed = {"method": "password", "at": time.time(), "reauthenticated": True}
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [confirmed]
    session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()
    client.get("/admin/")  # writes down when the session began, which later requests need not
    return client
