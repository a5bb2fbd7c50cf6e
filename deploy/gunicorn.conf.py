"""Settings of the web server; gunicorn reads them from this file's module-level names."""

from __future__ import annotations

import os
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108


def _number(name: str, default: int) -> int:
    return int(os.environ.get(name, "").strip() or default)


def _address() -> str:
    host = os.environ.get("MICROBLOG_BIND", "").strip() or "127.0.0.1"
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


bind = f"{_address()}:{_number('PORT', 8000)}"
# gthread, but slow clients wait in its event loop (docs/decisions/0001-slow-clients.md)
worker_class = "app.webserver.worker.BufferingWorker"
# Beyond this the one that has waited longest is dropped. Each may have a file open, and many systems allow 1,024.
worker_connections = 400
workers = _number("MICROBLOG_WEB_WORKERS", 1)
threads = _number("MICROBLOG_WEB_THREADS", 4)

# The application is loaded when gunicorn starts, being forked from the boot sequence (app/boot/supervision.py).
preload_app = True

# The worker's heartbeat is a file whose times change all day: memory, not an SD card.
worker_tmp_dir = str(SHARED_MEMORY) if os.access(SHARED_MEMORY, os.W_OK) else None

# supervisord steers this process; a second way in would only be something more to protect.
control_socket_disable = True

timeout = 60
# supervisord waits 6 seconds for a stop, the whole appliance stops within 10.
graceful_timeout = 4
# Longer than Nginx waits for an answer, so that it is never this side that closes a connection in use.
keepalive = 35

limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 8190

# Who may say by X-Forwarded-Proto that the browser used https: the proxy in front, if there is one, else nobody.
forwarded_allow_ips = "*" if _number("MICROBLOG_PROXY_HOPS", 0) > 0 else ""

accesslog = None
loglevel = "warning"
