"""Every kind of credential that an account has or hands out, and the one function that ends them all.

A credential is bound to the `session_key` of the account that holds it, and of the account that made it: rows store
the key itself, signed links and cookies its fingerprint, and whoever checks the credential compares. So a new key ends
all of them at once, and no event has to know the tables. `tests/test_credentials.py` tries each kind with each event.
It fails for a secret that is stored, signed or put into the session and is not listed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from hmac import compare_digest

from ..core.room import give_up_ballast
from ..core.secrets import hash_of
from .models import User, new_session_key

FINGERPRINT_LENGTH = 32


@dataclass(frozen=True)
class CredentialKind:
    """One kind of credential, and where its secrets are: columns, salts of signatures, entries of the session."""

    name: str
    columns: tuple[str, ...] = ()
    salts: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()


# All of these end with a new password, a suspension, a demotion and the deletion of the account. Two exceptions: the
# session in which somebody changes their own password goes on, and so do sessions of a demoted administrator that are
# not remembered, because every request reads the account's rights from the database.
KINDS = (
    CredentialKind("session", columns=("browser_session.token_hash", "browser_session.session_key")),
    CredentialKind("remembered session", columns=("browser_session.token_hash", "browser_session.session_key")),
    CredentialKind("second step of a log-in", entries=("second_step",)),
    CredentialKind(
        "secret of a second factor that is being set up", entries=("second_factor_seed", "second_factor_seed_owner")
    ),
    CredentialKind("known browser", salts=("microblog-known-browser",)),
    CredentialKind("known device", columns=("device.session_key",)),
    CredentialKind("API token", columns=("token.token_hash", "token.session_key")),
    CredentialKind(
        "change of the e-mail address",
        columns=("email_change.token_hash", "email_change.session_key"),
        salts=("microblog-email-change", "microblog-email-cancel"),
    ),
    CredentialKind("password link by e-mail", salts=("microblog-recovery-by-mail",)),
    CredentialKind("password link by an administrator", salts=("microblog-recovery-by-hand",)),
    CredentialKind("password link made for another account", salts=("microblog-recovery-by-hand",)),
    CredentialKind("invitation", columns=("invitation.token_hash", "invitation.creator_key")),
)
# Secrets and salts that no such event ends, each with the reason.
OTHERS = {
    "user.password_hash": "what the events are about",
    "user.session_key": "what credentials are bound to",
    "second_factor.seed": "stays, so that a stolen password alone does not remove it; deleted with the account",
    "recovery_code.code_hash": "part of the second factor",
    "registration.password_hash": "belongs to no account yet",
    "registration.token_hash": "belongs to no account yet",
    "attempt.key_hash": "counts failures and opens nothing",
    "microblog-kept-form": "the salt of what was typed before a log-in: it opens nothing",
}


def end_credentials(user: User) -> None:
    """End every credential that an account holds or handed out, in the running transaction; also on a full disk."""
    give_up_ballast()
    user.session_key = new_session_key()


def fingerprint_of(user: User, *more: object) -> str:
    """Return what a signed link or cookie carries of an account: another value once its credentials have ended.

    `more` are further values that end it when they change.
    """
    return hash_of(" ".join(map(str, (user.id, user.session_key, *more))))[:FINGERPRINT_LENGTH]


def has_fingerprint(user: User | None, fingerprint: object, *more: object) -> bool:
    """Whether the account may still get in, and the credential with this fingerprint has not ended."""
    if user is None or not user.is_active:
        return False
    return compare_digest(fingerprint_of(user, *more).encode(), str(fingerprint).encode(errors="replace"))
