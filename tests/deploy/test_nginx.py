"""The rendered Nginx configuration, run by this machine's Nginx in front of a stand-in for the application."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from front_door import FrontDoor, free_ports, nginx, opened, render, standing_in

NEEDS = ("nginx", "openssl")


@pytest.fixture(scope="module")
def front_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontDoor]:
    for tool in NEEDS:
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool}")
    folder = tmp_path_factory.mktemp("nginx")
    (folder / "tls").mkdir()
    ports = free_ports(3)
    with opened(folder, ports, render(folder, ports, MICROBLOG_HTTP_PORT="127.0.0.1:8080")) as door:
        yield door


@pytest.fixture
def application(front_door: FrontDoor) -> Iterator[None]:
    """The stand-in for the application is there."""
    with standing_in(front_door.application_port):
        yield


def test_the_rendered_configuration_is_valid(tmp_path: Path) -> None:
    (tmp_path / "tls").mkdir()
    check = subprocess.run([*nginx(render(tmp_path, free_ports(3))), "-t"], capture_output=True, text=True, check=False)
    assert check.returncode == 0, check.stderr
    assert "[warn]" not in check.stderr


def test_http_leads_to_the_same_address_on_the_https_port(front_door: FrontDoor) -> None:
    response = front_door.ask_http("/user/alice?page=2")
    assert response.status == 308
    assert response.headers["Location"] == f"https://localhost:{front_door.https_port}/user/alice?page=2"
    assert response.headers["Cache-Control"] == "no-store"


def test_http_spoken_to_the_https_port_is_led_to_https(front_door: FrontDoor) -> None:
    response = front_door.ask_http("/explore", port=front_door.https_port)
    assert response.status == 308
    assert response.headers["Location"] == f"https://localhost:{front_door.https_port}/explore"


def test_the_authority_is_offered_over_http(front_door: FrontDoor) -> None:
    response = front_door.ask_http("/ca.crt")
    assert response.status == 200
    assert response.headers["Content-Type"] == "application/x-x509-ca-cert"
    assert "BEGIN CERTIFICATE" in response.text


@pytest.mark.usefixtures("application")
def test_the_page_about_the_authority_can_be_read_without_https_with_all_that_it_needs(front_door: FrontDoor) -> None:
    for path in ("/trust", "/static/css/trust.css"):
        assert front_door.ask_http(path).status == 200
    forged = {"X_Certificate_Authority": "forged", "X_Plain_Address": "http://evil.example"}
    pages = front_door.ask_http("/trust", **forged).text, front_door.ask("/trust", **forged).text
    certificate = ssl.PEM_cert_to_DER_cert(front_door.ask("/ca.crt").text)
    fingerprint = sha256(certificate).digest().hex(":").upper()
    for page in pages:
        assert f"X-Certificate-Authority: {fingerprint}\n" in page
        assert "X-Plain-Address: http://localhost:8080\n" in page
        assert "forged" not in page
        assert "evil" not in page


@pytest.mark.usefixtures("application")
def test_forwarding_headers_of_a_client_are_overwritten(front_door: FrontDoor) -> None:
    response = front_door.ask(
        "/", X_Forwarded_For="1.2.3.4", X_Forwarded_Proto="http", X_Forwarded_Host="evil.example",
        Forwarded="for=1.2.3.4", X_Forwarded_Prefix="/evil", X_Forwarded_Port="1", X_Real_IP="1.2.3.4", Proxy="http://evil.example",
    )  # fmt: skip
    assert "1.2.3.4" not in response.text
    assert "evil" not in response.text
    assert "X-Forwarded-For: 127.0.0.1\n" in response.text
    assert "X-Forwarded-Proto: https\n" in response.text
    assert f"\nHost: localhost:{front_door.https_port}\n" in "\n" + response.text


@pytest.mark.usefixtures("application")
@pytest.mark.parametrize("status", [400, 404, 413, 500, 502, 503, 504])
def test_the_applications_own_errors_pass_untouched(front_door: FrontDoor, status: int) -> None:
    response = front_door.ask(f"/status/{status}")
    assert response.status == status
    assert "xxxx" in response.text


@pytest.mark.usefixtures("application")
def test_nothing_private_is_compressed(front_door: FrontDoor) -> None:
    assert front_door.ask("/", Accept_Encoding="gzip").headers["Content-Encoding"] is None


@pytest.mark.usefixtures("application")
def test_only_the_sign_of_life_is_public(front_door: FrontDoor) -> None:
    assert front_door.ask("/livez").status == 200
    for path in ("/readyz", "/metrics", "/_nginx/starting.html"):
        response = front_door.ask(path)
        assert response.status == 404
        assert "<h1>There is nothing here</h1>" in response.text


def test_an_absent_application_gives_a_page_that_comes_back_by_itself(front_door: FrontDoor) -> None:
    for path in ("/", "/static/site.css", "/livez"):
        response = front_door.ask(path)
        assert response.status == 503
        assert response.headers["Retry-After"] == "5"
        assert response.headers["Cache-Control"] == "no-store"
        assert '<meta http-equiv="refresh" content="3">' in response.text
    assert front_door.ask("/_nginx/page.css").headers["Content-Type"] == "text/css; charset=utf-8"


def test_what_was_sent_to_an_absent_application_is_not_silently_lost(front_door: FrontDoor) -> None:
    response = front_door.ask("/", "POST", b"post=hello")
    assert response.status == 503
    assert "<h1>That was not sent</h1>" in response.text
    assert "refresh" not in response.text


@pytest.mark.usefixtures("application")
def test_oversized_requests_get_a_page_that_says_so(front_door: FrontDoor) -> None:
    body = front_door.ask("/", "POST", Content_Length=str(3 * 2**20))
    assert body.status == 413
    assert "<h1>That is too big</h1>" in body.text
    for response in (front_door.ask("/" + "a" * 10_000), front_door.ask("/" + "a" * 40_000)):
        assert response.status == 414
        assert "<h1>That request cannot be read</h1>" in response.text
    cookie = front_door.ask("/", Cookie="a" * 40_000)
    assert cookie.status == 400
    assert "<h1>That request cannot be read</h1>" in cookie.text


def test_programs_are_told_as_json(front_door: FrontDoor) -> None:
    absent = [front_door.ask("/api/users"), front_door.ask("/api/posts?page=2", "POST", b"{}"), front_door.ask("/api")]
    for response in absent:
        assert (response.status, response.headers["Retry-After"]) == (503, "5")
        assert json.loads(response.text)["error"] == "Service Unavailable"
    others = [
        front_door.ask("/api/posts", "POST", Content_Length=str(3 * 2**20)),
        front_door.ask("/api/" + "a" * 10_000),
        front_door.ask("/api/users", Cookie="a" * 40_000),
    ]
    assert [(each.status, json.loads(each.text)["error"]) for each in others] == [
        (413, "Request Entity Too Large"), (414, "Request URI Too Long"), (400, "Bad Request"),
    ]  # fmt: skip
    for response in [*absent, *others]:
        assert response.headers["Content-Type"] == "application/json"
        assert response.headers["Cache-Control"] == "no-store"
    assert "<h1>" in front_door.ask("/apiary").text, "which is not of the API"


def test_only_failures_are_logged_and_without_the_query(
    front_door: FrontDoor, tmp_path_factory: pytest.TempPathFactory
) -> None:
    front_door.ask_http("/quiet?q=secret")
    front_door.ask("/invite/secret")
    front_door.ask("/auth/reset_password/secret")
    front_door.ask("/auth/email/secret")
    front_door.ask("/auth/register/secret")
    front_door.ask("/readyz?q=secret")
    file = next(tmp_path_factory.getbasetemp().glob("nginx*/access.log"))
    # Nginx answers first and writes then.
    for _ in range(1200):
        if '"path":"/readyz"' in (log := file.read_text()):
            break
        time.sleep(0.05)
    lines = [json.loads(line) for line in log.splitlines()]
    masked = {f"{path}..." for path in ("/invite/", "/auth/reset_password/", "/auth/email/", "/auth/register/")}
    assert {"/readyz", *masked} <= {line["path"] for line in lines}
    assert 404 in {line["status"] for line in lines}
    assert 308 not in {line["status"] for line in lines}
    assert "secret" not in log
