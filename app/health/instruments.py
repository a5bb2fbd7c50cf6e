"""Counts and times requests, of all web processes together, in files in memory."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Any

from flask import Flask, Response, request, request_finished, request_started
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector

from .measures import Measures

BEGAN = "microblog.began"
# Whatever else a visitor asks for or calls a method is one label, so that nobody can make up new ones.
UNKNOWN = "unknown"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
# Files of processes that have ended are kept, so that no count goes back, until they have become so many.
MOST_FILES = 64


class Instruments:
    """What is counted; the files lie in `folder`, two for each process that has served something."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        forget_ended(folder)
        self._requests = Counter(
            "microblog_requests", "Requests answered.", ["route", "method", "status"], registry=None
        )
        self._seconds = Histogram(
            "microblog_request_seconds", "Time until the answer began.", ["route"], buckets=BUCKETS, registry=None
        )

    def connect(self, app: Flask) -> None:
        """Count every request of the application."""
        request_started.connect(self._begin, app)
        request_finished.connect(self._finish, app)

    def _begin(self, _app: Flask, **_: Any) -> None:
        request.environ[BEGAN] = perf_counter()

    def _finish(self, _app: Flask, response: Response, **_: Any) -> None:
        route = request.url_rule.rule if request.url_rule else UNKNOWN
        method = request.method if request.method in METHODS else UNKNOWN
        self._requests.labels(route, method, str(response.status_code)).inc()
        self._seconds.labels(route).observe(perf_counter() - request.environ[BEGAN])

    def report(self, accept: str) -> tuple[bytes, str]:
        """All figures in the form that suits who asks, and the name of that form."""
        if len(list(self._folder.iterdir())) > MOST_FILES:
            forget_ended(self._folder)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(self._folder))  # type: ignore[no-untyped-call]  # the library's is untyped
        registry.register(Measures())
        encoder, kind = choose_encoder(accept)
        return encoder(registry), kind


def forget_ended(folder: Path) -> None:
    """Remove the files of processes that are no more; each has its process's number at its end."""
    for path in folder.glob("*.db"):
        if not Path("/proc", path.stem.rpartition("_")[2]).exists():
            path.unlink(missing_ok=True)
