"""The columns of a file of sub-goals or updates, and how the cells of each are read and written."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from goals.bulk import words
from goals.lifecycle import cleaning
from goals.models import Goal, SubGoal, Target, Update
from indicators.cells import cell
from indicators.models import Indicator

SUB_GOALS, UPDATES = "sub_goals", "updates"
YES_OR_NO = (("true", gettext_lazy("Yes")), ("false", gettext_lazy("No")))
ALSO = {"yes": "true", "1": "true", "no": "false", "0": "false"}
BEFORE_A_MARK = re.compile(r"\s+(?=[;:!?])")
Choices = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Column:
    """`read` makes a cell's text a value, `write` a row's value again; one without `read` only informs."""

    name: str
    write: Callable[[Any], Any]
    read: Callable[[str], Any] | None = None
    choices: Choices = ()
    keeps_when_blank: bool = False
    longest: int | None = None

    @property
    def label(self) -> str:
        """What a reader calls it, as the forms do."""
        return str(words.LABELS[self.name])

    @property
    def offered(self) -> list[str]:
        return [capfirst(str(label)) for _value, label in self.choices]

    def text(self, row: Any, *, in_words: bool = False) -> str:
        """The cell of a row, exactly as it is read back; `in_words` writes choices as their reader does."""
        value = self.write(row)
        written = format(value, "f") if isinstance(value, Decimal) else str(value)
        if isinstance(value, bool) or value is None:
            written = cell(value)
        return self.in_words(written) if in_words else written

    def in_words(self, text: str) -> str:
        return capfirst(str(dict(self.choices).get(text, text))) if self.choices else text


def of_field(model: type[models.Model], name: str) -> Column:
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    choices: Choices = tuple((str(value), label) for value, label in field.choices or ())
    read: Callable[[str], Any] = partial(choice, choices) if choices else str
    if isinstance(field, models.BooleanField):
        choices, read = YES_OR_NO, yes_or_no
    elif isinstance(field, models.DateField):
        read = day
    elif type(field).__name__ == "ExactDecimalField":
        read = cleaning.decimal
    keeps = bool(choices) or not (field.null or isinstance(field, models.CharField | models.TextField))
    return Column(name, lambda row: getattr(row, name), read, choices, keeps, field.max_length)


def of_key(name: str, path: str, read: Callable[[str], Any] | None) -> Column:
    return Column(name, lambda row: follow(row, path), read, keeps_when_blank=name == "goal")


def follow(row: Any, path: str) -> Any:
    for part in path.split("."):
        row = getattr(row, part, None)
    return row


# --- Reading a cell -----------------------------------------------------------------------------
def folded(text: str) -> str:
    """Whatever the case, and with any space or none before a mark: nobody types the narrow one French has."""
    return BEFORE_A_MARK.sub("", text).casefold()


def choice(choices: Choices, text: str) -> str:
    """A choice by its code or by its words in any language; what is none is refused with its field."""
    for code in dict(settings.LANGUAGES):
        with override(code):
            for value, label in choices:
                if folded(text) in (value, folded(str(label))):
                    return value
    return text


def yes_or_no(text: str) -> bool:
    found = choice(YES_OR_NO, ALSO.get(text.casefold(), text))
    if found not in ("true", "false"):
        raise ValidationError(_("Write yes or no."))
    return found == "true"


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
TARGETS = Target.objects.select_related("indicator")
SUB_GOAL_COLUMNS = (
    Column("code", lambda row: row.code, str),
    of_key("goal", "goal.code", lambda text: one(Goal.objects.all(), code=text)),
    of_key("target", "target.indicator.code", lambda text: one(TARGETS.all(), indicator__code=text)),
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
    Column("state", lambda row: row.state, choices=tuple(SubGoal.State.choices)),
)  # fmt: skip
UPDATE_COLUMNS = (
    of_key("sub_goal", "sub_goal.code", str),
    *(
        of_field(Update, name)
        for name in ("date", "value", "note", "jump_reason", "language", "evidence_url", "author_role")
    ),
    Column("state", lambda row: row.state, choices=tuple(Update.State.choices)),
    Column("evidence_grade", lambda row: row.evidence_grade, choices=tuple(Update.Evidence.choices)),
)
COLUMNS: Mapping[str, tuple[Column, ...]] = {SUB_GOALS: SUB_GOAL_COLUMNS, UPDATES: UPDATE_COLUMNS}
BY_NAME = {kind: {column.name: column for column in own} for kind, own in COLUMNS.items()}
NEEDED = {SUB_GOALS: ("goal", "title"), UPDATES: ("sub_goal", "date", "value")}
MAIN = {
    SUB_GOALS: ("goal", "title", "unit", "baseline_value", "target_value", "target_date"),
    UPDATES: ("sub_goal", "date", "value"),
}
"""What tells a reader which line it is, where a preview has not room for all of it."""


def named(kind: str) -> dict[str, str]:
    """The column by each name a file may give it: its code, and its words in every language."""
    found: dict[str, str] = {}
    for code in dict(settings.LANGUAGES):
        with override(code):
            found |= {folded(column.label): column.name for column in COLUMNS[kind]}
    return found | {column.name: column.name for column in COLUMNS[kind]}
