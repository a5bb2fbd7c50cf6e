"""Where the old database is: what an operator types."""

from __future__ import annotations

from sqlalchemy import URL

from ..core.address import DRIVERS, kind_of, server_address
from ..core.address import EXAMPLES as SERVERS
from ..core.errors import Invalid

EXAMPLES = f"write a file, {SERVERS}"


def parse_address(text: str) -> URL:
    """The address of a database, or of an SQLite file; raises Invalid."""
    scheme, separator, rest = text.strip().partition("://")
    if not scheme:
        raise Invalid(f"say where the old database is: {EXAMPLES}")
    if not separator:
        return URL.create("sqlite", database=scheme)
    kind = kind_of(scheme)
    if kind == "sqlite":
        return URL.create("sqlite", database=rest.removeprefix("/").partition("?")[0])
    if kind not in DRIVERS:
        raise Invalid(f"there is no reading from {kind}://…; {EXAMPLES}")
    try:
        return server_address(kind, rest)
    except ValueError as error:
        raise Invalid(f"{error}; {EXAMPLES}") from None
