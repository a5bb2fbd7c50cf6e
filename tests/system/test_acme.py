"""Certificates by a public authority, from beginning to end: Nginx's container, uacme in it, and Debian's pebble."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from acme import IMAGE, IMAGE_FOLDER, Authority, client
from appliance import eventually
from door import Door, doorway, logs

NAME = "blog.example.org"


@pytest.fixture(scope="module")
def authority(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    """Pebble, running."""
    with doorway((IMAGE, IMAGE_FOLDER)):
        yield Authority(tmp_path_factory.mktemp("authority"))


def issued(authority: Authority, container: str, name: str) -> Door:
    """A door that has its certificate."""
    door = client(container, authority, MICROBLOG_DOMAIN=name)
    authority.let_name_lead_to(name, door.name)

    def tried() -> bool:
        # Once more where the first look came before the door was open.
        door.inside("./acme.sh", "now")
        return door.is_trusted(authority.roots.read_text(), name)

    eventually(tried)
    return door


def says(door: Door, words: str) -> None:
    """Wait for words in its log."""
    eventually(lambda: words in door.said())


def test_a_domain_gets_its_certificate_once_it_leads_here_and_nobody_notices(authority: Authority) -> None:
    door = client("issue", authority, MICROBLOG_DOMAIN=f"{NAME} www.{NAME}")
    says(door, "in the DNS: where you have the domain, add an A record")
    # meanwhile it is up, with a certificate of its own
    local = door.local_authority()
    assert door.is_trusted(local, NAME)
    assert "Strict-Transport-Security" not in door.headers(local, NAME)

    # starting again and again asks the authority for nothing
    orders, next_try = authority.orders(), door.inside("cat", "/tls/acme/next")
    for _ in range(2):
        door.restart()
        eventually(lambda: door.is_trusted(local, NAME))
    time.sleep(3)
    assert authority.orders() == orders
    assert door.inside("cat", "/tls/acme/next") == next_try

    authority.let_name_lead_to(NAME, door.name)
    authority.let_name_lead_to(f"www.{NAME}", door.name)
    with door.connect(local, NAME) as slow:
        # a request that is half sent when the certificate changes
        slow.sendall(b"POST /write HTTP/1.1\r\nHost: blog.example.org\r\nContent-Length: 10\r\n\r\n12345")
        door.inside("./acme.sh", "now")
        public = authority.roots.read_text()
        eventually(lambda: door.is_trusted(public, NAME))
        slow.sendall(b"67890")
        assert slow.recv(100).startswith(b"HTTP/1.1 503"), "the answer where there is no application"
    # The process of before may take a visitor for a moment.
    eventually(lambda: not door.is_trusted(local, NAME))
    eventually(lambda: door.is_trusted(public, f"www.{NAME}"))
    assert door.headers(public, NAME)["Strict-Transport-Security"] == "max-age=86400"

    orders = authority.orders()
    door.restart()
    eventually(lambda: door.is_trusted(public, NAME))
    time.sleep(3)
    assert authority.orders() == orders, "also now it waits until it is time to look"


def test_it_is_renewed_when_the_authority_says_so(authority: Authority) -> None:
    door = issued(authority, "renew", "renew.example.org")
    served = door.inside("readlink", "-f", "/tls/served")
    # As if it had died between the account and the note that there is one.
    door.inside("sh", "-c", "rm /tls/acme/*/registered")

    # Of a certificate for 25 hours this authority says when asked (ARI): within a day of 17 hours from now.
    # uacme draws lots within them at each look, so look until it is time; by the days that are left it would not be.
    def is_another() -> bool:
        door.inside("rm", "-f", "/tls/acme/next")
        return door.inside("readlink", "-f", "/tls/served") != served

    eventually(is_another)
    assert "/renewalInfo/" in logs(authority.name)
    eventually(lambda: door.is_trusted(authority.roots.read_text(), "renew.example.org"))
    # the watch says so once it is in place, so a moment after it can be seen there
    says(door, "the certificate for renew.example.org by a public authority is here")


def test_an_authority_that_is_down_delays_the_next_try_more_and_more(authority: Authority) -> None:
    door = client("down", authority, MICROBLOG_DOMAIN="down.example.org", MICROBLOG_ACME_URL="https://pebble:9/dir")
    says(door, "the authority at https://pebble:9/dir cannot be reached")
    assert door.is_trusted(door.local_authority(), "down.example.org")
    assert 200 < seconds_to_next_try(door) < 376
    door.inside("sh", "-c", "echo 3 >/tls/acme/failures && ./acme.sh now")
    assert 1700 < seconds_to_next_try(door) < 3001
    door.inside("sh", "-c", "echo 300 >/tls/acme/failures && ./acme.sh now")
    assert 16000 < seconds_to_next_try(door) < 27001


def seconds_to_next_try(door: Door) -> int:
    return int(door.inside("cat", "/tls/acme/next")) - int(time.time())


def test_a_domain_that_leads_elsewhere_is_explained(authority: Authority) -> None:
    name = "elsewhere.example.org"
    authority.let_name_lead_to(name, authority.name)
    door = client("elsewhere", authority, MICROBLOG_DOMAIN=name)
    says(door, f"the authority got no answer from http://{name}, port 80")
    stranger = client("stranger", authority)
    says(stranger, "the authority for your devices to trust")
    authority.let_name_lead_to(name, stranger.name)
    door.inside("rm", "/tls/acme/next")
    says(door, f"somebody else answered the authority at http://{name}")
