"""Loads the packaged catalogue of indicators, documents, sources and series; may run again at any time."""

from indicators.catalogue import agencies, uploads
from indicators.catalogue.files import FOLDER, blank_to_none, read
from indicators.models import Document, Feed, Indicator, Series, Source
from indicators.sources import published

SOURCES = {
    "published-figures": {
        "name": "Published figures",
        "licence": "Compilation: CC BY 4.0; each figure keeps the terms of the document it is cited from",
        "is_calculated": False,
    },
    "calculated": {
        "name": "Calculated by the Project",
        "licence": "CC BY 4.0",
        "is_calculated": True,
    },
}
FIGURES_FEED = "published-figures"
OPTIONAL_NUMBERS = ("lag_months", "lower_bound", "upper_bound", "change_limit", "revision_limit")


def load() -> None:
    """Bring documents, sources, feeds, indicators and series to the state of the files."""
    for row in read(FOLDER / "documents.csv"):
        code = row.pop("document")
        Document.objects.update_or_create(code=code, defaults=row)
    for code, fields in SOURCES.items():
        Source.objects.update_or_create(code=code, defaults=fields)
    load_indicators()
    load_series_of_figures()
    agencies.load()
    uploads.load()


def load_indicators() -> None:
    for row in read(FOLDER / "indicators.csv"):
        fields = blank_to_none(row, *OPTIONAL_NUMBERS)
        for language in ("en", "es", "fr"):
            fields[f"missing_data_note_{language}"] = fields.pop(f"missing_{language}")
        Indicator.objects.update_or_create(code=fields.pop("code"), defaults=fields)


def load_series_of_figures() -> None:
    """One series for each subject the packaged figures speak of."""
    source = Source.objects.get(code="published-figures")
    feed, _ = Feed.objects.get_or_create(code=FIGURES_FEED, defaults={"source": source})
    indicators = {indicator.code: indicator for indicator in Indicator.objects.all()}
    known = set(feed.series.values_list("key", flat=True))
    for figure in read(FOLDER / "figures.csv"):
        key = published.series_key(figure)
        if key in known:
            continue
        known.add(key)
        Series.objects.create(
            indicator=indicators[figure["indicator"]],
            area=figure["area"],
            partner=figure["partner"],
            product=figure["product"],
            source=source,
            frequency=key.rpartition("|")[2],
            feed=feed,
            key=key,
        )
