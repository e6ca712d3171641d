"""The one message that runs upward: rooms above listen, this room does not know who."""

from django.dispatch import Signal

# Sent after values were published, with `indicator_ids` (set of int) and `cause` (str, e.g. "run:12").
observations_published = Signal()
