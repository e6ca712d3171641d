"""Two workers that bring everything up to date at once: nothing doubled, nothing lost."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from goals import rollup
from goals.models import Result
from indicators import derived
from indicators.models import Observation, Series

pytestmark = pytest.mark.usefixtures("loaded")


def revise(code: str, area: str, value: str) -> None:
    series = Series.objects.get(indicator__code=code, area=area, source__code="published-figures")
    newest = series.observations.current().latest("period")
    Observation.objects.filter(pk=newest.pk).update(is_current=False)
    Observation.objects.create(
        series=series, period=newest.period, value=Decimal(value), vintage=timezone.now()
    )


def everything(today) -> None:
    try:
        derived.recompute()
        rollup.refresh(today, cause="race")
    finally:
        connection.close()


def test_many_workers_at_once_store_each_change_once(today):
    revise("intraregional-goods-trade", "NAM", "1700")
    revise("gdp-current", "WLD", "106000")

    with ThreadPoolExecutor(4) as workers:
        for done in [workers.submit(everything, today) for _worker in range(4)]:
            done.result()

    trade = Result.objects.filter(node="target:intraregional-goods-trade")
    assert trade.count() == 2
    assert trade.get(is_current=True).outcome["latest"]["value"] == 1700
    share = Observation.objects.filter(
        series__indicator__code="share-of-world-gdp", series__source__code="calculated", period="2023-01-01"
    )
    assert [row.is_current for row in share.order_by("vintage")] == [False, True]
