"""A real mail server on this machine, which keeps what it is given and can be told to refuse."""

from __future__ import annotations

import socket
import ssl
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from app.core.mail_settings import MailSettings

USERNAME, PASSWORD = "microblog", "the password of the mail server"


class Postbox:
    """The server; use it as a context manager, then look at `letters`."""

    def __init__(
        self,
        *,
        log_in: bool = False,
        tls: ssl.SSLContext | None = None,
        smtputf8: bool = True,
        credentials: tuple[str, str] = (USERNAME, PASSWORD),
        without: tuple[str, ...] = (),
    ) -> None:
        self.letters: list[EmailMessage] = []
        # Sender and recipient as the commands name them.
        self.envelopes: list[tuple[str, str]] = []
        self.refusal = ""
        self._credentials = credentials
        self._controller = Controller(
            self,
            hostname="127.0.0.1",
            port=_free_port(),
            authenticator=self._authenticate,
            auth_exclude_mechanism=list(without),
            enable_SMTPUTF8=smtputf8,
            auth_required=log_in,
            auth_require_tls=False,
            tls_context=tls,
            require_starttls=tls is not None,
        )

    def __enter__(self) -> Postbox:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def settings(self) -> MailSettings:
        """Settings by which the appliance finds it."""
        return MailSettings(server="127.0.0.1", port=self._controller.port, sender="microblog@example.org")

    async def handle_RCPT(  # noqa: N802  the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  likewise
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.letters.append(message)
        self.envelopes.append((str(envelope.mail_from), envelope.rcpt_tos[0]))
        return "250 OK"

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object
    ) -> AuthResult:
        expected = tuple(each.encode() for each in self._credentials)
        right = isinstance(data, LoginPassword) and (data.login, data.password) == expected
        # Unless it is said to be handled, the server sends the refusal itself.
        return AuthResult(success=right, handled=right)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def text_of(letter: EmailMessage, kind: str = "plain") -> str:
    """The body of a letter, as plain text or as HTML."""
    part = letter.get_body((kind,))
    assert part is not None
    return str(part.get_content())
