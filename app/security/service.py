"""The rules of another e-mail address: confirmed by a link in a letter to it, good once and for a day."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe

from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import select

from ..accounts.models import ACTIVE, User
from ..accounts.queries import find_user_by_email
from ..accounts.service import change_profile, checked_email
from ..core.database import db
from ..core.errors import Invalid, mark
from ..core.secrets import hash_of
from ..core.time import utc_now
from .models import EmailChange

SALT, CANCEL_SALT = "microblog-email-change", "microblog-email-cancel"
SECONDS = 24 * 3600
TOKEN_BYTES = 18
VOID = mark("This link is no longer good: it was used already, it is too old, or another address was asked for since.")
NOTHING_TO_CANCEL = mark("There is no change to cancel: it was canceled or confirmed already, or it has expired.")


def request_change(user: User, email: str, secret: str) -> tuple[EmailChange, str]:
    """Note the address that an account is to have; the row, and what the link to confirm it ends with.

    The same for an address that somebody has already, for that is nobody's business; only do not send the link then.
    """
    address = checked_email(email)
    _forget(user.id)
    token = token_urlsafe(TOKEN_BYTES)
    change = EmailChange(user_id=user.id, email=address, token_hash=hash_of(token), session_key=user.session_key)
    db.session.add(change)
    return change, str(_serializer(secret, SALT).dumps(token))


def is_anothers(user: User, address: str) -> bool:
    """Whether another account has that address, so that its owner is told instead of sent the link."""
    holder = find_user_by_email(address)
    return holder is not None and holder.id != user.id


def find_change(secret: str, signed: str) -> tuple[User, EmailChange]:
    """The account and the change that a link is for; raises Invalid when it is forged, too old or used."""
    return _find(hash_of(_read(secret, SALT, signed)), VOID)


def cancel_token(change: EmailChange, secret: str) -> str:
    """Return what the link that cancels a change ends with; it goes to the address until now."""
    return str(_serializer(secret, CANCEL_SALT).dumps(change.token_hash))


def find_change_to_cancel(secret: str, signed: str) -> tuple[User, EmailChange]:
    """The account and the change that a link cancels; raises Invalid when it is forged, too old or nothing is left."""
    return _find(_read(secret, CANCEL_SALT, signed), NOTHING_TO_CANCEL)


def cancel_change(user: User) -> bool:
    """Let the address stay as it is; False if nothing was pending."""
    was_pending = pending(user) is not None
    _forget(user.id)
    return was_pending


def _read(secret: str, salt: str, signed: str) -> str:
    try:
        return str(_serializer(secret, salt).loads(signed, max_age=SECONDS))
    except (BadData, ValueError, TypeError) as error:
        raise Invalid(VOID if salt == SALT else NOTHING_TO_CANCEL) from error


def _find(token_hash: str, message: str) -> tuple[User, EmailChange]:
    statement = select(User, EmailChange).join(EmailChange, EmailChange.user_id == User.id)
    statement = statement.where(EmailChange.session_key == User.session_key, User.status == ACTIVE)
    row = db.session.execute(statement.where(EmailChange.token_hash == token_hash)).one_or_none()
    if row is None:
        raise Invalid(message)
    return row[0], row[1]


def _serializer(secret: str, salt: str) -> URLSafeTimedSerializer:
    # The library's default is SHA-1.
    return URLSafeTimedSerializer(secret, salt=salt, signer_kwargs={"digest_method": sha256})


def change_email(user: User, email: str, *, discreet: bool = False) -> None:
    """Give an account another address now; raises Invalid or, unless `discreet`, Conflict when somebody has it."""
    change_profile(user, user.username, user.about_me, email, discreet=discreet)
    _forget(user.id)


def pending(user: User) -> EmailChange | None:
    """The change that waits to be confirmed and still can be."""
    change = db.session.get(EmailChange, user.id)
    if change is None or change.session_key != user.session_key:
        return None
    return change if utc_now() - change.created_at < timedelta(seconds=SECONDS) else None


def _forget(user_id: int) -> None:
    change = db.session.get(EmailChange, user_id)
    if change is not None:
        db.session.delete(change)
        db.session.flush()
