"""What a happening did to the numbers: those of its goal and the combined one of all goals."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from goals import words
from goals.happenings import Happening
from goals.models import Result, Step
from indicators import formats

Said = Callable[[str, Decimal | None, Decimal | None], str]
Write = Callable[[Decimal, int, str], str]


def effects(one: Happening) -> list[str]:
    """What moved, with its number before and after; a changed set is said to be no progress in itself."""
    moved = [text for step in one.steps for text in step_texts(step)]
    return [composition_text(one), *moved] if is_composed(one) else moved


def is_composed(one: Happening) -> bool:
    composed = Result.ChangeKind.COMPOSITION
    if one.what == "measure":
        return True
    if isinstance(one.row, Result) and one.before and one.row.change_kind == composed:
        return True
    rows = [one.row] if isinstance(one.row, Step) else []
    return any(step.kind == composed for step in (*rows, *one.steps))


def composition_text(one: Happening) -> str:
    if isinstance(one.row, Result) or one.what == "time":
        return _("The set of what is counted changed; that is no progress in itself.")
    if one.what == "measure":
        return _("How it is measured or what it contributes changed; that is no progress in itself.")
    if one.what == "reweighed":
        return _("What sub-goals weigh in the mean changed; that is no progress in itself.")
    return _("The set of sub-goals changed; that is no progress in itself.")


def step_texts(step: Step) -> Iterator[str]:
    if step.level == Result.Level.OVERALL:
        yield from moved(step, "schedule", _("What organizations do for all goals"), on_the_path)
        yield from moved(step, "combined", _("All goals together"), on_the_path)
        return
    assert step.goal is not None
    goal = {"number": step.goal.number}
    organizations = _("What organizations do for goal %(number)s") % goal
    yield from moved(step, "schedule", organizations, on_the_path)
    yield from moved(step, "progress", organizations, of_the_way)
    yield from moved(step, "combined", _("Goal %(number)s, combined") % goal, on_the_path)


def moved(step: Step, name: str, subject: str, said: Said) -> Iterator[str]:
    """One number in a sentence, where the step moved it."""
    before, after = getattr(step, f"{name}_before"), getattr(step, f"{name}_after")
    if before != after:
        yield said(subject, before, after)


def on_the_path(subject: str, before: Decimal | None, after: Decimal | None) -> str:
    said = {"subject": subject, **shown_apart(before, after, formats.number)}
    if after is None:
        return _("%(subject)s: no number any more, before %(before)s of 100 on the path.") % said
    if before is None:
        return _("%(subject)s: %(after)s of 100 on the path, before no number.") % said
    return _("%(subject)s: %(after)s of 100 on the path, before %(before)s.") % said


def of_the_way(subject: str, before: Decimal | None, after: Decimal | None) -> str:
    said = {"subject": subject, **shown_apart(before, after, formats.percent)}
    if after is None:
        return _("%(subject)s: no progress counted any more, before %(before)s of the way.") % said
    if before is None:
        return _("%(subject)s: %(after)s of the way, before no number.") % said
    return _("%(subject)s: %(after)s of the way, before %(before)s.") % said


def shown_apart(before: Decimal | None, after: Decimal | None, write: Write) -> dict[str, str]:
    """Both numbers with as many decimals as it takes to see the difference; empty where there is none."""
    for decimals in (1, 2, 3, 5, 7):
        texts = [
            "" if share is None else write(100 * share, decimals, words.language())
            for share in (before, after)
        ]
        if texts[0] != texts[1]:
            break
    return {"before": texts[0], "after": texts[1]}
