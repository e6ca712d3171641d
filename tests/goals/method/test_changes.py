from decimal import Decimal

from goals.method.cases import run

TREE = [
    {
        "id": "g",
        "indicators": [
            {"id": "i", "progress": Decimal("0.2"), "expected": Decimal("0.4"), "schedule": Decimal("0.5")},
            {"id": "j", "status": "not_enough_data"},
        ],
        "stakeholders": [
            {
                "org": "A",
                "subgoals": [
                    {"id": "s", "progress": 0, "expected": 1},
                    {"id": "t", "progress": 1, "expected": 1},
                ],
            }
        ],
    },
    {"id": "h", "indicators": [{"id": "k", "progress": 1, "expected": 1}]},
]


def delta(**change):
    return run("delta", {"goals": TREE, "change": change})


def test_a_movement_is_carried_from_indicator_to_the_whole():
    outcome = delta(id="i", schedule=Decimal("0.7"))
    assert [step["node"] for step in outcome["steps"]] == ["i", "g.indicators", "g", "overall"]
    assert (outcome["kind"], outcome["goal"]["combined"]) == ("movement", Decimal("0.15"))
    assert outcome["overall"]["delta"]["combined"] == Decimal("0.075")


def test_a_first_value_is_composition_and_moves_coverage():
    outcome = delta(id="j", progress=Decimal("0.5"), expected=Decimal("0.5"))
    assert outcome["kind"] == "composition"
    assert outcome["goal"]["delta"]["coverage"] == Decimal("0.5")
    assert {step["kind"] for step in outcome["steps"]} == {"composition"}


def test_withdrawal_and_a_new_weight_are_composition():
    assert delta(id="s", counted=False)["kind"] == "composition"
    assert delta(id="s", state="withdrawn")["layer"]["after"]["progress"] == 1
    assert delta(id="s", weight=3)["kind"] == "composition"
    assert delta(id="s", state="completed", progress=1)["kind"] == "composition"
