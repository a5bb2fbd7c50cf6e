"""The rules of what administrators do about accounts: never to themselves, and one of them stays."""

from __future__ import annotations

from sqlalchemy import delete

from ..accounts.credentials import end_credentials
from ..accounts.models import ACTIVE, LEAVING, SUSPENDED, WAITING, User
from ..accounts.service import end_follows
from ..core.database import db
from ..core.errors import Invalid, mark
from ..core.names import name_key
from ..jobs.service import enqueue, enqueue_once
from ..messages.models import Message
from ..messages.queries import KIND as MESSAGE
from ..posts.service import remove_posts
from ..search.service import record_change
from ..second_factor.service import remove
from ..sessions.service import keep_running_sessions
from . import queries

DELETE, TELL_APPROVED = "administration.delete", "administration.tell_approved"
# Deleted in one transaction, so that nobody who writes waits for long; their number is that of the index's batches.
PIECE = 200
NOT_ONESELF = mark("You cannot do that to your own account. Let another administrator do it.")
LAST = mark("This is the last administrator who can log in. Make somebody else one first.")
CHANGED = mark("This account is not, or no longer, in a state in which that can be done.")
NOT_THE_NAME = mark("This is not the name of the account.")


def approve(user: User, address: str = "") -> None:
    """Let an account in that waited; raises Invalid if it does not wait.

    With the `address` of the site, where letters are sent, the worker mails that to whoever it is.
    """
    _require(user, WAITING)
    user.status = ACTIVE
    if address:
        enqueue(TELL_APPROVED, {"id": user.id, "address": address})


def suspend(user: User, by: User | None) -> None:
    """Keep an account out and end its credentials at once; what it wrote stays. `by` is None in the shell.

    Raises Invalid for oneself, for the last administrator, and for an account that is not in.
    """
    _require(user, ACTIVE)
    _refuse_for_safety(user, by)
    user.status = SUSPENDED
    end_credentials(user)


def resume(user: User) -> None:
    """Let a suspended account in again; raises Invalid if it is not suspended."""
    _require(user, SUSPENDED)
    user.status = ACTIVE


def promote(user: User) -> None:
    """Make an account an administrator; raises Invalid for one that may not get in."""
    _require(user, ACTIVE)
    user.is_admin = True


def demote(user: User, by: User | None) -> None:
    """Make an administrator a member; raises Invalid for oneself and for the last one.

    Its credentials end, but whoever is logged in stays so as a member, unless the browser is a remembered one.
    """
    _refuse_for_safety(user, by)
    user.is_admin = False
    old_key = user.session_key
    end_credentials(user)
    keep_running_sessions(user, old_key)


def remove_second_factor(user: User, by: User) -> None:
    """Let somebody log in with the password alone who has lost the phone and the recovery codes.

    Raises Invalid for oneself, who has a page that asks for the password, and if there is none.
    """
    if by.id == user.id:
        raise Invalid(NOT_ONESELF)
    if not remove(user.id):
        raise Invalid(CHANGED)


def request_deletion(user: User, by: User | None, name: str | None = None) -> None:
    """Lock an account at once and let the worker delete it with all that it wrote and received.

    `name` is what was typed to confirm it, None where nothing had to be. Raises Invalid for another name than its own,
    for oneself and for the last administrator. Doing it again changes nothing, unless the job was lost.
    """
    if name is not None and name_key(name) != user.username_key:
        raise Invalid(NOT_THE_NAME, "name")
    _refuse_for_safety(user, by)
    if user.status != LEAVING:
        user.status, user.is_admin = LEAVING, False
        end_credentials(user)
    enqueue_once(DELETE, {"id": user.id})


def refuse(user: User, by: User | None) -> None:
    """Delete an account that waits for approval; raises Invalid if it does not wait."""
    _require(user, WAITING)
    request_deletion(user, by)


def delete_piece(user_id: int) -> bool:
    """Delete some of what belongs to an account that is leaving, in the end the account; False if there is more.

    The next piece is a job of its own, so that the worker's other jobs get their turn in between.
    """
    user = db.session.get(User, user_id)
    if user is None or user.status != LEAVING:
        return True
    if posts := queries.some_posts(user_id, PIECE):
        remove_posts(user_id, posts)
    elif messages := queries.some_messages(user_id, PIECE):
        db.session.execute(delete(Message).where(Message.id.in_(messages)))
        for message_id in messages:
            record_change(MESSAGE, message_id)
    elif not end_follows(user_id, PIECE):
        # Whatever else refers to it goes with it, by the database's own rule.
        db.session.delete(user)
        return True
    enqueue(DELETE, {"id": user_id})
    return False


def _require(user: User, status: str) -> None:
    if user.status != status:
        raise Invalid(CHANGED)


def _refuse_for_safety(user: User, by: User | None) -> None:
    if by is not None and by.id == user.id:
        raise Invalid(NOT_ONESELF)
    if queries.is_last_administrator(user):
        raise Invalid(LAST)
