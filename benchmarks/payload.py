"""How long does a 10 MB answer of the World Bank take from its bytes to stored values?

At least half as fast as the least one can do: json.loads, a list of tuples and the bare upsert of
benchmarks/storing.py. Ours is the real path of a refresh with bytes in hand: classified, parsed strictly,
every number exact, rows in the series' units, doubted against what is published, stored as vintages with
their provenance, the run closed. Its 42,000 rows are fewer than a run may have. The promise is judged for an
answer whose values are new, for the same answer again, and for one in which all values differ.

    python -m benchmarks.payload
"""

import json
from argparse import Namespace
from datetime import date
from functools import partial

from benchmarks.measuring import judge, on_each_database, ratio, seconds, usual
from benchmarks.storing import TYPES, copy_and_upsert, upsert

PROMISED = 0.5
INDICATOR = "NY.GDP.MKTP.KN.SA"
TITLE = "GDP, seasonally adjusted, constant local currency, millions"
AREAS = [a + b + c for a in "ABCDEFG" for b in "ABCDEF" for c in "ABCDE"]


def measure(options: Namespace) -> bool:
    from django.db import connection

    from benchmarks import world

    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bare ({TYPES[connection.vendor]}, UNIQUE (series_id, period))")
    answers = {"new": body(0), "unchanged": body(0), "changed": body(1)}
    turns: dict[str, list[dict[str, float]]] = {kind: [] for kind in answers}
    for number in range(options.turns):
        feed = world.feed(f"payload-{number}", indicator=INDICATOR, areas=["all"], **{"from": "1974"})
        series = {one.key: one.pk for one in world.series(feed, [f"{INDICATOR}:{area}" for area in AREAS])}
        for kind, answer in answers.items():
            pair = [("bare", partial(bare, answer, series)), ("ours", partial(ours, answer, feed))]
            turns[kind].append({name: seconds(one) for name, one in pair[:: (-1) ** number]})
    verdicts = [shown(connection.vendor, kind, found) for kind, found in turns.items()]
    return all(verdicts)


def shown(database: str, kind: str, turns: list[dict[str, float]]) -> bool:
    what = f"{database}: 11.6 MB, {kind}, {usual(turns, 'ours'):.2f} s"
    return judge(what, ratio(turns, "bare", "ours"), PROMISED)


def body(more: int) -> bytes:
    """An answer in the Bank's own form; each turn's values differ by a little."""
    from benchmarks import world

    rows = [
        {
            "country": {"id": area[:2], "value": f"Country {area}"}, "countryiso3code": area,
            "date": period.replace("-", ""), "decimal": 1, "indicator": {"id": INDICATOR, "value": TITLE},
            "obs_status": "", "unit": "", "value": 1000.0 + place + number / 10 + more / 1000,
        }
        for place, area in enumerate(AREAS) for number, (period, _day) in enumerate(world.QUARTERS)
    ]  # fmt: skip
    meta = {"lastupdated": "2026-07-13", "page": 1, "pages": 1, "per_page": len(rows), "total": len(rows)}
    return json.dumps([meta, rows]).encode()


def ours(answer: bytes, feed) -> None:
    from indicators import asking, refresh
    from indicators.sources import Answer, worldbank

    def readings(feed, today):
        told = Answer(answer, "application/json")
        return [asking.Reading(told, asking.keep(told), worldbank, feed.query)]

    record = refresh.run(feed.pk, "command", readings)
    assert record.verdict in ("published", "unchanged"), record.reason


def bare(answer: bytes, series: dict[str, int]) -> None:
    from django.db import connection

    from benchmarks.world import PUBLISHED_AT

    rows = [
        (
            series[f"{row['indicator']['id']}:{row['countryiso3code']}"],
            date(int(row["date"][:4]), 3 * int(row["date"][5]) - 2, 1),
            row["value"], row["obs_status"], PUBLISHED_AT, PUBLISHED_AT, True, "", "", None, None, None,
        )
        for row in json.loads(answer)[1]
    ]  # fmt: skip
    if connection.vendor == "postgresql":
        copy_and_upsert(rows)
        return
    at = str(PUBLISHED_AT)
    upsert(
        [
            (place, str(day), str(value), status, at, at, *rest)
            for place, day, value, status, _vintage, _recorded, *rest in rows
        ]
    )


if __name__ == "__main__":
    on_each_database("benchmarks.payload", measure)
