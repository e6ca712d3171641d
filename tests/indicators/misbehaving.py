"""Functions nobody should run without limits."""

import os
import time
from pathlib import Path


def echo(body: bytes, word: str) -> dict:
    return {"body": list(body), "word": word}


def sleep(body: bytes) -> None:
    time.sleep(60)


def compute(body: bytes) -> None:
    while True:
        pass


def fill_memory(body: bytes) -> int:
    kept = []
    while True:
        kept.append(bytearray(16 * 1024 * 1024))


def talk(body: bytes) -> str:
    return "a" * (2 * 1024 * 1024)


def fail(body: bytes) -> None:
    raise ValueError("what nobody expected")


def die(body: bytes) -> None:
    os.abort()


def look_around(body: bytes, path: str) -> dict:
    try:
        Path(path).write_bytes(b"something")
        written = True
    except OSError:
        written = False
    return {"written": written, "environment": dict(os.environ)}
