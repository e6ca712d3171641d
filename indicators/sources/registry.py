"""Which module reads which source."""

from types import ModuleType

from indicators.models import Feed
from indicators.sources import SourceChanged, published

MODULES: dict[str, ModuleType] = {"published-figures": published}


def module_of(feed: Feed) -> ModuleType:
    """The module that fetches and parses the feed's source. Raises SourceChanged for an unknown source."""
    try:
        return MODULES[feed.source.code]
    except KeyError:
        raise SourceChanged(f"Nothing here reads the source “{feed.source.code}”.") from None
