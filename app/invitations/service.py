"""The rules of ways in: how far an invitation goes, and that a registration is finished by whoever reads its letter."""

from __future__ import annotations

from datetime import datetime, timedelta
from secrets import token_urlsafe

from sqlalchemy import delete, func, or_, update

from ..accounts.models import User
from ..accounts.names import NAME_TAKEN, checked_username
from ..accounts.queries import find_user
from ..accounts.service import CLOSED, checked_email, create_user
from ..core.database import changed_rows, db
from ..core.errors import Conflict, Forbidden, Invalid, mark
from ..core.paging import whole_number
from ..core.room import require_room
from ..core.secrets import hash_of
from ..core.text import clean, is_blank
from ..core.time import utc_now
from ..jobs.service import enqueue
from .models import NOTE_LENGTH, Admission, Invitation, Registration
from .queries import find_good, registration_of

PATH, CONFIRMATION_PATH = "/invite/", "/auth/register/"
ANSWER = "invitations.answer_registration"
# A link in a letter is good for so long; of those who never open it, so many are kept at most.
REGISTRATION_LIFETIME, MOST_REGISTRATIONS = timedelta(days=1), 1000
MOST_USES, MOST_DAYS = 100, 365
TOKEN_BYTES = 18
# The same for a forged, a used, an old and a revoked one: more would tell what there was.
VOID = mark("This invitation is not good, or no longer. Ask whoever gave it to you for a new one.")

LINK_VOID = mark("This link is no longer good: it was used already, or it is over a day old. Make the account again.")


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
    return clean(text, "note", NOTE_LENGTH) if not is_blank(text) else ""


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
            creator_key=creator.session_key if creator else "",
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
    user = create_user(username, email, password_hash, discreet=True)
    db.session.add(Admission(user_id=user.id, invitation_id=invitation_id))
    return user


def _take_use(token: str) -> int:
    """Count one use in the database itself, so that of two who want the last one only one gets it."""
    good = (
        Invitation.uses_left > 0,
        Invitation.revoked_at.is_(None),
        or_(Invitation.expires_at.is_(None), Invitation.expires_at > utc_now()),
    )
    invitation = find_good(token)
    if invitation is None:
        raise Invalid(VOID)
    taken = update(Invitation).where(Invitation.id == invitation.id, *good).values(uses_left=Invitation.uses_left - 1)
    result = db.session.execute(taken, execution_options={"synchronize_session": False})
    if changed_rows(result) == 0:
        raise Invalid(VOID)
    return invitation.id


def request_registration(
    username: str, email: str, password_hash: str, address: str, language: str, *, is_answered: bool = True
) -> None:
    """Note who wants to have an account, and let the worker write to that e-mail address, by the site at `address`.

    Only check the name and the address unless `is_answered`, that is where the recipient gets no more e-mails for now.

    What is done here is the same whether or not somebody has the address; the worker finds that out. Raises Conflict
    for a name that is taken, which everybody may know, and Invalid.
    """
    require_room()
    name = checked_username(username)
    if find_user(name):
        raise Conflict(NAME_TAKEN, field="username")
    registration = Registration(username=name, email=checked_email(email), password_hash=password_hash)
    if is_answered:
        _note_registration(registration, address, language)


def _note_registration(registration: Registration, address: str, language: str) -> None:
    db.session.add(registration)
    db.session.flush()
    too_many = Registration.id <= registration.id - MOST_REGISTRATIONS
    db.session.execute(delete(Registration).where(or_(too_many, Registration.created_at < _oldest())))
    payload = {"id": registration.id, "address": address, "language": language}
    enqueue(ANSWER, payload, expires_at=registration.created_at + REGISTRATION_LIFETIME)


def write_link(registration: Registration, address: str) -> str:
    """The link by which a registration is finished; told this once."""
    token = token_urlsafe(TOKEN_BYTES)
    registration.token_hash = hash_of(token)
    return address + CONFIRMATION_PATH + token


def find_registration(token: str) -> Registration:
    """The registration that a link is for; raises Invalid when it is forged, too old or used."""
    registration = registration_of(token)
    if registration is None or registration.created_at < _oldest():
        raise Invalid(LINK_VOID)
    return registration


def finish(registration: Registration, username: str, status: str) -> User:
    """Make the account of a registration; whatever else waited for its address is void.

    Raises Invalid or Conflict, with its field, if the name or the address was taken meanwhile.
    """
    user = create_user(username, registration.email, registration.password_hash, status=status)
    db.session.execute(delete(Registration).where(func.lower(Registration.email) == registration.email.lower()))
    return user


def _oldest() -> datetime:
    return utc_now() - REGISTRATION_LIFETIME
