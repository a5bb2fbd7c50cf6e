"""Every error becomes a page that says what is wrong and what to do; the one place that knows their statuses."""

from __future__ import annotations

import logging
from http import HTTPStatus

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_babel import gettext, lazy_gettext
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from ..core.database import db
from ..core.errors import (
    Busy,
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    StorageFailing,
    StorageFull,
)
from .context import is_api, wants_json

logger = logging.getLogger(__name__)

STATUS: dict[type[DomainError], int] = {
    NotFound: HTTPStatus.NOT_FOUND,
    Forbidden: HTTPStatus.FORBIDDEN,
    Conflict: HTTPStatus.CONFLICT,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    RateLimited: HTTPStatus.TOO_MANY_REQUESTS,
    Busy: HTTPStatus.SERVICE_UNAVAILABLE,
    StorageFailing: HTTPStatus.INTERNAL_SERVER_ERROR,
    StorageFull: HTTPStatus.INSUFFICIENT_STORAGE,
}
# What is called with an unforeseen error and where it came up, if anybody wants to know.
REPORT = "microblog.report_error"
BACK = lazy_gettext("Go back and try again; what you typed should still be there.")
# status: (title, message, advice)
TEXTS = {
    400: (
        lazy_gettext("That request was not understood"),
        lazy_gettext("Something in it was missing or damaged, or the page it came from was too old."),
        lazy_gettext("Load the page again, then repeat what you did."),
    ),
    403: (
        lazy_gettext("Not allowed"),
        lazy_gettext("You may not do that here."),
        lazy_gettext("If you think you should, ask whoever runs this appliance."),
    ),
    404: (
        lazy_gettext("Nothing here"),
        lazy_gettext("There is no such page, or what it showed is gone."),
        lazy_gettext("Check the address, or start again from the front page."),
    ),
    405: (
        lazy_gettext("That does not work this way"),
        lazy_gettext("This address exists, but not for what was asked of it."),
        lazy_gettext("Use the buttons and links of the pages."),
    ),
    409: (lazy_gettext("Taken already"), lazy_gettext("Somebody else has that already."), BACK),
    413: (
        lazy_gettext("Too large"),
        lazy_gettext("What was sent is larger than this appliance accepts."),
        lazy_gettext("Shorten it, then send it again."),
    ),
    414: (
        lazy_gettext("The address is too long"),
        lazy_gettext("What was asked for is longer than this appliance accepts."),
        lazy_gettext("Shorten it, then try again."),
    ),
    422: (lazy_gettext("That cannot be used"), lazy_gettext("Something in the form cannot be used as it is."), BACK),
    429: (
        lazy_gettext("Too many tries"),
        lazy_gettext("There were too many tries in a short time."),
        lazy_gettext("Wait a few minutes, then try again."),
    ),
    431: (
        lazy_gettext("Too large"),
        lazy_gettext("The headers of the request are larger than this appliance accepts."),
        lazy_gettext("Delete the cookies of this site, then try again."),
    ),
    500: (
        lazy_gettext("Something went wrong here"),
        lazy_gettext("It is not your fault. What went wrong was written to the log."),
        lazy_gettext("Try again in a moment. If it stays, tell whoever runs this appliance."),
    ),
    503: (
        lazy_gettext("Busy"),
        lazy_gettext("The appliance is busy right now."),
        lazy_gettext("Try again in a moment."),
    ),
    507: (
        lazy_gettext("The storage is full"),
        lazy_gettext("Nothing can be saved until there is room again. Reading still works."),
        lazy_gettext("Tell whoever runs this appliance: it needs free space on its data volume."),
    ),
}


def init_errors(app: Flask) -> None:
    """Answer every error with a page."""
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unforeseen)


def error_page(status: int, message: str = "", *, plain: bool = False) -> Response:
    """The page for a status, with a message of its own or the usual one; `plain` pages touch no database."""
    if wants_json():
        return _json_error(status, message)
    title, usual, advice = TEXTS.get(status) or TEXTS[400 if status < HTTPStatus.INTERNAL_SERVER_ERROR else 500]
    page = render_template(
        "errors/error.html", status=status, title=title, message=message or usual, advice=advice, plain=plain
    )
    return make_response(page, status)


def _json_error(status: int, message: str) -> Response:
    """What programs are told: the status by name and, where there is more to say, a message."""
    body = {"error": HTTP_STATUS_CODES[status]} | ({"message": message} if message else {})
    return make_response(jsonify(body), status)


def status_for(error: DomainError) -> int:
    """The status that this error answers with."""
    return next(code for kind, code in STATUS.items() if isinstance(error, kind))


def _domain_error(error: DomainError) -> Response:
    db.session.rollback()
    status = status_for(error)
    if is_api() and isinstance(error, NotFound | Forbidden) and error.message == error.usual:
        # The status says as much; upstream's clients know these bodies.
        return _json_error(status, "")
    # Busy and StorageFull come from a database that may refuse more; their pages do without it.
    page = error_page(status, gettext(error.message, **error.values), plain=isinstance(error, Busy | StorageFull))
    if isinstance(error, RateLimited | Busy):
        page.headers["Retry-After"] = str(error.retry_after)
    return page


def _http_error(error: HTTPException) -> Response:
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return make_response(error.get_response())  # a redirect that the router raised
    db.session.rollback()
    own = type(error).description != error.description and is_api()
    message = str(error.description) if own else ""
    page = error_page(error.code, message, plain=error.code >= HTTPStatus.INTERNAL_SERVER_ERROR)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After", "WWW-Authenticate"):
            page.headers[name] = value
    return page


def _unforeseen(error: Exception) -> Response:
    db.session.rollback()
    logger.error("unhandled error", exc_info=error)
    if report := current_app.extensions.get(REPORT):
        # The path alone: what was typed, or asked for, is nobody's business.
        report(error, f"{request.method} {request.path}")
    return error_page(HTTPStatus.INTERNAL_SERVER_ERROR, plain=True)
