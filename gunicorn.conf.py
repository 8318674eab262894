"""How gunicorn serves the web: a few processes with some threads each. Read by `gunicorn --config gunicorn.conf.py`."""

import os
from typing import Any

from deploy.dying import die_with

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
preload_app = False
timeout = 30
graceful_timeout = 20
keepalive = 5
max_requests = 20_000
max_requests_jitter = 4_000
accesslog = None
errorlog = "-"
loglevel = "warning"
# One control socket would be shared by every gunicorn of the same user.
control_socket_disable = True


def post_fork(server: Any, _worker: Any) -> None:
    """A worker notices within a second that its master is gone, unless it is busy; the kernel always does."""
    die_with(server.pid)
