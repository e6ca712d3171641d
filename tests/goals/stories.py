"""What random stories of sub-goals have in common: one is picked, changed, and put elsewhere."""

import random

from goals.models import SubGoal


class Changes:
    """Random changes to the sub-goals named by `codes`; each gives those it changed, saved already."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.codes: list[str] = []

    def any(self) -> SubGoal:
        related = SubGoal.objects.select_related("organization", "goal", "parent")
        return related.get(code=self.chance.choice(self.codes))

    def change(self, **fields) -> list[SubGoal]:
        one = self.any()
        for name, value in fields.items():
            setattr(one, name, value)
        one.save()
        return [one]

    def take_from_children(self) -> list[SubGoal]:
        """It has no value of its own then, and lets those below it count again."""
        return self.change(progress_from=self.chance.choice(SubGoal.ProgressFrom.values))

    def move(self) -> list[SubGoal]:
        one, parent = self.any(), self.chance.choice([None, self.any()])
        above = parent
        while above is not None:
            if above.pk == one.pk:
                return []
            above = above.parent
        one.parent = parent
        one.save()
        return [one]
