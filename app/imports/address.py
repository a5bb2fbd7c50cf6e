"""Where the old database is: what an operator types, and what may be printed of it."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

from sqlalchemy import URL

from ..core.errors import Invalid

# The drivers are ours to choose; an address that upstream used may name another after a plus.
DRIVERS = {
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "postgres": "postgresql+pg8000",
    "postgresql": "postgresql+pg8000",
}
EXAMPLES = "write a file, mysql://USER:PASSWORD@HOST/DATABASE or postgresql://USER:PASSWORD@HOST/DATABASE"


def parse_address(text: str) -> URL:
    """The address of a database, or of an SQLite file; raises Invalid.

    A password may hold any character, quoted (%40) or not: the last @ ends it.
    """
    scheme, separator, rest = text.strip().partition("://")
    if not scheme:
        raise Invalid(f"say where the old database is: {EXAMPLES}")
    if not separator:
        return URL.create("sqlite", database=scheme)
    kind = scheme.partition("+")[0].lower()
    if kind == "sqlite":
        return URL.create("sqlite", database=rest.removeprefix("/").partition("?")[0])
    if kind not in DRIVERS:
        raise Invalid(f"there is no reading from {kind}://…; {EXAMPLES}")
    return _of_server(DRIVERS[kind], rest)


def shown(url: URL) -> str:
    """The address as it may be printed."""
    if url.drivername == "sqlite":
        return url.database or ""
    return url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)


def _of_server(drivername: str, rest: str) -> URL:
    login, _, place = rest.rpartition("@")
    username, _, password = login.partition(":")
    try:
        parts = urlsplit(f"//{place}")
        host, port, database = parts.hostname, parts.port, unquote(parts.path.removeprefix("/"))
    except ValueError:
        # Not told as its cause, which may quote the password.
        raise Invalid(f"the address cannot be read; {EXAMPLES}") from None
    sockets = parse_qs(parts.query).get("unix_socket", [])
    if not (host or sockets) or not database:
        raise Invalid(f"the address lacks a host or a database; {EXAMPLES}")
    query = {"unix_socket": sockets[0]} if sockets and drivername.startswith("mysql") else {}
    login_parts = {"username": unquote(username) or None, "password": unquote(password) or None}
    return URL.create(drivername, **login_parts, host=host, port=port, database=database, query=query)
