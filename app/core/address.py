"""Addresses of database servers as operators write them, for the drivers that we bring along."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

from sqlalchemy import URL

# The drivers are ours to choose, pure Python both; an address may name another after a plus.
DRIVERS = {
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "postgres": "postgresql+pg8000",
    "postgresql": "postgresql+pg8000",
}
EXAMPLES = "mysql://USER:PASSWORD@HOST/DATABASE or postgresql://USER:PASSWORD@HOST/DATABASE"


def kind_of(scheme: str) -> str:
    """What kind of database a scheme such as mysql+pymysql stands for, in small letters."""
    return scheme.partition("+")[0].lower()


def server_address(kind: str, rest: str) -> URL:
    """The address of a database on a server of that kind; `rest` is what follows `://`. Raises ValueError.

    A password may hold any character, quoted (%40) or not: the last @ ends it.
    """
    login, _, place = rest.rpartition("@")
    username, _, password = login.partition(":")
    try:
        parts = urlsplit(f"//{place}")
        host, port, database = parts.hostname, parts.port, unquote(parts.path.removeprefix("/"))
    except ValueError:
        # Not told as its cause, which may quote the password.
        raise ValueError("the address cannot be read") from None
    sockets = parse_qs(parts.query).get("unix_socket", [])
    if not (host or sockets) or not database:
        raise ValueError("the address lacks a host or a database")
    query = {"unix_socket": sockets[0]} if sockets and DRIVERS[kind].startswith("mysql") else {}
    login_parts = {"username": unquote(username) or None, "password": unquote(password) or None}
    return URL.create(DRIVERS[kind], **login_parts, host=host, port=port, database=database, query=query)


def shown(url: URL) -> str:
    """The address as it may be printed."""
    if url.drivername == "sqlite":
        return url.database or ""
    return url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)
