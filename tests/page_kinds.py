"""The kinds of page with an example of each, and their addresses in any language."""

from django.urls import reverse
from django.utils import translation

PAGES = {
    "home": ("home", None),
    "goals": ("goals", None),
    "goal": ("goal", "g3"),
    "goal without targets": ("goal", "g4"),
    "indicators": ("indicators", None),
    "indicator with a path": ("indicator", "intraregional-goods-trade"),
    "indicator of several countries": ("indicator", "hdi-rank"),
    "indicator held every year": ("indicator", "share-of-world-gdp"),
    "indicator without values": ("indicator", "gdp-per-capita"),
    "indicator by partner": ("indicator", "import-supplier-share"),
    "monitored indicator": ("indicator", "population"),
    "indicator with contributions": ("indicator", "export-supported-jobs"),
    "sub-goals": ("sub-goals", None),
    "sub-goal": ("sub-goal", "sample-graduates-placed"),
    "withdrawn sub-goal": ("sub-goal", "sample-job-fairs"),
    "organizations": ("organizations", None),
    "organization": ("organization", "sample-frontera-norte"),
    "what changed": ("changes", None),
    "data": ("data", None),
    "sources": ("sources", None),
    "calendar": ("calendar", None),
    "about": ("about", None),
    "method": ("method", None),
    "accessibility": ("accessibility", None),
    "corrections": ("corrections", None),
}
LANGUAGES = ("en", "es", "fr")
STRANGERS_PAGES = (
    "account_login", "account_reset_password", "account_reset_password_done", "account_signup",
    "account_inactive", "account_reset_password_from_key_done",
)  # fmt: skip
"""Pages of sign-in that anybody may open."""
ACCOUNT_PAGES = (
    "workspace:home", "workspace:mail-settings", "account_email", "account_change_password", "account_logout",
    "account_reauthenticate", "usersessions_list", "mfa_index", "mfa_activate_totp", "mfa_add_webauthn",
    "mfa_list_webauthn",
)  # fmt: skip
"""Pages of one's own account; those of the second step open after the password was given again."""


def address(name: str, code: str | None = None, language: str = "en") -> str:
    with translation.override(language):
        return reverse(f"public:{name}", args=[code] if code else [])
