"""Lets the collector of circular garbage rest while many rows are in hand."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Do not look for circles meanwhile: rows of an answer have none, and looking costs as much as reading.

    For work of a second or less, not while a source is waited for: it holds for the whole process.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
