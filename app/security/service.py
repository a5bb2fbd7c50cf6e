"""The rules of another e-mail address: confirmed by a link in a letter to it, good once and for a day."""

from __future__ import annotations

from secrets import token_urlsafe

from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import select

from ..accounts.models import User
from ..accounts.queries import find_user_by_email
from ..accounts.service import change_profile, checked_email
from ..core.database import db
from ..core.errors import Invalid, mark
from ..core.secrets import hash_of
from .models import EmailChange

SALT = "microblog-email-change"
SECONDS = 24 * 3600
TOKEN_BYTES = 18
VOID = mark("This link is no longer good: it was used already, it is too old, or another address was asked for since.")


def request_change(user: User, email: str, secret: str) -> str:
    """Note the address that an account is to have; what the link to confirm it ends with.

    The same for an address that somebody has already, for that is nobody's business; only do not send the link then.
    """
    address = checked_email(email)
    _forget(user.id)
    token = token_urlsafe(TOKEN_BYTES)
    db.session.add(EmailChange(user_id=user.id, email=address, token_hash=hash_of(token)))
    return str(URLSafeTimedSerializer(secret, salt=SALT).dumps(token))


def is_anothers(user: User, address: str) -> bool:
    """Whether another account has that address, so that its owner is told instead of sent the link."""
    holder = find_user_by_email(address)
    return holder is not None and holder.id != user.id


def find_change(secret: str, signed: str) -> tuple[User, EmailChange]:
    """The account and the change that a link is for; raises Invalid when it is forged, too old or used."""
    try:
        token = str(URLSafeTimedSerializer(secret, salt=SALT).loads(signed, max_age=SECONDS))
    except (BadData, ValueError, TypeError) as error:
        raise Invalid(VOID) from error
    statement = select(User, EmailChange).join(EmailChange, EmailChange.user_id == User.id)
    row = db.session.execute(statement.where(EmailChange.token_hash == hash_of(token))).one_or_none()
    if row is None or not row[0].is_active:
        raise Invalid(VOID)
    return row[0], row[1]


def change_email(user: User, email: str, *, discreet: bool = False) -> None:
    """Give an account another address now; raises Invalid or, unless `discreet`, Conflict when somebody has it."""
    change_profile(user, user.username, user.about_me, email, discreet=discreet)
    _forget(user.id)


def pending(user_id: int) -> EmailChange | None:
    """The change that waits to be confirmed."""
    return db.session.get(EmailChange, user_id)


def _forget(user_id: int) -> None:
    change = pending(user_id)
    if change is not None:
        db.session.delete(change)
        db.session.flush()
