"""Links in e-mails lead where the settings say, whatever a request calls the site."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.config import Settings
from app.web.context import site_address

NONE, MACHINE, PUBLIC = "", "https://localhost:8443", "https://blog.example.org"


@pytest.mark.parametrize(
    ("public", "host", "visitor", "expected"),
    [
        (PUBLIC, "blog.example.org:6666", "127.0.0.1", PUBLIC),
        (PUBLIC, "localhost", "127.0.0.1", PUBLIC),
        (PUBLIC, "pi.local", "192.0.2.1", PUBLIC),
        (PUBLIC, "evil.example", "192.0.2.1", PUBLIC),
        # Compose names this machine where nothing is set: then the name counts by which the site was asked for
        (MACHINE, "pi.local:8443", "192.0.2.1", "http://pi.local:8443"),
        (MACHINE, "pi.local:6666", "192.0.2.1", "http://pi.local:8443"),
        (MACHINE, "[fd00::5]:8443", "192.0.2.1", "http://[fd00::5]:8443"),
        (MACHINE, "pi.local", "192.0.2.1", "http://pi.local"),
        (MACHINE, "evil.example:8443", "192.0.2.1", MACHINE),
        (MACHINE, "127.0.0.1:6666", "192.0.2.1", MACHINE),
        ("https://localhost", "pi.local:6666", "192.0.2.1", "http://pi.local"),
        (NONE, "localhost:8000", "127.0.0.1", "http://localhost:8000"),
        (NONE, "127.0.0.1:8000", "::ffff:127.0.0.1", "http://127.0.0.1:8000"),
        (NONE, "[::1]:8000", "::1", "http://[::1]:8000"),
        (NONE, "127.0.0.9:6666", "127.0.0.1", "http://127.0.0.9:8000"),
        (NONE, "app.localhost:6666", "192.0.2.1", "http://localhost:8000"),
        (NONE, "127.0.0.1:6666", "192.0.2.1", "http://localhost:8000"),
        (NONE, "pi.local:99999", "192.0.2.1", "http://localhost:8000"),
        (NONE, "pi.local@evil.example", "192.0.2.1", "http://localhost:8000"),
        (NONE, "", "192.0.2.1", "http://localhost:8000"),
    ],
)
def test_site_address_follows_the_settings(
    make_app, settings: Settings, public: str, host: str, visitor: str, expected: str
) -> None:
    app = make_app(replace(settings, public_url=public, hosts=("pi.local", "fd00::5")))
    with app.test_request_context("/", headers={"Host": host}, environ_base={"REMOTE_ADDR": visitor}):
        assert site_address() == expected
