"""One line per event on standard error, where supervisord and Docker collect it."""

from __future__ import annotations

import logging
import sys

FORMAT = "%(levelname)s %(name)s: %(message)s"


def init_logs() -> None:
    """Send warnings of every library and information of ours to standard error, once."""
    root = logging.getLogger()
    if not root.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter(FORMAT))
        root.addHandler(handler)
        root.setLevel(logging.WARNING)
    logging.getLogger("app").setLevel(logging.INFO)
