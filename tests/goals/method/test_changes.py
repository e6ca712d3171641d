from decimal import Decimal

from goals.method import Link, NodeSums, Numbers, Row, climb
from goals.method.cases import run


def row(schedule, weight=1):
    return Row(Decimal(weight), Numbers(schedule=Decimal(str(schedule))))


def links():
    """b1 (0.4) and b2 (1, weight 3) under b; b alone under B; A and B under the layer."""
    return [
        Link("b", "sub_goal", NodeSums.of([row("0.4"), row(1, 3)]), Decimal(1)),
        Link("B", "organization", NodeSums.of([row("0.85")]), Decimal(1)),
        Link("g.stakeholders", "layer", NodeSums.of([row("0.85"), row("0.75")]), Decimal(1)),
    ]


def test_each_ancestor_moves_by_the_product_of_normalized_weights():
    steps, moved = climb(links(), row("0.4"), row("0.8"), cause="update 7")
    assert [step.delta["schedule"] for step in steps] == [Decimal("0.1"), Decimal("0.1"), Decimal("0.05")]
    assert {(step.kind, step.cause) for step in steps} == {("movement", "update 7")}
    assert moved[-1].sums.numbers.schedule == Decimal("0.85")


def test_a_row_that_enters_or_leaves_is_composition_all_the_way_up():
    for before, after in ((None, row("0.8")), (row("0.4"), None), (row("0.4"), row("0.4", weight=2))):
        steps, _ = climb(links(), before, after)
        assert {step.kind for step in steps} == {"composition"}


def test_a_value_that_appears_is_composition():
    steps, _ = climb(links(), Row(Decimal(1), Numbers()), row(1))
    assert {step.kind for step in steps} == {"composition"}


def test_the_last_row_leaves_an_empty_node_that_is_no_row_in_its_parent():
    alone = [Link("b", "sub_goal", NodeSums.of([row("0.4")]), Decimal(1)), links()[2]]
    alone[1] = Link("B", "organization", NodeSums.of([row("0.4"), row(1)]), Decimal(1))
    steps, moved = climb(alone, row("0.4"), None)
    assert (steps[0].after["schedule"], steps[1].after["schedule"]) == (None, 1)
    assert moved[1].sums.schedule.weight == 1


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
