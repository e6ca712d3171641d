"""Which rule holds for routes that cannot name their own: public ones, the admin, and those of libraries.

A name of a route (namespace:name; the address where there is no name), `*` for any part of it. The doors'
other views name theirs with `@rights.rule`. A suite-wide walk fails on a route that has none (R15).
"""

from collections.abc import Callable
from fnmatch import fnmatchcase

from stakeholders.rights import PUBLIC, Rule

RULES: dict[str, Rule] = {
    "healthz": PUBLIC,
    "readyz": PUBLIC,
    "figures": Rule("figures", "see"),
    "public:*": PUBLIC,
    "files:*": PUBLIC,
    "api:start": PUBLIC,
    "api:schema": PUBLIC,
    "api:docs": PUBLIC,
    "api:nothing": PUBLIC,
    "api:feed-refresh": Rule("feed", "refresh"),
    "api:progress-explanation": PUBLIC,
    "api:progress-history": PUBLIC,
    "api:sub-goal-updates": PUBLIC,
    "admin:*": Rule("admin", "use"),
    "admin:login": Rule("sign_in", "use"),
    "admin:logout": Rule("sign_in", "use"),
    "admin:password_change": Rule("sign_in", "use"),  # leads on to the account, which asks who it is
    "account_*": Rule("sign_in", "use"),  # allauth sends strangers away itself where one must be signed in
    "mfa_authenticate": Rule("sign_in", "use"),
    "mfa_*": Rule("account", "edit"),
    "usersessions_*": Rule("account", "edit"),
}
PUBLIC_LISTS = (
    "goal", "target", "progress", "sub-goal", "organization", "indicator", "series", "observation",
    "source", "document",
)  # fmt: skip
RULES |= {f"api:{name}-{part}": PUBLIC for name in PUBLIC_LISTS for part in ("list", "detail")}


def rule_of(name: str, view: Callable) -> Rule | None:
    """The view's own rule; else, for each action of a viewset, its; else the table's."""
    if (own := getattr(view, "rule", None)) is not None:
        return own
    if rules := getattr(getattr(view, "cls", None), "rules", None):
        actions = getattr(view, "actions", {}).values()
        return next((rules[action] for action in actions), None) if set(actions) <= set(rules) else None
    exact = RULES.get(name)
    return exact or next((rule for pattern, rule in RULES.items() if fnmatchcase(name, pattern)), None)
