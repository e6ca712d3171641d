"""Holds what an agency says its series are against the catalogue, before a feed's first values are believed.

Some agencies describe their series on request, some beside the values, some not at all. Whatever they offer
must agree; and every series of the feed must be in its first answer, or its key is wrong.
"""

import re
from collections.abc import Container, Iterable
from types import ModuleType

from django.conf import settings

from indicators import asking, clock
from indicators.models import Feed, Series
from indicators.sources import SeriesMetadata, SourceChanged
from indicators.sources.registry import module_of

Descriptions = dict[str, SeriesMetadata]


def descriptions(feed: Feed) -> Descriptions:
    """What the agency says of the feed's series where it is asked separately; nothing once confirmed."""
    module = module_of(feed)
    if feed.confirmed_at or not hasattr(module, "metadata_requests") or not expectations(feed):
        return {}
    found: Descriptions = {}
    for request in module.metadata_requests(feed.query):
        answer = asking.ask(feed, module, request)
        asking.refuse(module.classify(answer), answer)
        found |= module.parse_metadata(answer)
    return found


def beside_values(feed: Feed, reading: asking.Reading) -> Descriptions:
    """What an answer with values says of its series, from an agency that describes them only there."""
    module = reading.module
    if feed.confirmed_at or hasattr(module, "metadata_requests") or not hasattr(module, "parse_metadata"):
        return {}
    return module.parse_metadata(reading.answer)


def confirm(feed: Feed, found: Descriptions, arrived: Container[str]) -> None:
    """Note that the feed is what the catalogue expects. Raises SourceChanged where it is not."""
    if feed.confirmed_at:
        return
    module = module_of(feed)
    if hasattr(module, "parse_metadata"):
        for series in expectations(feed):
            check(series, description_of(series, found, module))
    refuse_absent(feed.series.all(), arrived)
    Feed.objects.filter(pk=feed.pk).update(confirmed_at=clock.now())


def expectations(feed: Feed) -> list[Series]:
    """The series of which the catalogue says what the agency must call them."""
    return [series for series in feed.series.all() if series.expected_title]


def description_of(series: Series, found: Descriptions, module: ModuleType) -> SeriesMetadata:
    """By the series' key, or by its first part: the World Bank describes an indicator once for all areas."""
    description = found.get(series.key) or found.get(series.key.partition(":")[0])
    if description is None:
        raise SourceChanged(
            f"The source does not say what {series.key} is, expected “{series.expected_title}”."
            f"{key_hint(module)}"
        )
    return description


def key_hint(module: ModuleType) -> str:
    variable = getattr(module, "KEY_VARIABLE", None)
    if not variable or settings.SOURCE_KEYS.get(variable):
        return ""
    return f" It may say so only with a key: set {variable} in the environment."


def check(series: Series, description: SeriesMetadata) -> None:
    """Raises SourceChanged when title, unit or frequency are others than the catalogue's."""
    if not holds(description.title, series.expected_title):
        refuse(series, "called", description.title, series.expected_title)
    if series.source_unit and description.unit and description.unit != series.source_unit:
        refuse(series, "counted in", description.unit, series.source_unit)
    if description.frequency and description.frequency != series.frequency:
        refuse(series, "given with the frequency", description.frequency, series.frequency)


def refuse(series: Series, verb: str, found: str, expected: str) -> None:
    raise SourceChanged(f"{series.key} is {verb} “{found}” by the source, expected “{expected}”.")


def holds(title: str, expected: str) -> bool:
    """Whether a title holds each part of what is expected; parts are set apart by commas or semicolons.

    A part after “not” does not count: “not seasonally adjusted” is something else.
    """
    parts = [part.strip() for part in re.split("[,;]", expected)]
    return all(re.search(rf"(?<!\bnot ){re.escape(part)}", title, re.IGNORECASE) for part in parts)


def refuse_absent(expected: Iterable[Series], arrived: Container[str]) -> None:
    """Raises SourceChanged when a series of the feed is not in its first answer."""
    absent = [series.key for series in expected if series.key not in arrived]
    if absent:
        raise SourceChanged(f"The answer holds nothing of {', '.join(absent[:5])}: is the key right?")
