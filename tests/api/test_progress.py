"""The tree of stored results, the explanation of a number, its history, and sub-goals with their updates."""

from datetime import timedelta
from decimal import Decimal

import pytest

from goals import explain, rollup, standings, upper
from goals.models import Goal, Result, Standing, SubGoal, Target, Update
from tests.api.conftest import results, rows, without_id
from tests.loading import TODAY


def test_the_tree_holds_every_goal_target_and_public_sub_goal(ask):
    tree = ask("progress/").json()

    assert tree["node"] == "overall"
    assert [goal["node"] for goal in tree["goals"]] == [f"goal:{goal.code}" for goal in Goal.objects.all()]
    targets = [node for goal in tree["goals"] for node in goal["indicator_layer"]["targets"]]
    assert len(targets) == Target.objects.count()
    sub_goals = {node["node"] for goal in tree["goals"] for node in goal["stakeholder_layer"]["sub_goals"]}
    judged = Standing.objects.filter(level="sub_goal").values_list("node", flat=True)
    assert sub_goals == set(judged)


def test_the_tree_tells_how_many_sub_goals_a_goal_has(ask):
    layer = ask("progress/").json()["goals"][0]["stakeholder_layer"]

    assert layer["sub_goals_total"] == len(layer["sub_goals"])
    assert layer["sub_goals_url"] == "/api/v1/sub-goals/?goal=g1"


def test_a_goal_brings_at_most_its_share_of_sub_goals_into_the_tree(ask, monkeypatch):
    monkeypatch.setattr("goals.stored_tree.SUB_GOALS_SHOWN", 1)

    layers = [goal["stakeholder_layer"] for goal in ask("progress/").json()["goals"]]

    assert all(len(layer["sub_goals"]) <= 1 for layer in layers)
    assert sum(layer["sub_goals_total"] for layer in layers) > len(layers)


@pytest.mark.parametrize("node", ["overall", "goal:g1", "target:hdi-rank"])
def test_every_node_tells_its_result_explanation_and_history(ask, node):
    [stored] = upper.completed(Result.objects.current().filter(node=node))

    assert ask(f"progress/{node}/").json()["status"] == stored.status
    explanation = ask(f"progress/{node}/explanation/").json()
    assert explanation["op"] == stored.explanation["op"]
    assert set(explanation["input"]) == set(explain.explanation_of(stored)["input"])
    assert set(explanation["output"]) == set(stored.outcome)
    assert results(ask(f"progress/{node}/history/"))[0]["id"] == stored.pk


@pytest.mark.parametrize(
    ("node", "op"),
    [
        ("sub-goal:sample-apprentices", "subgoal"),
        ("sub-goal:sample-export-single-window", "stakeholder_layer"),
        ("organization:g3:sample-maple-freight", "stakeholder_layer"),
    ],
)
def test_what_organizations_do_tells_how_it_stands_and_from_what(ask, node, op):
    stored = Standing.objects.get(node=node)

    told = ask(f"progress/{node}/").json()
    assert (told["status"], Decimal(told["progress"])) == (stored.status, stored.progress)
    assert ask(f"progress/{node}/explanation/").json()["op"] == op


def test_the_history_of_a_sub_goal_is_the_steps_it_took(ask):
    sub_goal = SubGoal.objects.get(code="sample-apprentices")
    steps = standings.follow([sub_goal], "update:99")

    history = results(ask("progress/sub-goal:sample-apprentices/history/"))

    assert steps == []  # nothing had changed, so no step was taken
    assert history == []


def test_an_explanation_names_the_observations_it_rests_on(ask):
    explanation = ask("progress/target:trade-linked-employment/explanation/").json()

    point = explanation["input"]["observations"][-1]
    observation = ask(f"observations/{point['observation']}/").json()
    assert Decimal(observation["value"]) == Decimal(point["value"])
    assert observation["period"] == point["period"]


def test_history_is_newest_first_and_keeps_what_is_past(ask):
    now = Result.objects.current().get(node="goal:g1")
    Result.objects.filter(pk=now.pk).update(is_current=False)
    now.pk, now.cause = None, "run:99"
    now._state.adding = True
    now.recorded_at = now.recorded_at.replace(year=now.recorded_at.year + 1)
    now.save()

    history = rows(ask("progress/goal:g1/history/", format="csv"))

    assert [row["is_current"] for row in history] == ["true", "false"]
    assert history[0]["cause"] == "run:99"


def test_a_target_tells_what_is_declared_in_short_and_its_explanation_all_of_it(ask):
    """Tools 32 jobs; the shared terminal once, with its lead's 430; 10.5 million are needed."""
    short = {
        "total": "0.000462", "share_of_need": "0.000044", "counted": "2", "left_out": "1", "flags": [],
    }  # fmt: skip
    node = "target:export-supported-jobs"
    [listed] = [row for row in results(ask("targets/", page_size=200)) if row["node"] == node]

    assert ask(f"progress/{node}/").json()["outcome"]["contributions"] == short
    assert listed["result"]["outcome"]["contributions"] == short
    explanation = ask(f"progress/{node}/explanation/").json()
    assert len(explanation["input"]["contributions"]["subgoals"]) == 3
    assert sorted(explanation["output"]["contributions"]["credit"].values()) == [
        "0.000032", "0.000129", "0.000301",
    ]  # fmt: skip


# --- Sub-goals ----------------------------------------------------------------------------------
def test_a_corrected_update_stays_and_names_what_replaced_it(ask):
    corrected = Update.objects.filter(state=Update.State.CORRECTED).select_related("sub_goal").first()

    found = {row["id"]: row for row in results(ask(f"sub-goals/{corrected.sub_goal.code}/updates/"))}

    assert found[corrected.pk]["corrected_by"] == corrected.corrected_by_id
    assert found[corrected.corrected_by_id]["corrects"] == corrected.pk


def test_updates_that_are_not_public_do_not_exist(ask):
    sub_goal = SubGoal.objects.get(code="sample-apprentices")
    shown = results(ask("sub-goals/sample-apprentices/updates/"))
    for state in (Update.State.DRAFT, Update.State.SUBMITTED, Update.State.SENT_BACK):
        hidden = Update.objects.create(sub_goal=sub_goal, date="2026-11-01", value=20, state=state)
        Update.objects.filter(pk=shown[0]["id"]).update(corrected_by=hidden)

        again = results(ask("sub-goals/sample-apprentices/updates/"))

        assert again == shown


@pytest.mark.parametrize("state", [SubGoal.State.DRAFT, SubGoal.State.SUBMITTED, SubGoal.State.SENT_BACK])
@pytest.mark.parametrize(
    "path",
    ["sub-goals/{}/", "sub-goals/{}/updates/", "progress/sub-goal:{}/", "progress/sub-goal:{}/explanation/",
     "progress/sub-goal:{}/history/"],
)  # fmt: skip
def test_a_draft_and_an_unknown_sub_goal_look_the_same(ask, draft, state, path):
    SubGoal.objects.filter(pk=draft.pk).update(state=state)
    leave_a_standing(draft)
    hidden, unknown = ask(path.format(draft.code)), ask(path.format("never-heard-of"))

    assert hidden.status_code == unknown.status_code == 404
    assert without_id(hidden) == without_id(unknown)


@pytest.mark.parametrize("path", ["sub-goals/", "progress/", "organizations/", "goals/"])
def test_a_draft_changes_no_list(ask, draft, path):
    leave_a_standing(draft)

    assert draft.code not in ask(path).content.decode()


def test_a_draft_is_not_named_as_the_parent_of_a_public_part(ask, draft):
    SubGoal.objects.filter(code="sample-apprentices").update(parent=draft)

    assert ask("sub-goals/sample-apprentices/").json()["parent"] is None
    assert draft.code not in ask("progress/").content.decode()


def test_a_draft_is_not_named_by_the_contribution_of_a_public_part(ask, draft):
    contributing = (
        SubGoal.objects.public().exclude(contributes_to=None).select_related("contributes_to").first()
    )
    SubGoal.objects.filter(pk=contributing.pk).update(parent=draft)
    rollup.refresh(TODAY + timedelta(days=1))
    node = f"target:{contributing.contributes_to.code}"

    told = ask(f"progress/{node}/explanation/").content.decode()

    assert contributing.code in told
    assert draft.code not in told


def leave_a_standing(sub_goal: SubGoal) -> None:
    """As if it had been public once."""
    Standing.objects.create(
        node=sub_goal.node, level="sub_goal", goal=sub_goal.goal, sub_goal=sub_goal,
        organization=sub_goal.organization, as_of="2026-11-22",
    )  # fmt: skip
