"""What several machines on one database must have in common, seen to at the start of each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlalchemy import Connection

from ..core.config import Settings
from ..core.named_lock import LEADER
from ..core.search_settings import ELASTICSEARCH
from ..core.server import server_engine
from .refusal import Reason, Refusal
from .server import count_accounts, wait_for_lock

# A machine that lost its power is noticed by its server within this time.
GONE_SECONDS = 90
WAITING = "another machine works on this database; waiting whether it goes"


def check_machines(settings: Settings, tell: Callable[[str], None]) -> None:
    """Raise Refusal where this machine would have another key, or a search index of its own beside another's."""
    if settings.database is None:
        return
    engine = server_engine(settings.database)
    with engine.connect() as connection:
        if not settings.secret_key:
            _refuse_another_key(connection, settings)
        if settings.search.engine != ELASTICSEARCH:
            _refuse_another_index(connection, tell)
        # Gone with the lock, which is for the worker to have.
        connection.invalidate()
    engine.dispose()


def _refuse_another_key(connection: Connection, settings: Settings) -> None:
    if count_accounts(connection):
        key = settings.data_dir / "secret_key"
        raise Refusal(
            Reason.SECRET_KEY,
            f"the database has accounts, and this machine has no key of theirs ({key})",
            "Give it the key of the machine that had it before, or has it, too: that file, or SECRET_KEY or "
            "SECRET_KEY_FILE. If it is lost for good, make one, after which everybody logs in again, those with a "
            f"second factor by a recovery code: openssl rand -hex 32 >{key}",
        )


def _refuse_another_index(connection: Connection, tell: Callable[[str], None]) -> None:
    stays = Refusal(
        Reason.DATABASE,
        "another machine works on this database, and an own search index would lack what is done there",
        "Stop the other one; or set ELASTICSEARCH_URL and the same SECRET_KEY on all of them: see README, "
        "Several machines",
    )
    wait_for_lock(connection, LEADER, GONE_SECONDS, stays, partial(tell, WAITING))
