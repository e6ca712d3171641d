"""The columns of a file of sub-goals or updates, and how the cells of each are read and written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from goals.lifecycle import cleaning
from goals.models import Goal, SubGoal, Target, Update
from indicators.models import Indicator

SUB_GOALS, UPDATES = "sub_goals", "updates"
YES, NO = ("true", "yes", "1"), ("false", "no", "0")


@dataclass(frozen=True)
class Column:
    """`read` makes a cell's text a value, `write` a row's value again; one without `read` only informs."""

    name: str
    write: Callable[[Any], Any]
    read: Callable[[str], Any] | None = None
    choices: tuple[str, ...] = ()
    keeps_when_blank: bool = False


def of_field(model: type[models.Model], name: str) -> Column:
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    read: Callable[[str], Any] = str
    if isinstance(field, models.BooleanField):
        read = yes_or_no
    elif isinstance(field, models.DateField):
        read = day
    elif type(field).__name__ == "ExactDecimalField":
        read = cleaning.decimal
    choices = tuple(str(value) for value, _label in field.choices or ())
    keeps = bool(choices) or not (field.null or isinstance(field, models.CharField | models.TextField))
    return Column(name, lambda row: getattr(row, name), read, choices, keeps)


def of_key(name: str, path: str, read: Callable[[str], Any] | None) -> Column:
    return Column(name, lambda row: follow(row, path), read, keeps_when_blank=name == "goal")


def follow(row: Any, path: str) -> Any:
    for part in path.split("."):
        row = getattr(row, part, None)
    return row


def yes_or_no(text: str) -> bool:
    if text.lower() not in (*YES, *NO):
        raise ValidationError(_("Write yes or no."))
    return text.lower() in YES


def day(text: str) -> date:
    try:
        return date.fromisoformat(text) if len(text) == 10 else refuse_day()
    except ValueError:
        return refuse_day()


def refuse_day() -> date:
    raise ValidationError(_("Write the day as 2026-11-22."))


def one(rows: models.QuerySet, **wanted: str) -> Any:
    if (found := rows.filter(**wanted).first()) is None:
        raise ValidationError(_("There is nothing of this code."))
    return found


# --- The two kinds of files ---------------------------------------------------------------------
SUB_GOAL_COLUMNS = (
    Column("code", lambda row: row.code, str),
    of_key("goal", "goal.code", lambda text: one(Goal.objects.all(), code=text)),
    of_key("target", "target.indicator.code", lambda text: one(Target.objects.all(), indicator__code=text)),
    of_key("parent", "parent.code", str),
    *(
        of_field(SubGoal, name)
        for name in (
            "title", "description", "language", "is_deliverable", "unit", "direction", "baseline_value",
            "target_value", "progress_from",
        )
    ),
    of_key("contributes_to", "contributes_to.code", lambda text: one(Indicator.objects.all(), code=text)),
    *(
        of_field(SubGoal, name)
        for name in (
            "contribution_factor", "attribution", "shared_effort", "shared_effort_share",
            "leads_shared_effort", "start_date", "target_date", "cadence", "reporting", "path",
            "jump_share", "answers_name", "answers_role",
        )
    ),
    Column("state", lambda row: row.state),
)  # fmt: skip
UPDATE_COLUMNS = (
    of_key("sub_goal", "sub_goal.code", str),
    *(
        of_field(Update, name)
        for name in ("date", "value", "note", "jump_reason", "language", "evidence_url", "author_role")
    ),
    Column("state", lambda row: row.state),
    Column("evidence_grade", lambda row: row.evidence_grade),
)
COLUMNS: Mapping[str, tuple[Column, ...]] = {SUB_GOALS: SUB_GOAL_COLUMNS, UPDATES: UPDATE_COLUMNS}
NEEDED = {SUB_GOALS: ("goal", "title"), UPDATES: ("sub_goal", "date", "value")}
