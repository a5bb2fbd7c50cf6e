"""Settings of a database on a server."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL

from .address import DRIVERS, EXAMPLES, kind_of, server_address
from .environment import SettingsError, Source

SQLITE = "sqlite"


@dataclass(frozen=True)
class DatabaseSettings:
    """Where the server is; `authority` is the certificate that its own must be signed by, None for no TLS."""

    url: URL = field(repr=False)
    authority: Path | None = None


def database_settings(source: Source) -> DatabaseSettings | None:
    """DATABASE_URL with DATABASE_PASSWORD and DATABASE_CA; None where the database is an SQLite file."""
    scheme, separator, rest = source.text_or_file("DATABASE_URL").partition("://")
    kind = kind_of(scheme)
    if not scheme or kind == SQLITE:
        return None
    if not separator or kind not in DRIVERS:
        # Not shown: it may hold a password.
        raise SettingsError(f"DATABASE_URL is no address of a database; write {EXAMPLES}")
    try:
        url = server_address(kind, rest)
    except ValueError as error:
        raise SettingsError(f"DATABASE_URL: {error}; write {EXAMPLES}") from None
    if not url.username:
        raise SettingsError(f"DATABASE_URL names no user; write {EXAMPLES}")
    if url.password is None and (password := source.text_or_file("DATABASE_PASSWORD")):
        url = url.set(password=password)
    return DatabaseSettings(url, source.file("DATABASE_CA", "the certificate of the server's authority"))
