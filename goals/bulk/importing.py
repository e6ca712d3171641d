"""Reading a file of sub-goals or updates back: a preview that writes nothing, then all of it or nothing."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from goals import spreadsheets
from goals.bulk import words
from goals.bulk.columns import COLUMNS, NEEDED, SUB_GOALS, folded, named
from goals.bulk.planning import PLANS, REFUSED, Plan, Planned, faults_of
from goals.bulk.previews import ADDED, Preview
from goals.lifecycle import sub_goals, updates
from goals.lifecycle.steps import lock
from goals.models import Goal, SubGoal, Update
from indicators.sources.upload_files import UploadRefused
from stakeholders import rights
from stakeholders.models import Organization, User
from stakeholders.ways import way

MOST_LINES = 2_000


class OtherFile(Exception):
    """The file is not the one that was previewed; nothing was changed."""


@dataclass(frozen=True)
class File:
    kind: str
    body: bytes
    name: str
    sheet: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    """Which column of the file holds what; what it leaves open is taken by its name."""
    left_out: tuple[str, ...] = ()
    """Columns of the file that are not taken."""


def preview(file: File, organization: Organization, by: User, *, submit: bool = False) -> Preview:
    """What `take` would do; nothing is written or locked. Raises UploadRefused for an unreadable file."""
    found, lines = opened(file, organization, by)
    if not found.missing:
        PLANS[file.kind](organization, by, submit, found).go(lines)
    return found


def take(file: File, organization: Organization, by: User, checksum: str, *, submit: bool = False) -> Preview:
    """Take exactly the file that was previewed, whole or not at all; `submit` sends each for review too."""
    if hashlib.sha256(file.body).hexdigest() != checksum:
        raise OtherFile(_("This is another file than the one you looked at. Nothing was changed."))
    found, lines = opened(file, organization, by)
    if found.missing:
        return found
    with transaction.atomic(), way("import"):
        lock_all(file.kind, organization)
        plan = PLANS[file.kind](organization, by, submit, found).go(lines)
        if found.can_be_taken:
            carry_out(plan)
        if not found.can_be_taken:
            transaction.set_rollback(True)
    return found


def lock_all(kind: str, organization: Organization) -> None:
    """One file of an organization at a time, or two would each add what the other adds.

    The lines come in any order and locks do not (steps.locked): all that any line may need is taken first.
    """
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    if kind == SUB_GOALS:
        list(Goal.objects.select_for_update(no_key=True).order_by("pk"))
    lock(organization.sub_goals.all())


# --- Opening it ---------------------------------------------------------------------------------
def opened(file: File, organization: Organization, by: User) -> tuple[Preview, tuple[spreadsheets.Line, ...]]:
    """The lines of the file, and a preview that knows what its columns hold and nothing of the lines."""
    rights.require(by, "import", "sub_goal" if file.kind == SUB_GOALS else "update", organization)
    table = read(file)
    if len(table.lines) > MOST_LINES:
        raise UploadRefused(_("The file has more than %(most)d lines.") % {"most": MOST_LINES})
    mapping = mapped(file, table.columns)
    missing = tuple(part for part in NEEDED[file.kind] if part not in mapping)
    sha256 = hashlib.sha256(file.body).hexdigest()
    return Preview(file.kind, sha256, table.columns, mapping, missing), table.lines


def read(file: File) -> spreadsheets.Table:
    """Of our own workbooks the sheet with the lines, not the one that explains the columns."""
    ours = []
    for code in dict(settings.LANGUAGES):
        with override(code):
            ours.append(str(words.SHEETS[file.kind]))
    return spreadsheets.read(file.body, file.name, file.sheet, ours)


def mapped(file: File, columns: tuple[str, ...]) -> dict[str, str]:
    known = {column.name for column in COLUMNS[file.kind]}
    for part, column in file.mapping.items():
        if part not in known:
            raise UploadRefused(_("“%(part)s” is nothing a column can hold here.") % {"part": part})
        if column not in columns:
            raise UploadRefused(_("The file has no column “%(column)s”.") % {"column": column})
    settled = (*file.mapping.values(), *file.left_out)
    mapping = recognized(file.kind, [one for one in columns if one not in settled]) | dict(file.mapping)
    if unknown := [one for one in columns if one not in mapping.values() and one not in file.left_out]:
        raise UploadRefused(_("Say what these columns hold: %(columns)s.") % {"columns": ", ".join(unknown)})
    return mapping


def recognized(kind: str, columns: Iterable[str]) -> dict[str, str]:
    """The columns by what they hold, where their names say it."""
    names = named(kind)
    return {names[folded(one)]: one for one in columns if folded(one) in names}


# --- Carrying it out ----------------------------------------------------------------------------
def carry_out(plan: Plan) -> None:
    """Line by line by the ways that forms and the API take; the first refusal ends it."""
    made: dict[int, Any] = {}
    for planned in plan.lines:
        try:
            made[id(planned.after)] = carried(plan, planned, made)
        except REFUSED as error:
            plan.found.refuse(planned.line, faults_of(error))
            break


def carried(plan: Plan, planned: Planned, made: Mapping[int, Any]) -> SubGoal | Update:
    """The row as it is stored now; `made` has those of earlier lines, for what stands under them."""
    fields, row = dict(planned.fields), planned.row
    if parent := fields.get("parent"):
        fields["parent"] = made.get(id(parent), parent)
    if planned.outcome == ADDED:
        row = created(plan, planned, fields)
    elif fields:
        of(row).save_draft(row, fields, plan.by, row.version)
    if planned.is_sent:
        submit: Callable[..., Any] = of(row).submit
        submit(row, plan.by, row.version)
    return row


def created(plan: Plan, planned: Planned, fields: Mapping[str, Any]) -> SubGoal | Update:
    if isinstance(planned.after, SubGoal):
        return sub_goals.create_draft(plan.organization, fields, plan.by)
    return updates.create_draft(planned.after.sub_goal, fields, plan.by)


def of(row: Any) -> Any:
    """The module of what people do with rows of its kind."""
    return sub_goals if isinstance(row, SubGoal) else updates
