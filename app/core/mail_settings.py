"""Settings of e-mail."""

from __future__ import annotations

from dataclasses import dataclass, field

from .environment import SettingsError, Source


@dataclass(frozen=True)
class MailSettings:
    """Which server takes our e-mail, and how."""

    server: str
    port: int = 25
    use_tls: bool = False
    use_ssl: bool = False
    username: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""
    # Who is told of errors that nobody foresaw.
    admins: tuple[str, ...] = ()


def mail_settings(source: Source) -> MailSettings | None:
    """The MAIL_ settings; None where no server is named, for then no e-mail is sent."""
    server = source.text_or_file("MAIL_SERVER")
    if not server:
        return None
    if any(character.isspace() or character in "/:@" for character in server):
        raise SettingsError(f"MAIL_SERVER is {server!r}; write its name alone, for example mail.example.org")
    use_tls, use_ssl = source.flag("MAIL_USE_TLS"), source.flag("MAIL_USE_SSL")
    if use_tls and use_ssl:
        raise SettingsError("MAIL_USE_TLS and MAIL_USE_SSL are both on; port 587 wants the first, port 465 the second")
    sender = source.text_or_file("MAIL_SENDER", f"no-reply@{server}")
    if sender.count("@") != 1 or any(character.isspace() for character in sender):
        raise SettingsError(f"MAIL_SENDER is {sender!r}; write an address, for example microblog@example.org")
    admins = tuple(source.text_or_file("ADMINS").replace(",", " ").split())
    if wrong := [each for each in admins if each.count("@") != 1]:
        raise SettingsError(f"ADMINS holds {wrong[0]!r}; write addresses, divided by spaces: me@example.org")
    return MailSettings(
        server=server,
        port=source.number("MAIL_PORT", 587 if use_tls else 465 if use_ssl else 25, 1, 65535),
        use_tls=use_tls,
        use_ssl=use_ssl,
        username=source.text_or_file("MAIL_USERNAME"),
        password=source.text_or_file("MAIL_PASSWORD"),
        sender=sender,
        admins=admins,
    )
