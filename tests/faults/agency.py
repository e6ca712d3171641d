"""A World Bank on this machine: a series of 24 years, as its server answers and as a feed expects it."""

import json
from decimal import Decimal

from django.utils import timezone

from indicators.models import Feed, Indicator, Series, Source

YEARS = range(2001, 2025)
KNOWN = {str(year): f"{Decimal(100 + year - 2001) / 2:.1f}" for year in YEARS}
"""50.0 in 2001, half a point more each year, 61.5 in 2024."""
CODE = "NV.TESTED"
VINTAGE = "2026-02-10"


def entry(period: str, value: str, code: str = CODE, **others: object) -> dict:
    """One row, with a placeholder for the value, which is not always JSON."""
    return {
        "indicator": {"id": code, "value": "Tested"},
        "country": {"id": "MX", "value": "Mexico"},
        "countryiso3code": "MEX",
        "date": period,
        "value": f"<{value}>",
        "unit": "percent",
        "obs_status": "",
        "decimal": 1,
        **others,
    }


def text(rows: list[dict], **page: object) -> str:
    """The whole answer; what stands in <> is written as it is."""
    head = {"page": 1, "pages": 1, "per_page": 1000, "total": len(rows), "sourceid": "2"}
    whole = json.dumps([head | {"lastupdated": VINTAGE} | page, rows])
    return whole.replace('"<', "").replace('>"', "")


def answer(values: dict[str, str] = KNOWN, **page: object) -> bytes:
    return text([entry(period, value) for period, value in values.items()], **page).encode()


def changed(year: str, value: str) -> bytes:
    """The usual answer with one value more or another one."""
    return answer(KNOWN | {year: value})


def with_entry(year: str, **fields: object) -> bytes:
    """The usual answer with one row that says something else."""
    others = [entry(period, value) for period, value in KNOWN.items() if period != year]
    return text([*others, entry(year, KNOWN[year]) | fields]).encode()


def each(change) -> bytes:
    """The usual answer with every value changed."""
    return answer({period: str(change(Decimal(value))) for period, value in KNOWN.items()})


def make_feed(code: str = "tested", key: str = CODE) -> Feed:
    """A feed of one annual series that believes a change by half at most."""
    source, _ = Source.objects.get_or_create(code="worldbank", defaults={"name": "World Bank"})
    query = {"indicator": key, "areas": ["MEX"], "from": "2001", "frequency": "annual"}
    feed = Feed(code=code, source=source, query=query)
    feed.confirmed_at = timezone.now()  # what its series are is not asked again
    feed.save()
    indicator = Indicator.objects.create(
        code=code, name=code, unit="percent", upper_bound=Decimal(10_000_000), change_limit=Decimal("1.5")
    )
    Series.objects.create(
        indicator=indicator, area="MEX", source=source, frequency="annual", feed=feed, key=f"{key}:MEX",
        source_unit="percent",
    )  # fmt: skip
    return feed
