"""Derived indicators from the packaged figures, worked by hand, with their inputs recorded."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from indicators import derived
from indicators.models import Edition, Indicator, Observation, Series, Source

pytestmark = pytest.mark.django_db


def current(code: str, area: str, partner: str = "", source: str = "calculated"):
    series = Series.objects.get(indicator__code=code, area=area, partner=partner, source__code=source)
    return {row.period_label: row for row in series.observations.current().select_related("series")}


def revise(code: str, area: str, year: int, value: str) -> Observation:
    """A newer vintage of one figure, as a refresh would store it."""
    series = Series.objects.get(indicator__code=code, area=area, source__code="published-figures")
    Observation.objects.filter(series=series, period=date(year, 1, 1), is_current=True).update(
        is_current=False
    )
    return Observation.objects.create(
        series=series, period=date(year, 1, 1), value=Decimal(value), vintage=timezone.now()
    )


def test_the_share_of_world_gdp_is_the_three_countries_over_the_world():
    share = current("share-of-world-gdp", "NAM")

    # 2023: (1788.9 + 27360.9 + 2140.1) / 105435.0 = 31289.9 / 105435 = 29.6770 %
    assert round(share["2023"].value, 4) == Decimal("29.6770")
    assert next(iter(share)) == "1993"
    assert list(share)[-1] == "2023"


def test_published_shares_join_as_a_second_source_and_are_marked():
    published = current("share-of-world-gdp", "NAM", source="published-figures")

    assert {label: row.value for label, row in published.items()} == {"2024": 29, "2025": 30}
    assert published["2025"].status == Observation.Status.ABOUT
    assert published["2024"].document.code == "mcv-2025-03"


@pytest.mark.parametrize(
    ("partner", "ratio"),
    [
        ("MEX", "0.51"),
        ("CAN", "0.18"),
        ("CHN", "2.06"),
    ],  # (505.9-334)/334, (412.7-349.4)/349.4, (438.9-143.5)/143.5
)
def test_the_trade_deficit_ratio_is_imports_less_exports_over_exports(partner, ratio):
    values = current("us-trade-deficit-ratio", "USA", partner)

    assert round(values["2024"].value, 2) == Decimal(ratio)


def test_gdp_per_capita_turns_billions_over_millions_into_dollars():
    values = current("gdp-per-capita-current", "MEX")

    assert round(values["2023"].value, 2) == Decimal("13788.35")  # 1000 x 1788.9 / 129.740
    assert "2024" not in values  # population is known for 2024, GDP is not


def test_what_lacks_an_input_has_no_value_rather_than_zero():
    assert not Series.objects.filter(indicator__code="regional-growth-premium").exists()


def test_each_value_records_the_observations_it_was_computed_from():
    value = current("share-of-world-gdp", "NAM")["2023"]

    inputs = {(row.series.indicator.code, row.series.area): row.value for row in value.inputs.all()}

    assert inputs == {
        ("gdp-current", "MEX"): Decimal("1788.9"),
        ("gdp-current", "USA"): Decimal("27360.9"),
        ("gdp-current", "CAN"): Decimal("2140.1"),
        ("gdp-current", "WLD"): Decimal("105435.0"),
    }


def test_computing_again_changes_nothing():
    edition, count = Edition.objects.get().number, Observation.objects.count()

    assert derived.recompute() == set()
    assert (Edition.objects.get().number, Observation.objects.count()) == (edition, count)


@pytest.mark.parametrize("code", ["gdp-per-capita-current", "us-trade-deficit-ratio"])
def test_however_many_series_an_indicator_has_they_are_recomputed_in_as_many_queries(
    code, django_assert_num_queries
):
    indicator = Indicator.objects.get(code=code)

    # Savepoint and release, its series, the edition twice, series, codes and values of inputs, its own two.
    with django_assert_num_queries(10):
        derived.recompute_indicator(indicator)


def test_a_revised_input_gives_the_derived_value_a_newer_vintage():
    before = current("share-of-world-gdp", "NAM")["2023"]
    revise("gdp-current", "WLD", 2023, "106000")

    changed = derived.recompute([Indicator.objects.get(code="gdp-current").pk])

    after = current("share-of-world-gdp", "NAM")["2023"]
    assert Indicator.objects.get(code="share-of-world-gdp").pk in changed
    assert round(after.value, 4) == Decimal("29.5188")  # 31289.9 / 106000
    assert after.vintage > before.vintage
    assert Observation.objects.get(pk=before.pk).value == before.value


def test_a_withdrawn_input_withdraws_what_rested_on_it():
    series = Series.objects.get(indicator__code="gdp-current", area="WLD", source__code="published-figures")
    series.observations.filter(period=date(2023, 1, 1), is_current=True).update(is_current=False)
    Observation.objects.create(series=series, period=date(2023, 1, 1), value=None, vintage=timezone.now())

    derived.recompute()

    assert current("share-of-world-gdp", "NAM")["2023"].value is None
    assert current("share-of-world-gdp", "NAM")["2022"].value is not None


def test_growth_is_over_the_year_before_and_missing_without_it():
    indicator = Indicator.objects.get(code="real-gdp")
    source = Source.objects.get(code="published-figures")
    for area, values in {
        "MEX": {2022: "20", 2023: "21", 2025: "22"},
        "USA": {2022: "70", 2023: "71", 2025: "75"},
        "CAN": {2022: "10", 2023: "11", 2025: "13"},
        "WLD": {2022: "200", 2023: "204"},
    }.items():
        series = Series.objects.create(indicator=indicator, area=area, source=source, frequency="annual")
        for year, value in values.items():
            Observation.objects.create(
                series=series, period=date(year, 1, 1), value=Decimal(value), vintage=timezone.now()
            )

    derived.recompute()

    premium = current("regional-growth-premium", "NAM")
    region = {label: row.value for label, row in current("real-gdp-region", "NAM").items()}
    assert region == {"2022": Decimal("100"), "2023": Decimal("103"), "2025": Decimal("110")}
    assert {label: row.value for label, row in premium.items()} == {"2023": Decimal("1")}  # 3 % less 2 %
    assert premium["2023"].inputs.count() == 4


def test_months_add_up_to_whole_years_only():
    monthly = Indicator.objects.get(code="us-goods-exports-monthly")
    series = Series.objects.get(indicator=monthly, area="USA", partner="DEU")
    for year, months in ((2024, range(1, 13)), (2025, range(1, 12))):
        for month in months:
            Observation.objects.create(
                series=series, period=date(year, month, 1), value=Decimal("6.1"), vintage=timezone.now()
            )

    derived.recompute([monthly.pk])

    exports = current("us-goods-exports", "USA", "DEU")
    assert {label: row.value for label, row in exports.items()} == {"2024": Decimal("73.2")}  # 12 x 6.1
    assert exports["2024"].inputs.count() == 12


def test_the_deficit_ratio_of_a_partner_rests_on_years_that_are_themselves_calculated():
    for flow, value in (("exports", "2"), ("imports", "3")):
        indicator = Indicator.objects.get(code=f"us-goods-{flow}-monthly")
        series = Series.objects.get(indicator=indicator, area="USA", partner="IRL")
        for month in range(1, 13):
            Observation.objects.create(
                series=series, period=date(2024, month, 1), value=Decimal(value), vintage=timezone.now()
            )

    derived.recompute()

    ratio = current("us-trade-deficit-ratio", "USA", "IRL")
    assert ratio["2024"].value == Decimal("0.5")  # (36 - 24) / 24


# --- Per partner and per product ----------------------------------------------------------------
def monthly_values(code: str, place: tuple[str, str, str], value: str, year: int = 2024) -> None:
    """The same value in each month of a year, for a series of the catalogue."""
    area, partner, product = place
    series = Series.objects.get(indicator__code=code, area=area, partner=partner, product=product)
    for month in range(1, 13):
        Observation.objects.create(
            series=series, period=date(year, month, 1), value=Decimal(value), vintage=timezone.now()
        )


def calculated(code: str) -> dict[tuple[str, str, str, str], Decimal]:
    rows = Observation.objects.current().filter(
        series__indicator__code=code, series__source__code="calculated", value__isnull=False
    )
    return {
        (row.series.area, row.series.partner, row.series.product, row.period_label): row.value
        for row in rows.select_related("series")
    }


CHIPS = "NAICS 3344"
SUPPLIERS = {"TWN": "4", "MYS": "2", "MEX": "1", "CAN": "0", "CHN": "1", "JPN": "0", "KOR": "1", "VNM": "1",
             "THA": "0"}  # fmt: skip


def test_each_suppliers_share_is_its_part_of_all_imports_of_a_product():
    for partner, value in (SUPPLIERS | {"WLD": "10"}).items():
        monthly_values("us-electronics-imports", ("USA", partner, CHIPS), value)

    derived.recompute()

    shares = calculated("import-supplier-share")
    assert shares["USA", "TWN", CHIPS, "2024"] == 40  # 48 of 120
    assert shares["USA", "MEX", CHIPS, "2024"] == 10
    assert shares["USA", "JPN", CHIPS, "2024"] == 0
    assert not [partner for _area, partner, *_rest in shares if partner == "WLD"]  # not 100 % of itself
    assert {product for _area, _partner, product, _year in shares} == {CHIPS}


def test_concentration_adds_up_the_squared_shares_of_the_suppliers():
    for partner, value in (SUPPLIERS | {"WLD": "10"}).items():
        monthly_values("us-electronics-imports", ("USA", partner, CHIPS), value)

    derived.recompute()

    # 40² + 20² + 4 x 10² = 1600 + 400 + 400
    assert calculated("import-supplier-concentration") == {("USA", "", CHIPS, "2024"): Decimal(2400)}


def test_a_sum_that_lacks_one_of_its_series_has_no_value():
    for partner, value in (SUPPLIERS | {"WLD": "10"}).items():
        if partner != "KOR":
            monthly_values("us-electronics-imports", ("USA", partner, CHIPS), value)

    derived.recompute()

    assert calculated("import-supplier-concentration") == {}


def test_nothing_is_divided_by_zero():
    monthly_values("us-electronics-imports", ("USA", "MEX", CHIPS), "0")
    monthly_values("us-electronics-imports", ("USA", "WLD", CHIPS), "0")

    derived.recompute()

    assert calculated("import-supplier-share") == {}


def yearly_value(code: str, place: tuple[str, str, str], value: str) -> None:
    area, partner, product = place
    series = Series.objects.get(
        indicator__code=code, area=area, partner=partner, product=product, feed__code__startswith="comtrade"
    )
    Observation.objects.create(
        series=series, period=date(2023, 1, 1), value=Decimal(value), vintage=timezone.now()
    )


def test_trade_within_the_region_counts_each_pair_of_countries_once():
    for partner, exports, imports in (("MEX", "27", "40"), ("CAN", "30", "35")):
        monthly_values("us-goods-exports-monthly", ("USA", partner, ""), exports, 2023)
        monthly_values("us-goods-imports-monthly", ("USA", partner, ""), imports, 2023)
    yearly_value("canada-mexico-goods-trade", ("CAN", "MEX", ""), "7")
    yearly_value("canada-mexico-goods-trade", ("MEX", "CAN", ""), "33")

    derived.recompute()

    # 12 x (27 + 40) with Mexico, 12 x (30 + 35) with Canada, 7 + 33 between Canada and Mexico
    assert calculated("intraregional-goods-trade") == {("NAM", "", "", "2023"): Decimal(1624)}
    trade = calculated("us-goods-trade")
    assert (trade["USA", "MEX", "", "2023"], trade["USA", "CAN", "", "2023"]) == (804, 780)


def test_months_of_one_source_join_the_years_of_another():
    for product in ("HS 9018", "HS 9019", "HS 9020", "HS 9021", "HS 9022"):
        for neighbor in ("MEX", "CAN"):
            monthly_values("us-medical-device-trade", ("USA", neighbor, product), "0.1", 2023)
            monthly_values("us-medical-device-trade", (neighbor, "USA", product), "0.2", 2023)
        yearly_value("canada-mexico-medical-device-trade", ("CAN", "MEX", product), "0.01")
        yearly_value("canada-mexico-medical-device-trade", ("MEX", "CAN", product), "0.03")

    derived.recompute()

    # 5 headings x (2 neighbors x 12 x 0.3 + 0.04) = 5 x 7.24
    assert calculated("medical-device-trade") == {("NAM", "", "", "2023"): Decimal("36.2")}


def test_the_deficit_in_advanced_technology_is_shared_out_by_group():
    for group, exports, imports in (("", "30", "50"), ("aerospace", "11", "5"), ("electronics", "4", "5")):
        monthly_values("us-advanced-technology-exports", ("USA", "WLD", group), exports)
        monthly_values("us-advanced-technology-imports", ("USA", "WLD", group), imports)

    derived.recompute()

    assert calculated("advanced-technology-trade-balance") == {("USA", "", "", "2024"): Decimal(-240)}
    shares = calculated("advanced-technology-deficit-share")
    assert shares["USA", "", "aerospace", "2024"] == -30  # a surplus of 72 against a deficit of 240
    assert shares["USA", "", "electronics", "2024"] == 5


def test_freight_of_a_port_is_what_passes_in_both_directions():
    monthly_values("us-port-trade", ("USA", "MEX", "Port of Laredo"), "10")
    monthly_values("us-port-trade", ("MEX", "USA", "Port of Laredo"), "15")

    derived.recompute()

    assert calculated("port-freight") == {("USA", "MEX", "Port of Laredo", "2024"): Decimal(300)}
