"""Files of sub-goals and updates: a preview, then all or nothing, and twice changes nothing (R13)."""

import csv
import io
from datetime import date
from decimal import Decimal
from hashlib import sha256

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import override

from goals.bulk import columns, files, importing
from goals.bulk.columns import SUB_GOALS, UPDATES
from goals.bulk.importing import File, OtherFile
from goals.models import SubGoal, Update
from indicators.models import Frequency
from indicators.sources.upload_files import UploadRefused
from stakeholders.models import TrailEntry
from tests.goals.lifecycle.conftest import make_draft, make_published, make_published_update, make_update

HEADER = "goal,title,unit,baseline_value,target_value,start_date,target_date,description,parent"
TWO = (
    f"{HEADER}\n"
    "g3,Twice the tonnage,tons,100,200,2026-01-01,2028-01-01,,\n"
    "g3,A second line,tons,0,50.5,2026-01-01,2027-01-01,Under the first,Twice the tonnage\n"
)


def sub_goal_file(text: str = TWO, **mapping: str) -> File:
    return File(SUB_GOALS, text.encode(), "sub-goals.csv", mapping=mapping)


def checksum(file: File) -> str:
    return sha256(file.body).hexdigest()


def take(file: File, people, **more):
    return importing.take(file, people.mills, people.editor, checksum(file), **more)


def test_a_preview_counts_what_would_be_added_and_adds_nothing(people):
    found = importing.preview(sub_goal_file(), people.mills, people.editor)

    assert (found.added, found.changed, found.same, found.refused) == ([2, 3], [], [], [])
    assert not SubGoal.objects.filter(organization=people.mills).exists()
    assert not TrailEntry.objects.filter(chain="mills").exists()


def test_a_file_is_taken_whole_as_drafts_and_a_second_time_changes_nothing(people):
    take(sub_goal_file(), people)
    first, second = SubGoal.objects.filter(organization=people.mills).order_by("pk")
    assert (first.state, first.target_value) == (SubGoal.State.DRAFT, 200)
    assert (second.parent, second.target_value) == (first, Decimal("50.5"))
    ways = set(TrailEntry.objects.filter(chain="mills").values_list("way", flat=True))
    assert ways == {"import"}

    written = TrailEntry.objects.count()
    again = take(sub_goal_file(), people)
    assert (again.added, again.changed, again.same) == ([], [], [2, 3])
    assert TrailEntry.objects.count() == written


def test_a_changed_line_changes_its_draft(people):
    take(sub_goal_file(), people)
    found = take(sub_goal_file(TWO.replace(",200,", ",300,")), people)

    assert (found.changed, found.same) == ([2], [3])
    assert SubGoal.objects.get(title="Twice the tonnage").target_value == 300


def test_one_bad_cell_keeps_everything_out_and_is_named_by_line_and_column(people):
    bad = TWO.replace("50.5", "50_5").replace("2027-01-01", "soon")
    found = take(sub_goal_file(bad), people)

    assert [(one.line, one.column) for one in found.refused] == [(3, "target_value"), (3, "target_date")]
    assert not SubGoal.objects.filter(organization=people.mills).exists()


def test_columns_may_have_other_names(people):
    text = TWO.replace("goal,title", "Meta,Nombre")
    found = take(sub_goal_file(text, goal="Meta", title="Nombre"), people)

    assert found.added == [2, 3]
    missing = importing.preview(sub_goal_file("title\nAlone\n"), people.mills, people.editor)
    assert missing.missing == ("goal",)
    with pytest.raises(UploadRefused, match="Colour"):
        importing.preview(sub_goal_file("goal,title,Colour\ng3,A,red\n"), people.mills, people.editor)


def test_only_the_file_that_was_previewed_is_taken(people):
    with pytest.raises(OtherFile):
        importing.take(sub_goal_file(), people.mills, people.editor, checksum(sub_goal_file("x")))


def test_what_is_published_is_not_changed_by_a_file(people):
    published = make_published(people)
    text = f"code,{HEADER}\n{published.code},g3,Other words,tons,100,200,2026-01-01,2028-01-01,,\n"
    found = take(sub_goal_file(text), people)

    assert [one.line for one in found.refused] == [2]
    assert SubGoal.objects.get(pk=published.pk).title == published.title


def test_codes_and_sub_goals_of_others_do_not_exist_here(people):
    """R16"""
    for code in (make_draft(people).code, "no-such-code"):
        text = f"code,goal,title\n{code},g3,Mine\n"
        found = importing.preview(sub_goal_file(text), people.lab, people.other)
        assert [(one.column, one.reason) for one in found.refused] == [
            ("code", "You have no sub-goal of this code. Leave the cell empty for a new one.")
        ]


def test_who_may_import(people):
    with pytest.raises(PermissionDenied):
        importing.preview(sub_goal_file(), people.mills, people.viewer)
    with pytest.raises(Http404):
        importing.preview(sub_goal_file(), people.mills, people.other)


# --- Updates ------------------------------------------------------------------------------------
def test_updates_are_sent_for_review_with_the_file(people):
    published = make_published(people)
    text = (
        f"sub_goal,date,value,note\n{published.code},2026-02-01,110,First\n{published.code},2026-03-01,120,\n"
    )
    file = File(UPDATES, text.encode(), "updates.csv")

    assert take(file, people, submit=True).added == [2, 3]
    states = Update.objects.filter(sub_goal=published).values_list("state", flat=True)
    assert list(states) == [Update.State.SUBMITTED] * 2
    assert take(file, people, submit=True).same == [2, 3]


def test_a_jump_without_its_reason_is_refused_at_its_column(people):
    published = make_published(people)
    text = f"sub_goal,date,value,jump_reason\n{published.code},2026-02-01,190,\n"
    found = take(File(UPDATES, text.encode(), "updates.csv"), people, submit=True)

    assert [(one.line, one.column) for one in found.refused] == [(2, "jump_reason")]


def test_one_day_stands_once_in_a_file(people):
    published = make_published(people)
    text = f"sub_goal,date,value\n{published.code},2026-02-01,110\n{published.code},2026-02-01,111\n"
    found = take(File(UPDATES, text.encode(), "updates.csv"), people)

    assert [(one.line, one.reason) for one in found.refused] == [(3, "Line 2 is about the same one.")]


# --- Files to download --------------------------------------------------------------------------
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_exported_and_read_back_changes_nothing(people, form):
    """R27"""
    published = make_published(people, title="=SUM(A1)", description="-2 plants\n@home")
    make_draft(people, title="+1 plant", parent=published, baseline_value=Decimal("-0.123456789012"))
    make_draft(people, is_deliverable=True, title="Done, or not")
    make_published_update(people, published, note="\t=1+1")
    make_update(people, published, date=date(2026, 6, 1), value=Decimal("-1234567890123456.5"))

    for kind in (SUB_GOALS, UPDATES):
        body = files.export(kind, people.mills, people.editor, form)
        found = importing.preview(File(kind, body, f"all.{form}"), people.mills, people.editor)
        assert (found.refused, found.added, found.changed) == ([], [], [])
        assert len(found.same) == (3 if kind == SUB_GOALS else 2)


def test_no_cell_is_run_by_a_spreadsheet(people):
    make_draft(people, title="=SUM(A1)", baseline_value=Decimal("-5"))

    text = files.export(SUB_GOALS, people.mills, people.editor, "csv").decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["title"], row["baseline_value"]) == ("'=SUM(A1)", "-5")
    body = files.export(SUB_GOALS, people.mills, people.editor, "xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(body)).active
    cells = {sheet.cell(1, place).value: sheet.cell(2, place) for place in range(1, sheet.max_column + 1)}
    assert (cells["title"].value, cells["title"].data_type) == ("=SUM(A1)", "s")
    assert cells["baseline_value"].value == -5


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_template_names_the_columns(people, form):
    with pytest.raises(UploadRefused, match="no line"):
        importing.preview(
            File(SUB_GOALS, files.template(SUB_GOALS, form), f"t.{form}"), people.mills, people.editor
        )
    with pytest.raises(Http404):
        files.export(SUB_GOALS, people.mills, people.other, form)


# --- What a preview says of each line -----------------------------------------------------------
def cells(found, line: int) -> list[tuple[str, str, str]]:
    (detail,) = [one for one in found.details if one.line == line]
    return [(one.column, one.before, one.after) for one in detail.cells]


def test_a_preview_names_each_cell_that_changes_with_both_values(people):
    """R13"""
    take(sub_goal_file(), people)
    text = TWO.replace(",200,", ",300,").replace("g3,A second line,tons", "g3,A second line,t")
    found = importing.preview(sub_goal_file(text), people.mills, people.editor)

    assert cells(found, 2) == [("target_value", "200", "300")]
    assert cells(found, 3) == [("unit", "tons", "t")]


def test_a_preview_names_the_main_cells_of_what_is_added_and_that_it_is_sent(people):
    """R13"""
    text = TWO.replace("goal,title", "goal,What")
    found = importing.preview(sub_goal_file(text, title="What"), people.mills, people.editor, submit=True)

    assert cells(found, 2) == [
        ("goal", "", "g3"), ("What", "", "Twice the tonnage"), ("unit", "", "tons"),
        ("baseline_value", "", "100"), ("target_value", "", "200"), ("target_date", "", "2028-01-01"),
        ("state", "", "submitted"),
    ]  # fmt: skip


def test_a_preview_shows_200_lines_and_has_all_in_a_file(people):
    rows = "".join(f"g3,Line {number},tons\n" for number in range(250))
    found = importing.preview(sub_goal_file(f"goal,title,unit\n{rows}"), people.mills, people.editor)

    assert (len(found.shown), found.left_out) == (200, 50)
    assert "Line 249" in found.whole().decode()


def test_a_preview_of_many_lines_reads_little_and_locks_nothing(people, django_assert_num_queries):
    """Nobody waits for it: no transaction, and as many queries whatever the number of lines."""
    published = make_published(people)
    many = "".join(f"g3,Line {number},tons,{published.code}\n" for number in range(300))
    for rows in ("g3,Line,tons,\n", many):
        file = sub_goal_file(f"goal,title,unit,parent\n{rows}")
        with django_assert_num_queries(5 if rows == many else 3) as asked:
            importing.preview(file, people.mills, people.editor)
        assert all(query["sql"].startswith("SELECT") for query in asked.captured_queries)
        assert not any("FOR " in query["sql"] for query in asked.captured_queries)


def test_a_preview_and_the_import_agree_on_who_stands_under_whom(people):
    """A circle that only the lines of the file close together is refused in the preview already."""
    first, second = make_draft(people, title="First"), make_draft(people, title="Second")
    text = f"code,goal,title,parent\n{first.code},g3,First,Second\n{second.code},g3,Second,First\n"
    seen = importing.preview(sub_goal_file(text), people.mills, people.editor)
    done = take(sub_goal_file(text), people)

    assert seen.refused == done.refused
    assert [(one.line, one.column) for one in seen.refused] == [(3, "parent")]
    assert not SubGoal.objects.filter(organization=people.mills, parent__isnull=False).exists()


def test_lines_may_not_stand_too_deep_under_each_other(people):
    rows = [f"g3,Level {number},Level {number - 1}" for number in range(1, 6)]
    text = "goal,title,parent\ng3,Level 0,\n" + "\n".join(rows) + "\n"
    found = importing.preview(sub_goal_file(text), people.mills, people.editor)

    assert [(one.line, one.column) for one in found.refused] == [(7, "parent")]


def test_a_sub_goal_is_sent_with_its_unit_only(people):
    """The refusal names the column though the file has none of it."""
    text = TWO.replace(",unit", "").replace(",tons", "").replace(",Twice the tonnage\n", ",\n")
    assert importing.preview(sub_goal_file(text), people.mills, people.editor).can_be_taken

    found = take(sub_goal_file(text), people, submit=True)
    assert [(one.line, one.column) for one in found.refused] == [(2, "unit"), (3, "unit")]


def test_a_column_may_be_left_out(people):
    file = File(SUB_GOALS, b"goal,title,Remarks\ng3,A,red\n", "a.csv", left_out=("Remarks",))

    assert importing.preview(file, people.mills, people.editor).added == [2]


# --- Names in the reader's language -------------------------------------------------------------
@pytest.mark.parametrize("language", ["en", "es", "fr"])
@pytest.mark.parametrize("kind", [SUB_GOALS, UPDATES])
def test_no_two_columns_have_one_name_in_a_language(language, kind):
    with override(language):
        labels = [columns.folded(column.label) for column in columns.COLUMNS[kind]]
        assert len({*labels}) == len(labels)
        assert all(
            columns.named(kind)[label] == one.name
            for label, one in zip(labels, columns.COLUMNS[kind], strict=True)
        )


def test_columns_and_choices_are_read_by_their_words(people):
    text = 'Goal,title,"Unit, in your own words",How often will you report?,Done or not done\n'
    found = take(sub_goal_file(f"{text}g3,A,tons,{yearly()},No\n"), people)

    assert found.added == [2]
    assert SubGoal.objects.get(title="A").cadence == Frequency.ANNUAL


@pytest.mark.parametrize("space", ["", " ", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"])
def test_a_french_name_of_a_column_is_known_with_any_space_before_its_mark(people, space):
    with override("fr"):
        label = {one.name: one.label for one in columns.COLUMNS[SUB_GOALS]}["cadence"]
    header = f"goal,title,{label[:-2]}{space}?\n"

    take(sub_goal_file(f"{header}g3,A,{yearly()}\n"), people)

    assert SubGoal.objects.get(title="A").cadence == Frequency.ANNUAL


def yearly() -> str:
    with override("es"):
        return str(Frequency.ANNUAL.label)


def test_a_workbook_of_ours_explains_its_columns_and_is_read_back(people):
    book = openpyxl.load_workbook(io.BytesIO(files.template(SUB_GOALS, "xlsx")))

    assert book.sheetnames == ["Sub-goals", "What may stand where"]
    told = {row[1]: row for row in book["What may stand where"].iter_rows(values_only=True)}
    assert "g3" in told["goal"] and "Yes" in told["goal"]
    assert "A day such as 2026-11-22." in told["start_date"]
    assert "Higher is better" in told["direction"]
    plain = list(csv.reader(io.StringIO(files.explained(SUB_GOALS).decode("utf-8-sig"))))
    assert [row[1] for row in plain][1:] == [column.name for column in columns.COLUMNS[SUB_GOALS]]


# --- Round trips --------------------------------------------------------------------------------
@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("in_words", [False, True])
def test_zeros_at_the_end_and_drafts_without_a_day_come_back_as_they_went(people, form, in_words):
    """R27: 100.50 stays 100.50 though a workbook gives it back as 100.5."""
    published = make_published(people, baseline_value=Decimal("100.50"), target_value=Decimal("200.000"))
    make_published_update(people, published, value=Decimal("110.10"))
    make_update(people, published, date=None, value=None)
    make_update(people, published, date=None, value=Decimal("7.0"), note="No day yet")
    draft = make_draft(people, title="No value", baseline_value=None, target_value=Decimal("1000000"))

    for kind in (SUB_GOALS, UPDATES):
        body = files.export(kind, people.mills, people.editor, form, in_words=in_words)
        file = File(kind, body, f"all.{form}")
        found = take(file, people)
        assert (found.refused, found.added, found.changed) == ([], [], [])
    draft.refresh_from_db()
    assert str(draft.target_value) == "1000000"


def test_a_changed_cell_leaves_the_digits_of_the_others(people):
    draft = make_draft(people, baseline_value=Decimal("100.50"))
    text = f"code,goal,title,unit,baseline_value\n{draft.code},g3,{draft.title},t,100.5\n"
    take(sub_goal_file(text), people)

    draft.refresh_from_db()
    assert (draft.unit, str(draft.baseline_value)) == ("t", "100.50")
