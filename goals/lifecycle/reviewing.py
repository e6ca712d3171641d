"""The steward's queue: many approvals through the same function as one, and words between both sides."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from goals import words
from goals.lifecycle import cleaning, sub_goals, updates
from goals.lifecycle.steps import Row, StepNotAllowed, organization_of, record
from goals.models import Comment, Review, SubGoal, Update
from stakeholders import rights
from stakeholders.models import User
from stakeholders.versions import Stale

MOST_AT_ONCE = 200
REFUSALS = (ValidationError, PermissionDenied, StepNotAllowed, Stale)

Chosen = Iterable[int] | Mapping[int, int]
"""Numbers of rows; a mapping also says which version of each the person has seen."""


@dataclass(frozen=True)
class Answer:
    """What became of one row; `refusal` is empty when it was published."""

    id: int
    row: Row | None
    refusal: str = ""


def approve_updates(chosen: Chosen, by: User, **given: Any) -> list[Answer]:
    """Publish each in a transaction of its own: one that is refused leaves the others alone."""
    return [approve(Update, pk, seen, by, updates.publish, given) for pk, seen in few(chosen)]


def approve_sub_goals(chosen: Chosen, by: User, **given: Any) -> list[Answer]:
    return [approve(SubGoal, pk, seen, by, sub_goals.publish, given) for pk, seen in few(chosen)]


def few(chosen: Chosen) -> list[tuple[int, int | None]]:
    found: dict[int, int | None] = dict(chosen) if isinstance(chosen, Mapping) else dict.fromkeys(chosen)
    if len(found) > MOST_AT_ONCE:
        raise ValidationError(_("At most %(most)d at once.") % {"most": MOST_AT_ONCE})
    return list(found.items())


def approve(
    model: type[SubGoal] | type[Update],
    pk: int,
    seen: int | None,
    by: User,
    publish: Callable[..., Any],
    given: dict,
) -> Answer:
    row = model.objects.visible_to(by).filter(pk=pk).first()
    try:
        if row is None:
            raise Http404
        publish(row, by, row.version if seen is None else seen, **given)
    except Http404:
        return Answer(pk, None, _("There is nothing of that number."))
    except REFUSALS as error:
        return Answer(pk, row, sentence(error))
    return Answer(pk, row)


def sentence(error: Exception) -> str:
    if isinstance(error, Stale):
        return who_was_first(error)
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


def who_was_first(error: Stale) -> str:
    """Of something decided meanwhile: by whom and when (R5). Of something else: that it was changed."""
    row = error.current
    review = newest_review(row) if isinstance(row, SubGoal | Update) and row.state != "submitted" else None
    if review is None:
        return _("This was changed by someone else in the meantime. Nothing of yours was saved.")
    return _("%(person)s was first: “%(decision)s”, %(moment)s. Nothing of yours was saved.") % {
        "person": review.reviewer or _("The program"),
        "decision": review.get_decision_display(),
        "moment": words.moment(review.decided_at),
    }


def newest_review(row: Row) -> Review | None:
    return row.reviews.select_related("reviewer").order_by("-decided_at", "-pk").first()


@transaction.atomic
def comment(row: Row, text: str, by: User) -> Comment:
    """Say something about a sub-goal or an update; the organization and the stewards read it."""
    rights.require(by, "create", "comment", organization_of(row))
    about = {"sub_goal": row} if isinstance(row, SubGoal) else {"update_discussed": row}
    said = Comment.objects.create(**about, author=by, text=cleaning.needed(text, "text"))
    record(row, "comment", by, before=None, after={"comment": said.pk})
    return said
