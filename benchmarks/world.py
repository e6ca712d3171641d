"""Series of a feed and values for them, as many as a benchmark asks for; import after Django is set up."""

from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256

from indicators.models import Feed, Indicator, Payload, Run, Series, Source
from indicators.sources import Row

QUARTERS = [
    (f"{year}-Q{quarter}", date(year, 3 * quarter - 2, 1))
    for year in range(1974, 2024)
    for quarter in range(1, 5)
]
PUBLISHED_AT = datetime(2026, 7, 1, tzinfo=UTC)


def feed(code: str, **query) -> Feed:
    source, _ = Source.objects.get_or_create(code="worldbank", defaults={"name": "World Bank"})
    return Feed.objects.create(code=code, source=source, query=query, confirmed_at=PUBLISHED_AT)


def series(owner: Feed, keys: list[str]) -> list[Series]:
    """A quarterly series for each key."""
    indicator = Indicator.objects.create(code=owner.code, name="Output", unit="usd", frequency="quarterly")
    shared = {"indicator": indicator, "source": owner.source, "feed": owner, "frequency": "quarterly"}
    return Series.objects.bulk_create(Series(area=key[-20:], key=key, **shared) for key in keys)


def run_of(owner: Feed) -> tuple[Run, Payload]:
    checksum = sha256(owner.code.encode()).hexdigest()
    payload = Payload.objects.create(sha256=checksum, size=1, content_type="text/plain")
    return Run.objects.create(feed=owner, trigger="command", payload=payload), payload


def row(key: str, number: int, period: str, more: int) -> Row:
    return Row(key, period, Decimal(100 * number + more) / 100, vintage=PUBLISHED_AT)
