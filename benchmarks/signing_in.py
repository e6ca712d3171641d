"""Does an answer's time tell who has an account (R21)?

A wrong password, and the wish for a new one, are sent for addresses with an account and without, in turn,
with the password hasher of production. Medians of both lie within 20 % of each other. Mails go to files, as
in the demo: with and without an account one mail is sent, so a mail server takes its time for both.

    python -m benchmarks.signing_in
"""

from argparse import Namespace
from collections.abc import Callable
from functools import partial
from statistics import median

from benchmarks.measuring import judge, on_each_database, seconds

PEOPLE = 40
WITHIN = 0.2
NOBODY = "nobody"


def measure(options: Namespace) -> bool:
    from django.conf import settings
    from django.db import connection

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES["staticfiles"] = plain  # nothing was collected for a throwaway database
    for number in range(PEOPLE):
        make_person(number)
    asked: dict[str, Callable[[str, int], None]] = {"wrong password": sign_in, "new password": reset}
    for ask in asked.values():  # what is loaded with the first request is nobody's
        ask("person", 0)
        ask(NOBODY, 0)
    verdicts = [compare(f"{connection.vendor}: {what}", ask) for what, ask in asked.items()]
    return all(verdicts)


def compare(what: str, ask: Callable[[str, int], None]) -> bool:
    took: dict[str, list[float]] = {"person": [], NOBODY: []}
    for number in range(PEOPLE):
        for who in list(took)[:: (-1) ** number]:
            forget_limits()
            took[who].append(seconds(partial(ask, who, number)))
    known, unknown = (median(took[who]) for who in ("person", NOBODY))
    shown = f"{what}, {1000 * known:.1f} ms with an account, {1000 * unknown:.1f} ms without"
    return judge(shown, known / unknown, at_least=1 - WITHIN, at_most=1 + WITHIN)


def make_person(number: int) -> None:
    from allauth.account.models import EmailAddress

    from stakeholders.models import User

    user = User.objects.create_user(address("person", number), "seven rivers to the sea")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)


def address(who: str, number: int) -> str:
    return f"{who}{number}@frontera.example"


def forget_limits() -> None:
    from django.core.cache import caches

    caches["limits"].clear()


# --- Asking -------------------------------------------------------------------------------------
def sign_in(who: str, number: int) -> None:
    given = {"login": address(who, number), "password": "not the password"}
    assert send("account_login", given).status_code == 200


def reset(who: str, number: int) -> None:
    assert send("account_reset_password", {"email": address(who, number)}).status_code == 302


def send(page: str, given: dict[str, str]):
    from django.test import Client
    from django.urls import reverse

    return Client(SERVER_NAME="localhost").post(reverse(page), given)


if __name__ == "__main__":
    on_each_database("benchmarks.signing_in", measure)
