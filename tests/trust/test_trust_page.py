"""The page that says how to trust this machine's authority, by what Nginx says of its certificate."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from page import PageClient
from people import People

from app.core.config import Settings

FINGERPRINT = ":".join(f"{number:02X}" for number in range(32))
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Safari/604.1"
ANDROID = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"


def headers(authority: str = FINGERPRINT, address: str = "http://pi.local", **others: str) -> dict[str, str]:
    """What our Nginx adds."""
    return {"X-Certificate-Authority": authority, "X-Plain-Address": address, **others}


def read(client: PageClient, address: str, said: dict[str, str]) -> str:
    """The page that this visitor gets where Nginx says so."""
    answer = client.get(address, headers=said)
    assert answer.status_code == 200
    return answer.text.replace("<wbr>", "")


@pytest.fixture
def behind(make_app: Callable[[Settings], Flask], settings: Settings) -> PageClient:
    """A visitor who comes by Nginx; somebody has an account."""
    app = make_app(replace(settings, proxy_hops=1, hosts=("localhost", "192.168.1.20")))
    People(app).settle()
    return PageClient(app)


def test_whoever_has_to_trust_the_authority_gets_it_with_its_fingerprint(behind: PageClient) -> None:
    page = read(behind, "/trust", said=headers())
    assert 'href="/ca.crt"' in page
    assert FINGERPRINT in page
    assert "docker compose logs nginx" in page
    for system in ("Windows", "macOS", "iPhone", "Android", "Linux", "Firefox"):
        assert system in page


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("http://pi.local", "http://pi.local/trust"),
        ("http://pi.local:8080", "http://pi.local:8080/trust"),
        ("http://[fd00::5]:8080", "http://[fd00::5]:8080/trust"),
        ("http://localhost:8080", "http://192.168.1.20:8080/trust"),
        ("http://127.0.0.1", "http://192.168.1.20/trust"),
    ],
)
def test_a_phone_is_led_to_where_it_can_read_the_page_already(behind: PageClient, said: str, shown: str) -> None:
    page = read(behind, "/trust", said=headers(address=said))
    assert f'<a href="{shown}">' in page
    assert 'src="data:image/svg' in page


@pytest.mark.parametrize("said", ["http://evil@pi.local", "http://pi.local/x?", "https://pi.local", "javascript:x", ""])
def test_an_address_that_is_none_is_not_shown(behind: PageClient, said: str) -> None:
    page = read(behind, "/trust", said=headers(address=said))
    assert "QR code for the phone stands here" in page
    assert not said or said not in page


@pytest.mark.parametrize(
    ("agent", "first_words"),
    [(FIREFOX, "Firefox, on"), (PHONE, "iPhone"), (ANDROID, "Android"), (EDGE, "Windows, for")],
)
def test_the_instructions_for_the_visitors_own_device_are_open(
    behind: PageClient, agent: str, first_words: str
) -> None:
    page = read(behind, "/trust", said=headers(**{"User-Agent": agent}))
    opened = re.findall(r'<details class="device" open>\s*<summary[^>]*>([^<]*)', page)
    assert len(opened) == 1
    assert opened[0].startswith(first_words)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("public", "from an authority that browsers know"),
        ("private", "from an authority of their own"),
        ("waiting", "is on its way"),
        ("", "no certificate authority of its own"),
        ("<script>", "no certificate authority of its own"),
        (FINGERPRINT[:-1], "no certificate authority of its own"),
    ],
)
def test_where_there_is_nothing_to_trust_the_page_says_so(behind: PageClient, said: str, words: str) -> None:
    page = read(behind, "/trust", said=headers(said))
    assert words in page
    assert "ca.crt" not in page
    assert "QR code" not in page


def test_without_our_nginx_a_header_counts_for_nothing(client: PageClient) -> None:
    page = read(client, "/trust", said=headers())
    assert "no certificate authority of its own" in page
    assert FINGERPRINT not in page


def test_it_is_there_before_anybody_has_an_account_and_the_set_up_page_leads_to_it(
    make_app: Callable[[Settings], Flask], settings: Settings
) -> None:
    client = PageClient(make_app(replace(settings, proxy_hops=1)))
    assert 'href="/trust"' in read(client, "/setup", said=headers())
    assert FINGERPRINT in read(client, "/trust", said=headers())
    assert 'href="/trust"' not in read(client, "/setup", said=headers("public"))


def test_it_speaks_spanish(behind: PageClient) -> None:
    page = read(behind, "/trust", said=headers(**{"Accept-Language": "es"}))
    assert "Un candado en el navegador" in page
    assert "Entidades de certificación raíz de confianza" in page
