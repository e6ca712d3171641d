"""What is stored of the tree: results with history, and nothing new when nothing happened."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from goals import explain, rollup
from goals.models import Chart, Result, SubGoal, Update
from indicators.models import Edition, Observation, Series

pytestmark = pytest.mark.django_db


def stored(node: str) -> Result:
    return Result.objects.current().get(node=node)


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


def test_every_node_has_one_current_result():
    nodes = Result.objects.current().values_list("node", flat=True)

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
    # overall has no number to move, but its explanation rests on the new value
    assert set(changed) == {"target:intraregional-goods-trade", "goal:g3", "overall"}
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
    report("sample-brokers-trained", "100", today - timedelta(days=3))

    changed = rollup.refresh(today)

    assert set(changed) == {
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

    assert stored("goal:g3").change_kind == Result.ChangeKind.COMPOSITION


def test_a_removed_node_has_no_current_result(today):
    SubGoal.objects.filter(code="sample-rail-share").update(state=SubGoal.State.DRAFT)

    rollup.refresh(today)

    assert not Result.objects.current().filter(node="sub-goal:sample-rail-share").exists()
    assert Result.objects.filter(node="sub-goal:sample-rail-share").exists()


def test_every_stored_number_comes_out_again_from_its_own_explanation():
    for result in Result.objects.current():
        assert list(explain.differences(result.explanation, result.outcome)) == [], result.node


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
    outcome = stored("target:export-supported-jobs").outcome

    declared = outcome["contributions"]
    # tools 32 jobs, the shared terminal once with its lead's 430: 462 persons
    assert declared["total"] == Decimal("0.000462")
    assert outcome["latest"]["value"] == 10
    assert declared["credit"]["sample-frontera-norte"] == Decimal("0.000129")  # 0.3 of 430
