"""The Celery application; brokers and schedules come from settings."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "northamerica.settings")

app = Celery("northamerica")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
