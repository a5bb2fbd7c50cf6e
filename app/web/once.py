"""A form that is sent twice is acted on once: the second request gets the answer of the first."""

from __future__ import annotations

import hmac
import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, cast

from flask import Flask, Response, current_app, g, request, session

from ..core.database import db
from ..core.errors import Busy
from .context import is_api
from .guard import visitor_identity

FIELD = "idempotency_key"
KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
KEEP_SECONDS = 600.0
MAX_ANSWERS = 300
MAX_ANSWER_SIZE = 256 * 1024
# As long as a browser's second click may wait for the answer to its first.
WAIT_SECONDS = 10.0
EXTENSION = "microblog.answers"
# Logging in and out may be repeated, and a code must count once only.
REPEATABLE = ("sessions",)


Stored = tuple[int, list[tuple[str, str]], bytes]


@dataclass
class Answer:
    """What the first request was answered; `done` is set once that is known, `response` stays None after an error."""

    until: float
    done: threading.Event = field(default_factory=threading.Event)
    response: Stored | None = None
    session: dict[str, Any] = field(default_factory=dict)


class Answers:
    """The latest answers to forms, in memory alone, because a page may show a secret that is shown only once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._salt = secrets.token_bytes(32)

    def name_of(self, *parts: str) -> str:
        """Return the name of a request, from which nothing of its parts can be read."""
        return hmac.digest(self._salt, "\0".join(parts).encode(errors="replace"), "sha256").hex()

    def begin(self, name: str) -> tuple[Answer, bool]:
        """Return the answer to a request of that name, and whether the caller has to find it."""
        with self._lock:
            self._forget_old()
            answer = self._answers.get(name)
            if answer is not None:
                return answer, False
            answer = self._answers[name] = Answer(self._clock() + KEEP_SECONDS)
            return answer, True

    def give_up(self, name: str) -> None:
        """Let the next request of that name be acted on."""
        with self._lock:
            answer = self._answers.pop(name, None)
        if answer is not None:
            answer.done.set()

    def _forget_old(self) -> None:
        while self._answers:
            name, oldest = next(iter(self._answers.items()))
            if oldest.until > self._clock() and len(self._answers) < MAX_ANSWERS:
                return
            del self._answers[name]
            oldest.done.set()


def init_once(app: Flask) -> None:
    """Answer a second, identical submission of a form like the first, on every page there is."""
    app.extensions[EXTENSION] = Answers()
    app.jinja_env.globals[FIELD] = new_key
    app.before_request(_answer_again)
    # The first of these runs last, when the answer has its headers and cookies.
    app.after_request_funcs.setdefault(None, []).insert(0, _keep)
    app.teardown_request(_release)


def new_key() -> str:
    """Return the key of a form, new each time that it is shown."""
    return secrets.token_urlsafe(16)


def _answers() -> Answers:
    return cast(Answers, current_app.extensions[EXTENSION])


def _name() -> str | None:
    """Return what a submission is known by, None for what is no form or may be repeated."""
    if request.method != "POST" or is_api() or request.blueprint in REPEATABLE:
        return None
    key = request.form.get(FIELD, "")
    if not KEY.fullmatch(key) or request.files:
        return None
    fields = [part for item in sorted(request.form.items(multi=True)) for part in item]
    visitor = (visitor_identity(), str(session.get("csrf_token", "")), request.headers.get("Accept", ""))
    return _answers().name_of(*visitor, request.full_path, *fields)


def _answer_again() -> Response | None:
    name = _name()
    if name is None:
        return None
    until = time.monotonic() + WAIT_SECONDS
    while True:
        answer, first = _answers().begin(name)
        if first:
            g.microblog_submission = name, answer
            return None
        # Nothing may hold the database while another request is waited for.
        db.session.rollback()
        if not answer.done.wait(max(0.0, until - time.monotonic())):
            raise Busy
        if answer.response is not None:
            return _repeated(answer, answer.response)


def _repeated(answer: Answer, response: Stored) -> Response:
    session.clear()
    session.update(answer.session)
    status, headers, body = response
    return current_app.response_class(body, status, headers)


def _keep(response: Response) -> Response:
    _, answer = g.get("microblog_submission") or ("", None)
    if answer is not None and response.status_code < HTTPStatus.BAD_REQUEST and not response.is_streamed:
        body = response.get_data()
        if len(body) <= MAX_ANSWER_SIZE:
            answer.session = dict(session)
            answer.response = response.status_code, list(response.headers), body
            answer.done.set()
    return response


def _release(_error: BaseException | None) -> None:
    name, answer = g.pop("microblog_submission", ("", None))
    if answer is not None and answer.response is None:
        _answers().give_up(name)
