"""`flask mail test` tells whether the settings are right."""

from __future__ import annotations

from dataclasses import replace

from postbox import Postbox

from app.core.config import Settings
from app.core.mail_settings import MailSettings


def test_a_letter_is_sent(settings: Settings, make_app) -> None:
    with Postbox() as postbox:
        app = make_app(replace(settings, mail=postbox.settings))
        result = app.test_cli_runner().invoke(args=["mail", "test", "me@example.org"])
        assert result.exit_code == 0
        assert "took the letter to me@example.org" in result.output
        assert [letter["To"] for letter in postbox.letters] == ["me@example.org"]


def test_what_is_wrong_is_told_in_a_line(settings: Settings, make_app, free_port: int) -> None:
    mail = MailSettings("127.0.0.1", free_port, sender="a@example.org")
    for chosen, message in ((None, "MAIL_SERVER"), (mail, "refused")):
        app = make_app(replace(settings, mail=chosen))
        result = app.test_cli_runner().invoke(args=["mail", "test", "me@example.org"])
        assert result.exit_code == 1
        assert message in result.output
        assert "Traceback" not in result.output
