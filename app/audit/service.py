"""Notes what happens to accounts, in the transaction in which it happens, and forgets what is old."""

from __future__ import annotations

from sqlalchemy import delete

from ..core.database import db
from ..core.errors import mark
from .models import ADDRESS_LENGTH, NAME_LENGTH, Event

LOGGED_IN, LOG_IN_FAILED = "logged_in", "log_in_failed"
PASSWORD_CHANGED, PASSWORD_CHOSEN, LINK_MADE = "password_changed", "password_chosen", "link_made"
SESSIONS_ENDED, CODE_FAILED, RECOVERY_CODE_USED = "sessions_ended", "code_failed", "recovery_code_used"
SECOND_FACTOR_ON, SECOND_FACTOR_OFF = "second_factor_on", "second_factor_off"
EMAIL_CHANGED = "email_changed"
REGISTERED, JOINED, ACCOUNT_CREATED = "registered", "joined", "account_created"
INVITED, INVITATION_REVOKED = "invited", "invitation_revoked"
APPROVED, REFUSED, SUSPENDED, RESUMED = "approved", "refused", "suspended", "resumed"
PROMOTED, DEMOTED, DELETED = "promoted", "demoted", "deleted"
OLD_DATA_REMOVED = "old_data_removed"
# What the list says of each; the names of kinds are stored in rows, so they are a contract.
SENTENCES = {
    LOGGED_IN: mark("%(subject)s logged in"),
    LOG_IN_FAILED: mark("wrong password for %(subject)s"),
    PASSWORD_CHANGED: mark("%(subject)s has another password, by %(actor)s"),
    PASSWORD_CHOSEN: mark("%(subject)s chose a new password by a link"),
    SESSIONS_ENDED: mark("%(subject)s was logged out elsewhere, by %(actor)s"),
    EMAIL_CHANGED: mark("%(subject)s has another e-mail address"),
    CODE_FAILED: mark("wrong code for %(subject)s"),
    RECOVERY_CODE_USED: mark("%(subject)s used a recovery code"),
    SECOND_FACTOR_ON: mark("%(subject)s switched on a second factor"),
    SECOND_FACTOR_OFF: mark("the second factor of %(subject)s was switched off, by %(actor)s"),
    LINK_MADE: mark("%(actor)s made a link for a new password of %(subject)s"),
    REGISTERED: mark("%(subject)s made an account"),
    JOINED: mark("%(subject)s made an account by an invitation"),
    ACCOUNT_CREATED: mark("%(actor)s created the account %(subject)s"),
    INVITED: mark("%(actor)s made an invitation"),
    INVITATION_REVOKED: mark("%(actor)s revoked an invitation"),
    APPROVED: mark("%(actor)s approved %(subject)s"),
    REFUSED: mark("%(actor)s refused %(subject)s"),
    SUSPENDED: mark("%(actor)s suspended %(subject)s"),
    RESUMED: mark("%(actor)s let %(subject)s in again"),
    PROMOTED: mark("%(actor)s made %(subject)s an administrator"),
    DEMOTED: mark("%(actor)s made %(subject)s a member"),
    DELETED: mark("%(actor)s deleted %(subject)s"),
    OLD_DATA_REMOVED: mark("%(actor)s removed old data, %(subject)s"),
}
# Older ones are forgotten, so that nobody can fill the disk by typing wrong passwords.
MOST_KEPT = 5000


def record(kind: str, *, actor: str = "", subject: str = "", address: str = "") -> None:
    """Note in the running transaction that something happened: by whom, to whom, from which address.

    Only names that are here: what is typed for a name in a log-in may be somebody's password.
    """
    event = Event(kind=kind, actor=actor[:NAME_LENGTH], subject=subject[:NAME_LENGTH], address=address[:ADDRESS_LENGTH])
    db.session.add(event)
    db.session.flush()
    db.session.execute(delete(Event).where(Event.id <= event.id - MOST_KEPT))
