"""The rules of invitations: how far they go, and that nobody comes by one that is used up."""

from __future__ import annotations

from datetime import timedelta
from secrets import token_urlsafe

from sqlalchemy import or_, select, update

from ..accounts.models import User
from ..accounts.service import CLOSED, create_user
from ..core.database import changed_rows, db
from ..core.errors import Forbidden, Invalid, mark
from ..core.paging import whole_number
from ..core.secrets import hash_of
from ..core.text import clean
from ..core.time import utc_now
from .models import NOTE_LENGTH, Admission, Invitation
from .queries import find_good

PATH = "/invite/"
MOST_USES, MOST_DAYS = 100, 365
TOKEN_BYTES = 18
# The same for a forged, a used, an old and a revoked one: more would tell what there was.
VOID = mark("This invitation is not good, or no longer. Ask whoever gave it to you for a new one.")


def checked_uses(text: str) -> int:
    """For how many accounts an invitation is good; raises Invalid."""
    number = whole_number(text.strip(), MOST_USES)
    if number is None:
        raise Invalid(mark("Write a number from 1 to %(limit)d."), "uses", limit=MOST_USES)
    return number


def checked_days(text: str) -> int | None:
    """For how many days an invitation is good, None for without end; raises Invalid."""
    if not text.strip():
        return None
    number = whole_number(text.strip(), MOST_DAYS)
    if number is None:
        raise Invalid(mark("Write a number from 1 to %(limit)d, or nothing."), "days", limit=MOST_DAYS)
    return number


def checked_note(text: str) -> str:
    """What an invitation is for as it will be stored, possibly nothing; raises Invalid."""
    return clean(text, "note", NOTE_LENGTH) if text.strip() else ""


def create_invitation(creator: User | None, uses: int, days: int | None, note: str) -> str:
    """A new invitation; its token is told this once. `creator` is None in the shell. Raises Invalid for a bad note."""
    token = token_urlsafe(TOKEN_BYTES)
    db.session.add(
        Invitation(
            token_hash=hash_of(token),
            note=checked_note(note),
            uses=uses,
            uses_left=uses,
            expires_at=utc_now() + timedelta(days=days) if days else None,
            created_by_id=creator.id if creator else None,
        )
    )
    return token


def revoke(invitation: Invitation) -> None:
    """Let nobody come by an invitation any more."""
    if invitation.revoked_at is None:
        invitation.revoked_at = utc_now()


def shown_invitation(registration: str, token: str) -> Invitation:
    """The invitation of a link that somebody has opened; raises Invalid when it is not good, Forbidden where
    `registration` (the mode in the settings) lets nobody make an account.
    """
    if registration == "closed":
        raise Forbidden(CLOSED)
    invitation = find_good(token)
    if invitation is None:
        raise Invalid(VOID)
    return invitation


def accept(token: str, username: str, email: str, password_hash: str) -> User:
    """An account made by an invitation, of which one use is taken in the same transaction.

    Raises Invalid when no use is left; Invalid or Conflict, with its field, for a name or address that cannot be had.
    """
    invitation_id = _take_use(token)
    user = create_user(username, email, password_hash)
    db.session.add(Admission(user_id=user.id, invitation_id=invitation_id))
    return user


def _take_use(token: str) -> int:
    """Count one use in the database itself, so that of two who want the last one only one gets it."""
    good = (
        Invitation.uses_left > 0,
        Invitation.revoked_at.is_(None),
        or_(Invitation.expires_at.is_(None), Invitation.expires_at > utc_now()),
    )
    invitation_id = db.session.scalar(select(Invitation.id).where(Invitation.token_hash == hash_of(token)))
    taken = update(Invitation).where(Invitation.id == invitation_id, *good).values(uses_left=Invitation.uses_left - 1)
    result = db.session.execute(taken, execution_options={"synchronize_session": False})
    if invitation_id is None or changed_rows(result) == 0:
        raise Invalid(VOID)
    return invitation_id
