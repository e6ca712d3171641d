"""R15: every address of the site has a rule of the one table of rights."""

from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RegexPattern

from northamerica.rights import RULES, rule_of
from stakeholders.rights import TABLE


def routes(resolver: URLResolver, namespaces: tuple[str, ...] = ()) -> Iterator[tuple[str, URLPattern]]:
    """Every route with its full name, or its address where it has none."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from routes(pattern, inner)
        else:
            yield ":".join((*namespaces, pattern.name or str(pattern.pattern))), pattern


def test_every_route_has_a_rule_of_the_table():
    found = list(routes(get_resolver()))
    without = sorted({name for name, route in found if rule_of(name, route.callback) is None})
    unknown = {rule for name, route in found if (rule := rule_of(name, route.callback)) and not knows(rule)}

    assert len(found) > 80
    assert without == []
    assert unknown == set()


def test_every_rule_of_routes_stands_in_the_table_of_rights():
    assert [rule for rule in RULES.values() if not knows(rule)] == []


def knows(rule) -> bool:
    return rule.action in TABLE.get(rule.kind, {})


# --- The rules hold -----------------------------------------------------------------------------
def address_of(name: str, route: URLPattern) -> str:
    """An address the route answers, with made-up codes and numbers in it."""
    pattern = route.pattern
    names = pattern.regex.groupindex if isinstance(pattern, RegexPattern) else pattern.converters
    for example in ("x", "1", "indicators"):
        with suppress(NoReverseMatch):
            return reverse(name, kwargs=dict.fromkeys(names, example))
    raise AssertionError(f"no made-up address for {name}")


def closed_routes() -> list[tuple[str, URLPattern]]:
    found = routes(get_resolver())
    return [(name, route) for name, route in found if not rule_of(name, route.callback).is_public]


@pytest.mark.django_db
def test_a_stranger_comes_in_nowhere_that_a_rule_closes(client):
    """Sent to the sign-in page, or told that there is nothing; never the page itself."""
    inside = {}
    for name, route in closed_routes():
        path = address_of(name, route) if route.name else f"/{name}"
        answer = client.get(path, REMOTE_ADDR="203.0.113.9")
        if not is_refused(answer):
            inside[name] = answer.status_code

    assert inside == {}


def is_refused(answer) -> bool:
    if answer.status_code == 302:
        return urlsplit(answer["Location"]).path in (reverse("account_login"), "/admin/login/")
    return answer.status_code in (401, 403, 404, 405)
