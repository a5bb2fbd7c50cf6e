"""The operator's own certificate in Nginx's container: taken over, watched, exchanged without anybody noticing."""

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


def test_it_is_served_once_it_can_be_and_exchanged_while_somebody_writes(signer: Signer, tmp_path: Path) -> None:
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
    # the worker of before may take one more visitor
    eventually(lambda: not door.is_trusted(local, NAME))
    assert door.headers(public, NAME)["Strict-Transport-Security"] == "max-age=86400"

    (folder / "privkey.pem").write_text("nonsense")
    eventually(lambda: "the site has your certificate as it was before" in door.said())
    assert door.is_trusted(public, NAME)
    door.restart()
    eventually(lambda: door.is_trusted(public, NAME))
