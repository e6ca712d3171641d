"""What each line of a file would do, found out without writing and without holding anybody up.

A line whose sub-goal or update is there already changes it while it is still worked on, and is refused where
it differs from what was sent or published. So the same file a second time changes nothing. Numbers are
compared by their value: 100.5 is no change of 100.50.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _

from goals import spreadsheets
from goals.bulk.columns import COLUMNS, SUB_GOALS, UPDATES, Column
from goals.bulk.places import Places, key
from goals.bulk.previews import ADDED, CHANGED, SAME, Preview
from goals.lifecycle import checking, cleaning, sub_goals, updates
from goals.lifecycle.steps import StepNotAllowed, steps_of
from goals.models import SubGoal, Update
from stakeholders.models import Organization, User
from stakeholders.versions import Stale

Row = SubGoal | Update
REFUSED = (ValidationError, StepNotAllowed, Stale)


@dataclass(frozen=True)
class Planned:
    """What one line does: `row` as it stands, None for a new one, `after` as it would be by `fields`."""

    line: int
    outcome: str
    row: Any
    after: Any
    fields: Mapping[str, Any]
    is_sent: bool


class Plan(ABC):
    """Goes through the lines and notes what each does."""

    kind: str

    def __init__(self, organization: Organization, by: User, submit: bool, found: Preview) -> None:
        self.organization, self.by, self.submit, self.found = organization, by, submit, found
        self.columns = {column.name: column for column in COLUMNS[self.kind]}
        self.readable = [column for column in COLUMNS[self.kind] if column.read]
        self.seen: dict[int, int] = {}
        self.known: dict[tuple[str, str], Any] = {}
        self.lines: list[Planned] = []

    def go(self, lines: Sequence[spreadsheets.Line]) -> "Plan":
        self.load(lines)
        for line in lines:
            self.read(line)
        return self

    @abstractmethod
    def load(self, lines: Sequence[spreadsheets.Line]) -> None:
        """Read what the lines are about, all of it at once."""

    @abstractmethod
    def planned(self, line: spreadsheets.Line, fields: dict[str, Any]) -> Planned:
        """Raises ValidationError or StepNotAllowed for a line that is not taken."""

    def read(self, line: spreadsheets.Line) -> None:
        """One line; what is wrong with it is noted and the next one is read."""
        try:
            done = self.planned(line, self.fields(line))
        except REFUSED as error:
            self.found.refuse(line.number, faults_of(error))
        else:
            self.lines.append(done)
            self.found.note(done.line, done.outcome, done.row, done.after, is_sent=done.is_sent)

    # --- Cells ----------------------------------------------------------------------------------
    def fields(self, line: spreadsheets.Line) -> dict[str, Any]:
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

    def value(self, column: Column, line: spreadsheets.Line, name: str, text: str) -> Any:
        """Each text of a column is read once, however many lines have it."""
        if name in line.formulas:
            raise ValidationError(_("A formula is not calculated here: put its value into the cell."))
        if not text or column.read is None:
            return None
        if (column.name, text) not in self.known:
            self.known[column.name, text] = column.read(text)
        return self.known[column.name, text]

    def texts(self, part: str, lines: Sequence[spreadsheets.Line]) -> set[str]:
        """What stands in a column, to read what it is about at once."""
        name = self.found.mapping.get(part, "")
        return {text for line in lines if (text := line.cells.get(name, ""))}

    # --- What becomes of a row ------------------------------------------------------------------
    def once(self, row: Row, line: int) -> None:
        if first := self.seen.get(key(row)):
            raise ValidationError(_("Line %(line)d is about the same one.") % {"line": first})
        self.seen[key(row)] = line

    def differing(self, row: Row, after: Row) -> list[str]:
        return [one.name for one in self.readable if one.write(row) != one.write(after)]

    def outcome(
        self, line: int, row: Row | None, after: Row, fields: Mapping[str, Any], check: Callable[[Any], None]
    ) -> Planned:
        """What a line makes of a row; `check` tells whether it could be sent like that."""
        names = self.differing(row, after) if row else list(fields)
        if row and names:
            steps_of(row)["save"].after(row)
        is_sent = self.submit and after.state in type(after).OPEN_STATES
        if is_sent:
            check(after)
        changes = {name: fields[name] for name in names if name in fields}
        outcome = CHANGED if row and (names or is_sent) else SAME if row else ADDED
        return Planned(line, outcome, row, after, changes, is_sent)


def faults_of(error: Exception) -> Mapping[str, list[str]]:
    """Why a line is refused, by what its column holds."""
    if isinstance(error, Stale):
        return {
            NON_FIELD_ERRORS: [_("Somebody else has changed this in the meantime. Hand the file in again.")]
        }
    if not isinstance(error, ValidationError):
        return {NON_FIELD_ERRORS: [str(error)]}
    return error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}


class SubGoalPlan(Plan):
    kind = SUB_GOALS

    def load(self, lines: Sequence[spreadsheets.Line]) -> None:
        related = ("goal", "target__indicator", "parent", "contributes_to")
        own = SubGoal.objects.filter(organization=self.organization).select_related(*related)
        self.own: dict[str, SubGoal] = {row.code: row for row in own.order_by("pk")}
        self.titled: dict[str, list[SubGoal]] = {}
        for row in self.own.values():
            self.title(row)
        texts = self.texts("parent", lines)
        above = SubGoal.objects.visible_to(self.by).filter(code__in=texts)
        self.above = {row.code: row for row in above}
        self.places = Places((*self.above.values(), *self.own.values()) if texts else ())

    def title(self, row: SubGoal) -> None:
        if row.state != SubGoal.State.WITHDRAWN:
            self.titled.setdefault(row.title, []).append(row)

    def planned(self, line: spreadsheets.Line, fields: dict[str, Any]) -> Planned:
        code = fields.pop("code", None)
        if "parent" in fields:
            fields["parent"] = self.parent(fields["parent"])
        row = self.row(code, fields)
        if row:
            self.once(row, line.number)
        after = copy(row) if row else sub_goals.begun(self.organization, fields, self.by)
        sub_goals.enter(after, fields, sub_goals.FIELDS)
        if row is None or {"parent", "goal"} & set(self.differing(row, after)):
            self.places.check(after)
        done = self.outcome(line.number, row, after, fields, check_whole)
        self.remember(row, after, line.number)
        return done

    def remember(self, row: SubGoal | None, after: SubGoal, line: int) -> None:
        """What later lines find: this one as it will be."""
        if row is None:
            self.once(after, line)
        elif row in self.titled.get(row.title, []):
            self.titled[row.title].remove(row)
        self.title(after)
        self.places.put(after)

    def row(self, code: str | None, fields: Mapping[str, Any]) -> SubGoal | None:
        if code:
            if (row := self.own.get(code)) is None:
                refusal = _("You have no sub-goal of this code. Leave the cell empty for a new one.")
                raise ValidationError({"code": [refusal]})
            return row
        alike = self.titled.get(fields.get("title") or "", [])
        rows = [row for row in alike if row.goal == fields.get("goal")]
        if len(rows) > 1:
            raise ValidationError({"title": [_("Several of yours have this title: give the code.")]})
        return rows[0] if rows else None

    def parent(self, text: str | None) -> SubGoal | None:
        """By its code, or by its title if it is the organization's own, also one of an earlier line."""
        if not text:
            return None
        own = self.titled.get(text, [])
        if (found := self.above.get(text) or next(iter(own), None)) is None:
            raise ValidationError({"parent": [_("There is no such sub-goal.")]})
        return found


def check_whole(sub_goal: SubGoal) -> None:
    checking.check(checking.sub_goal_faults(sub_goal))


class UpdatePlan(Plan):
    kind = UPDATES

    def load(self, lines: Sequence[spreadsheets.Line]) -> None:
        own = SubGoal.objects.filter(organization=self.organization)
        about = own.filter(code__in=self.texts("sub_goal", lines)).prefetch_related("updates")
        self.own = {row.code: row for row in about}
        gone = (Update.State.CORRECTED, Update.State.RETRACTED)
        self.of_day: dict[tuple[int, Any], list[Update]] = {}
        for row in self.own.values():
            for update in sorted(row.updates.all(), key=lambda one: one.pk):
                if update.state not in gone:
                    self.of_day.setdefault((row.pk, update.date), []).append(update)

    def planned(self, line: spreadsheets.Line, fields: dict[str, Any]) -> Planned:
        target = self.own.get(fields.pop("sub_goal", None) or "")
        if target is None:
            raise ValidationError({"sub_goal": [_("You have no sub-goal of this code.")]})
        row = self.standing(target, fields)
        if row:
            self.once(row, line.number)
        after = copy(row) if row else updates.begun(target, self.by)
        cleaning.apply(after, fields, updates.FIELDS)
        done = self.outcome(line.number, row, after, fields, updates.check_whole)
        if row is None:
            self.once(after, line.number)
            self.of_day.setdefault((target.pk, after.date), []).append(after)
        return done

    def standing(self, target: SubGoal, fields: Mapping[str, Any]) -> Update | None:
        """The update of that day; of several that one which says the same, then one with the value."""
        rows = self.of_day.get((target.pk, fields.get("date")), [])
        free = [row for row in rows if key(row) not in self.seen]
        alike = [row for row in free if all(getattr(row, name) == fields[name] for name in plain(fields))]
        equal = [row for row in free if row.value == fields.get("value")]
        return next(iter(alike or equal or free or rows), None)


def plain(fields: Mapping[str, Any]) -> list[str]:
    """What is compared as it stands: an empty text is None in a file."""
    return [name for name, value in fields.items() if value is not None]


PLANS: Mapping[str, type[Plan]] = {SUB_GOALS: SubGoalPlan, UPDATES: UpdatePlan}
