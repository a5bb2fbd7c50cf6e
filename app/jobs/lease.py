"""Keeps jobs with the worker that has them in hand, however long they take, while other machines look for work."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ..core.errors import DomainError
from ..core.server import is_server
from .service import LEASE, extend

logger = logging.getLogger(__name__)
# Two may fail before the lease ends.
SECONDS_BETWEEN = LEASE.total_seconds() / 4


@contextmanager
def kept(engine: Engine, ids: Sequence[int]) -> Iterator[None]:
    """Lengthen the leases of these jobs again and again until the block ends; on SQLite nobody else could take them."""
    if not is_server(engine.url):
        yield
        return
    done = threading.Event()
    keeper = threading.Thread(target=_keep, args=(engine, ids, done), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()


def _keep(engine: Engine, ids: Sequence[int], done: threading.Event) -> None:
    while not done.wait(SECONDS_BETWEEN):
        try:
            with Session(engine) as session, session.begin():
                extend(session, ids)
        except (SQLAlchemyError, DomainError) as error:
            logger.warning("the lease of %d job(s) could not be lengthened: %s", len(ids), error)
