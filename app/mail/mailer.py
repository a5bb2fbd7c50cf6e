"""Hands letters to a mail server; the one place that speaks SMTP."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from zipfile import BadZipFile, ZipFile

from ..core.mail_settings import MailSettings
from .letter import Letter

TIMEOUT_SECONDS = 30


class MailFailed(Exception):
    """The server is away, or did not take the letter; the message says why."""


class Mailer:
    """A mail server as the settings name it."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    def send(self, letter: Letter) -> None:
        """Hand over a letter; raises MailFailed. Slow: never call it inside a transaction."""
        try:
            with self._connection() as server:
                server.send_message(self._message(letter))
        except smtplib.SMTPRecipientsRefused as error:
            raise MailFailed(f"the server refuses {letter.recipient}: {_reply(error)}") from error
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise MailFailed(f"{self._settings.server}:{self._settings.port}: {error}") from error

    def _connection(self) -> smtplib.SMTP:
        settings = self._settings
        where = (settings.server, settings.port)
        if settings.use_ssl:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                *where, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(*where, timeout=TIMEOUT_SECONDS)
        try:
            if settings.use_tls:
                server.starttls(context=ssl.create_default_context())
            if settings.username:
                server.login(settings.username, settings.password)
        except BaseException:
            server.close()
            raise
        return server

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._settings.sender
        message["To"] = letter.recipient
        message["Subject"] = letter.subject
        message["Date"] = formatdate(usegmt=True)
        domain = self._settings.sender.partition("@")[2]
        message["Message-ID"] = f"<{letter.mark}@{domain}>" if letter.mark else make_msgid(domain=domain)
        # So that no holiday note answers it.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        if letter.enclosed:
            _enclose(message, letter)
        return message


def _enclose(message: EmailMessage, letter: Letter) -> None:
    """Attach the file, unless the archive is gone by now: then the letter goes without it."""
    with suppress(OSError, KeyError, BadZipFile), ZipFile(letter.archive) as archive:
        content = archive.read(letter.enclosed)
        message.add_attachment(content, maintype="application", subtype="json", filename=letter.enclosed)


def _reply(error: smtplib.SMTPRecipientsRefused) -> str:
    code, reply = next(iter(error.recipients.values()))
    return f"{code} {reply.decode(errors='replace')}"
