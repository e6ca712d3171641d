"""The messages that run upward: rooms above listen, this room does not know who."""

from django.dispatch import Signal

# Sent in the transaction that publishes values, with `indicator_ids` (set of int) and `cause` (str, such as
# "run:12"); a receiver that raises undoes it.
observations_published = Signal()

# Sent in the transaction of a decision on a held batch, with `held`, `by`, `decision` and `reason`;
# a receiver that raises undoes it.
batch_decided = Signal()
