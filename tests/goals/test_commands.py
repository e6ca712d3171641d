"""The command line: progress, explain, load_catalogue, samples."""

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.urls import reverse

from goals import samples
from goals.management.commands import load_catalogue
from goals.models import Standing, SubGoal, TargetVersion
from goals.tasks import reconcile
from stakeholders.models import Organization, User

pytestmark = pytest.mark.django_db


def run(*args) -> str:
    out = StringIO()
    call_command(*args, stdout=out, stderr=out)
    return out.getvalue()


def test_progress_prints_the_tree_as_json_with_exact_numbers(today):
    tree = json.loads(run("progress", "--json", "--as-of", str(today)), parse_float=Decimal)

    trade_goal = next(goal for goal in tree["goals"] if goal["code"] == "g3")
    trade = next(row for row in trade_goal["indicators_judged"] if row["code"] == "intraregional-goods-trade")
    assert (trade["latest"], trade["status"]) == ({"period": "2025", "value": 1600}, "off_track")
    assert round(trade["pace"], 2) == Decimal("0.26")
    assert tree["overall"]["lowest_goal"] == "g3"
    assert {row["code"] for row in trade_goal["organizations"]} >= {"sample-maple-freight"}


def test_progress_prints_both_layers_every_goal_and_each_headline(today):
    text = run("progress", "--as-of", str(today))

    assert "Goal 3: Intraregional and global trade" in text
    assert "the path asks US$1,905 billion, pace 0.26" in text
    assert "One window for all export papers" in text
    assert "coverage 41.7" in text


def test_progress_as_of_an_earlier_day_says_so(today):
    assert run("progress", "--as-of", "2025-06-30").startswith("As of 2025-06-30, known on 2025-06-30\n")
    with_hindsight = run("progress", "--as-of", "2025-06-30", "--known", str(today))
    assert with_hindsight.startswith(f"As of 2025-06-30, known on {today} with hindsight\n")


def test_a_day_that_is_none_is_refused_in_a_sentence():
    with pytest.raises(CommandError, match="is no day"):
        run("progress", "--as-of", "yesterday")


def test_explain_prints_inputs_with_record_and_vintage_and_computes_again(today):
    text = run("explain", "intraregional-goods-trade", "--as-of", str(today))

    assert "2025 = 1600 (vintage 2026-04-30, published-figures)" in text
    assert "Computed again from this tree: the same numbers." in text


def test_a_withdrawn_sub_goal_has_no_status_but_the_reason(today):
    lines = run("progress", "--as-of", str(today)).splitlines()

    [withdrawn] = [line for line in lines if "Hold twelve mobile job fairs" in line]
    assert withdrawn.endswith("[It was withdrawn and no longer counts.]")


@pytest.mark.parametrize(
    "node", ["overall", "g1", "organization:g3:sample-maple-freight", "sample-rail-share"]
)
def test_every_level_can_be_explained(node, today):
    assert "Computed again from this tree" in run("explain", node, "--as-of", str(today))


def test_explaining_an_unknown_node_says_how_to_find_one():
    with pytest.raises(CommandError, match="no node “nowhere”"):
        run("explain", "nowhere")


def test_loading_the_catalogue_again_changes_nothing():
    versions = TargetVersion.objects.count()

    run("load_catalogue")

    assert TargetVersion.objects.count() == versions == 76


@pytest.mark.parametrize(("is_reached", "said"), [(True, ""), (False, "the daily reconcile will do it")])
def test_a_release_has_a_worker_follow_the_catalogue(monkeypatch, is_reached, said):
    asked, errors = [], StringIO()
    monkeypatch.setattr(load_catalogue, "enqueue", lambda task: asked.append(task) or is_reached)

    call_command("load_catalogue", "--follow", stdout=StringIO(), stderr=errors)

    assert asked == [reconcile.name]
    assert said in errors.getvalue()


def test_samples_load_once_and_leave_without_a_trace(today):
    assert samples.load(today) == 0

    run("remove_samples")

    assert not Organization.objects.exists()
    assert not SubGoal.objects.exists()
    assert not User.objects.filter(email__endswith="@sample.example").exists()
    assert not Standing.objects.filter(node__startswith="sub-goal:").exists()
    assert not Standing.objects.filter(level="organization").exists()


@pytest.mark.parametrize("email", [samples.ADMINISTRATOR, samples.OFFICER])
def test_the_people_of_samples_sign_in_with_the_password_the_demo_prints(client, email):
    caches["limits"].clear()

    entered = client.post(reverse("account_login"), {"login": email, "password": samples.PASSWORD})

    assert entered.url == reverse("workspace:home")
    assert client.session["_auth_user_id"] == str(User.objects.get(email=email).pk)


def test_an_officer_loaded_by_an_earlier_release_can_sign_in_after_the_next_load(client, today):
    officer = User.objects.get(email=samples.OFFICER)
    officer.emailaddress_set.all().delete()
    officer.set_unusable_password()
    officer.save()

    samples.load(today)

    officer.refresh_from_db()
    assert officer.check_password(samples.PASSWORD)
    assert officer.emailaddress_set.get().verified


def test_samples_are_never_loaded_where_others_can_reach_the_site(settings, today):
    settings.IS_LOCAL_ONLY = False

    with pytest.raises(samples.SamplesRefused):
        samples.load(today)


def test_samples_are_fictional_by_name_and_cover_types_and_countries():
    organizations = Organization.objects.all()

    assert all("(sample)" in organization.name for organization in organizations)
    assert {organization.type for organization in organizations} == set(Organization.Type.values)
    assert {"MEX", "USA", "CAN", "CALI-BAJA"} == {organization.area for organization in organizations}


def test_samples_show_every_state():
    standings = Standing.objects.filter(level="sub_goal")

    assert {standing.status for standing in standings} >= {
        "achieved", "on_track", "needs_acceleration", "off_track", "missed", "not_enough_data",
    }  # fmt: skip
    states = {standing.update_state for standing in standings}
    assert states >= {"awaiting_first", "current", "overdue", "silent", "closed"}
    assert set(SubGoal.objects.values_list("state", flat=True)) >= {
        "draft",
        "published",
        "completed",
        "withdrawn",
    }
