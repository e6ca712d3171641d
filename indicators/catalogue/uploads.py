"""Loads what staff hand in as files: its sources, feeds and series; may run again at any time."""

from indicators.catalogue import agencies
from indicators.catalogue.files import FOLDER, read
from indicators.models import Feed, Source

BY_FILE = "Nobody is asked: staff hand in its values as files."


def load() -> None:
    for row in read(FOLDER / "upload_sources.csv"):
        Source.objects.update_or_create(code=row.pop("code"), defaults=row)
    sources = {source.code: source for source in Source.objects.all()}
    for row in read(FOLDER / "upload_feeds.csv"):
        # Never its query: that is how the last file was read.
        fields = {"source": sources[row["source"]], "is_active": False, "inactive_reason": BY_FILE}
        Feed.objects.update_or_create(code=row["code"], defaults=fields)
    agencies.load_series("upload_series.csv")
