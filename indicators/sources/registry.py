"""Which module reads which source."""

from importlib import import_module
from types import ModuleType

from indicators.models import Feed, Source
from indicators.sources import SourceChanged, published

MODULES: dict[str, ModuleType] = {"published-figures": published}

CONNECTORS = {
    "worldbank": "worldbank",
    "fred": "fred",
    "fredgraph": "fredgraph",
    "alfredgraph": "alfredgraph",
    "bls": "bls",
    "statcan": "statcan",
    "inegi": "inegi",
    "imf": "imf",
    "imf_sdmx": "imf",
    "imf_datamapper": "imf_datamapper",
    "oecd": "oecd",
    "census": "census",
    "census_intltrade": "census",
    "bts": "bts",
    "bts_socrata": "bts",
    "comtrade": "comtrade",
    "undp": "undp",
    "undp_hdr": "undp",
    "published": "published",
    "upload": "upload",
    "oica": "upload",
    "nrcan": "upload",
    "usda-ers": "upload",
    "amia": "upload",
}
"""Modules of indicators.sources by the names a source may be called."""


HANDED_IN = [code for code, name in CONNECTORS.items() if name == "upload"]
"""Sources whose values arrive as files; there is nobody to ask."""


def takes_uploads(source: Source) -> bool:
    """Whether the source's values are handed in as files."""
    return source.code in HANDED_IN


def module_of(feed: Feed) -> ModuleType:
    """The module that fetches and parses the feed's source. Raises SourceChanged for an unknown source."""
    return MODULES.get(feed.source.code) or connector(feed.source.code)


def connector(name: str) -> ModuleType:
    """The module that reads a source's answers. Raises SourceChanged for an unknown source."""
    if name not in CONNECTORS:
        raise SourceChanged(f"Nothing here reads “{name}”; known are {', '.join(sorted(CONNECTORS))}.")
    return import_module(f"indicators.sources.{CONNECTORS[name]}")
