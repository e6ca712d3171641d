"""The language of derived indicators: what it reads, what it refuses, in which order it calculates."""

from decimal import Decimal

import pytest

from indicators import formulas
from indicators.formulas import FormulaError, Reference


def test_a_formula_names_its_subject_and_its_inputs():
    formula = formulas.parse("USA/@partner = {imports:USA/@partner} - {exports:USA/@partner}")

    assert formula.place == ("USA", "@partner", "")
    assert formula.references == [
        Reference("imports", "USA", "@partner"),
        Reference("exports", "USA", "@partner"),
    ]
    assert formula.references[0].bound({"@partner": "MEX"}) == Reference("imports", "USA", "MEX")


def test_numbers_stay_decimal_all_the_way():
    formula = formulas.parse("NAM = 100 * ({gdp:MEX} + 0.1) / {gdp:WLD}")

    value = formulas.evaluate(formula, {"x0": Decimal("0.2"), "x1": Decimal("3")}, {})

    assert value == Decimal("10")


@pytest.mark.parametrize(
    "text",
    [
        "no equals sign",
        "NAM = ",
        "NAM = {gdp:MEX} +",
        "NAM = __import__('os')",
        "NAM = {gdp:MEX} ** 2",
        "NAM = {gdp:MEX} if 1 else 2",
        "NAM = growth({gdp:MEX}, 2)",
        "NAM = 'text'",
        "NAM = True",
        "NAM = other",
        "NAM = x0",
        "NAM = 5",
        "NAM = {gdp:MEX} / 0",
        "USA/MEX/tomatoes/fresh = {gdp:MEX}",
        "NAM = sum({trade:USA/*}) ** 2",
    ],
)
def test_everything_but_plain_arithmetic_is_refused(text):
    with pytest.raises(FormulaError):
        formulas.parse(text)


def test_inputs_are_calculated_before_what_rests_on_them():
    texts = {"a": "NAM = {b:NAM} + {c:NAM}", "b": "NAM = {c:NAM} * 2", "d": "NAM = {a:NAM}"}

    order = formulas.calculation_order(texts)

    assert order.index("b") < order.index("a") < order.index("d")


def test_a_circle_is_refused_and_named():
    texts = {"a": "NAM = {b:NAM}", "b": "NAM = {c:NAM}", "c": "NAM = {a:NAM}"}

    with pytest.raises(FormulaError, match="a → b → c → a"):
        formulas.calculation_order(texts)


def test_only_what_rests_on_a_change_is_recomputed():
    texts = {"a": "NAM = {raw:NAM}", "b": "NAM = {a:NAM}", "other": "NAM = {elsewhere:NAM}"}

    assert formulas.dependents(texts, {"raw"}) == ["a", "b"]


# --- Placeholders and sums ----------------------------------------------------------------------
SUPPLIERS = {("USA", "MEX", "chips"), ("USA", "TWN", "chips")}


def test_a_place_is_an_area_with_a_partner_and_a_product_where_there_are_some():
    formula = formulas.parse("USA//@product = {imports:USA/MEX/@product} / {imports:USA//NAICS 334}")

    assert formula.place == ("USA", "", "@product")
    assert [reference.place for reference in formula.references] == [
        ("USA", "MEX", "@product"),
        ("USA", "", "NAICS 334"),
    ]
    assert formula.bound({"@product": "chips"}).place == ("USA", "", "chips")


def test_a_formula_knows_what_it_names_itself_so_that_nothing_is_compared_with_itself():
    formula = formulas.parse("USA/@partner = {imports:USA/@partner} / {imports:USA/WLD}")

    assert formula.names_itself("imports", 1) == {"WLD"}
    assert formula.names_itself("exports", 1) == set()


def test_a_sum_is_written_out_over_what_its_star_stands_for():
    formula = formulas.parse(
        "USA//chips = 2 * sum({imports:USA/*/chips} * {imports:USA/*/chips}) + {gdp:USA}"
    )

    written = formula.expanded(lambda reference: SUPPLIERS)

    assert sorted(reference.partner for reference in written.references) == ["", "MEX", "MEX", "TWN", "TWN"]
    imports = {"MEX": Decimal(3), "TWN": Decimal(4), "": Decimal(1)}
    values = {name: imports[reference.partner] for name, reference in written.names.items()}
    assert formulas.evaluate(written, values, {}) == Decimal(51)  # 2 x (9 + 16) + 1


def test_a_sum_over_nothing_keeps_its_star_which_no_series_has():
    written = formulas.parse("USA = sum({imports:USA/*})").expanded(lambda reference: set())

    assert [reference.partner for reference in written.references] == ["*"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("USA = {imports:USA/*}", "put it into sum"),
        ("USA = sum({imports:USA/MEX})", "needs a “\\*”"),
        ("USA = sum({imports:USA/*} / {exports:*/USA})", "in the same parts"),
        ("USA = sum(sum({imports:USA/*}))", "holds another sum"),
    ],
)
def test_a_star_means_nothing_outside_a_sum_and_one_thing_inside(text, said):
    with pytest.raises(FormulaError, match=said):
        formulas.parse(text)


def test_a_circle_through_a_sum_is_refused_as_well():
    texts = {"share": "USA/@partner = {imports:USA/@partner}", "imports": "USA/MEX = sum({share:USA/*})"}

    with pytest.raises(FormulaError, match="imports → share → imports"):
        formulas.calculation_order(texts)
