"""Letters reach a real mail server whole, or it is told why not."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from postbox import PASSWORD, USERNAME, Postbox, text_of

from app.core.mail_settings import MailSettings
from app.mail.letter import Letter
from app.mail.mailer import Mailer, MailFailed

# The server warns of itself: without encryption a log-in could be overheard. Here nobody listens.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
SUBJECT = "Gr\N{LATIN SMALL LETTER U WITH DIAERESIS}\N{LATIN SMALL LETTER SHARP S}e \U0001f600"
LETTER = Letter("bob@example.org", SUBJECT, "Plain \N{EURO SIGN}\n.\nend", "<p>As HTML</p>")


@pytest.fixture
def guarded() -> Iterator[Postbox]:
    """A server that wants a log-in."""
    with Postbox(log_in=True) as postbox:
        yield postbox


def test_a_letter_arrives_as_text_and_html_with_what_mail_programs_expect(postbox: Postbox) -> None:
    Mailer(postbox.settings).send(LETTER)
    (letter,) = postbox.letters
    assert letter["To"] == LETTER.recipient
    assert letter["From"] == "microblog@example.org"
    assert letter["Subject"] == LETTER.subject
    assert text_of(letter).splitlines() == LETTER.text.splitlines()
    assert text_of(letter, "html").strip() == LETTER.html
    assert letter["Date"]
    assert letter["Message-ID"].endswith("@example.org>")
    assert letter["Auto-Submitted"] == "auto-generated"


def test_the_settings_log_in(guarded: Postbox) -> None:
    Mailer(replace(guarded.settings, username=USERNAME, password=PASSWORD)).send(LETTER)
    assert len(guarded.letters) == 1


@pytest.mark.parametrize("password", ["wrong", ""])
def test_a_wrong_password_is_told_and_not_shown(guarded: Postbox, password: str) -> None:
    with pytest.raises(MailFailed) as failure:
        Mailer(replace(guarded.settings, username=USERNAME, password=password)).send(LETTER)
    assert "535" in str(failure.value)
    assert guarded.letters == []


def test_a_refused_address_is_told_with_the_servers_words(postbox: Postbox) -> None:
    postbox.refusal = "550 no such mailbox"
    with pytest.raises(MailFailed, match=r"bob@example.org: 550 no such mailbox"):
        Mailer(postbox.settings).send(LETTER)


def test_a_server_without_encryption_gets_nothing_when_that_is_asked_for(postbox: Postbox) -> None:
    for wanted in (replace(postbox.settings, use_tls=True), replace(postbox.settings, use_ssl=True)):
        with pytest.raises(MailFailed):
            Mailer(wanted).send(LETTER)
    assert postbox.letters == []


@pytest.mark.parametrize("trusted", [True, False])
def test_encryption_is_used_and_only_with_a_server_that_can_prove_itself(
    certificate: Path, monkeypatch, trusted: bool
) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Postbox(tls=context) as postbox:
        mailer = Mailer(replace(postbox.settings, server="localhost", use_tls=True))
        if trusted:
            mailer.send(LETTER)
        else:
            with pytest.raises(MailFailed, match="CERTIFICATE_VERIFY_FAILED"):
                mailer.send(LETTER)
        assert len(postbox.letters) == trusted
        with pytest.raises(MailFailed, match="STARTTLS"):
            Mailer(postbox.settings).send(LETTER)


def test_a_server_that_is_away_is_told_with_its_name(free_port: int) -> None:
    with pytest.raises(MailFailed, match=rf"127.0.0.1:{free_port}: .*refused"):
        Mailer(MailSettings("127.0.0.1", free_port, sender="a@example.org")).send(LETTER)


@pytest.mark.parametrize("field", ["recipient", "subject"])
def test_a_line_break_smuggles_in_no_header(postbox: Postbox, field: str) -> None:
    with pytest.raises(MailFailed):
        Mailer(postbox.settings).send(replace(LETTER, **{field: "x@example.org\r\nBcc: eve@example.org"}))
    assert postbox.letters == []
