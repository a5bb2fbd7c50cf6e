"""Finished exports through the real Nginx, which sends them when the application says so, and never otherwise."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import sqlite3
from pathlib import Path

import pytest
from front_door import FrontDoor
from page import Page
from processes import eventually
from set_up import SetUp, cookies_of

NEEDS = ("nginx", "openssl")
CLIENTS = 20
MEBIBYTE = 2**20


@pytest.fixture(scope="module")
def site(set_up: SetUp) -> FrontDoor:
    """Nginx with an appliance behind it."""
    return set_up.door


@pytest.fixture(scope="module")
def media(set_up: SetUp) -> Path:
    """The folder that both have."""
    return set_up.appliance.log.parent / "data" / "media"


@pytest.fixture(scope="module")
def address(set_up: SetUp, media: Path) -> str:
    """Where alice finds an export of 30 MiB."""
    page = set_up.door.ask("/exports", Cookie=set_up.cookies)
    token = Page(page.text).value_of("csrf_token")
    cookies = "; ".join([set_up.cookies, cookies_of(page.headers.get_all("Set-Cookie", []))]).strip("; ")
    newest = dict(each.split("=", 1) for each in cookies.split("; "))
    cookies = "; ".join(f"{name}={value}" for name, value in newest.items())
    assert set_up.door.send("/export_posts", {"csrf_token": token}, cookies).status == 302
    found: list[str] = []

    def is_ready() -> bool:
        found[:] = re.findall(r'href="(/exports/\d+)"', set_up.door.ask("/exports", Cookie=set_up.cookies).text)
        return bool(found)

    eventually(is_ready)
    (file,) = (media / "exports").iterdir()
    file.write_bytes(os.urandom(MEBIBYTE) * 30)
    return found[0]


def request_for(set_up: SetUp, address: str, *lines: str) -> bytes:
    head = [f"GET {address} HTTP/1.1", "Host: localhost", f"Cookie: {set_up.cookies}", "Connection: close", *lines]
    return "\r\n".join([*head, "", ""]).encode()


def answer_to(site: FrontDoor, request: bytes) -> tuple[str, bytes]:
    with site.connect() as connection:
        connection.sendall(request)
        pieces = []
        with contextlib.suppress(OSError):
            while piece := connection.recv(MEBIBYTE):
                pieces.append(piece)
    head, _, body = b"".join(pieces).partition(b"\r\n\r\n")
    return head.decode().lower(), body


def test_nginx_sends_the_file_with_what_the_application_says_of_it(
    set_up: SetUp, site: FrontDoor, media: Path, address: str
) -> None:
    (file,) = (media / "exports").iterdir()
    head, body = answer_to(site, request_for(set_up, address))
    assert head.startswith("http/1.1 200")
    assert body == file.read_bytes()
    assert "content-type: application/zip" in head
    assert "microblog-alice-" in head
    assert "x-content-type-options: nosniff" in head
    assert "content-security-policy: default-src 'none'" in head
    assert "no-cache" in head
    assert "x-accel" not in head
    assert file.name not in head
    head, body = answer_to(site, request_for(set_up, address, "Range: bytes=100-199"))
    assert head.startswith("http/1.1 206")
    assert body == file.read_bytes()[100:200]


@pytest.mark.parametrize(
    "path", ["/_media/exports/{}", "/_media/exports/../exports/{}", "/%5fmedia/exports/{}", "/_media/"]
)
def test_nobody_asks_nginx_for_a_file_directly(
    set_up: SetUp, site: FrontDoor, media: Path, address: str, path: str
) -> None:
    (file,) = (media / "exports").iterdir()
    forged = f"X-Accel-Redirect: /_media/exports/{file.name}"
    head, body = answer_to(site, request_for(set_up, path.format(file.name), forged))
    assert head.startswith("http/1.1 404")
    assert len(body) < MEBIBYTE
    head, body = answer_to(site, request_for(set_up, "/auth/login", forged))
    assert len(body) < MEBIBYTE


def test_a_link_in_the_folder_leads_nowhere(set_up: SetUp, site: FrontDoor, media: Path, address: str) -> None:
    (file,) = (media / "exports").iterdir()
    aside = file.rename(file.with_suffix(".aside"))
    try:
        file.symlink_to("/etc/passwd")
        head, body = answer_to(site, request_for(set_up, address))
    finally:
        aside.replace(file)
    assert not head.startswith("http/1.1 200")
    assert b"root:" not in body


def test_downloads_that_nobody_reads_hold_no_thread(set_up: SetUp, site: FrontDoor, address: str) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(CLIENTS):
            connection = stack.enter_context(site.connect())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.sendall(request_for(set_up, address))
        for _ in range(8):
            assert site.ask("/auth/login", source="127.0.0.9").status == 200


def test_an_expired_export_is_gone_for_nginx_too(set_up: SetUp, site: FrontDoor, address: str) -> None:
    with contextlib.closing(sqlite3.connect(set_up.appliance.log.parent / "data" / "app.db")) as database, database:
        database.execute("UPDATE export SET created_at = '2020-01-01 00:00:00.000000'")
    head, _ = answer_to(site, request_for(set_up, address))
    assert head.startswith("http/1.1 404")
