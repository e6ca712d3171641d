"""What a sub-goal's page says of its reports and its past."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.models import F
from django.urls import reverse

from goals import words
from goals.lifecycle import sub_goals, updates
from goals.models import Step, SubGoal, Update
from public.sub_goal_chart import chart_of
from stakeholders.models import Organization
from tests.goals.lifecycle.conftest import make_published, make_published_update
from tests.public.test_organizations import in_words, section
from tests.signing_in import signed_in


def corrected(people, update: Update, **fields) -> Update:
    newer = updates.correct(update, fields, people.editor, update.version)
    newer = updates.submit(newer, people.editor, newer.version)
    return updates.publish(newer, people.steward, newer.version, comment="Weighed again.")


def an_hour_passes() -> None:
    hour = timedelta(hours=1)
    Step.objects.update(at=F("at") - hour)
    Update.objects.update(published_at=F("published_at") - hour)


# --- Done or not --------------------------------------------------------------------------------
@pytest.fixture
def lane(people) -> SubGoal:
    """A lane that opens: not done at first, then done."""
    sub_goal = make_published(people, title="Open a lane", is_deliverable=True)
    make_published_update(people, sub_goal, date=date(2026, 2, 1), value=Decimal(0))
    make_published_update(people, sub_goal, date=date(2026, 3, 1), value=Decimal(1), jump_reason="Open.")
    return sub_goal


def test_a_report_on_what_is_done_or_not_says_which(page, lane):
    text = page("sub-goal", lane.code).text

    said = section(text, "updates")
    assert "March 1, 2026 : Done" in said
    assert "February 1, 2026 : Not done yet" in said
    assert "Target Done, or not done Latest Done" in section(text, "aim")


def test_what_changed_says_whether_it_is_done(page, lane):
    text = in_words(page("changes").text)

    assert "For March 1, 2026: Done." in text
    assert "For February 1, 2026: Not done yet." in text


# --- Its chart ----------------------------------------------------------------------------------
def reports(people, values: dict[date, int], **changed) -> SubGoal:
    sub_goal = make_published(people, **changed)
    for day, value in values.items():
        make_published_update(people, sub_goal, date=day, value=Decimal(value), jump_reason="As planned.")
    return sub_goal


TWO = {date(2026, 2, 1): 110, date(2026, 3, 1): 125}


def test_two_numbers_reported_are_drawn_beside_the_path_with_their_table(page, people):
    sub_goal = reports(people, TWO)

    text = page("sub-goal", sub_goal.code).text

    assert text.count("<svg") >= 2
    assert "125 tons on March 1, 2026; to be reached by January 1, 2028: 200 tons" in text
    table = in_words(text[text.index('aria-label="Data in this chart"') : text.index("</table>")])
    assert "January 1, 2026 Baseline 100 tons February 1, 2026 Reported 110 tons" in table
    assert "March 1, 2026 Reported 125 tons January 1, 2028 Target 200 tons" in table


def test_increments_are_drawn_as_what_they_add_up_to(people, today):
    drawn = chart_of(
        reports(people, {date(2026, 2, 1): 10, date(2026, 3, 1): 15}, reporting="increment"), today
    )

    assert drawn
    assert [point.value for point in drawn.points] == [110, 125]


def test_the_path_leads_from_baseline_to_target(people, today):
    """On an axis whose 2026 stands where that year begins."""
    drawn = chart_of(reports(people, TWO), today)

    assert drawn and drawn.chart.path
    first, last = drawn.chart.path.points[0], drawn.chart.path.points[-1]
    assert [(round(t, 2), value) for t, value in (first, last)] == [(2026, 100), (2028, 200)]


def test_one_number_or_what_is_done_or_not_is_not_drawn(people, lane, today):
    assert chart_of(reports(people, {date(2026, 2, 1): 110}), today) is None
    assert chart_of(lane, today) is None


def test_the_unit_of_an_organization_stays_text_in_its_chart(page, people):
    """R26."""
    sub_goal = reports(people, TWO, unit="<script>alert(1)</script>")

    assert "<script>alert" not in page("sub-goal", sub_goal.code).text


# --- From the sub-goals under it ----------------------------------------------------------------
def test_what_rests_on_its_sub_goals_awaits_no_reports_of_its_own(page, people):
    parent = make_published(people, title="Whole", progress_from="children")
    make_published(people, title="Part of it", parent=parent)

    text = page("sub-goal", parent.code).text

    assert "Reports None of its own; those of the sub-goals under it count" in section(text, "aim")
    assert "Its progress comes from the sub-goals under it" in section(text, "updates")
    assert "There is no update yet" not in text
    assert 'href="#related"' in text
    assert "Part of it" in section(text, "related")


# --- Its past -----------------------------------------------------------------------------------
def test_the_history_says_which_update_was_published_corrected_and_retracted(page, people):
    sub_goal = make_published(people)
    update = make_published_update(people, sub_goal, date=date(2026, 2, 1), value=Decimal(125))
    an_hour_passes()
    newer = corrected(people, update, value=Decimal(110))
    an_hour_passes()
    updates.retract(newer, "The scale was broken.", people.editor, newer.version)

    history = section(page("sub-goal", sub_goal.code).text, "history")

    said = re.findall(r"The update for February 1, 2026 was (\w+)\.", history)
    assert said == ["retracted", "corrected", "published"]
    assert "corrected or retracted" not in history


def test_an_organization_reads_the_same_of_what_it_contributes(people):
    sub_goal = make_published(people)
    update = make_published_update(people, sub_goal, value=Decimal(125))
    an_hour_passes()
    newer = corrected(people, update, value=Decimal(110))
    an_hour_passes()
    updates.retract(newer, "The scale was broken.", people.editor, newer.version)

    text = signed_in(people.editor).get(reverse("workspace:contribution", args=["mills"])).content.decode()

    for said in ("An update was published", "An update was corrected", "An update was retracted"):
        assert said in text


def test_a_withdrawal_says_that_it_counts_no_longer_and_names_no_shares(page, people):
    sub_goal = make_published(people)
    make_published_update(people, sub_goal, value=Decimal(125))
    sub_goal.refresh_from_db()
    sub_goals.withdraw(sub_goal, "Sold.", people.editor, sub_goal.version)

    history = section(page("sub-goal", sub_goal.code).text, "history")

    assert "It was withdrawn. It counts no longer." in history
    assert "25.0% of the way before, 25.0% after" not in history


def test_what_no_step_tells_is_told_from_the_days_of_the_sub_goal(page, people):
    """Sub-goals that came with their past, as samples do, have no steps."""
    sub_goal = make_published(people)
    sub_goal.steps.all().delete()
    days = {
        "published_on": date(2026, 1, 2),
        "completed_on": date(2026, 3, 4),
        "withdrawn_on": date(2026, 5, 6),
    }
    SubGoal.objects.filter(pk=sub_goal.pk).update(**days)

    history = section(page("sub-goal", sub_goal.code).text, "history")

    assert "May 6, 2026 It was withdrawn. It counts no longer." in history
    assert "March 4, 2026 It was completed." in history
    assert "January 2, 2026 It was published." in history


def test_a_day_that_a_step_tells_is_told_once(page, people):
    sub_goal = make_published(people)

    assert section(page("sub-goal", sub_goal.code).text, "history").count("It was published.") == 1


# --- What the Project said ----------------------------------------------------------------------
def test_under_a_correction_each_check_says_which_version_it_was_of(page, people):
    update = make_published_update(people, make_published(people))
    corrected(people, update, value=Decimal(105))
    update.refresh_from_db()

    said = section(page("sub-goal", update.sub_goal.code).text, "updates")

    checks = re.findall(r"Checked by the Project , \w+ \d+, \d+ ?(\(the version corrected on)?", said)
    assert checks == ["", "(the version corrected on"]


# --- Words --------------------------------------------------------------------------------------
def test_the_languages_it_is_also_written_in_leave_out_the_one_shown(page, people):
    sub_goal = make_published(people)
    for language in ("fr", "es"):
        sub_goals.add_text(sub_goal, language, "Titre", "", people.editor, sub_goal.version)

    assert "Also written in: Spanish, French" in in_words(page("sub-goal", sub_goal.code).text)
    assert "Aussi rédigé en : anglais, espagnol" in in_words(page("sub-goal", sub_goal.code, "fr").text)


def test_a_sentence_that_ends_with_a_name_such_as_inc_ends_with_one_stop(page, people):
    Organization.objects.filter(code="mills").update(name="Puentes de Sonora A.C.")
    make_published(people)

    text = in_words(page("changes").text)

    assert "Reported by Puentes de Sonora A.C. The set" in text
    assert "A.C.." not in text


def test_an_ellipsis_is_no_second_stop():
    assert words.one_stop("Wait ... and see.. Inc.. …") == "Wait ... and see. Inc. …"
