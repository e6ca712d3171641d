"""Two people never overwrite each other silently (R10): a row has a version, a form says which it read."""

from typing import Self

from django.db import models


class Stale(Exception):
    """Someone else has saved in between; `current` is the row as it stands now, None if it is gone."""

    def __init__(self, current: "Versioned | None") -> None:
        super().__init__("This was changed by someone else in the meantime. Nothing of yours was saved.")
        self.current = current


class Versioned(models.Model):
    """A row that is saved only over the version its author has seen."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def save(self, *args, **kwargs) -> None:
        """Any other save moves the version on as well, so that a form opened before it is stale."""
        if not self._state.adding:
            self.version += 1
            if (named := kwargs.get("update_fields")) is not None:
                kwargs["update_fields"] = {*named, "version"}
        super().save(*args, **kwargs)

    @property
    def etag(self) -> str:
        """The version as the API writes it in `ETag` and reads it in `If-Match`."""
        return f'"{self.version}"'

    def save_if(self, version: int, *fields: str) -> Self:
        """Save the named fields (all if none is named) in one statement, or raise Stale."""
        changed = self._values_of(fields)
        rows = type(self)._base_manager.filter(pk=self.pk)
        # Counted by the database: a number made up at the end of its range is stale, no error.
        if not rows.filter(version=version).update(**changed, version=models.F("version") + 1):
            raise Stale(rows.first())
        self.version = version + 1
        return self

    def _values_of(self, names: tuple[str, ...]) -> dict[str, object]:
        writable = [field for field in self._meta.local_concrete_fields if not field.primary_key]
        chosen = [field for field in writable if field.name in names or not names]
        if unknown := set(names) - {field.name for field in chosen}:
            raise ValueError(f"{type(self).__name__} has no field {', '.join(sorted(unknown))}.")
        return {field.name: field.pre_save(self, False) for field in chosen if field.name != "version"}
