"""E-mail to and from international domains, with any password, and from a sender who has a name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from postbox import Postbox

from app.mail.errors import MailServerUnavailable, RecipientRefused
from app.mail.letter import Letter
from app.mail.mailer import Mailer

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
LETTER = Letter("bob@münchen.de", "Grüße", "text", "<p>html</p>")


@pytest.fixture
def plain() -> object:
    """A server that knows ASCII addresses only."""
    with Postbox(smtputf8=False) as postbox:
        yield postbox


@pytest.mark.parametrize("domain", ["münchen.de", "MÜNCHEN.de", "xn--mnchen-3ya.de"])
def test_international_domains_are_sent_in_ascii(plain: Postbox, domain: str) -> None:
    settings = replace(plain.settings, sender=f"blog@{domain}")
    Mailer(settings).send(replace(LETTER, recipient=f"bob@{domain}"))
    assert plain.envelopes == [("blog@xn--mnchen-3ya.de", "bob@xn--mnchen-3ya.de")]
    (letter,) = plain.letters
    assert letter["To"] == "bob@xn--mnchen-3ya.de"
    assert letter["Message-ID"].endswith("@xn--mnchen-3ya.de>")


def test_a_name_with_umlauts_needs_a_server_with_smtputf8(plain: Postbox, postbox: Postbox) -> None:
    letter = replace(LETTER, recipient="jürgen@münchen.de")
    with pytest.raises(RecipientRefused, match="SMTPUTF8"):
        Mailer(plain.settings).send(letter)
    Mailer(postbox.settings).send(letter)
    assert plain.envelopes == []
    assert postbox.envelopes == [("microblog@example.org", "jürgen@xn--mnchen-3ya.de")]


@pytest.mark.parametrize("without", [(), ("PLAIN",), ("LOGIN",)])
@pytest.mark.parametrize("credentials", [("blögger", "pässwort €"), ("ascii", "пароль"), ("q", "\U0001f511")])
def test_credentials_are_sent_in_utf8(credentials: tuple[str, str], without: tuple[str, ...]) -> None:
    username, password = credentials
    with Postbox(log_in=True, credentials=credentials, without=without) as postbox:
        Mailer(replace(postbox.settings, username=username, password=password)).send(LETTER)
        assert len(postbox.letters) == 1
        with pytest.raises(MailServerUnavailable, match="535"):
            Mailer(replace(postbox.settings, username=username, password=password + "x")).send(LETTER)


@pytest.mark.parametrize(
    "name", ["My blog", "Jürgens Blog", 'The "good", old blog', "Über <me>", "a" * 200, "\U0001f600"]
)
def test_the_sender_is_sent_with_its_name(plain: Postbox, name: str) -> None:
    Mailer(replace(plain.settings, sender_name=name)).send(LETTER)
    (address,) = plain.letters[0]["From"].addresses
    assert (address.display_name, address.addr_spec) == (name, "microblog@example.org")
    assert plain.envelopes[0][0] == "microblog@example.org"


@pytest.mark.parametrize("name", ["x\r\nBcc: eve@example.org", "x\nBcc: eve@example.org"])
def test_a_line_break_in_the_senders_name_sends_nothing(plain: Postbox, name: str) -> None:
    with pytest.raises(RecipientRefused):
        Mailer(replace(plain.settings, sender_name=name)).send(LETTER)
    assert plain.letters == []
