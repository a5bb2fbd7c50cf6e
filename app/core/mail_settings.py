"""Settings of e-mail."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.utils import unquote

from email_validator import EmailNotValidError, validate_email

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
    # The name shown before that address, if any.
    sender_name: str = ""
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
    sender_name, sender = _sender(source.text_or_file("MAIL_SENDER", f"no-reply@{server}"))
    admins = tuple(source.text_or_file("ADMINS").replace(",", " ").split())
    if wrong := [each for each in admins if not _is_address(each)]:
        raise SettingsError(f"ADMINS holds {wrong[0]!r}; write addresses, divided by spaces: me@example.org")
    return MailSettings(
        server=server,
        port=source.number("MAIL_PORT", 587 if use_tls else 465 if use_ssl else 25, 1, 65535),
        use_tls=use_tls,
        use_ssl=use_ssl,
        username=source.text_or_file("MAIL_USERNAME"),
        password=source.text_or_file("MAIL_PASSWORD"),
        sender=sender,
        sender_name=sender_name,
        admins=admins,
    )


def _sender(text: str) -> tuple[str, str]:
    """Split `Name <address>`, or an address alone, into name and address."""
    name, bracket, address = text.rpartition("<")
    if bracket and address.endswith(">"):
        # Outside quotes an @ means that there are two addresses.
        is_quoted = name.strip().startswith('"')
        address = address[:-1].strip() if is_quoted or "@" not in name else ""
        name = unquote(name.strip())
    else:
        name, address = "", text
    # A server without SMTPUTF8 would take no e-mail at all from a name that is not ASCII.
    if not name.isprintable() or not _is_address(address) or not address.rpartition("@")[0].isascii():
        raise SettingsError(
            f"MAIL_SENDER is {text!r}; write an address, for example microblog@example.org, or one with a name: "
            "My blog <microblog@example.org>"
        )
    return name, address


def _is_address(text: str) -> bool:
    """Whether it looks like an address. Names such as root@localhost are addresses on a mail server of one's own."""
    name, _, domain = text.partition("@")
    is_whole = bool(name and domain) and "@" not in domain and not set(text) & set('<>,;:"()[]\\')
    if not is_whole or not text.isprintable() or any(character.isspace() for character in text):
        return False
    try:
        to_ascii_address(text)
    except ValueError:
        return False
    return True


def to_ascii_address(address: str) -> str:
    """Return an address with its domain as servers without SMTPUTF8 know it (xn--…); raise ValueError."""
    name, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{name}{at}{validate_email(f'name@{domain}', check_deliverability=False).ascii_domain}"
    except EmailNotValidError as error:
        raise ValueError(f"{domain!r} is not a domain name") from error
