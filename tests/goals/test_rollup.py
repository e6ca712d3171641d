"""What is stored of the tree: results with history, and nothing new when nothing happened."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from goals import explain, passing, rollup, standings, upper
from goals.climbing import UPPER
from goals.method.exact import at_nine
from goals.models import Chart, Result, Standing, Step, SubGoal, Update
from indicators.models import Edition, Observation, Series

pytestmark = pytest.mark.django_db


def stored(node: str) -> Result:
    [found] = upper.completed(Result.objects.current().filter(node=node))
    return found


def revise_trade(value: str) -> None:
    series = Series.objects.get(indicator__code="intraregional-goods-trade")
    newest = series.observations.current().latest("period")
    Observation.objects.filter(pk=newest.pk).update(is_current=False)
    Observation.objects.create(
        series=series, period=newest.period, value=Decimal(value), vintage=timezone.now()
    )


def report(code: str, value: str, day) -> Update:
    return Update.objects.create(
        sub_goal=SubGoal.objects.get(code=code), date=day, value=Decimal(value), state=Update.State.PUBLISHED,
        published_at=timezone.now() - timedelta(seconds=1),
    )  # fmt: skip


def test_every_node_is_stored_once():
    results = Result.objects.current().values_list("node", flat=True)
    nodes = [*results, *Standing.objects.exclude(level__in=UPPER).values_list("node", flat=True)]

    assert len(nodes) == len(set(nodes))
    assert {"overall", "goal:g1", "target:food-trade", "sub-goal:sample-rail-share"} <= set(nodes)
    assert "organization:g3:sample-maple-freight" in nodes


def test_judging_again_on_the_same_day_stores_nothing(today):
    before = (Result.objects.count(), Edition.objects.get().number)

    assert rollup.refresh(today) == []

    assert (Result.objects.count(), Edition.objects.get().number) == before


def test_a_new_value_makes_a_new_result_and_keeps_the_former_as_history(today):
    before, edition = stored("target:intraregional-goods-trade"), Edition.objects.get().number
    revise_trade("1950")

    changed = rollup.refresh(today, cause="run:7")

    after = stored("target:intraregional-goods-trade")
    assert (before.status, after.status) == ("off_track", "on_track")
    assert after.cause == "run:7"
    assert after.change_kind == Result.ChangeKind.MOVEMENT
    assert set(changed) == {"target:intraregional-goods-trade", "goal:g3"}  # overall has no number to move
    assert Result.objects.filter(node="overall").count() == 1
    assert Result.objects.get(pk=before.pk).is_current is False
    assert Edition.objects.get().number == edition + 1


def test_the_chart_follows_the_value(today):
    chart = Chart.objects.get(
        target__indicator__code="intraregional-goods-trade", language="en", layout="wide"
    )
    revise_trade("1950")

    rollup.refresh(today)

    redrawn = Chart.objects.get(pk=chart.pk)
    assert redrawn.svg != chart.svg
    assert "1,950" in redrawn.svg


def test_charts_are_stored_in_three_languages_and_both_layouts():
    charts = Chart.objects.filter(target__indicator__code="intraregional-goods-trade")

    assert {(chart.language, chart.layout) for chart in charts} == {
        (language, layout)
        for language in ("en", "es", "fr")
        for layout in ("wide", "narrow", "sparkline", "file")
    }


def test_time_alone_moves_a_result_on_without_a_new_row(today):
    before, rows = stored("target:food-trade"), Result.objects.filter(node="target:food-trade").count()

    rollup.refresh(today + timedelta(days=1))

    after = stored("target:food-trade")
    assert after.pk == before.pk
    assert after.as_of == today + timedelta(days=1)
    assert Result.objects.filter(node="target:food-trade").count() == rows


def test_an_update_moves_its_leaf_and_its_ancestors_only(today):
    quiet = stored("goal:g4").pk
    update = report("sample-brokers-trained", "100", today - timedelta(days=3))

    steps = standings.follow([update.sub_goal], f"update:{update.pk}")

    assert {step.node for step in steps} == {
        "sub-goal:sample-brokers-trained",
        "sub-goal:sample-export-single-window",
        "organization:g3:sample-frontera-norte",
        "goal:g3",
        "overall",
    }
    assert stored("goal:g4").pk == quiet


def test_a_row_that_leaves_is_composition_and_never_looks_like_progress(today):
    SubGoal.objects.filter(organization__code="sample-maple-freight", goal__code="g3").update(
        state=SubGoal.State.WITHDRAWN, withdrawn_on=today
    )

    rollup.refresh(today)

    assert Step.objects.filter(node="goal:g3").latest("pk").kind == Result.ChangeKind.COMPOSITION


def test_a_sub_goal_that_is_no_longer_public_does_not_count(today):
    SubGoal.objects.filter(code="sample-rail-share").update(state=SubGoal.State.DRAFT)

    rollup.refresh(today)

    standing = Standing.objects.get(node="sub-goal:sample-rail-share")
    assert (standing.counted, standing.reason) == (False, "draft")
    assert passing.audit() == []


def test_every_stored_number_comes_out_again_from_its_own_explanation():
    for result in upper.completed(Result.objects.current()):
        explanation, outcome = explain.explanation_of(result), explain.outcome_of(result)
        assert list(explain.differences(explanation, outcome)) == [], result.node


def test_every_standing_comes_out_again_from_its_own_explanation():
    for standing in Standing.objects.filter(sub_goal__state__in=SubGoal.PUBLIC_STATES):
        outcome = explain.recompute(explain.explanation_of(standing))
        for name in ("progress", "expected", "schedule"):
            assert at_nine(outcome[name]) == getattr(standing, name), (standing.node, name)


def test_an_explanation_follows_its_inputs_even_where_the_number_stays(today):
    before = stored("goal:g1")
    SubGoal.objects.filter(code="sample-apprentices").update(title="Other words")
    population = Series.objects.filter(indicator__code="population", area="MEX")
    first = population.get(source__code="published-figures").observations.earliest("period")
    Observation.objects.filter(pk=first.pk).update(is_current=False)
    Observation.objects.create(
        series=first.series, period=first.period, value=Decimal("87.655"), vintage=timezone.now()
    )

    rollup.refresh(today)

    points = stored("target:population").explanation["input"]["entities"]["MEX"]["observations"]
    assert points[0]["value"] == Decimal("87.655")
    assert stored("goal:g1").pk == before.pk


def test_a_tampered_number_is_found():
    result = stored("target:intraregional-goods-trade")
    result.outcome["pace"] += Decimal("0.01")

    assert [d.field for d in explain.differences(result.explanation, result.outcome)] == ["pace"]


def test_declared_contributions_are_summed_beside_the_official_value():
    outcome = explain.outcome_of(stored("target:export-supported-jobs"))

    declared = outcome["contributions"]
    # tools 32 jobs, the shared terminal once with its lead's 430: 462 persons
    assert declared["total"] == Decimal("0.000462")
    assert outcome["latest"]["value"] == 10
    assert declared["credit"]["sample-frontera-norte"] == Decimal("0.000129")  # 0.3 of 430


def test_a_quantity_counts_once_along_a_chain_with_a_level_that_declares_none(today):
    """Method, section 10: only the topmost that declares counts, whatever stands between."""
    top = SubGoal.objects.exclude(contributes_to=None).filter(shared_effort="", parent=None).first()
    common = {
        "organization": top.organization, "goal": top.goal, "state": "published",
        "start_date": top.start_date, "published_on": top.published_on, "target_date": top.target_date,
        "target_value": 10,
    }  # fmt: skip
    between = SubGoal.objects.create(code="between", title="Between", parent=top, **common)
    SubGoal.objects.create(
        code="below", title="Below", parent=between, contributes_to=top.contributes_to,
        contribution_factor=1, attribution=1, baseline_value=-500, **common,
    )  # fmt: skip
    node = f"target:{top.contributes_to.code}"
    before = explain.outcome_of(stored(node))["contributions"]["total"]

    rollup.refresh(today)

    declared = explain.outcome_of(stored(node))["contributions"]
    assert declared["total"] == before
    assert declared["excluded"]["sub-goal:below"] == f"in_parent:{top.node}"
