"""The project's own settings in a folder of their own, so that a test never touches a real installation."""

import atexit
import os
import shutil
import tempfile

if redis_url := os.environ.get("REDIS_URL"):
    # Each worker of a spread run has a Redis database of its own: tests empty the cache.
    server, _slash, number = redis_url.rpartition("/")
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    os.environ["REDIS_URL"] = f"{server}/{int(number) - worker}"
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="monitor-tests-")
atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)

from northamerica.settings import *  # noqa: E402, F403 - all of them, once the folder is named
from northamerica.settings import DATA_DIR, DATABASES, STORAGES  # noqa: E402 - likewise

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # sign-in is not what is measured
(DATA_DIR / "static").mkdir()
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file rather than memory: threads and processes share it.
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "tests.sqlite3"}
