"""Links that let somebody choose a new password, once and for a short time."""

from __future__ import annotations

from hashlib import sha256

from itsdangerous import BadData, URLSafeTimedSerializer

from ..accounts.credentials import fingerprint_of, has_fingerprint
from ..accounts.models import User
from ..accounts.service import set_password
from ..core.database import db
from ..core.errors import Invalid, mark
from ..jobs.service import enqueue

SEND_LINK = "recovery.send_link"
# A link that was asked for by mail, and one that an administrator hands over.
SECONDS_BY_MAIL = 10 * 60
SECONDS_BY_HAND = 24 * 3600
BY_MAIL, BY_HAND = "microblog-recovery-by-mail", "microblog-recovery-by-hand"
LIFETIMES = {BY_MAIL: SECONDS_BY_MAIL, BY_HAND: SECONDS_BY_HAND}
VOID = mark("This link is no longer good: it was used already, or it is too old. Ask for a new one.")

NOT_ACTIVE = mark("This account may not log in now, so a new password would be of no use to it.")


def _serializer(secret: str, purpose: str) -> URLSafeTimedSerializer:
    # The library's own choice is SHA-1.
    return URLSafeTimedSerializer(secret, salt=purpose, signer_kwargs={"digest_method": sha256})


def make_token(secret: str, user: User, purpose: str, maker: User | None = None) -> str:
    """Return a token for the page on which `user` chooses a new password; void once one was chosen.

    `maker` is the administrator who hands it over, None by mail and in the shell: the link ends with the maker's
    credentials, too. Raises Invalid for an account that may not get in.
    """
    if not user.is_active:
        raise Invalid(NOT_ACTIVE)
    by = [maker.id, fingerprint_of(maker)] if maker is not None else [None, ""]
    return _serializer(secret, purpose).dumps([user.id, _fingerprint(user), *by])


def user_of_token(secret: str, token: str) -> User:
    """The account that a token is for; raises Invalid when it is forged, too old or used."""
    for purpose, lifetime in LIFETIMES.items():
        try:
            user_id, fingerprint, maker_id, makers = _serializer(secret, purpose).loads(token, max_age=lifetime)
        except (BadData, ValueError, TypeError):
            continue
        user = db.session.get(User, user_id)
        if user is None or not has_fingerprint(user, fingerprint, *_what_ends_it(user)):
            continue
        if _may_make(maker_id, makers):
            return user
    raise Invalid(VOID)


def request_link(email: str, address: str, language: str) -> None:
    """Let the worker mail a link of the site at `address` if there is an account with that e-mail address.

    The letter is in `language`, that of whoever asks, if the account has not chosen one.

    Whether there is one is looked up by the worker, so that asking takes as long and looks the same either way.
    """
    enqueue(SEND_LINK, {"email": email, "address": address, "language": language})


def choose_password(secret: str, token: str, password_hash: str) -> User:
    """Set the new password of the token's account and end its log-ins, which voids the token; raises Invalid."""
    user = user_of_token(secret, token)
    set_password(user, password_hash)
    return user


def _fingerprint(user: User) -> str:
    return fingerprint_of(user, *_what_ends_it(user))


def _what_ends_it(user: User) -> tuple[object, ...]:
    """Return what else ends a link: another address, to which it was sent, and becoming an administrator.

    Else whoever had a link for a member could take over an administrator with it.
    """
    return user.password_hash, user.email, user.is_admin


def _may_make(maker_id: int | None, fingerprint: str) -> bool:
    """Whether whoever made a link is still an administrator with the same credentials; nobody made it by mail."""
    if maker_id is None:
        return True
    maker = db.session.get(User, maker_id)
    return maker is not None and maker.is_admin and has_fingerprint(maker, fingerprint)
