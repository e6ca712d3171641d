"""Messages upward: other rooms do their part in the same transaction and may refuse by raising."""

from django.dispatch import Signal

organizations_merged = Signal()
"""Sent with source, into, by: move what belongs to `source` over to `into`."""
organization_changed = Signal()
"""Sent with organization: it is new, or one of its own facts is another one now; last in its transaction."""
organization_switched = Signal()
"""Sent with organization: switched on or off, so what it reports is shown and counts again, or no longer."""
person_forgotten = Signal()
"""Sent with user, still with its name, in the transaction of the erasure: take the name out of other rows."""
merge_previewed = Signal()
"""Sent with source, into: return [(words, count), …] of what a merge would move or end."""
