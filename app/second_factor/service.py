"""The rules of second factors: set up with a code, asked for, each code good once, removed."""

from __future__ import annotations

import secrets
import time

from sqlalchemy import delete, update

from ..accounts.models import User
from ..core.database import changed_rows, db
from ..core.errors import Invalid, mark
from ..core.secrets import hash_of
from .models import RecoveryCode, SecondFactor
from .totp import DIGITS, secret_of, step_of

# No letters or digits that look alike.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODES, GROUPS, GROUP = 8, 4, 4
WRONG_CODE = mark("This code is wrong, too old or was used already. Take the one that the app shows now.")


def new_seed() -> str:
    """What makes the secret of a new second factor, together with the server's key."""
    return secrets.token_hex(16)


def enable(user: User, server_key: str, seed: str, code: str) -> list[str]:
    """Switch the second factor on; its recovery codes, told this once. Raises Invalid unless the code is right."""
    step = step_of(secret_of(server_key, seed), code, time.time())
    if step is None:
        raise Invalid(WRONG_CODE, "code")
    remove(user.id)
    db.session.add(SecondFactor(user_id=user.id, seed=seed, last_step=step))
    codes = [_new_code() for _ in range(CODES)]
    db.session.add_all(RecoveryCode(user_id=user.id, code_hash=_hash(code)) for code in codes)
    db.session.flush()
    return codes


def remove(user_id: int) -> bool:
    """Switch it off; False if it was off."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    factor = db.session.get(SecondFactor, user_id)
    if factor is None:
        return False
    db.session.delete(factor)
    db.session.flush()
    return True


def take_code(user_id: int, server_key: str, code: str) -> bool:
    """Use up a code of the device; False if it is wrong or was used. The database decides between two at once."""
    factor = db.session.get(SecondFactor, user_id)
    if factor is None or not _looks_like_one(code):
        return False
    step = step_of(secret_of(server_key, factor.seed), code, time.time())
    if step is None:
        return False
    unused = SecondFactor.user_id == user_id, SecondFactor.last_step < step
    statement = update(SecondFactor).where(*unused).values(last_step=step)
    return changed_rows(db.session.execute(statement, execution_options={"synchronize_session": False})) == 1


def take_recovery_code(user_id: int, code: str) -> bool:
    """Use up a recovery code; False if it is none."""
    own = RecoveryCode.user_id == user_id, RecoveryCode.code_hash == _hash(code)
    return changed_rows(db.session.execute(delete(RecoveryCode).where(*own))) == 1


def _looks_like_one(code: str) -> bool:
    plain = "".join(code.split())
    return len(plain) == DIGITS and plain.isascii() and plain.isdigit()


def _new_code() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))


def _hash(code: str) -> str:
    return hash_of("".join(code.upper().split()).replace("-", ""))
