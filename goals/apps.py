from celery import current_app
from django.apps import AppConfig
from django.db import transaction

from indicators.signals import observations_published
from stakeholders.signals import merge_previewed, organization_switched, organizations_merged


class GoalsConfig(AppConfig):
    name = "goals"

    def ready(self) -> None:
        # Only now: what receives needs models, which are loaded after the apps.
        from goals.lifecycle import merging, switching

        observations_published.connect(hand_on, dispatch_uid="goals")
        merge_previewed.connect(merging.tell, dispatch_uid="goals")
        organizations_merged.connect(merging.move, dispatch_uid="goals")
        organization_switched.connect(switching.follow, dispatch_uid="goals")


def hand_on(sender, indicator_ids: set[int], cause: str, **kwargs) -> None:
    """Have a worker bring everything that rests on the published values up to date.

    By name: the web process that hands on must not import the worker's modules. Without ignore_result
    Celery first subscribes to the result store, for 20 seconds while it is down.
    """
    arguments = (sorted(indicator_ids), cause)
    transaction.on_commit(
        lambda: current_app.send_task("goals.tasks.follow_publication", arguments, ignore_result=True)
    )
