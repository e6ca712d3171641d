"""What there is beforehand in the tables of rights: one thing each, made by the people of `make_people`."""

from decimal import Decimal
from types import SimpleNamespace

from goals.lifecycle import proposing
from tests.goals.lifecycle.conftest import (
    make_draft,
    make_people,
    make_published,
    make_published_update,
    make_submitted,
    make_submitted_update,
    make_update,
    person,
)


def people_of_each_role() -> SimpleNamespace:
    found = make_people()
    found.administrator = person("head", project_role="administrator")
    return found


def nothing(people):
    return None


def draft(people):
    return make_draft(people)


def submitted(people):
    return make_submitted(people)


def published(people):
    return make_published(people)


def under(people):
    return make_published(people, title="Under", parent=make_published(people))


def proposed(people):
    """A published sub-goal with a changed measure that waits."""
    row = make_published(people)
    proposing.propose(row, {"target_value": Decimal(300)}, "A third line.", people.editor, row.version)
    return row


def update(people):
    return make_update(people, make_published(people))


def submitted_update(people):
    return make_submitted_update(people, make_published(people))


def published_update(people):
    return make_published_update(people, make_published(people))
