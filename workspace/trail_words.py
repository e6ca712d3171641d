"""An entry of the trail in words: what was done to what, and each field before and after.

The codes are what is stored and chained; a code without a word here is shown as it stands.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from goals.models import SubGoal, Update
from indicators import formats
from indicators.models import HeldBatch
from stakeholders import rights
from stakeholders.models import ApiToken, Invitation, JoinRequest, Membership, Organization, TrailEntry, User
from workspace.templatetags.values import day, moment

MODELS: dict[str, type[models.Model]] = {
    "sub_goal": SubGoal, "update": Update, "organization": Organization, "membership": Membership,
    "person": User, "invitation": Invitation, "join_request": JoinRequest, "token": ApiToken,
    "held_batch": HeldBatch,
}  # fmt: skip
KINDS = {
    "sub_goal": gettext_lazy("Sub-goal"),
    "sub_goals": gettext_lazy("Sub-goals"),
    "update": gettext_lazy("Update"),
    "organization": gettext_lazy("Organization"),
    "membership": gettext_lazy("Member"),
    "person": gettext_lazy("Person"),
    "invitation": gettext_lazy("Invitation"),
    "join_request": gettext_lazy("Request to join"),
    "token": gettext_lazy("API token"),
    "held_batch": gettext_lazy("Values to check"),
    "feed": gettext_lazy("Feed"),
    "goal": gettext_lazy("Goal"),
    "target": gettext_lazy("Target"),
    "indicator": gettext_lazy("Indicator"),
    "source": gettext_lazy("Source"),
    "mail_settings": gettext_lazy("Mails"),
}
# By the whole code where its last part alone says too little.
ACTIONS = {
    "create": pgettext_lazy("trail", "created"),
    "edit": pgettext_lazy("trail", "changed"),
    "save": pgettext_lazy("trail", "draft saved"),
    "submit": pgettext_lazy("trail", "sent for review"),
    "discard": pgettext_lazy("trail", "draft thrown away"),
    "drop": pgettext_lazy("trail", "thrown away"),
    "close": pgettext_lazy("trail", "thrown away with the retraction of what it corrects"),
    "send_back": pgettext_lazy("trail", "sent back with a question"),
    "publish": pgettext_lazy("trail", "published"),
    "describe": pgettext_lazy("trail", "words changed"),
    "change_measure": pgettext_lazy("trail", "measured anew"),
    "propose_measure": pgettext_lazy("trail", "change of its measure proposed"),
    "take_back_measure": pgettext_lazy("trail", "change of its measure taken back"),
    "send_back_measure": pgettext_lazy("trail", "change of its measure sent back with a question"),
    "approve_measure": pgettext_lazy("trail", "change of its measure approved"),
    "complete": pgettext_lazy("trail", "completed"),
    "withdraw": pgettext_lazy("trail", "withdrawn"),
    "re_parent": pgettext_lazy("trail", "put elsewhere"),
    "detach": pgettext_lazy("trail", "detached from the one above it"),
    "re_weigh": pgettext_lazy("trail", "weight changed"),
    "re_weigh_child": pgettext_lazy("trail", "weight changed"),
    "translate": pgettext_lazy("trail", "translated"),
    "correct": pgettext_lazy("trail", "correction begun"),
    "replace": pgettext_lazy("trail", "replaced by its correction"),
    "retract": pgettext_lazy("trail", "retracted"),
    "grade": pgettext_lazy("trail", "evidence graded"),
    "add_file": pgettext_lazy("trail", "file added"),
    "remove_file": pgettext_lazy("trail", "file removed"),
    "comment": pgettext_lazy("trail", "commented on"),
    "accept": pgettext_lazy("trail", "accepted"),
    "approved": pgettext_lazy("trail", "approved"),
    "rejected": pgettext_lazy("trail", "rejected"),
    "merge": pgettext_lazy("trail", "merged"),
    "move": pgettext_lazy("trail", "moved in a merge"),
    "change_role": pgettext_lazy("trail", "role changed"),
    "leave": pgettext_lazy("trail", "left"),
    "delete": pgettext_lazy("trail", "removed"),
    "switch_on": pgettext_lazy("trail", "switched on"),
    "switch_off": pgettext_lazy("trail", "switched off"),
    "change_project_role": pgettext_lazy("trail", "role for the Project changed"),
    "erase": pgettext_lazy("trail", "deleted by its owner"),
    "forget": pgettext_lazy("trail", "name of who answers taken out"),
    "choose": pgettext_lazy("trail", "chosen"),
    "upload": pgettext_lazy("trail", "file handed in"),
    "password.change": pgettext_lazy("trail", "password changed"),
    "password.reset": pgettext_lazy("trail", "password chosen anew by mail"),
    "address.add": pgettext_lazy("trail", "address added"),
    "address.confirm": pgettext_lazy("trail", "address confirmed"),
    "address.change": pgettext_lazy("trail", "address changed"),
    "address.remove": pgettext_lazy("trail", "address removed"),
    "second_step.add": pgettext_lazy("trail", "second step added"),
    "second_step.remove": pgettext_lazy("trail", "second step removed"),
    "sessions.end": pgettext_lazy("trail", "sessions ended"),
}
FIELDS = {
    "state": gettext_lazy("State"),
    "title": gettext_lazy("Title"),
    "description": gettext_lazy("Description"),
    "language": gettext_lazy("Language"),
    "weight": gettext_lazy("Weight"),
    "role": gettext_lazy("Role"),
    "name": gettext_lazy("Name"),
    "type": gettext_lazy("Kind of organization"),
    "website": gettext_lazy("Website"),
    "contact_email": gettext_lazy("E-mail address"),
    "date": gettext_lazy("Day"),
    "value": gettext_lazy("Value"),
    "note": gettext_lazy("What happened"),
    "unit": gettext_lazy("Unit"),
    "start_date": gettext_lazy("Start"),
    "target_date": gettext_lazy("To be reached by"),
    "baseline_value": gettext_lazy("Value at the start"),
    "target_value": gettext_lazy("Value to be reached"),
    "evidence_grade": gettext_lazy("Evidence"),
    "goal": gettext_lazy("Goal"),
    "target": gettext_lazy("Target"),
    "organization": gettext_lazy("Organization"),
    "parent": gettext_lazy("Part of"),
    "is_active": gettext_lazy("Taking part"),
    "project_role": gettext_lazy("Role for the Project"),
    "withdrawal_reason": gettext_lazy("Reason"),
    "correction_reason": gettext_lazy("Reason"),
    "retraction_reason": gettext_lazy("Reason"),
    "submitted_at": gettext_lazy("Sent"),
    "published_on": gettext_lazy("Published"),
    "published_at": gettext_lazy("Published"),
    "completed_on": gettext_lazy("Completed"),
    "withdrawn_on": gettext_lazy("Withdrawn"),
    "expires_at": gettext_lazy("Ends"),
    "decision": gettext_lazy("Decision"),
}


@dataclass(frozen=True)
class Field:
    """One field of an entry; what is missing on a side is written as missing."""

    code: str
    word: str
    before: str
    after: str


@dataclass(frozen=True)
class Told:
    """An entry with its words; `name` is what the thing is called, where it still is there."""

    entry: TrailEntry
    name: str
    address: str = ""
    """Where the reader may open it; empty where there is no such page for them."""

    @property
    def kind(self) -> str:
        return kind_of(self.entry)

    @property
    def called(self) -> str:
        """Its name; of something that is gone or has none, its kind and number."""
        number = self.entry.subject.partition(":")[2]
        return self.name or f"{KINDS.get(self.kind, self.kind)} {number}"

    @property
    def what(self) -> str:
        """Such as “Sub-goal: published”."""
        code = self.entry.action
        action = ACTIONS.get(code) or ACTIONS.get(code.rpartition(".")[2]) or code.rpartition(".")[2]
        word = KINDS.get(self.kind, capfirst(self.kind.replace("_", " ")))
        return _("%(what)s: %(done)s") % {"what": word, "done": action}

    @property
    def fields(self) -> list[Field]:
        before, after = self.entry.before or {}, self.entry.after or {}
        return [
            Field(
                name, word_of(name), *(written(self.kind, name, side.get(name)) for side in (before, after))
            )
            for name in {**before, **after}
        ]


def kind_of(entry: TrailEntry) -> str:
    return entry.subject.partition(":")[0]


def word_of(name: str) -> str:
    return str(FIELDS.get(name, capfirst(name.replace("_", " "))))


def written(kind: str, name: str, value: Any) -> str:
    """A stored value as its field would show it: the word of a choice, a day, yes or no."""
    if value is None or value == "":
        return formats.MISSING
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    field = field_of(kind, name)
    choices = dict(field.flatchoices) if field is not None else {}
    return str(choices[value]) if value in choices else as_day(field, value)


def field_of(kind: str, name: str) -> Any:
    try:
        found = MODELS[kind]._meta.get_field(name)
    except (KeyError, FieldDoesNotExist):
        return None
    return found if isinstance(found, models.Field) else None


def as_day(field: Any, value: str) -> str:
    if isinstance(field, models.DateTimeField):
        return moment(datetime.fromisoformat(value))
    return day(date.fromisoformat(value)) if isinstance(field, models.DateField) else value


# --- What it is about ---------------------------------------------------------------------------
def told(entries: Iterable[TrailEntry], person: User) -> list[Told]:
    """The entries with names and addresses, in one query for each kind of thing with a name."""
    entries = list(entries)
    rows = rows_of({entry.subject for entry in entries})
    may_open = rights.may(person, "see", "person")
    return [
        Told(entry, name_of(row), address_of(row) if may_open else "")
        if (row := rows.get(entry.subject))
        else Told(entry, "")
        for entry in entries
    ]


NAMED: dict[str, tuple[str, ...]] = {
    "sub_goal": (), "update": ("sub_goal",), "organization": (), "person": (), "membership": ("user",),
    "invitation": ("organization",), "join_request": (), "token": (), "held_batch": ("run__feed",),
}  # fmt: skip


def rows_of(subjects: Iterable[str]) -> dict[str, Any]:
    keys: dict[str, set[int]] = {}
    for subject in subjects:
        kind, _colon, key = subject.partition(":")
        if kind in NAMED and key.isdecimal():
            keys.setdefault(kind, set()).add(int(key))
    return {
        f"{kind}:{row.pk}": row
        for kind, wanted in keys.items()
        for row in MODELS[kind]._default_manager.filter(pk__in=wanted).select_related(*NAMED[kind])
    }


def address_of(row: Any) -> str:
    """The page of administrators that shows it; drafts are with their organizations alone."""
    if isinstance(row, Organization):
        return reverse("workspace:review-organization", args=[row.code])
    if isinstance(row, SubGoal | Update) and row.state == "draft":
        return ""
    pages = {SubGoal: "sub-goal", Update: "update", User: "person", Membership: "person", JoinRequest: "join"}
    if (page := pages.get(type(row))) is None:
        return ""
    return reverse(f"workspace:review-{page}", args=[row.user_id if isinstance(row, Membership) else row.pk])


def name_of(row: Any) -> str:
    if isinstance(row, Update):
        return f"{row.sub_goal}, {day(row.date)}" if row.date else str(row.sub_goal)
    return str(row.user if isinstance(row, Membership) else row)
