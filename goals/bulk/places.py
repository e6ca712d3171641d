"""Where sub-goals stand under others, as a file that is only looked at would move them."""

from collections.abc import Iterable, Iterator

from goals.lifecycle import placing
from goals.models import SubGoal


def key(row: object) -> int:
    """A row that is not stored yet has no number; its own stays the same while the file is read."""
    return getattr(row, "pk", None) or -id(row)


class Places:
    """The goals of the rows concerned, read once, with what the lines so far would change in them."""

    def __init__(self, concerned: Iterable[SubGoal]) -> None:
        goals = {row.goal_id for row in concerned}
        stored = SubGoal.objects.filter(goal__in=goals).only("goal", "parent", "state")
        self.rows: dict[int, SubGoal] = {row.pk: row for row in stored}
        self.below: dict[int, list[SubGoal]] = {}
        for row in self.rows.values():
            if row.parent_id:
                self.below.setdefault(row.parent_id, []).append(row)

    def check(self, row: SubGoal) -> None:
        """Raises ValidationError if the row cannot stand under its parent."""
        if parent := self.parent_of(row):
            placing.check_place(row, list(self.lineage(parent)), self.levels(row))

    def put(self, row: SubGoal) -> None:
        """From the next line on it stands where this one puts it."""
        if (before := self.rows.get(key(row))) and (above := self.parent_of(before)):
            self.below[key(above)].remove(before)
        self.rows[key(row)] = row
        if parent := self.parent_of(row):
            self.below.setdefault(key(parent), []).append(row)

    def parent_of(self, row: SubGoal) -> SubGoal | None:
        if row.parent_id is None:
            return row.parent  # a new one of an earlier line, or none
        return self.rows.get(row.parent_id) or row.parent

    def lineage(self, row: SubGoal | None) -> Iterator[SubGoal]:
        """The row and those above it; stops where it is too deep anyway."""
        for _level in range(placing.DEEPEST + 1):
            if row is None:
                return
            row = self.rows.get(key(row), row)
            yield row
            row = self.parent_of(row)

    def levels(self, row: SubGoal) -> int:
        """Levels from the row down, itself included."""
        level, count = [row], 1
        while count <= placing.DEEPEST:
            level = [one for above in level for one in self.below.get(key(above), [])]
            if not level:
                break
            count += 1
        return count
