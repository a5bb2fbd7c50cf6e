"""Nginx's container by itself: the operator's own certificate, and none at all behind a proxy that has one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from appliance import eventually
from door import Door, doorway
from signing import Signer

NAME = "blog.example.org"
SETTINGS = {
    "MICROBLOG_TLS": "own",
    "MICROBLOG_TLS_FOLDER": "/srv/certificate",
    "MICROBLOG_DOMAIN": NAME,
    "PUBLIC_AUTHORITIES": "/roots/roots.pem",
}


@pytest.fixture(scope="module")
def signer(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signer]:
    """An authority that the container takes for a public one; the image and the network are there."""
    with doorway():
        yield Signer(tmp_path_factory.mktemp("signer"))


def test_a_certificate_is_served_once_it_can_be_and_exchanged_while_somebody_writes(
    signer: Signer, tmp_path: Path
) -> None:
    folder = tmp_path / "certificate"
    signer.issue(folder, NAME)
    (folder / "privkey.pem").chmod(0o600)
    door = Door("own", {"/own": folder, "/roots": signer.roots.parent}, **SETTINGS)
    eventually(lambda: "on the host: sudo chown 101 /srv/certificate/privkey.pem" in door.said())
    local, public = door.local_authority(), signer.roots.read_text()
    assert door.is_trusted(local, NAME)
    assert "Strict-Transport-Security" not in door.headers(local, NAME)

    with door.connect(local, NAME) as slow:
        slow.sendall(b"POST /write HTTP/1.1\r\nHost: blog.example.org\r\nContent-Length: 10\r\n\r\n12345")
        signer.issue(folder, NAME)
        eventually(lambda: door.is_trusted(public, NAME))
        slow.sendall(b"67890")
        assert slow.recv(100).startswith(b"HTTP/1.1 503"), "the answer where there is no application"
    # the worker of before may still take visitors for a moment
    eventually(lambda: not door.is_trusted(local, NAME))
    eventually(lambda: insists(door, public))

    (folder / "privkey.pem").write_text("nonsense")
    eventually(lambda: "the site has your certificate as it was before" in door.said())
    assert door.is_trusted(public, NAME)
    door.restart()
    eventually(lambda: door.is_trusted(public, NAME))


def insists(door: Door, authorities: str) -> bool:
    """Whether browsers that trust these are told to insist on https."""
    try:
        return door.headers(authorities, NAME)["Strict-Transport-Security"] == "max-age=86400"
    except OSError:
        return False


@pytest.mark.usefixtures("signer")
def test_behind_a_proxy_it_needs_no_certificate_and_makes_none() -> None:
    door = Door("off", {}, MICROBLOG_TLS="off", MICROBLOG_TRUSTED_PROXIES="172.16.0.0/12 192.168.0.0/16")
    eventually(door.answers)
    assert door.inside("ls", "/tls") == ""
    assert "the authority" not in door.said()


@pytest.mark.usefixtures("signer")
def test_it_does_not_start_behind_a_proxy_that_it_does_not_know() -> None:
    door = Door("unknown", {}, MICROBLOG_TLS="off")
    eventually(lambda: door.exit_status() == "64")
    assert "MICROBLOG_TRUSTED_PROXIES=" in door.said()
