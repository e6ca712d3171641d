from celery.signals import task_postrun, task_prerun
from django.apps import AppConfig

from stakeholders import ways


class StakeholdersConfig(AppConfig):
    name = "stakeholders"

    def ready(self) -> None:
        """What a task changes is recorded as coming by that task."""
        task_prerun.connect(ways.begin_task, dispatch_uid="stakeholders")
        task_postrun.connect(ways.end_task, dispatch_uid="stakeholders")
