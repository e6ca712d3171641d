"""R15: every address of the site has a rule of the one table of rights."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import product
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RegexPattern

from northamerica.rights import RULES, rule_of
from stakeholders.rights import TABLE


class Route(NamedTuple):
    """A route with its full name, or its address where it has none, and what its address asks for."""

    name: str
    pattern: URLPattern
    parts: tuple[str, ...]


def routes(
    resolver: URLResolver, namespaces: tuple[str, ...] = (), parts: tuple[str, ...] = ()
) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        asked = (*parts, *parts_of(pattern.pattern))
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from routes(pattern, inner, asked)
        else:
            yield Route(":".join((*namespaces, pattern.name or str(pattern.pattern))), pattern, asked)


def parts_of(pattern) -> Iterable[str]:
    return pattern.regex.groupindex if isinstance(pattern, RegexPattern) else pattern.converters


def test_every_route_has_a_rule_of_the_table():
    found = {(name, rule_of(name, route.callback)) for name, route, _parts in routes(get_resolver())}
    without = sorted(name for name, rule in found if rule is None)
    unknown = {rule for _name, rule in found if rule and not knows(rule)}

    assert len(found) > 80
    assert without == []
    assert unknown == set()


def test_every_rule_of_routes_stands_in_the_table_of_rights():
    assert [rule for rule in RULES.values() if not knows(rule)] == []


def knows(rule) -> bool:
    return rule.action in TABLE.get(rule.kind, {})


# --- The rules hold -----------------------------------------------------------------------------
def address_of(route: Route) -> str:
    """An address the route answers, with made-up codes and numbers in it."""
    for examples in product(("x", "1", "indicators"), repeat=len(route.parts)):
        with suppress(NoReverseMatch):
            return reverse(route.name, kwargs=dict(zip(route.parts, examples, strict=True)))
    raise AssertionError(f"no made-up address for {route.name}")


def closed_routes() -> list[Route]:
    return [one for one in routes(get_resolver()) if not rule_of(one.name, one.pattern.callback).is_public]


@pytest.mark.django_db
def test_a_stranger_comes_in_nowhere_that_a_rule_closes(client):
    """Sent to the sign-in page, or told that there is nothing; never the page itself."""
    inside = {}
    for route in closed_routes():
        path = address_of(route) if route.pattern.name else f"/{route.name}"
        answer = client.get(path, REMOTE_ADDR="203.0.113.9")
        if not is_refused(answer):
            inside[route.name] = answer.status_code

    assert inside == {}


def is_refused(answer) -> bool:
    if answer.status_code == 302:
        return urlsplit(answer["Location"]).path in (reverse("account_login"), "/admin/login/")
    return answer.status_code in (401, 403, 404, 405)
