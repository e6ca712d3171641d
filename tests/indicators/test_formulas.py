"""The language of derived indicators: what it reads, what it refuses, in which order it calculates."""

from decimal import Decimal

import pytest

from indicators import formulas
from indicators.formulas import FormulaError, Reference


def test_a_formula_names_its_subject_and_its_inputs():
    formula = formulas.parse("USA/@partner = {imports:USA/@partner} - {exports:USA/@partner}")

    assert (formula.area, formula.partner) == ("USA", "@partner")
    assert formula.references == [
        Reference("imports", "USA", "@partner"),
        Reference("exports", "USA", "@partner"),
    ]
    assert formula.references[0].bound("USA", "MEX") == Reference("imports", "USA", "MEX")


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
