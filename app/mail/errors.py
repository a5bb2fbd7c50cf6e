"""Ways in which an e-mail cannot be sent, told apart by what helps: wait, wait with all e-mails, or give up."""

from __future__ import annotations

import re

# RFC 3463: class, subject and detail.
ENHANCED_CODE = re.compile(r"5\.(\d{1,3})\.(\d{1,3})\b")
# These codes are about our commands or our log-in, not about the recipient.
CONFIGURATION_CODES = frozenset({500, 502, 503, 504, 530, 534, 535, 538})
SHUTTING_DOWN, TOO_LARGE, TRANSACTION_FAILED = 421, 552, 554
# X.1 is about addresses, X.2 about mailboxes, X.3.4 about the size of the message, X.4 about routing.
RECIPIENT_SUBJECTS = frozenset({"1", "2", "4"})
# X.1.7 and X.1.8 are about the address of the sender.
SENDER_DETAILS = frozenset({"7", "8"})
# Without such a code only the words can tell a wrong recipient from a wrong configuration.
ABOUT_CONFIGURATION = re.compile(r"relay|authenti|sender|log ?in|spam|block|policy", re.IGNORECASE)
ADDRESS = re.compile(r"\S*@\S*")
MAX_REASON_LENGTH = 200


class MailFailed(Exception):
    """An e-mail was not sent; `reason` says why without the recipient's address, `code` is the server's number."""

    def __init__(self, message: str, reason: str = "", code: str = "") -> None:
        super().__init__(message)
        self.reason = reason or message
        self.code = code


class RecipientRefused(MailFailed):
    """This e-mail can't be delivered, however often it is tried."""


class MailServerUnavailable(MailFailed):
    """The server does not answer or does not accept our settings, so no other e-mail can be sent now."""


def failure_of(code: int, reply: bytes | str, recipient: str, *, at_recipient: bool) -> MailFailed:
    """Return the error that a reply of the server means; `at_recipient` if it answers RCPT, else it answers DATA."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    text = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    kind = _kind_of(code, text, at_recipient=at_recipient)
    enhanced = ENHANCED_CODE.search(text)
    numbers = f"{code} {enhanced[0]}" if enhanced else str(code)
    reason = f"{code} {_without_address(text, recipient)}"[:MAX_REASON_LENGTH]
    return kind(f"the server refuses {recipient}: {code} {text}", reason, numbers)


def _kind_of(code: int, text: str, *, at_recipient: bool) -> type[MailFailed]:
    if code == SHUTTING_DOWN or code in CONFIGURATION_CODES:
        return MailServerUnavailable
    if code < 500:
        return MailFailed
    if enhanced := ENHANCED_CODE.search(text):
        subject, detail = enhanced.groups()
        about_sender = subject == "1" and detail in SENDER_DETAILS
        is_final = (subject in RECIPIENT_SUBJECTS and not about_sender) or (subject, detail) == ("3", "4")
    else:
        is_final = (at_recipient or code != TRANSACTION_FAILED) and not ABOUT_CONFIGURATION.search(text)
    return RecipientRefused if is_final else MailFailed


def _without_address(text: str, recipient: str) -> str:
    """Leave out the address, and the name in it, because the reason is stored and logged."""
    name = re.escape(recipient.rpartition("@")[0])
    text = ADDRESS.sub("<address>", text)
    return re.sub(rf"(?<!\w){name}(?!\w)", "<name>", text, flags=re.IGNORECASE) if name else text
