"""What Nginx's container says about its settings before it starts."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

NEEDS = ("openssl",)


def check(root: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MICROBLOG_")}
    return subprocess.run(
        ["sh", root / "nginx" / "settings.sh"], env=environment | settings, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"MICROBLOG_TLS": "local", "MICROBLOG_DOMAIN": "blog.example.org"},
        {"MICROBLOG_TLS": "own", "MICROBLOG_TLS_FOLDER": "/srv/certificate"},
        {
            "MICROBLOG_TLS": "off",
            "MICROBLOG_TRUSTED_PROXIES": "172.18.0.0/16, 192.168.1.5 fd00::5 FD00::/8 10.0.0.1/32",
        },
        {"MICROBLOG_DOMAIN": "Blog.example.org, www.example.org", "MICROBLOG_ACME_EMAIL": "me@example.org"},
        {"MICROBLOG_DOMAIN": "blog.example.org", "MICROBLOG_ACME_URL": "https://ca.example.org/directory"},
    ],
)
def test_good_settings_pass_without_a_word(root: Path, settings: dict[str, str]) -> None:
    checked = check(root, **settings)
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"MICROBLOG_TLS": "acme"}, "write MICROBLOG_DOMAIN=blog.example.org"),
        ({"MICROBLOG_TLS": "on"}, "MICROBLOG_TLS is 'on'; write one of: local, acme, own, off"),
        ({"MICROBLOG_TLS": "off"}, "write its address as this container sees it: MICROBLOG_TRUSTED_PROXIES="),
        *[
            (
                {"MICROBLOG_TRUSTED_PROXIES": f"10.0.0.1 {proxy}"},
                f"MICROBLOG_TRUSTED_PROXIES: '{proxy}' is not an address",
            )
            for proxy in (
                *("caddy", "999.1.1.1", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "0.0.0.0/0", "::/0", "fd00::/129"),
                *("10.0.0.1;", "http://10.0.0.1", "unix:", "10.0.0.0/08", "/8", "10.0.0.1/8/8"),
            )
        ],
        ({"MICROBLOG_TLS": "own"}, "write MICROBLOG_TLS_FOLDER=/srv/certificate"),
        ({"MICROBLOG_DOMAIN": "https://blog.example.org"}, "MICROBLOG_DOMAIN: 'https://blog.example.org' is not"),
        ({"MICROBLOG_DOMAIN": "blog.example.org:8443"}, "'blog.example.org:8443' is not"),
        ({"MICROBLOG_DOMAIN": "blog.example.org pi.local"}, "'pi.local' is not"),
        ({"MICROBLOG_DOMAIN": "203.0.113.9"}, "'203.0.113.9' is not"),
        ({"MICROBLOG_DOMAIN": "*.example.org"}, "'*.example.org' is not"),
        ({"MICROBLOG_DOMAIN": "a.example.org", "MICROBLOG_ACME_URL": "http://ca"}, "MICROBLOG_ACME_URL is 'http://ca'"),
        ({"MICROBLOG_DOMAIN": "a.example.org", "MICROBLOG_ACME_EMAIL": "me"}, "MICROBLOG_ACME_EMAIL is 'me'"),
        ({"MICROBLOG_DOMAIN": "a.example.org", "UACME_CAINFO": "/nowhere"}, "UACME_CAINFO is '/nowhere'"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_what_to_write(
    root: Path, settings: dict[str, str], words: str
) -> None:
    checked = check(root, **settings)
    assert checked.returncode == 64
    assert words in checked.stderr
    assert len(checked.stderr.splitlines()) == 1
