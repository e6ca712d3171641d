"""Charts that are hard to lay out, in three languages and two layouts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from indicators.charts.inputs import (
    Break,
    FanPoint,
    Milestone,
    NeededNow,
    Observation,
    Projection,
    RequiredPath,
    Series,
    Target,
    TrajectoryChart,
)
from indicators.charts.plot import NARROW, WIDE, Layout


@dataclass(frozen=True)
class Words:
    """The texts of a chart in one language; {} takes the year or the number."""

    target: str
    milestone: str
    pace: str
    span: str
    path: str
    observed: str
    needed: str
    note: str
    break_: str
    thousands: str


ENGLISH = Words(
    "{year} target {value}", "{year} milestone {value}", "At the current pace {value}",
    "(80% range {low} to {high})", "Required path", "Observed", "Needed now {value}",
    "No projection yet: fewer than five yearly values", "New trade classification", ",",
)  # fmt: skip
SPANISH = Words(
    "Meta {year}: {value}", "Hito {year}: {value}", "Al ritmo actual {value}",
    "(intervalo de 80%: de {low} a {high})", "Trayectoria requerida", "Observado", "Necesario ahora {value}",
    "Aún sin proyección: hay menos de cinco valores anuales", "Nueva clasificación del comercio", ",",
)  # fmt: skip
FRENCH = Words(
    "Cible {year} : {value}", "Jalon {year} : {value}", "Au rythme actuel {value}",
    "(intervalle de 80 % : de {low} à {high})", "Trajectoire requise", "Observé",
    "Nécessaire maintenant {value}", "Pas encore de projection : moins de cinq valeurs annuelles",
    "Nouvelle classification", "\u00a0",
)  # fmt: skip
LANGUAGES = {"en": ENGLISH, "es": SPANISH, "fr": FRENCH}
LAYOUTS = {"wide": WIDE, "narrow": NARROW}


def written(words: Words, value: float) -> str:
    return f"{value:,}".removesuffix(".0").replace(",", words.thousands).replace("-", "−")


def line(words: Words, start: int, values: list[float], name: str = "") -> Series:
    """A yearly series whose first and last values are labelled."""
    last = len(values) - 1
    texts = {0: written(words, values[0]), last: f"{start + last}: {written(words, values[last])}"}
    points = (
        Observation(Decimal(start + i), Decimal(str(v)), texts.get(i, "")) for i, v in enumerate(values)
    )
    return Series(tuple(points), name or words.observed)


def growth(start: int, end: int, first: float, last: float) -> list[tuple[Decimal, Decimal]]:
    """Yearly points of constant growth from one value to another, both above zero."""
    years = end - start
    ratio = last / first
    return [
        (Decimal(start + i), Decimal(str(round(first * ratio ** (i / years), 2)))) for i in range(years + 1)
    ]


def fan(start: int, end: int, first: float, low: float, middle: float, high: float) -> tuple[FanPoint, ...]:
    lines = [growth(start, end, first, last) for last in (low, middle, high)]
    return tuple(FanPoint(a[0], a[1], b[1], c[1]) for a, b, c in zip(*lines, strict=True))


def target(words: Words, year: int, value: float) -> Target:
    return Target(
        Decimal(year), Decimal(str(value)), words.target.format(year=year, value=written(words, value))
    )


def milestone(words: Words, year: int, value: float) -> Milestone:
    label = words.milestone.format(year=year, value=written(words, value))
    return Milestone(Decimal(year), Decimal(str(value)), label)


def projection(words: Words, points: tuple[FanPoint, ...]) -> Projection:
    last = points[-1]
    label = words.pace.format(value=written(words, last.middle))
    span = words.span.format(low=written(words, last.low), high=written(words, last.high))
    return Projection(points, label, span)


def goods_trade(words: Words) -> TrajectoryChart:
    """The chart of the design: three observations, a milestone, a target and a projection."""
    observed = (
        Observation(Decimal(2003), Decimal(632), "632"),
        Observation(Decimal(2022), Decimal(1500)),
        Observation(Decimal(2024), Decimal(1600), f"2024: {written(words, 1600)}"),
    )
    path = growth(2024, 2040, 1600, 6300) + growth(2040, 2050, 6300, 14000)[1:]
    return TrajectoryChart(
        id_prefix="goods-trade",
        title="Trade in goods",
        description="From 632 in 2003 to 1,600 in 2024.",
        format_value=lambda tick: f"{tick:,}".replace(",", words.thousands),
        series=(Series(observed, words.observed),),
        path=RequiredPath(tuple(path), words.path),
        milestones=(milestone(words, 2040, 6300),),
        target=target(words, 2050, 14000),
        projection=projection(words, fan(2024, 2050, 1600, 3500, 5100, 7100)),
    )


def yearly_trade(words: Words) -> TrajectoryChart:
    values = [604, 572, 580, 610, 680, 750, 820, 880, 930, 700, 850, 950, 1000, 1040, 1090, 1010, 980, 1050]
    series = line(words, 2000, [*values, 1130, 1110, 990, 1200, 1500, 1530, 1600])
    latest = replace(series.observations[-1], is_provisional=True)
    needed = NeededNow(Decimal(2024), Decimal(1842), words.needed.format(value=written(words, 1842)))
    path = growth(2018, 2030, 1130, 3000) + growth(2030, 2050, 3000, 14000)[1:]
    return replace(
        goods_trade(words),
        series=(replace(series, observations=(*series.observations[:-1], latest)),),
        path=RequiredPath(tuple(path), words.path, needed),
        milestones=(milestone(words, 2030, 3000), milestone(words, 2040, 6480)),
        breaks=(Break(Decimal("2009.5"), words.break_),),
    )


def one_observation(words: Words) -> TrajectoryChart:
    series = line(words, 2024, [1600])
    return replace(goods_trade(words), series=(series,), projection=None, note=words.note)


def no_observation(words: Words) -> TrajectoryChart:
    return replace(goods_trade(words), series=(), projection=None, path=None)


def nothing_at_all(words: Words) -> TrajectoryChart:
    return replace(no_observation(words), milestones=(), target=None)


def flat_at(value: float) -> Callable[[Words], TrajectoryChart]:
    def chart(words: Words) -> TrajectoryChart:
        path = RequiredPath(
            ((Decimal(2020), Decimal(str(value))), (Decimal(2050), Decimal(str(value)))), words.path
        )
        return replace(
            goods_trade(words), series=(line(words, 2010, [value] * 15),), path=path, milestones=(),
            target=target(words, 2050, value), projection=None, scale="level",
        )  # fmt: skip

    return chart


def negatives(words: Words) -> TrajectoryChart:
    values = [-90, -110, -80, 20, -60, -100, -140, -150, -170, -160, -190, -220, -280, -290, -310]
    path = RequiredPath(((Decimal(2020), Decimal(-190)), (Decimal(2040), Decimal(0))), words.path)
    return replace(
        goods_trade(words), series=(line(words, 2010, values),), path=path, milestones=(),
        target=target(words, 2040, 0), projection=None,
    )  # fmt: skip


def zero_baseline(words: Words) -> TrajectoryChart:
    points = tuple((Decimal(2020 + i), Decimal(i * 10)) for i in range(31))
    path = RequiredPath(points, words.path)
    return replace(
        goods_trade(words), series=(line(words, 2020, [0, 0, 4, 9, 12]),), path=path,
        milestones=(milestone(words, 2030, 100),), target=target(words, 2050, 300), projection=None,
    )  # fmt: skip


def ranks(words: Words) -> TrajectoryChart:
    """Three countries on an axis where 1 is best and stands on top."""
    return replace(
        goods_trade(words),
        series=(
            line(words, 2007, [48, 52, 60, 66, 66, 58, 53, 55, 61, 57, 51, 51, 46, 48], "México 48"),
            line(words, 2007, [9, 10, 7, 5, 4, 4, 5, 7, 7, 8, 6, 8, 8, 6], "United States 6"),
            line(words, 2007, [14, 11, 8, 9, 12, 14, 15, 15, 13, 15, 10, 14, 9, 14], "Canada 14"),
        ),
        path=RequiredPath(((Decimal(2020), Decimal(48)), (Decimal(2050), Decimal(20))), words.path),
        milestones=(), target=target(words, 2050, 20), projection=None, scale="rank",
    )  # fmt: skip


def milestones_in_successive_years(words: Words) -> TrajectoryChart:
    steps = tuple(milestone(words, 2026 + i, 1900 + 200 * i) for i in range(6))
    return replace(goods_trade(words), milestones=steps)


def target_equal_to_latest(words: Words) -> TrajectoryChart:
    chart = goods_trade(words)
    return replace(chart, target=target(words, 2024, 1600), path=None, milestones=(), projection=None)


def fan_far_above_target(words: Words) -> TrajectoryChart:
    chart = goods_trade(words)
    return replace(chart, projection=projection(words, fan(2024, 2050, 1600, 9000, 30000, 70000)))


def sixty_quarters(words: Words) -> TrajectoryChart:
    points = tuple(
        Observation(Decimal(2010) + Decimal(i) / 4, Decimal(100 + i * 17 % 23 + i), "159" if i == 59 else "")
        for i in range(60)
    )
    chart = replace(nothing_at_all(words), scale="level", period_years=Decimal("0.25"))
    return replace(chart, series=(Series(points, words.observed),))


def very_long_labels(words: Words) -> TrajectoryChart:
    tail = " miles de millones de dólares estadounidenses a precios constantes de 2018, todavía no alcanzado"
    chart = yearly_trade(words)
    path = replace(
        chart.path, needed_now=replace(chart.path.needed_now, label=chart.path.needed_now.label + tail)
    )
    return replace(
        chart,
        path=path,
        target=replace(chart.target, label=chart.target.label + tail),
        milestones=tuple(replace(m, label=m.label + tail, short_label=m.label) for m in chart.milestones),
        projection=replace(chart.projection, label=chart.projection.label + tail),
    )


CASES = {
    "goods trade": goods_trade,
    "yearly trade": yearly_trade,
    "one observation": one_observation,
    "no observation": no_observation,
    "nothing at all": nothing_at_all,
    "flat at zero": flat_at(0),
    "flat above zero": flat_at(50),
    "flat below zero": flat_at(-7.5),
    "negatives": negatives,
    "zero baseline": zero_baseline,
    "ranks": ranks,
    "milestones in successive years": milestones_in_successive_years,
    "target equal to latest": target_equal_to_latest,
    "fan far above target": fan_far_above_target,
    "sixty quarters": sixty_quarters,
    "very long labels": very_long_labels,
}


@pytest.fixture(params=LAYOUTS.values(), ids=LAYOUTS)
def layout(request: pytest.FixtureRequest) -> Layout:
    return request.param


@pytest.fixture(params=LANGUAGES.values(), ids=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Words:
    return request.param


@pytest.fixture(params=CASES.values(), ids=CASES)
def chart(request: pytest.FixtureRequest, words: Words) -> TrajectoryChart:
    """Each hard case in each language."""
    return request.param(words)


@pytest.fixture
def trade() -> TrajectoryChart:
    return goods_trade(ENGLISH)


@pytest.fixture
def trade_by_year() -> TrajectoryChart:
    return yearly_trade(ENGLISH)


@pytest.fixture
def country_ranks() -> TrajectoryChart:
    return ranks(ENGLISH)
