"""`docker run` of the application's image behind somebody's own Nginx, both exactly as the README writes them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from appliance import PASSWORD, ROOT, docker, eventually, free_port
from visitor import Visitor

pytestmark = pytest.mark.system

README = (ROOT / "README.md").read_text()
NAME = f"microblog-test-{os.getpid()}-alone"
# Around what the README has for one's Nginx.
NGINX = """
daemon off; pid {folder}/nginx.pid; error_log stderr; worker_processes 1; events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {certificate}; ssl_certificate_key {certificate};
{location}
  }}
}}
"""


def replaced(text: str, **changes: str) -> str:
    """The text with what would meet others on this machine exchanged; each thing must be there once."""
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@pytest.fixture
def application_port(engine: None) -> Iterator[int]:
    """The port on this machine where the README's command serves the application."""
    (command,) = re.findall(r"^docker run -d --name microblog .*?[^\\]\n", README, re.MULTILINE | re.DOTALL)
    port = free_port()
    changes = {"--name microblog ": f"--name {NAME} ", "microblog_data:": f"{NAME}:", ":8000:": f":{port}:",
               "microblog-app\n": f"{NAME}\n"}  # fmt: skip
    docker("build", "--quiet", "--network", "host", "--tag", NAME, ROOT)
    try:
        subprocess.run(["bash", "-euc", replaced(command, **changes)], check=True, capture_output=True)
        yield port
    finally:
        # pytest shows this only when something failed
        print(docker("logs", NAME, check=False))
        docker("rm", "--force", NAME, check=False)
        docker("volume", "rm", NAME, check=False)
        docker("image", "rm", NAME, check=False)


@pytest.fixture
def proxy_port(application_port: int, certificate: Path, tmp_path: Path) -> Iterator[int]:
    """The port of an Nginx with the README's lines."""
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or pytest.skip("needs nginx")
    (location,) = re.findall(r"^```nginx\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    port, configuration = free_port(), tmp_path / "nginx.conf"
    lines = replaced(location, **{":8080;": f":{application_port};"})
    configuration.write_text(NGINX.format(folder=tmp_path, port=port, certificate=certificate, location=lines))
    process = subprocess.Popen([nginx, "-c", configuration])
    try:
        yield port
    finally:
        process.terminate()
        process.wait(30)


def test_the_image_alone_serves_behind_a_proxy_of_ones_own(proxy_port: int, certificate: Path) -> None:
    visitor = Visitor(proxy_port, certificate.read_text())
    eventually(lambda: _answers(visitor))
    said = docker("logs", NAME).stdout
    assert "Microblog is starting at https://blog.example.org" in said
    (code,) = re.findall(r"Setup code: (\S+)", said)
    assert "Secure" in str(visitor.get("/setup").headers["Set-Cookie"])
    people = {"username": "alice", "email": "alice@example.org", "password": PASSWORD, "password2": PASSWORD}
    visitor.submit("/setup", code=code, **people)
    visitor.submit("/auth/login", username="alice", password=PASSWORD)
    assert visitor.post("behind a proxy").status == 200
    assert "behind a proxy" in visitor.get("/explore").text
    assert "from 127.0.0.1" in visitor.get("/auth/security").text, "whom the proxy names, not Docker's own"
    assert "microblog-" in docker("exec", NAME, "flask", "backup", "now").stdout
    status = docker("exec", NAME, "cat", "/proc/1/status").stdout
    assert "CapEff:\t0000000000000000" in status
    assert "Uid:\t10001" in status


def _answers(visitor: Visitor) -> bool:
    try:
        return visitor.get("/livez").status == 200
    except OSError:
        return False
