"""The real application with the real Nginx before it, set up by alice: the appliance without its containers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from front_door import FrontDoor, free_ports, opened, render
from page import Page
from running import Running, running

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class SetUp:
    """Both of them, and the cookies of alice's browser."""

    appliance: Running
    door: FrontDoor
    cookies: str


@contextmanager
def set_up_in(folder: Path, edits: Mapping[str, str] = MappingProxyType({})) -> Iterator[SetUp]:
    """Start both as in their containers, with these pieces of Nginx's configuration replaced by others."""
    (folder / "tls").mkdir()
    ports = free_ports(3)
    configuration = render(folder, ports)
    for old, new in edits.items():
        text = configuration.read_text()
        assert old in text
        configuration.write_text(text.replace(old, new))
    with (
        running(
            folder, ports[2], MICROBLOG_HTTPS="1", MICROBLOG_PROXY_HOPS="1", MICROBLOG_ACCEL_REDIRECT="1"
        ) as appliance,
        opened(folder, ports, configuration) as door,
    ):
        yield SetUp(appliance, door, _set_up(door, appliance.setup_code))


def _set_up(door: FrontDoor, code: str) -> str:
    page = door.ask("/setup")
    form = {"code": code, "username": "alice", "email": "alice@example.org", "password": PASSWORD}
    form |= {"password2": PASSWORD, "csrf_token": Page(page.text).value_of("csrf_token")}
    made = door.send("/setup", form, cookies_of(page.headers.get_all("Set-Cookie", [])))
    assert made.status == 302, made.text
    return cookies_of(made.headers.get_all("Set-Cookie", []))


def cookies_of(lines: list[str]) -> str:
    """What a browser sends back of the cookies that it was given."""
    return "; ".join(line.partition(";")[0] for line in lines)
