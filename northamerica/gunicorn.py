"""How gunicorn serves the site: `gunicorn --config northamerica/gunicorn.py northamerica.wsgi`.

WEB_CONCURRENCY, which gunicorn reads itself, sets the number of processes (1 if unset).
"""

import tempfile
from pathlib import Path

bind = "0.0.0.0:8000"
worker_class = "gthread"
threads = 4  # each keeps one database connection open: processes x threads stay below the database's limit
timeout = 60
graceful_timeout = 30
keepalive = 5
max_requests, max_requests_jitter = 10_000, 1_000
accesslog = "-"
# The processes' sign of life is a file: in memory, so that a slow disk never looks like a dead process.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else tempfile.gettempdir()  # noqa: S108 - see above
