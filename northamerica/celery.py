"""The Celery application; brokers and schedules come from settings."""

import os
import sys

from celery import Celery
from celery.signals import task_postrun, task_prerun
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "northamerica.settings")

app = Celery("northamerica")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf["CELERY_DB_REUSE_MAX"] = sys.maxsize
app.autodiscover_tasks()


@task_prerun.connect
@task_postrun.connect
def keep_sound_connections(**_kwargs: object) -> None:
    """Keep a database connection as the web process does, tried before use and for as long as CONN_MAX_AGE.

    Celery by itself opens a new one for each task, on PostgreSQL some milliseconds.
    """
    close_old_connections()
