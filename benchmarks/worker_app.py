"""The project's Celery application with a queue of its own, and sources that may be asked at any rate."""

import os

import django

from northamerica.celery import app


def ask_at_any_rate() -> None:
    from indicators.sources import Rate, imf_datamapper, worldbank

    worldbank.RATE = imf_datamapper.RATE = Rate(requests=10_000, seconds=1)


django.setup()
ask_at_any_rate()
app.conf.task_default_queue = os.environ["BENCHMARK_QUEUE"]
app.conf.broker_transport_options |= {"global_keyprefix": os.environ["BENCHMARK_QUEUE"]}
