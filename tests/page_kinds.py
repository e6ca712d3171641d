"""The kinds of public page with an example of each, and their addresses in any language."""

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
    "data": ("data", None),
    "sources": ("sources", None),
    "calendar": ("calendar", None),
    "about": ("about", None),
    "method": ("method", None),
    "accessibility": ("accessibility", None),
    "corrections": ("corrections", None),
}
LANGUAGES = ("en", "es", "fr")


def address(name: str, code: str | None = None, language: str = "en") -> str:
    with translation.override(language):
        return reverse(f"public:{name}", args=[code] if code else [])
