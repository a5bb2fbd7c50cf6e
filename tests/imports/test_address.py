"""Addresses of old databases as people write them, and as they are shown."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.core.address import shown
from app.core.errors import Invalid
from app.imports.address import parse_address
from app.imports.conversion import address_of, moment_of, text_of


@pytest.mark.parametrize(
    ("address", "driver", "password", "host", "port", "database"),
    [
        ("mysql://me:a%40b%25@h:3307/d", "mysql+pymysql", "a@b%", "h", 3307, "d"),
        ("mariadb://me:a@b/c?#%zz@h/d", "mysql+pymysql", "a@b/c?#%zz", "h", None, "d"),
        ("mysql+pymysql://me:secret@[::1]:3306/d?charset=utf8", "mysql+pymysql", "secret", "::1", 3306, "d"),
        ("postgres://me:secret@h/d", "postgresql+pg8000", "secret", "h", None, "d"),
        ("postgresql+psycopg2://me:secret@h:5432/d?sslmode=require", "postgresql+pg8000", "secret", "h", 5432, "d"),
        ("postgresql://h/d", "postgresql+pg8000", None, "h", None, "d"),
    ],
)
def test_an_address_of_a_server_is_read(
    address: str, driver: str, password: str | None, host: str, port: int | None, database: str
) -> None:
    url = parse_address(address)
    assert (url.drivername, url.password, url.host, url.port, url.database) == (driver, password, host, port, database)
    assert (password or "secret") not in shown(url)


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("app.db", "app.db"),
        ("/srv/app.db\n", "/srv/app.db"),
        ("sqlite:///app.db", "app.db"),
        ("sqlite:////srv/app.db", "/srv/app.db"),
    ],
)
def test_an_address_of_a_file_is_read(address: str, path: str) -> None:
    assert parse_address(address).database == path
    assert shown(parse_address(address)) == path


@pytest.mark.parametrize("address", ["", "oracle://a:b@c/d", "mysql://a:b@c", "mysql:///d", "postgres://a:b@c:x/d"])
def test_an_address_that_says_too_little_is_refused_with_an_example(address: str) -> None:
    with pytest.raises(Invalid, match="mysql://USER:PASSWORD@HOST/DATABASE"):
        parse_address(address)


NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2024-03-01 12:00:00", NOON),
        ("2024-03-01 12:00:00.000250", NOON.replace(microsecond=250)),
        ("2024-03-01T14:00:00+02:00", NOON),
        (datetime(2024, 3, 1, 12), NOON),  # noqa: DTZ001  as a driver gives it
        ("0000-00-00 00:00:00", None),
        ("0001-01-01 00:00:00+14:00", None),
        ("yesterday", None),
        (1709294400, None),
        (None, None),
        (b"2024", None),
    ],
)
def test_times_are_taken_for_utc(value: object, moment: datetime | None) -> None:
    assert moment_of(value) == moment


@pytest.mark.parametrize(
    ("value", "text", "shortened"),
    [
        ("plain", "plain", False),
        (" a\r\nb\rc\n", "a\nb\nc", False),
        ("cafe\u0301", "café", False),
        ("a\0b\u202ec\ud800", "abc", True),
        (None, "", False),
        (b"bytes\xff", "bytes\ufffd", False),
        (17, "17", False),
    ],
)
def test_texts_are_kept_but_for_what_cannot_be_shown(value: object, text: str, shortened: bool) -> None:
    assert text_of(value) == (text, shortened)


@pytest.mark.parametrize(
    ("value", "address"),
    [
        (" Bob@Example.ORG ", "Bob@example.org"),
        ("root@pi.local", "root@pi.local"),
        ("root@localhost", "root@localhost"),
        ("a, b@example.org", None),
        ("a@b@c", None),
        ("a\nb@c", None),
        ("", None),
        (None, None),
        ("x" * 120 + "@c", None),
    ],
)
def test_addresses_are_kept_where_a_letter_could_go(value: object, address: str | None) -> None:
    assert address_of(value) == address
