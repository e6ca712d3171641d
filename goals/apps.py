from django.apps import AppConfig

from indicators.signals import observations_published
from stakeholders.signals import (
    merge_previewed,
    organization_changed,
    organization_switched,
    organizations_merged,
    person_forgotten,
)


class GoalsConfig(AppConfig):
    name = "goals"

    def ready(self) -> None:
        # Only now: what receives needs models, which are loaded after the apps.
        from goals.lifecycle import forgetting, merging, switching

        observations_published.connect(note, dispatch_uid="goals")
        merge_previewed.connect(merging.tell, dispatch_uid="goals")
        organizations_merged.connect(merging.move, dispatch_uid="goals")
        person_forgotten.connect(forgetting.forget, dispatch_uid="goals")
        organization_switched.connect(switching.follow, dispatch_uid="goals")
        for changed in (organization_changed, organization_switched, organizations_merged):
            changed.connect(show, dispatch_uid="goals shows it")


def show(sender, **kwargs) -> None:
    """No page is served from before an organization was changed, also of one without sub-goals."""
    from indicators import edition  # only now, as models are loaded after the apps

    edition.advance()


def note(sender, indicator_ids: set[int], cause: str, **kwargs) -> None:
    """Have a worker bring everything up to date that rests on the published values."""
    from goals import following  # only now, as models are loaded after the apps

    following.note(indicator_ids, cause)
