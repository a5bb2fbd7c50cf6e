"""Links that let somebody choose a new password, once and for a short time."""

from __future__ import annotations

from hashlib import sha256
from hmac import compare_digest

from itsdangerous import BadData, URLSafeTimedSerializer

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


def make_token(secret: str, user: User, purpose: str) -> str:
    """A token for the address of the page on which `user` chooses a new password; void once one was chosen.

    Raises Invalid for an account that may not get in.
    """
    if not user.is_active:
        raise Invalid(NOT_ACTIVE)
    return _serializer(secret, purpose).dumps([user.id, _fingerprint(user)])


def user_of_token(secret: str, token: str) -> User:
    """The account that a token is for; raises Invalid when it is forged, too old or used."""
    for purpose, lifetime in LIFETIMES.items():
        try:
            user_id, fingerprint = _serializer(secret, purpose).loads(token, max_age=lifetime)
        except (BadData, ValueError, TypeError):
            continue
        user = db.session.get(User, user_id)
        if user is not None and user.is_active and compare_digest(fingerprint, _fingerprint(user)):
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
    return sha256(f"{user.password_hash} {user.session_key}".encode()).hexdigest()[:32]
