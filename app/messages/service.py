"""The rules of messages."""

from __future__ import annotations

from sqlalchemy import select

from ..accounts.models import User
from ..core.database import db
from ..core.errors import Invalid, mark
from ..core.room import require_room
from ..core.text import clean
from ..core.time import utc_now
from ..search.service import record_new
from .models import SUBMISSION_LENGTH, Inbox, Message
from .queries import KIND

# So many of a sender's newest messages are looked at for one that came from the same form.
RECENT = 20


def checked_message(body: str, limit: int) -> str:
    """The text as it will be stored; raises Invalid."""
    return clean(body, "message", limit, lines=True)


def send_message(sender: User, recipient: User, body: str, limit: int, submission: str = "") -> Message:
    """Write to somebody and let the search index follow; the same form sent twice gives the first message again.

    Raises Invalid for a text that is empty, longer than `limit` characters or cannot be shown, and for oneself, and
    StorageFull.
    """
    text = checked_message(body, limit)
    if sender.id == recipient.id:
        raise Invalid(mark("You cannot write to yourself."), "message")
    form_mark = submission if 0 < len(submission) <= SUBMISSION_LENGTH and submission.isascii() else None
    earlier = _earlier(sender, form_mark) if form_mark else None
    if earlier is not None and (earlier.body, earlier.recipient_id) == (text, recipient.id):
        return earlier
    require_room()
    message = Message(
        sender_id=sender.id, recipient_id=recipient.id, body=text, submission=None if earlier else form_mark
    )
    db.session.add(message)
    db.session.flush()
    record_new(KIND, message.id)
    return message


def mark_read(user_id: int, newest: int) -> None:
    """Note that somebody has seen the messages up to the id `newest`; never back to an older one."""
    inbox = db.session.get(Inbox, user_id)
    if inbox is None:
        db.session.add(Inbox(user_id=user_id, read_up_to=newest))
    elif newest > inbox.read_up_to:
        inbox.read_up_to, inbox.read_at = newest, utc_now()


def _earlier(sender: User, form_mark: str) -> Message | None:
    newest = select(Message).where(Message.sender_id == sender.id).order_by(Message.id.desc()).limit(RECENT)
    return next((each for each in db.session.scalars(newest) if each.submission == form_mark), None)
