"""What errors of MySQL, MariaDB and PostgreSQL mean, by the servers' own codes; the drivers' classes say too little."""

from __future__ import annotations

import logging

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, IntegrityError

from .errors import Busy, DatabaseAway, StorageFull

logger = logging.getLogger(__name__)
# MySQL has numbers, PostgreSQL states, of which the first two digits are the class.
INTEGRITY_CLASS = "23"
# A constraint of MariaDB, one of MySQL: pymysql calls them operational.
INTEGRITY = frozenset({4025, 3819})
# It passes, and nothing was written: 1205, 55P03: a lock was not had in time; 1213, 40P01: a deadlock; 40001, 1020: two
# changed the same; 3572: a lock that was not to be waited for.
BUSY = frozenset({1205, 1213, 1020, 3572, "55P03", "40P01", "40001"})
# The server is being stopped or started, has too many connections, or has ended ours.
AWAY = frozenset({1040, 1053, 1203, 1927, 2003, 2006, 2013, 2055, 4031}) | frozenset(
    {"53300", "57P01", "57P02", "57P03", "57P05", "25P03", "25P04"}
)
FULL = frozenset({1021, 1114, 3019, "53100"})
NO_TABLE = frozenset({1146, "42P01"})
# How pg8000 and pymysql name a connection that broke, or was not to be had; there are no codes then.
BROKEN = ("network error", "communication error", "create a connection", "connection is closed")


def name_errors(engine: Engine) -> None:
    """Have every error of the server that we know raised as what it means.

    IntegrityError where a rule of the database forbids it; Busy, DatabaseAway or StorageFull where it passes: in reads,
    writes and commits, of pages, jobs and commands. Any other stays what the driver made of it.
    """

    @event.listens_for(engine, "handle_error")
    def _on_error(context: ExceptionContext) -> Exception | None:
        # Asked before a connection is used: SQLAlchemy makes another one then.
        return None if context.is_pre_ping else _meaning(context)


def code_of(error: BaseException | None) -> object:
    """What the server calls an error: MySQL's number or PostgreSQL's state, None if it says neither."""
    arguments = getattr(error, "args", ())
    first = arguments[0] if arguments else None
    return first.get("C") if isinstance(first, dict) else first


def lacks_table(error: DBAPIError) -> bool:
    """Whether there is no table of that name: nobody has made the database ready."""
    return code_of(error.orig) in NO_TABLE


def _meaning(context: ExceptionContext) -> Exception | None:
    error, known = context.original_exception, context.sqlalchemy_exception
    code = code_of(error)
    if _is_of_integrity(code) and isinstance(known, DBAPIError) and not isinstance(known, IntegrityError):
        return IntegrityError(known.statement, known.params, error, known.hide_parameters, ismulti=known.ismulti)
    if code in FULL:
        return _told(StorageFull(), error)
    if code in BUSY:
        return _told(Busy(), error)
    # pg8000 lets some errors of the socket through as they are.
    if (
        code in AWAY
        or context.is_disconnect
        or isinstance(error, OSError)
        or any(sign in str(error) for sign in BROKEN)
    ):
        context.is_disconnect = True
        return _told(DatabaseAway(), error)
    return None


def _is_of_integrity(code: object) -> bool:
    return code in INTEGRITY or (isinstance(code, str) and code.startswith(INTEGRITY_CLASS))


def _told(meant: Exception, error: BaseException) -> Exception:
    """The person is told no details, so they have to stand in the log; PostgreSQL's without the row that it shows."""
    said = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    logger.warning("the database server: %s", said.get("M") or error)
    return meant
