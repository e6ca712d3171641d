"""Why a backup is not made or not restored."""


class Refused(Exception):
    """Says what is wrong and what to do; nothing was changed."""
