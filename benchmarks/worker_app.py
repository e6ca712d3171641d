"""The project's Celery application with a queue of its own, and sources that may be asked at any rate."""

import os

import django

from northamerica.celery import app

django.setup()

from indicators.sources import Rate, imf_datamapper, worldbank  # noqa: E402

worldbank.RATE = imf_datamapper.RATE = Rate(requests=10_000, seconds=1)
app.conf.task_default_queue = os.environ["BENCHMARK_QUEUE"]
app.conf.broker_transport_options |= {"global_keyprefix": os.environ["BENCHMARK_QUEUE"]}
