"""Keys that are shown once and kept as a hash."""

import hashlib
import secrets


def new_key() -> str:
    """256 random bits: nothing a guess or a slower hash could help against."""
    return secrets.token_urlsafe(32)


def hash_of_key(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()
