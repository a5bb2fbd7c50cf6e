"""The first administrator: whoever has the one-time code from the log."""

from __future__ import annotations

import json
import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

from sqlalchemy import delete

from ..accounts.models import User
from ..accounts.queries import any_account
from ..accounts.service import create_user
from ..core.database import db
from ..core.errors import Invalid, NotFound, mark
from ..core.models import Fact
from ..core.time import utc_now

FACT = "setup_code"
# No letters or digits that look alike.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
WRONG = mark("This is not the code that stands in the log.")
TOO_OLD = mark("This code is over a day old. Restart the appliance: the log then shows a new one.")
TRIED_TOO_OFTEN = mark("Too many wrong codes were tried. Restart the appliance: the log then shows a new one.")
LIFETIME = timedelta(hours=24)
MOST_TRIES = 5


def new_code() -> str | None:
    """A fresh one-time code in place of any older one, None once there is an account. Only its hash is stored."""
    if any_account():
        return None
    code = "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(2))
    value = json.dumps({"hash": _hash(code), "until": (utc_now() + LIFETIME).isoformat(), "tries": 0})
    db.session.merge(Fact(name=FACT, value=value))
    return code


def check_code(code: str) -> None:
    """Raise Invalid if this is not the code, or it is old or was tried too often.

    A wrong try is counted in the running transaction, so let that be committed before the error is shown.
    """
    fact = db.session.get(Fact, FACT, with_for_update=True)
    stored = json.loads(fact.value) if fact else None
    if fact is None or stored is None or stored["tries"] >= MOST_TRIES:
        raise Invalid(TRIED_TOO_OFTEN, "code")
    if datetime.fromisoformat(stored["until"]) < utc_now():
        raise Invalid(TOO_OLD, "code")
    if not compare_digest(stored["hash"], _hash(code)):
        fact.value = json.dumps(stored | {"tries": stored["tries"] + 1})
        raise Invalid(WRONG, "code")


def create_first_administrator(username: str, email: str, password_hash: str) -> User:
    """The first account, an administrator; the code is used up with it. Raises NotFound once there is an account."""
    if any_account():
        raise NotFound
    user = create_user(username, email, password_hash, is_admin=True)
    forget_code()
    return user


def forget_code() -> None:
    """No code is good any more: the appliance is set up."""
    db.session.execute(delete(Fact).where(Fact.name == FACT))


def _hash(code: str) -> str:
    plain = "".join(code.upper().split()).replace("-", "")
    return sha256(plain.encode(errors="replace")).hexdigest()
