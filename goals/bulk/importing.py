"""Reading a file of sub-goals or updates back: the preview is the import itself, rolled back.

A line whose sub-goal or update is there already changes it while it is still worked on, and is refused where
it differs from what was sent or published. So the same file a second time changes nothing.
"""

import hashlib
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from goals import spreadsheets
from goals.bulk.columns import COLUMNS, NEEDED, SUB_GOALS, Column
from goals.lifecycle import cleaning, placing, sub_goals, updates
from goals.lifecycle.steps import PERSONAL, StepNotAllowed, kept, lock
from goals.models import Goal, SubGoal, Update
from indicators.sources.upload_files import UploadRefused
from stakeholders import rights
from stakeholders.models import Organization, User
from stakeholders.ways import way

MOST_LINES = 2_000
ADDED, CHANGED, SAME = "added", "changed", "same"


class OtherFile(Exception):
    """The file is not the one that was previewed; nothing was changed."""


@dataclass(frozen=True)
class Refusal:
    """Why a cell is not taken; `column` is its name in the file, empty for a whole line."""

    line: int
    column: str
    reason: str


@dataclass
class Preview:
    """What the file does, by the number of the line. With a refusal nothing of it can be taken."""

    sha256: str
    columns: tuple[str, ...]
    mapping: Mapping[str, str]
    missing: tuple[str, ...] = ()
    added: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    same: list[int] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    @property
    def refused_lines(self) -> set[int]:
        """A line may be refused for several reasons."""
        return {refusal.line for refusal in self.refused}

    @property
    def can_be_taken(self) -> bool:
        return not self.refused and not self.missing


@dataclass(frozen=True)
class File:
    kind: str
    body: bytes
    name: str
    sheet: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    """Which column of the file holds what; what it leaves out is taken by its own name."""


def preview(file: File, organization: Organization, by: User, *, submit: bool = False) -> Preview:
    """What `take` would do. Raises UploadRefused for a file that cannot be read."""
    return run(file, organization, by, submit, lambda found: False)


def take(file: File, organization: Organization, by: User, checksum: str, *, submit: bool = False) -> Preview:
    """Take exactly the file that was previewed, whole or not at all; `submit` sends each for review too."""
    if hashlib.sha256(file.body).hexdigest() != checksum:
        raise OtherFile(_("This is another file than the one you looked at. Nothing was changed."))
    return run(file, organization, by, submit, lambda found: found.can_be_taken)


def run(
    file: File, organization: Organization, by: User, submit: bool, stays: Callable[[Preview], bool]
) -> Preview:
    rights.require(by, "import", "sub_goal" if file.kind == SUB_GOALS else "update", organization)
    table = spreadsheets.read(file.body, file.name, file.sheet)
    if len(table.lines) > MOST_LINES:
        raise UploadRefused(f"The file has more than {MOST_LINES} lines.")
    found = opened(file, table)
    if found.missing:
        return found
    with transaction.atomic(), way("import"):
        lock_all(organization, with_places=file.kind == SUB_GOALS)
        reader = Reader(file.kind, organization, by, submit, found)
        for line in table.lines:
            reader.read(line)
        if not stays(found):
            transaction.set_rollback(True)
    return found


def lock_all(organization: Organization, *, with_places: bool) -> None:
    """The lines come in any order and locks do not (steps.locked): take all that any line may need."""
    if with_places:
        for pk in Goal.objects.order_by("pk").values_list("pk", flat=True):
            placing.lock(pk)
    lock(organization.sub_goals.all())


def opened(file: File, table: spreadsheets.Table) -> Preview:
    own = {column.name: column.name for column in COLUMNS[file.kind] if column.name in table.columns}
    mapping = own | dict(file.mapping)
    known = {column.name for column in COLUMNS[file.kind]}
    for part, column in mapping.items():
        if part not in known:
            raise UploadRefused(_("“%(part)s” is nothing a column can hold here.") % {"part": part})
        if column not in table.columns:
            raise UploadRefused(_("The file has no column “%(column)s”.") % {"column": column})
    missing = tuple(part for part in NEEDED[file.kind] if part not in mapping)
    if unknown := [column for column in table.columns if column not in mapping.values()]:
        raise UploadRefused(_("Say what these columns hold: %(columns)s.") % {"columns": ", ".join(unknown)})
    return Preview(hashlib.sha256(file.body).hexdigest(), table.columns, mapping, missing)


class Reader:
    """Goes through the lines and notes what each does."""

    def __init__(self, kind: str, organization: Organization, by: User, submit: bool, found: Preview) -> None:
        self.organization, self.by, self.submit, self.found = organization, by, submit, found
        self.columns = {column.name: column for column in COLUMNS[kind]}
        self.handle = self.sub_goal if kind == SUB_GOALS else self.update
        self.seen: dict[int, int] = {}

    def read(self, line: spreadsheets.Line) -> None:
        """One line, whole or not at all; what is wrong with it is noted and the next one is read."""
        try:
            with transaction.atomic():
                getattr(self.found, self.handle(line)).append(line.number)
        except ValidationError as error:
            self.refuse(line, error)
        except StepNotAllowed as error:
            self.found.refused.append(Refusal(line.number, "", str(error)))

    def refuse(self, line: spreadsheets.Line, error: ValidationError) -> None:
        faults = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
        for part, sentences in faults.items():
            column = self.found.mapping.get(part, "")
            self.found.refused += [Refusal(line.number, column, sentence) for sentence in sentences]

    # --- Cells ----------------------------------------------------------------------------------
    def fields(self, line: spreadsheets.Line, *keys: str) -> dict[str, Any]:
        """The values of the line; blank cells that cannot be empty leave what is there."""
        found, faults = {}, {}
        for part, name in self.found.mapping.items():
            column, text = self.columns[part], line.cells[name]
            if column.read is None or (not text and column.keeps_when_blank):
                continue
            try:
                found[part] = self.value(column, line, name, text)
            except ValidationError as error:
                faults[part] = error.messages
        if faults:
            raise ValidationError(faults)
        return found

    @staticmethod
    def value(column: Column, line: spreadsheets.Line, name: str, text: str) -> Any:
        if name in line.formulas:
            raise ValidationError(_("A formula is not calculated here: put its value into the cell."))
        return column.read(text) if text and column.read else None

    def once(self, row: SubGoal | Update, line: spreadsheets.Line) -> None:
        if first := self.seen.get(row.pk):
            raise ValidationError(_("Line %(line)d is about the same one.") % {"line": first})
        self.seen[row.pk] = line.number

    # --- Sub-goals ------------------------------------------------------------------------------
    def sub_goal(self, line: spreadsheets.Line) -> str:
        fields = self.fields(line)
        code = fields.pop("code", None)
        if "parent" in fields:
            fields["parent"] = self.parent(fields["parent"])
        if (row := self.known(code, fields)) is None:
            row = sub_goals.create_draft(self.organization, fields, self.by)
            self.once(row, line)
            return self.sent(row, sub_goals.submit, ADDED)
        self.once(row, line)
        wanted = copy(row)
        cleaning.apply(wanted, fields, sub_goals.FIELDS)
        if wanted.is_deliverable:
            for name, value in sub_goals.DELIVERABLE.items():
                setattr(wanted, name, value)
        if whole(wanted) == whole(row):
            return self.sent(row, sub_goals.submit, SAME)
        sub_goals.save_draft(row, fields, self.by, row.version)
        return self.sent(row, sub_goals.submit, CHANGED)

    def known(self, code: str | None, fields: Mapping[str, Any]) -> SubGoal | None:
        own = SubGoal.objects.filter(organization=self.organization)
        if code:
            if (row := own.filter(code=code).first()) is None:
                refusal = _("You have no sub-goal of this code. Leave the cell empty for a new one.")
                raise ValidationError({"code": [refusal]})
            return row
        named = own.filter(goal=fields.get("goal"), title=fields.get("title") or "")
        rows = list(named.exclude(state=SubGoal.State.WITHDRAWN)[:2])
        if len(rows) > 1:
            raise ValidationError({"title": [_("Several of yours have this title: give the code.")]})
        return rows[0] if rows else None

    def parent(self, text: str | None) -> SubGoal | None:
        """By its code, or by its title if it is the organization's own, also one of an earlier line."""
        if not text:
            return None
        own = SubGoal.objects.filter(organization=self.organization, title=text)
        found = SubGoal.objects.visible_to(self.by).filter(code=text).first() or own.first()
        if found is None:
            raise ValidationError({"parent": [_("There is no such sub-goal.")]})
        return found

    # --- Updates --------------------------------------------------------------------------------
    def update(self, line: spreadsheets.Line) -> str:
        fields = self.fields(line)
        code = fields.pop("sub_goal", None) or ""
        target = SubGoal.objects.filter(organization=self.organization, code=code).first()
        if target is None:
            raise ValidationError({"sub_goal": [_("You have no sub-goal of this code.")]})
        if fields.get("date") is None:
            raise ValidationError({"date": [_("The day the value describes is still needed.")]})
        if (row := self.standing(target, fields)) is None:
            row = updates.create_draft(target, fields, self.by)
            self.once(row, line)
            return self.sent(row, updates.submit, ADDED)
        self.once(row, line)
        wanted = copy(row)
        cleaning.apply(wanted, fields, updates.FIELDS)
        if whole(wanted) == whole(row):
            return self.sent(row, updates.submit, SAME)
        updates.save_draft(row, fields, self.by, row.version)
        return self.sent(row, updates.submit, CHANGED)

    def standing(self, target: SubGoal, fields: Mapping[str, Any]) -> Update | None:
        """The update of that day; increments may be several a day, then the one with the value."""
        gone = (Update.State.CORRECTED, Update.State.RETRACTED)
        rows = list(target.updates.filter(date=fields["date"]).exclude(state__in=gone).order_by("pk"))
        free = [row for row in rows if row.pk not in self.seen]
        equal = [row for row in free if row.value == fields.get("value")]
        return next(iter(equal or free or rows), None)

    def sent(self, row: Any, submit: Callable[..., Any], outcome: str) -> str:
        if not self.submit or row.state not in type(row).OPEN_STATES:
            return outcome
        submit(row, self.by, row.version)
        return outcome if outcome == ADDED else CHANGED


def whole(row: SubGoal | Update) -> dict[str, Any]:
    return kept(row) | {name: getattr(row, name, "") for name in PERSONAL}
