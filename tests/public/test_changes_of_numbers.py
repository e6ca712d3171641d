"""What changed: whatever moves a number is told, in the order it happened, with before and after."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from goals import happenings
from goals.lifecycle import sub_goals, updates
from goals.models import Goal, Result, Step, SubGoal
from goals.models.standings import TOLD_BY_STEPS_ALONE
from indicators.models import Indicator
from public.middleware import clock
from stakeholders import merging, organizations
from stakeholders.models import OrganizationAlias, User
from tests.goals.lifecycle.conftest import make_published, make_published_update, whole_fields
from tests.public.test_changes import entries as kept_entries

TITLE = "Double the recycled tonnage"


def entries(page, query: str = "") -> list[str]:
    """As they are once the edition was asked for anew."""
    clock.forget()
    return kept_entries(page, query)


def about(page, title: str, query: str = "") -> list[str]:
    return [one for one in entries(page, query) if title in one]


@pytest.fixture
def head(db) -> User:
    return User.objects.create_user("head@project.example", project_role=User.ProjectRole.ADMINISTRATOR)


def reported(people, title: str = TITLE, value: int = 180) -> SubGoal:
    sub_goal = make_published(people, title=title)
    make_published_update(people, sub_goal, value=Decimal(value), jump_reason="New line.")
    sub_goal.refresh_from_db()
    return sub_goal


def step(node: str, cause: str, at: datetime, **numbers) -> Step:
    goal = Goal.objects.filter(code=node.partition(":")[2]).first()
    level = Result.Level.GOAL if goal else Result.Level.OVERALL
    return Step.objects.create(
        node=node, level=level, goal=goal, cause=cause, at=at, as_of=at.date(), kind="movement", **numbers
    )


# --- What was told nowhere ----------------------------------------------------------------------
def test_another_weight_is_an_entry_that_is_no_progress(page, people):
    reported(people, "First")
    heavy = reported(people, value=110)
    sub_goals.re_weigh(heavy, Decimal(5), people.steward, heavy.version)

    newest = about(page, TITLE)[0]

    assert "Weight of a sub-goal changed" in newest
    assert "Reported by Mills of Sonora." in newest
    assert "What sub-goals weigh in the mean changed; that is no progress in itself." in newest
    assert "What organizations do for goal 3:" in newest


def test_another_place_among_the_sub_goals_is_an_entry(page, people):
    parent, moved = reported(people, "First"), reported(people, value=110)
    sub_goals.re_parent(moved, parent, people.editor, moved.version)

    newest = about(page, TITLE)[0]

    assert "Sub-goal put elsewhere" in newest
    assert "The set of sub-goals changed; that is no progress in itself." in newest


def test_switching_off_is_told_without_a_name_and_on_again_with_it(page, people, head):
    reported(people)
    organizations.set_active(people.mills, False, head, "Private reason.")
    off = entries(page)[0]
    people.mills.refresh_from_db()
    organizations.set_active(people.mills, True, head, "Settled.")
    on, still_off = entries(page)[:2]

    assert "Organization switched off An organization Its sub-goals are no longer shown" in off
    assert "Mills" not in still_off
    assert "An organization" in still_off
    assert "What organizations do for goal 3:" in off
    assert "Mills" not in off
    assert "Private reason" not in off
    assert "Organization switched on again Mills of Sonora Its sub-goals are shown and count again." in on


def test_what_a_hidden_organization_moved_stays_with_its_figures_and_nothing_of_whose_it_was(
    page, people, head
):
    """R12, R16: the numbers moved in public; the reader still finds when and why."""
    sub_goal = make_published(people)
    update = make_published_update(
        people, sub_goal, value=Decimal(180), jump_reason="New line.", note="Private from now on."
    )
    newer = updates.correct(update, {"value": Decimal(190)}, people.editor, update.version)
    updates.submit(newer, people.editor, newer.version)
    updates.publish(newer, people.steward, newer.version)
    updates.retract(newer, "The scale of Mills broke.", people.editor, newer.version)
    sub_goal.refresh_from_db()
    sub_goals.change_measure(sub_goal, {"target_value": 300}, "Mills grew.", people.steward, sub_goal.version)
    sub_goals.withdraw(sub_goal, "Mills was sold.", people.editor, sub_goal.version)
    before = [one for one in entries(page) if "moved" in one or "goal 3:" in one]
    organizations.set_active(people.mills, False, head, "Asked to leave.")

    hidden = about(page, "An organization that no longer takes part")

    for label in ("Update published", "Update corrected", "Update retracted", "Sub-goal withdrawn"):
        assert [one for one in hidden if f"{label} An organization" in one], label
    assert len(hidden) == len(before)
    assert all("What organizations do for goal 3:" in one for one in hidden)
    markup = page("changes").text
    for said in (
        "Mills",
        TITLE,
        sub_goal.code,
        "180 tons",
        "190 tons",
        "Private",
        "New line",
        "was sold",
        "grew",
    ):
        assert said not in markup, said
    assert figures(hidden) == figures(before)


def figures(told: list[str]) -> list[tuple[str, str]]:
    return re.findall("goal 3: ([0-9.]+) of 100 on the path, before ([0-9.]+)", " ".join(told))


def test_what_a_hidden_organization_did_without_moving_a_number_is_not_told(page, people, head):
    sub_goal = reported(people)
    jobs = Indicator.objects.get(code="export-supported-jobs")
    adds = {"contributes_to": jobs, "contribution_factor": Decimal("0.001"), "attribution": Decimal(1)}
    sub_goals.change_measure(sub_goal, adds, "It trains people.", people.steward, sub_goal.version)
    label = "Measure or contribution of a sub-goal changed"
    assert about(page, f"{label} {TITLE}")
    organizations.set_active(people.mills, False, head, "Asked to leave.")

    assert not about(page, label)
    assert about(page, "Update published An organization that no longer takes part")


def test_what_is_hidden_is_told_where_the_numbers_are_and_not_on_the_home_page(page, client, people, head):
    reported(people)
    organizations.set_active(people.mills, False, head, "Asked to leave.")

    said = "An organization that no longer takes part"
    assert f"Update published: {said}" in client.get("/feeds/en/changes.atom").content.decode()
    assert about(page, said, "?kind=update&goal=g3")
    assert not about(page, said, "?kind=update&goal=g1")
    assert said not in page("home").text


def test_what_was_hidden_has_its_name_again_once_it_takes_part_again(page, people, head):
    reported(people)
    for is_active in (False, True):
        people.mills.refresh_from_db()
        organizations.set_active(people.mills, is_active, head, "Why.")

    assert not about(page, "An organization that no longer takes part")
    assert [one for one in about(page, TITLE) if "Update published" in one]


def test_a_merge_is_an_entry_under_the_name_that_stays(page, people, head):
    sub_goal = reported(people)
    other = sub_goals.create_draft(people.lab, whole_fields(title="Of the laboratory"), people.other)
    other = sub_goals.submit(other, people.other, other.version)
    sub_goals.publish(other, people.steward, other.version)
    fingerprint = merging.preview(people.mills, people.lab).fingerprint
    merging.merge(people.mills, people.lab, head, fingerprint=fingerprint)

    newest = entries(page, "?kind=organization")[0]

    assert "Organizations merged Laboratory Two entries of one organization were made one" in newest
    assert sub_goal.title in page("changes").text


def test_a_sub_goal_that_is_hidden_since_is_not_named(page, people, head):
    reported(people, "First")
    heavy = reported(people, value=110)
    sub_goals.re_weigh(heavy, Decimal(5), people.steward, heavy.version)
    organizations.set_active(people.mills, False, head, "Dissolved.")

    weighed = entries(page)[1]

    assert "Weight of a sub-goal changed A sub-goal" in weighed
    assert "What organizations do for goal 3:" in weighed
    assert TITLE not in weighed


def test_a_code_of_a_merged_organization_that_is_off_is_not_named(page, people, head):
    OrganizationAlias.objects.create(code="old-lab", organization=people.lab)
    organizations.set_active(people.lab, False, head, "Dissolved.")
    step("goal:g3", "merge:old-lab", timezone.now(), schedule_before=Decimal("0.5"))

    assert "Laboratory" not in entries(page)[0]
    assert "An organization" in entries(page)[0]


def test_what_a_night_moved_is_one_entry_for_all_goals(page, db):
    at = timezone.now()
    for code in ("g1", "g2"):
        step(
            f"goal:{code}", "time", at,
            combined_before=Decimal("0.553"), combined_after=Decimal("0.551"),
        )  # fmt: skip
    step("overall", "time", at, combined_before=Decimal("0.5"), combined_after=Decimal("0.4"))
    night = about(page, "The day of judging moved on")

    assert len(night) == 1
    assert "Goal 1, combined: 55.1 of 100 on the path, before 55.3." in night[0]
    assert "Goal 2, combined: 55.1 of 100 on the path, before 55.3." in night[0]
    assert "All goals together: 40.0 of 100 on the path, before 50.0." in night[0]
    assert len(about(page, "The day of judging moved on", "?goal=g2")) == 1
    assert not about(page, "The day of judging moved on", "?goal=g3")
    assert "The day of judging moved on" not in page("home").text


def test_new_data_says_what_it_moved_in_its_goal_and_overall(page, db):
    trade = Result.objects.current().get(node="target:intraregional-goods-trade")
    fields = {field.name: getattr(trade, field.name) for field in Result._meta.concrete_fields}
    Result.objects.filter(pk=trade.pk).update(is_current=False)
    at = timezone.now()
    latest = {"period": "2026", "value": Decimal(1700)}
    changed = {
        "id": None,
        "cause": "run:1",
        "recorded_at": at,
        "outcome": {**trade.outcome, "latest": latest},
    }
    Result.objects.create(**{**fields, **changed, "change_kind": "movement"})
    for node in ("goal:g3", "goal:g1", "overall"):
        step(node, "run:1", at, combined_before=Decimal("0.25"), combined_after=Decimal("0.3"))

    newest = entries(page)[0]

    assert "Goal 3, combined: 30.0 of 100 on the path, before 25.0." in newest
    assert "All goals together: 30.0 of 100 on the path, before 25.0." in newest
    assert "Goal 1" not in newest


# --- Numbers ------------------------------------------------------------------------------------
def test_each_entry_begins_where_the_one_before_it_ended(page, people):
    first = reported(people, "First")
    second = reported(people, value=120)
    sub_goals.re_weigh(second, Decimal(5), people.steward, second.version)
    sub_goals.re_parent(first, None, people.editor, first.version)
    second.refresh_from_db()
    sub_goals.complete(second, people.editor, second.version)

    said = "What organizations do for goal 3: ([0-9.]+) of 100 on the path, before ([0-9.]+)"
    told = re.findall(said, " ".join(entries(page)))

    assert len(told) > 4
    befores, afters = [before.rstrip(".") for _after, before in told], [after for after, _before in told]
    assert befores[:-1] == afters[1:]


def test_both_layers_of_the_goal_its_combined_number_and_the_overall_one_are_told(page, people):
    sub_goal = make_published(people)
    at = timezone.now()
    cause = f"sub-goal:{sub_goal.code}:reweighed"
    half, most = Decimal("0.5"), Decimal("0.625")
    step(
        "goal:g3", cause, at, schedule_before=half, schedule_after=most, progress_before=half,
        progress_after=most, combined_before=half, combined_after=most,
    )  # fmt: skip
    step("overall", cause, at, combined_before=None, combined_after=most)

    newest = entries(page)[0]

    assert "What organizations do for goal 3: 62.5 of 100 on the path, before 50.0." in newest
    assert "What organizations do for goal 3: 62.5% of the way, before 50.0%." in newest
    assert "Goal 3, combined: 62.5 of 100 on the path, before 50.0." in newest
    assert "All goals together: 62.5 of 100 on the path, before no number." in newest


# --- Order --------------------------------------------------------------------------------------
def test_within_a_day_what_came_later_stands_further_up(page, people):
    """Also what is kept by its day alone: it stands at the moment of its step."""
    sub_goal = reported(people)
    sub_goals.complete(sub_goal, people.editor, sub_goal.version)
    other = make_published(people, title=f"Other {TITLE}")
    sub_goals.withdraw(other, "Sold.", people.editor, other.version)

    labels = [re.sub(r"^\w+ \d+, \d+ ", "", one)[:17] for one in about(page, TITLE)]

    assert labels == [
        "Sub-goal withdrawn"[:17], "New sub-goal Other"[:17], "Sub-goal completed"[:17],
        "Update published "[:17], "New sub-goal Doub",
    ]  # fmt: skip


def test_pages_follow_each_other_whatever_is_kept_by_day_by_moment_or_both(db, people):
    for number in range(6):
        one = reported(people, f"{TITLE} {number}")
        sub_goals.re_weigh(one, Decimal(number + 2), people.steward, one.version)
        one.refresh_from_db()
        sub_goals.complete(one, people.editor, one.version)
    SubGoal.objects.filter(title__endswith="3").update(published_on=date(2026, 3, 1))
    step("overall", "time", datetime(2026, 3, 1, tzinfo=UTC), combined_before=Decimal("0.5"))
    whole, _end = happenings.newest(timezone.now() + timedelta(days=1), 500)

    for size in (1, 2, 7):
        found, before = [], None
        while True:
            part, before = happenings.newest(timezone.now() + timedelta(days=1), size, before=before)
            found += part
            if before is None:
                break
        assert [one.place for one in found] == [one.place for one in whole]


def test_the_number_of_queries_is_the_same_however_many_steps_are_told(
    page, people, head, django_assert_max_num_queries
):
    for number in range(8):
        one = reported(people, f"{TITLE} {number}", 110 + 10 * number)
        sub_goals.re_weigh(one, Decimal(number + 2), people.steward, one.version)
    for is_active in (False, True):
        people.mills.refresh_from_db()
        organizations.set_active(people.mills, is_active, head, "Why.")

    with django_assert_max_num_queries(19):
        assert len(entries(page)) > 20


def test_the_steps_told_alone_are_found_by_their_index(db):
    """R32: however many updates lie between them; SQLite does not look into bound values."""
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL alone proves that the index holds them all.")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
    plan = Step.objects.filter(TOLD_BY_STEPS_ALONE).order_by("-at", "-pk")[:5].explain()

    assert "step_alone" in plan


def test_the_feed_tells_switches_too_and_leaves_the_nights_out(client, people, head):
    reported(people)
    organizations.set_active(people.mills, False, head, "Private reason.")
    step("overall", "time", timezone.now(), combined_before=Decimal("0.5"), combined_after=Decimal("0.4"))

    feed = client.get("/feeds/en/changes.atom").content.decode()

    assert "Organization switched off: An organization" in feed
    assert "Private reason" not in feed
    assert "The day of judging" not in feed
    assert settings.SITE_URL in feed
