"""The MAIL_ settings, with upstream's names."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.config import Settings
from app.core.environment import SettingsError
from app.core.mail_settings import MailSettings

SERVER = "mail.example.org"


def read(tmp_path: Path, **settings: str) -> MailSettings | None:
    return Settings.from_environment({"MICROBLOG_DATA_DIR": str(tmp_path), **settings}).mail


def test_without_a_server_there_is_no_mail(tmp_path: Path) -> None:
    assert read(tmp_path, MAIL_PORT="25", MAIL_USERNAME="x") is None


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, MailSettings(SERVER, 25, sender=f"no-reply@{SERVER}")),
        (
            {"MAIL_USE_TLS": "1"},
            MailSettings(SERVER, 587, use_tls=True, sender=f"no-reply@{SERVER}"),
        ),
        (
            {"MAIL_USE_SSL": "1"},
            MailSettings(SERVER, 465, use_ssl=True, sender=f"no-reply@{SERVER}"),
        ),
        (
            {"ADMINS": "a@b.org, c@d.org"},
            MailSettings(SERVER, 25, sender=f"no-reply@{SERVER}", admins=("a@b.org", "c@d.org")),
        ),
        (
            {"MAIL_PORT": "2525", "MAIL_USERNAME": "u", "MAIL_PASSWORD": "p", "MAIL_SENDER": "a@b.org"},
            MailSettings(SERVER, 2525, username="u", password="p", sender="a@b.org"),
        ),
    ],
)
def test_the_settings_are_read(tmp_path: Path, settings: dict[str, str], expected: MailSettings) -> None:
    assert read(tmp_path, MAIL_SERVER="mail.example.org", **settings) == expected


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("a@b.org", "", "a@b.org"),
        ("<a@b.org>", "", "a@b.org"),
        ("My blog <a@b.org>", "My blog", "a@b.org"),
        ('"Blog, mine" <a@b.org>', "Blog, mine", "a@b.org"),
        (r'"The \"good\" blog" <a@b.org>', 'The "good" blog', "a@b.org"),
        ("Jürgens Blog <a@münchen.de>", "Jürgens Blog", "a@münchen.de"),
        ("root@localhost", "", "root@localhost"),
        ("Über <me> & you <a@b.org>", "Über <me> & you", "a@b.org"),
    ],
)
def test_mail_sender_may_have_a_name(tmp_path: Path, text: str, name: str, address: str) -> None:
    found = read(tmp_path, MAIL_SERVER=SERVER, MAIL_SENDER=text)
    assert found is not None
    assert (found.sender_name, found.sender) == (name, address)


def test_a_secret_may_stand_in_a_file_and_is_not_shown(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the password\n")
    found = read(tmp_path, MAIL_SERVER="mail.example.org", MAIL_PASSWORD_FILE=str(secret))
    assert found is not None
    assert found.password == "the password"
    assert "the password" not in repr(found)


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        ("MAIL_SERVER", SERVER, "server", SERVER),
        ("MAIL_PORT", "2525", "port", 2525),
        ("MAIL_USE_TLS", "1", "use_tls", True),
        ("MAIL_USE_SSL", "1", "use_ssl", True),
        ("MAIL_USERNAME", "me", "username", "me"),
        ("MAIL_PASSWORD", "secret", "password", "secret"),
        ("MAIL_SENDER", "a@b.org", "sender", "a@b.org"),
        ("ADMINS", "a@b.org", "admins", ("a@b.org",)),
    ],
)
def test_each_may_stand_in_a_file(tmp_path: Path, name: str, value: str, field: str, expected: object) -> None:
    file = tmp_path / "setting"
    file.write_text(f"{value}\n")
    server = {} if name == "MAIL_SERVER" else {"MAIL_SERVER": SERVER}
    found = read(tmp_path, **server, **{f"{name}_FILE": str(file)})
    assert getattr(found, field) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAIL_SERVER", "smtp://mail.example.org"),
        ("MAIL_SERVER", "mail.example.org:25"),
        ("MAIL_PORT", "0"),
        ("MAIL_PORT", "smtp"),
        ("MAIL_USE_TLS", "perhaps"),
        ("MAIL_SENDER", "nobody"),
        ("MAIL_SENDER", "a b@c.org"),
        ("MAIL_SENDER", "My blog"),
        ("MAIL_SENDER", "My blog <nobody>"),
        ("MAIL_SENDER", "My blog <a@b.org> more"),
        ("MAIL_SENDER", "My blog <a@b.org>, <c@d.org>"),
        ("MAIL_SENDER", "Bcc: eve@example.org\n <a@b.org>"),
        ("MAIL_SENDER", "My\u2028blog <a@b.org>"),
        ("MAIL_SENDER", "j\u00fcrgen@b.org"),
        ("MAIL_SENDER", "a@b\u2024.org"),
        ("ADMINS", "me@example.org, nobody"),
        ("MAIL_PASSWORD_FILE", "/no/such/file"),
    ],
)
def test_a_bad_value_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read(tmp_path, **{"MAIL_SERVER": "mail.example.org", name: value})


def test_both_ways_to_encrypt_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="587"):
        read(tmp_path, MAIL_SERVER="mail.example.org", MAIL_USE_TLS="1", MAIL_USE_SSL="1")
