"""Hands e-mails to a mail server."""

from __future__ import annotations

import smtplib
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from zipfile import BadZipFile, ZipFile

from ..core.mail_settings import MailSettings, to_ascii_address
from .connection import QUIT_TIMEOUT, Connection, connect
from .errors import TOO_LARGE, MailFailed, MailServerUnavailable, RecipientRefused, failure_of
from .letter import Letter

__all__ = ["MailFailed", "Mailer"]
INVALID, NEEDS_SMTPUTF8 = "invalid address or subject", "needs SMTPUTF8"


class Mailer:
    """A mail server as the settings name it."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    def send(self, letter: Letter) -> None:
        """Hand over an e-mail; raise MailFailed. Slow: never call it inside a transaction."""
        try:
            recipient = to_ascii_address(letter.recipient)
            message = self._message(letter, recipient)
            size = len(message.as_bytes())
        except ValueError as error:
            raise RecipientRefused(f"the e-mail cannot be written: {error}", INVALID, INVALID) from error
        try:
            with connect(self._settings, size) as server:
                _hand_over(server, message, to_ascii_address(self._settings.sender), recipient)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            text = f"{self._settings.server}:{self._settings.port}: {error}"
            code = str(getattr(error, "smtp_code", "")) or type(error).__name__
            raise MailServerUnavailable(text, text, code) from error

    def _message(self, letter: Letter, recipient: str) -> EmailMessage:
        message = EmailMessage()
        sender = to_ascii_address(self._settings.sender)
        message["From"] = Address(self._settings.sender_name, addr_spec=sender)
        message["To"] = recipient
        message["Subject"] = letter.subject
        message["Date"] = formatdate(usegmt=True)
        domain = sender.partition("@")[2]
        message["Message-ID"] = f"<{letter.mark}@{domain}>" if letter.mark else make_msgid(domain=domain)
        # So that no out-of-office reply answers it.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        if letter.enclosed:
            _enclose(message, letter)
        return message


def _hand_over(server: Connection, message: EmailMessage, sender: str, recipient: str) -> None:
    """Send a message over an open connection; raise MailFailed for what is about this message alone."""
    try:
        server.send_message(message, sender, [recipient])
    except smtplib.SMTPRecipientsRefused as error:
        code, reply = next(iter(error.recipients.values()))
        raise failure_of(code, reply, recipient, at_recipient=True) from error
    except smtplib.SMTPDataError as error:
        raise failure_of(error.smtp_code, error.smtp_error, recipient, at_recipient=False) from error
    except smtplib.SMTPSenderRefused as error:
        if error.smtp_code != TOO_LARGE:
            raise
        raise failure_of(error.smtp_code, error.smtp_error, recipient, at_recipient=False) from error
    except smtplib.SMTPNotSupportedError as error:
        text = f"the address {recipient} needs SMTPUTF8, which the mail server does not offer"
        raise RecipientRefused(text, NEEDS_SMTPUTF8, NEEDS_SMTPUTF8) from error
    # The server has the e-mail: whatever happens now must not make us send it again.
    with suppress(OSError, smtplib.SMTPException):
        server.set_timeout(QUIT_TIMEOUT)
        server.quit()


def _enclose(message: EmailMessage, letter: Letter) -> None:
    """Attach the file, unless the archive is gone by now: then the e-mail goes without it."""
    with suppress(OSError, KeyError, BadZipFile), ZipFile(letter.archive) as archive:
        content = archive.read(letter.enclosed)
        message.add_attachment(content, maintype="application", subtype="json", filename=letter.enclosed)
