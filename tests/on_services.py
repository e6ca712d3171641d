"""Runs what talks to a database once more on PostgreSQL and Redis, when both answer on this machine."""

import os
import subprocess
import sys

import psycopg
import redis

DATABASE_URL = os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
PURE = [
    "tests/indicators/charts",
    "tests/indicators/sources",
    "tests/goals/method",
    "tests/public/test_design_tokens.py",
    "tests/public/test_pages.py",
    "tests/northamerica/test_demo.py",
    "tests/browser",
]
"""What never meets a database, looks at markup alone, or serves this machine alone."""
KILLS = "tests/faults/test_killed_workers.py"
"""Real workers that are killed want the machine for themselves, so they come after the rest."""


def what_is_missing() -> str | None:
    try:
        psycopg.connect(DATABASE_URL, connect_timeout=3).close()
    except psycopg.Error as error:
        return f"PostgreSQL cannot be used at {DATABASE_URL}: {str(error).splitlines()[0]}"
    try:
        redis.from_url(REDIS_URL, socket_connect_timeout=3).ping()
    except redis.RedisError as error:
        return f"Redis cannot be used at {REDIS_URL}: {error}"
    return None


def main() -> int:
    if missing := what_is_missing():
        print(f"SKIPPED the second round on PostgreSQL and Redis. {missing}")
        return 0
    print("Once more on PostgreSQL and Redis:")
    environment = os.environ | {"DATABASE_URL": DATABASE_URL, "REDIS_URL": REDIS_URL}
    left_out = [f"--ignore={folder}" for folder in (*PURE, KILLS)]
    rounds = (["-n", "2", "--maxschedchunk", "8", *left_out], [KILLS])
    return max(abs(run_tests(arguments, environment)) for arguments in rounds)


def run_tests(arguments: list[str], environment: dict[str, str]) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
