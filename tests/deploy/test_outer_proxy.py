"""Behind a proxy that has the certificate (MICROBLOG_TLS=off): what is believed of whom."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest
from front_door import Answer, FrontDoor, free_ports, opened, render, standing_in
from page import Page
from running import running

NEEDS = ("nginx", "openssl")
PROXY, INNER_PROXY, STRANGER = "127.0.9.1", "127.0.8.7", "127.0.7.7"
VISITOR = "203.0.113.7"
SETTINGS = {
    "MICROBLOG_TLS": "off",
    "MICROBLOG_TRUSTED_PROXIES": f"{PROXY}, 127.0.8.0/24 fd00::5",
    "MICROBLOG_DOMAIN": "blog.example.org",
}
SAID = {"X_Forwarded_For": VISITOR, "X_Forwarded_Proto": "https", "X_Forwarded_Host": "blog.example.org"}
NAME = "blog.example.org"
ALLOWED_AT_ONCE, MANY = 30, 300


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontDoor]:
    """Nginx before a stand-in that tells which headers it saw."""
    for tool in NEEDS:
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool}")
    with opened_in(tmp_path_factory.mktemp("behind"), free_ports(3)) as door, standing_in(door.application_port):
        yield door


def opened_in(folder: Path, ports: list[int], **settings: str) -> AbstractContextManager[FrontDoor]:
    """Nginx with these settings, behind a proxy unless they say otherwise."""
    (folder / "tls").mkdir()
    return opened(folder, ports, render(folder, ports, **(SETTINGS | settings)))


def seen(answer: Answer) -> dict[str, str]:
    """The headers that the application got."""
    assert answer.status == 200, answer.text
    return dict(re.findall(r"^([\w-]+): (.*)$", answer.text, re.MULTILINE))


def test_a_trusted_proxy_is_believed(door: FrontDoor) -> None:
    got = seen(door.ask_http("/", source=PROXY, host="127.0.0.1:8080", **SAID))
    assert got["X-Forwarded-For"] == VISITOR
    assert got["X-Forwarded-Proto"] == "https"
    assert got["X-Forwarded-Host"] == got["Host"] == NAME


def test_of_several_proxies_the_first_that_is_not_ours_is_the_visitor(door: FrontDoor) -> None:
    lied = f"192.0.2.66, {VISITOR}, {INNER_PROXY}"
    assert seen(door.ask_http("/", source=PROXY, **SAID | {"X_Forwarded_For": lied}))["X-Forwarded-For"] == VISITOR


def test_a_proxy_that_passes_the_name_on_need_not_say_it_again(door: FrontDoor) -> None:
    got = seen(door.ask_http("/", source=PROXY, host=NAME, X_Forwarded_For=VISITOR))
    assert (got["Host"], got["X-Forwarded-Proto"]) == (NAME, "https")


def test_nothing_else_that_it_passes_on_reaches_the_application(door: FrontDoor) -> None:
    forged = {"Forwarded": "for=evil", "X_Real_IP": "evil", "X_Forwarded_Prefix": "/evil", "X_Forwarded_Port": "evil"}
    assert "evil" not in door.ask_http("/", source=PROXY, host=NAME, **SAID, **forged, Proxy="evil").text


def test_a_stranger_is_not_believed(door: FrontDoor) -> None:
    forged = {"X_Forwarded_For": VISITOR, "X_Forwarded_Proto": "http", "X_Forwarded_Host": "evil.example"}
    got = seen(door.ask_http("/", source=STRANGER, host=NAME, **forged))
    assert got["X-Forwarded-For"] == STRANGER
    assert got["X-Forwarded-Proto"] == "https", "the site is reached by https alone"
    assert got["X-Forwarded-Host"] == got["Host"] == NAME
    assert "evil" not in str(got)


def test_an_unknown_proxy_is_named_in_the_log(door: FrontDoor, tmp_path_factory: pytest.TempPathFactory) -> None:
    door.ask_http("/", source="127.0.7.9", host=NAME, X_Forwarded_For="198.51.100.1")
    file = next(tmp_path_factory.getbasetemp().glob("behind*/access.log"))
    # Nginx answers first and writes then.
    for _ in range(1200):
        if "127.0.7.9" in (log := file.read_text()):
            break
        time.sleep(0.05)
    assert "127.0.7.9 sent X-Forwarded-For and is not in MICROBLOG_TRUSTED_PROXIES" in log
    assert "198.51.100.1" not in log
    assert PROXY not in log


@pytest.mark.parametrize(
    ("source", "headers", "target"),
    [
        (PROXY, SAID | {"X_Forwarded_Proto": "http"}, NAME),
        (PROXY, SAID | {"X_Forwarded_Proto": "HTTP", "X_Forwarded_Host": f"{NAME}:8443"}, f"{NAME}:8443"),
        (STRANGER, {}, NAME),
        (STRANGER, {"X_Forwarded_Host": "evil.example"}, NAME),
    ],
)
def test_who_came_by_http_is_led_to_https(door: FrontDoor, source: str, headers: dict[str, str], target: str) -> None:
    answer = door.ask_http("/explore?page=2", source=source, host=f"{NAME}:8080", **headers)
    assert (answer.status, answer.headers["Location"]) == (308, f"https://{target}/explore?page=2")
    assert answer.headers["Cache-Control"] == "no-store"


def test_names_that_are_not_ours_are_refused_whoever_says_them(door: FrontDoor) -> None:
    assert door.ask_http("/", source=PROXY, host=NAME, **SAID | {"X_Forwarded_Host": "evil.example"}).status == 421
    assert door.ask_http("/", source=PROXY, host=NAME, **SAID | {"X_Forwarded_Host": f"{NAME}, evil"}).status == 421
    assert door.ask_http("/", source=STRANGER, host="evil.example", **SAID).status == 421


def tries(door: FrontDoor, source: str, address: str) -> int:
    """How many forms went through before the first that did not."""
    headers = SAID | {"X_Forwarded_For": address}
    for number in range(MANY):
        answer = door.ask_http("/auth/login", method="POST", body=b"a=b", source=source, host=NAME, **headers)
        if answer.status != 200:
            assert answer.status == 429
            return number
    raise AssertionError("nothing slowed it down")


def test_tries_are_counted_by_the_visitor_and_not_by_the_proxy(door: FrontDoor) -> None:
    assert tries(door, PROXY, "203.0.113.10") >= ALLOWED_AT_ONCE
    assert tries(door, PROXY, "203.0.113.11") >= ALLOWED_AT_ONCE, "a neighbour behind the same proxy"
    assert tries(door, "127.0.6.6", "203.0.113.12") >= ALLOWED_AT_ONCE
    made_up = SAID | {"X_Forwarded_For": "203.0.113.13"}
    refused = [
        door.ask_http("/auth/login", method="POST", body=b"a=b", source="127.0.6.6", host=NAME, **made_up).status
        for _ in range(5)
    ]
    assert 429 in refused, "a stranger does not get on by making up another address"


def test_only_http_is_spoken_and_nothing_of_certificates_is_there(door: FrontDoor) -> None:
    with pytest.raises(OSError, match="refused"):
        door.ask("/")
    answer = door.ask_http("/", source=PROXY, host=NAME, **SAID)
    assert "Strict-Transport-Security" not in answer.headers
    assert not {"X-Certificate-Authority", "X-Plain-Address"} & seen(answer).keys()


@pytest.mark.parametrize("named", ["", f"{PROXY}"])
def test_with_https_here_a_proxy_is_believed_only_if_it_is_named(tmp_path: Path, named: str) -> None:
    ports = free_ports(3)
    settings = {"MICROBLOG_TLS": "local", "MICROBLOG_TRUSTED_PROXIES": named}
    with opened_in(tmp_path, ports, **settings) as door, standing_in(ports[2]):
        got = seen(door.ask("/", source=PROXY, **SAID | {"X_Forwarded_Proto": "http"}))
        assert got["X-Forwarded-For"] == (VISITOR if named else PROXY)
        assert got["X-Forwarded-Host"] == (NAME if named else f"localhost:{door.https_port}")
        assert got["X-Forwarded-Proto"] == "https"


@dataclass
class Visitor:
    """Somebody who comes by the proxy, with the cookies that the site gave."""

    door: FrontDoor
    address: str
    cookies: str = ""

    def ask(self, path: str, form: bytes | None = None) -> Answer:
        headers = SAID | {"X_Forwarded_For": self.address, "Cookie": self.cookies}
        if form is not None:
            headers["Content_Type"] = "application/x-www-form-urlencoded"
        method = "GET" if form is None else "POST"
        answer = self.door.ask_http(path, method=method, body=form, source=PROXY, host="internal:8080", **headers)
        if given := answer.headers.get_all("Set-Cookie"):
            self.cookies = "; ".join(line.partition(";")[0] for line in given)
        return answer

    def log_in(self, name: str, password: str) -> Answer:
        token = Page(self.ask("/auth/login").text).value_of("csrf_token")
        return self.ask("/auth/login", f"username={name}&password={password}&csrf_token={token}".encode())


def test_the_application_sees_visitors_and_https_through_both_proxies(tmp_path: Path) -> None:
    ports = free_ports(3)
    with (
        running(tmp_path, ports[2], MICROBLOG_HTTPS="1", MICROBLOG_PROXY_HOPS="1", MICROBLOG_DOMAIN=NAME) as appliance,
        opened_in(tmp_path, ports) as door,
    ):
        first = Visitor(door, VISITOR)
        assert first.ask("/").headers["Location"] == "/setup"
        page = first.ask("/setup")
        cookie = page.headers["Set-Cookie"]
        assert all(words in cookie for words in ("__Host-microblog-", "-session=", "; Secure", "; HttpOnly"))
        form = f"code={appliance.setup_code}&username=alice&email=alice@example.org&password=correct+horse+battery"
        token = Page(page.text).value_of("csrf_token")
        made = first.ask("/setup", f"{form}&password2=correct+horse+battery&csrf_token={token}".encode())
        assert made.status == 302, made.text
        assert not made.headers["Location"].startswith("http:")
        sessions = first.ask("/auth/security").text
        assert VISITOR in sessions
        assert PROXY not in sessions

        guesser, other = Visitor(door, "198.51.100.1"), Visitor(door, "198.51.100.2")
        for _ in range(5):
            assert guesser.log_in("alice", "wrong").status == 422
        assert guesser.log_in("alice", "wrong").status == 429
        assert other.log_in("alice", "correct+horse+battery").status == 302, "behind the same proxy, and not delayed"
