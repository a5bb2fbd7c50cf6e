"""Nginx slows guessing down per visitor, and answers only to names that are this machine's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from front_door import Answer, FrontDoor, free_ports, opened, render, standing_in
from processes import eventually

NEEDS = ("nginx", "openssl")
ALLOWED_AT_ONCE = 30
SENDING_AT_ONCE = 32
# However slow this machine is, so many tries are faster than one every two seconds.
MANY = 300
FORM = b"username=alice&password=guess"


@pytest.fixture(scope="module")
def front_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontDoor]:
    """Nginx before a stand-in; it believes in the header X-Test-Address, so that visitors can come by IPv6."""
    folder = tmp_path_factory.mktemp("limits")
    (folder / "tls").mkdir()
    ports = free_ports(3)
    configuration = render(folder, ports)
    real = "http {\n set_real_ip_from 127.0.0.1; real_ip_header X-Test-Address;"
    configuration.write_text(configuration.read_text().replace("http {", real, 1))
    with opened(folder, ports, configuration) as door, standing_in(ports[2]):
        yield door


def tried(door: FrontDoor, path: str, source: str, form: bytes = FORM) -> tuple[int, Answer]:
    """How many tries went through before the first that did not, and how that was answered."""
    for number in range(MANY):
        answer = door.ask(path, "POST", form, source)
        if answer.status != 200:
            return number, answer
    raise AssertionError("nothing slowed it down")


def test_too_many_tries_get_a_page_and_nobody_else_notices(front_door: FrontDoor) -> None:
    count, answer = tried(front_door, "/auth/login", "127.0.0.2")
    assert count >= ALLOWED_AT_ONCE, "a family behind one address is not kept out"
    assert (answer.status, answer.headers["Retry-After"]) == (429, "10")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<h1>Too many tries</h1>" in answer.text
    assert front_door.ask("/auth/login", source="127.0.0.2").status == 200, "the form can still be looked at"
    assert front_door.ask("/", "POST", b"post=hello", "127.0.0.2").status == 200, "who is in goes on writing"
    assert front_door.ask("/auth/login", "POST", FORM, "127.0.0.3").status == 200, "somebody else gets in"


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("127.0.1.1", "/auth/register"),
        ("127.0.1.2", "/auth/reset_password_request"),
        ("127.0.1.3", "/auth/reset_password/guess"),
        ("127.0.1.4", "/setup"),
        ("127.0.1.5", "/invite/guess"),
        ("127.0.1.6", "/auth/%6cogin"),
        ("127.0.1.7", "//auth/./login"),
    ],
)
def test_every_form_in_which_secrets_are_tried_is_limited(front_door: FrontDoor, source: str, path: str) -> None:
    assert tried(front_door, path, source)[1].status == 429


@pytest.mark.parametrize(("source", "path"), [("127.0.2.1", "/api/tokens"), ("127.0.2.2", "/api/users")])
def test_programs_are_told_how_long_to_wait(front_door: FrontDoor, source: str, path: str) -> None:
    _, answer = tried(front_door, path, source)
    assert (answer.status, answer.headers["Retry-After"]) == (429, "10")
    assert json.loads(answer.text)["error"] == "Too Many Requests"


def test_the_addresses_of_one_network_of_ipv6_are_one_visitor(front_door: FrontDoor) -> None:
    def ask(address: str) -> int:
        return front_door.ask("/auth/login", "POST", FORM, X_Test_Address=address).status

    answers = [ask(f"2001:db8:0:1::{number:x}") for number in range(1, MANY)]
    assert answers[:ALLOWED_AT_ONCE] == [200] * ALLOWED_AT_ONCE
    assert 429 in answers
    assert ask("2001:db8:0:2::1") == 200, "the neighbours are others"


@pytest.mark.parametrize(
    ("visitor", "same", "other"),
    [
        ("::ffff:192.0.2.10", "192.0.2.10", "::ffff:192.0.2.11"),
        ("64:ff9b::192.0.2.20", "192.0.2.20", "64:ff9b::192.0.2.21"),
        ("64:ff9b:1:7::192.0.2.30", "192.0.2.30", "64:ff9b:1:7::192.0.2.31"),
        ("64:ff9b:1:c000:2:1000::", "64:ff9b:1:c000:2:1000::", "64:ff9b:1:c000:2:1100::"),
        ("2002:c000:232:1::1", "2002:c000:232:2::1", "2002:c000:233:1::1"),
        ("2001:0:4136:e378:8000:63bf:3fff:fd01", "2001:0:4136:e378:8000:9999:3fff:fd01", "2001:0:4136:e378::2"),
        ("192.0.2.61:4711", "192.0.2.61:4712", "192.0.2.62:4711"),
    ],
)
def test_visitors_of_ipv4_that_are_written_as_ipv6_are_told_apart(
    front_door: FrontDoor, visitor: str, same: str, other: str
) -> None:
    def ask(address: str) -> int:
        return front_door.ask("/auth/login", "POST", FORM, X_Test_Address=address).status

    assert 429 in (ask(visitor) for _ in range(MANY))
    assert (ask(same), ask(other)) == (429, 200)


def test_requests_of_one_visitor_at_the_same_time_have_a_bound(front_door: FrontDoor) -> None:
    form = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf"
    with ExitStack() as stack:
        for _ in range(SENDING_AT_ONCE):
            stack.enter_context(front_door.connect("127.0.4.1")).sendall(form)
        eventually(lambda: front_door.ask("/", "POST", b"post=hello", "127.0.4.1").status == 429)
        assert front_door.ask("/", source="127.0.4.1").status == 200, "the visitor goes on reading"
        assert front_door.ask("/", "POST", b"post=hello", "127.0.4.2").status == 200, "others notice nothing"
    eventually(lambda: front_door.ask("/", "POST", b"post=hello", "127.0.4.1").status == 200)


ALWAYS = (
    *("localhost", "127.0.0.1:8443", "[::1]:8443", "raspberrypi", "PI.local", "pi.lan:443", "pi.fritz.box"),
    *("nas.home.arpa", "10.0.0.2", "172.31.255.1", "192.168.1.20:8443", "[fd00::5]", "[fe80::1]:443"),
)  # fmt: skip
ELSEWHERE = (
    *("evil.example", "local.evil.example", "172.32.0.1", "192.168.1.20.evil.example", "8.8.8.8", "[2001:db8::66]"),
    *("blog.example.org.evil.example", "xblog.example.org", "blogxexample.org"),
)
OURS = ("blog.example.org", "Blog.Example.ORG:8443", "203.0.113.9", "[2001:db8::5]:443", "mb.example.net:8443")
# What is no name is refused whatever the settings say: nothing strange may reach the application as its own name.
NO_NAMES = ("localhost@evil.example", "localhost:80@evil.example", "evil.example/path", "a b", "pi.local?x", "<b>")


@pytest.fixture(scope="module")
def named_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontDoor]:
    """Nginx where the settings say what this machine is called."""
    folder = tmp_path_factory.mktemp("named")
    (folder / "tls").mkdir()
    ports = free_ports(3)
    names = {
        "MICROBLOG_DOMAIN": "Blog.example.org",
        "MICROBLOG_HOSTS": "203.0.113.9 2001:db8::5",
        "MICROBLOG_PUBLIC_URL": "https://mb.example.net:8443/",
    }
    with opened(folder, ports, render(folder, ports, **names)) as door, standing_in(ports[2]):
        yield door


@pytest.mark.parametrize("host", [*ALWAYS, *OURS])
def test_a_known_name_is_answered_to(named_door: FrontDoor, host: str) -> None:
    answer = named_door.ask("/", Host=host)
    assert answer.status == 200
    assert f"\nHost: {host}\n" in "\n" + answer.text


@pytest.mark.parametrize("host", ELSEWHERE)
def test_an_unknown_name_is_refused_where_some_are_known(named_door: FrontDoor, host: str) -> None:
    answer = named_door.ask("/", Host=host)
    assert answer.status == 421
    assert "MICROBLOG_HOSTS" in answer.text, "whoever runs it learns what to do"
    assert named_door.ask("/static/site.css", Host=host).status == 421
    program = named_door.ask("/api/users", Host=host)
    assert json.loads(program.text)["error"] == "Misdirected Request"


def test_an_unknown_name_is_not_led_to_https_either(named_door: FrontDoor) -> None:
    assert named_door.ask_http("/", host="evil.example").status == 421
    assert named_door.ask_http("/", host="pi.local").status == 308


@pytest.mark.parametrize("host", [*ALWAYS, *OURS, *ELSEWHERE])
def test_where_nothing_is_set_every_name_will_do(front_door: FrontDoor, host: str) -> None:
    assert front_door.ask("/", Host=host).status == 200


@pytest.mark.parametrize("host", NO_NAMES)
def test_what_is_no_name_is_refused_everywhere(front_door: FrontDoor, named_door: FrontDoor, host: str) -> None:
    for door in (front_door, named_door):
        assert door.ask("/", Host=host).status in (400, 421)
