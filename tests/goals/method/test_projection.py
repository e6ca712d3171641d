from decimal import Decimal

import pytest

from goals.method import Anchor, Point, TargetParameters, project

YEARS = {2021: 100, 2022: 103, 2023: 109, 2024: 110, 2025: 116}


def projected(values, goal=150, end="2035", start="2021", bounds=(None, None), **others):
    parameters = TargetParameters(
        others.pop("kind", "reach_level"),
        baseline=Anchor(start, Decimal(others.pop("baseline", 100))),
        target=Anchor(end, Decimal(goal)),
        **others,
    )
    points = [Point(str(period), Decimal(str(value))) for period, value in values.items()]
    return project(parameters, points, bounds)


def test_the_median_of_all_slopes_leads_on_with_an_interval():
    found = projected(YEARS)
    assert (found.slope, found.projection, found.low, found.high) == (
        Decimal("3.75"),
        Decimal("152.5"),
        143,
        181,
    )
    assert (found.outlook, found.year_at_this_pace, found.scale) == ("uncertain", 2035, "levels")
    assert [point.period for point in found.points] == ["2021", "2022", "2023", "2024", "2025"]


@pytest.mark.parametrize(("goal", "outlook"), [(143, "reaches"), (182, "falls_short"), (181, "uncertain")])
def test_the_outlook_asks_all_three_values(goal, outlook):
    assert projected(YEARS, goal=goal).outlook == outlook


def test_four_points_are_too_few():
    values = {year: YEARS[year] for year in (2021, 2022, 2023, 2025)}
    assert projected(values).reason == "too_few_points"
    assert projected(values).projection is None
    assert projected({}).reason == "too_few_points"


def test_five_points_must_span_four_years_or_a_fifth_of_the_way():
    quarters = {f"2021-Q{q}": q for q in (1, 2, 3, 4)} | {"2022-Q1": 5}
    assert projected(quarters).reason == "too_few_points"
    assert projected(quarters, end="2026", goal=200).reason is None  # one year is a fifth of five


def test_only_the_last_ten_years_lead_on_and_the_baseline_does_not_cut_them():
    values = dict.fromkeys(range(2006, 2016), 0) | {year: year - 2015 for year in range(2016, 2026)}
    found = projected(values, start="2024", baseline=9)
    assert found.points[0].period == "2016"
    assert (found.slope, found.projection) == (1, 20)


def test_growth_is_projected_in_logarithms():
    values = {2020 + n: 100 * 1.1**n for n in range(5)}
    found = projected(
        {y: round(v, 12) for y, v in values.items()}, start="2020", path="constant_growth", goal=260
    )
    assert found.scale == "logs"
    assert round(found.projection, 4) == Decimal("417.7248")  # 100 x 1.1^15
    assert found.year_at_this_pace == 2031  # ln 2.6 / ln 1.1 = 10.03 years


def test_a_point_at_zero_keeps_growth_on_levels():
    assert projected(YEARS | {2020: 0}, path="constant_growth").scale == "levels"


def test_values_are_cut_at_natural_bounds():
    found = projected(YEARS, bounds=(Decimal(0), Decimal(150)))
    assert (found.projection, found.low, found.high) == (150, 143, 150)


@pytest.mark.parametrize(
    ("values", "note"),
    [
        (dict.fromkeys(range(2021, 2026), 100), "never"),
        ({year: 3000 - year for year in range(2021, 2026)}, "never"),
        ({2021 + n: 100 + Decimal("0.5") * n for n in range(5)}, "after_2100"),
    ],
)
def test_a_line_that_does_not_arrive_says_so(values, note):
    found = projected(values)
    assert (found.year_at_this_pace, found.note) == (None, note)


def test_the_year_comes_after_the_latest_value():
    assert projected({2021 + n: 200 + n for n in range(5)}).year_at_this_pace == 2026


def test_a_falling_line_arrives_where_lower_is_better():
    found = projected({2021 + n: 100 - 10 * n for n in range(5)}, goal=0, direction="decrease")
    assert (found.projection, found.outlook, found.year_at_this_pace) == (-40, "reaches", 2031)


def test_a_rank_is_not_projected():
    assert projected(YEARS, kind="rank").reason == "not_projected"
