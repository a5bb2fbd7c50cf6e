"""What a mail server answers decides whether an e-mail is given up, tried again, or all e-mails wait."""

from __future__ import annotations

import pytest
from mail_servers import Answer, MailServer, drip, end, hang, say

from app.mail import connection
from app.mail.errors import MailFailed, MailServerUnavailable, RecipientRefused
from app.mail.letter import Letter
from app.mail.mailer import Mailer

LETTER = Letter("bob@example.org", "Subject", "text", "<p>html</p>")


@pytest.fixture(autouse=True)
def _little_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "GREETING_TIMEOUT", 0.3)
    monkeypatch.setattr(connection, "REPLY_TIMEOUT", 0.3)
    monkeypatch.setattr(connection, "QUIT_TIMEOUT", 0.3)
    monkeypatch.setattr(connection, "CONVERSATION_TIMEOUT", 1.0)


def failure(**answers: Answer) -> MailFailed:
    with MailServer(**answers) as server, pytest.raises(MailFailed) as caught:
        Mailer(server.settings).send(LETTER)
    return caught.value


@pytest.mark.parametrize(
    "reply",
    [
        *("550 no such user", "551 not local", "552 over quota", "553 not allowed", "501 bad address", "554 no"),
        *("550 5.1.1 unknown", "554 5.1.1 unknown", "552 5.2.2 full", "550 5.2.1 disabled", "550 5.1.10 null MX"),
    ],
)
def test_a_refusal_of_the_recipient_is_permanent(reply: str) -> None:
    assert type(failure(RCPT=say(reply))) is RecipientRefused


@pytest.mark.parametrize(
    "reply",
    [
        *("450 greylisted", "451 4.7.1 come back", "452 4.2.2 full", "550 5.7.1 relaying denied", "554 5.7.1 policy"),
        *("550 relay not permitted", "554 Relay access denied", "550 5.1.8 sender's domain not found"),
    ],
)
def test_other_refusals_at_the_recipient_are_tried_again(reply: str) -> None:
    assert type(failure(RCPT=say(reply))) is MailFailed


@pytest.mark.parametrize(
    "answers",
    [
        {"CONNECT": say("554 no service")},
        {"CONNECT": say("421 too busy")},
        {"CONNECT": end},
        {"CONNECT": hang},
        {"EHLO": hang},
        {"MAIL": say("550 sender refused")},
        {"MAIL": say("451 later")},
        {"MAIL": hang},
        {"RCPT": say("421 closing")},
        {"RCPT": say("530 5.7.0 log in first")},
        {"RCPT": say("503 commands out of order")},
        {"RCPT": hang},
        {"RCPT": end},
        {"DATA": hang},
        {"BODY": hang},
    ],
    ids=lambda answers: next(iter(answers)),
)
def test_what_is_about_the_server_or_our_settings_makes_it_unavailable(answers: dict[str, Answer]) -> None:
    assert type(failure(**answers)) is MailServerUnavailable


@pytest.mark.parametrize(
    ("step", "reply", "kind"),
    [
        ("MAIL", "552 5.3.4 too large", RecipientRefused),
        ("BODY", "552 too large", RecipientRefused),
        ("BODY", "550 5.1.1 unknown", RecipientRefused),
        ("BODY", "554 5.7.1 looks like spam", MailFailed),
        ("BODY", "554 transaction failed", MailFailed),
        ("BODY", "451 greylisted", MailFailed),
        ("DATA", "451 greylisted", MailFailed),
    ],
)
def test_refusals_of_the_message(step: str, reply: str, kind: type[MailFailed]) -> None:
    assert type(failure(**{step: say(reply)})) is kind


@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "BODY"])
def test_a_dripping_server_is_left_in_time(step: str) -> None:
    error = failure(**{step: drip})
    assert type(error) is MailServerUnavailable
    assert "did not finish" in str(error)


@pytest.mark.parametrize("answer", [hang, end, drip, say("500 what?")], ids=["hang", "end", "drip", "500"])
def test_an_accepted_e_mail_counts_whatever_follows(answer: Answer) -> None:
    with MailServer(QUIT=answer) as server:
        Mailer(server.settings).send(LETTER)
        assert server.accepted == ["bob@example.org"]


def test_the_stored_reason_holds_no_address() -> None:
    error = failure(RCPT=say("550 5.1.1 <bob@example.org>: bob is unknown; see http://x/bob@example.org"))
    assert "bob" not in error.reason
    assert error.code == "550 5.1.1"
