"""A scanner for weaknesses (wapiti) against the running appliance, logged in as its administrator, finds none."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from set_up import SetUp, set_up_in

NEEDS = ("nginx", "openssl", "wapiti")
MODULES = "cookieflags,crlf,csp,exec,file,http_headers,methods,permanentxss,redirect,sql,xss"
MEDIUM = 2
SCAN_SECONDS, ATTACK_SECONDS, LIMIT_SECONDS = 20, 10, 240
EDITS = {
    # It is to look at every form, not at the limit.
    "rate=30r/m": "rate=1000r/s",
    # It must not end its own log-in; its option that leaves addresses out fails in Debian 12.
    "location = /metrics": "location ~ ^/auth/(logout|password)$ { return 404; }\n    location = /metrics",
}


def test_a_scanner_finds_nothing_of_medium_severity_or_above(tmp_path: Path) -> None:
    with set_up_in(tmp_path, EDITS) as site:
        report = scanned(site, tmp_path)
        assert site.door.ask("/auth/login").status == 200
    log = (tmp_path / "wapiti.log").read_text()
    for seen in ("GET {}/edit_profile", "POST {}/edit_profile", "POST {}/admin/invitations", "GET {}/search?q="):
        assert seen.format(address_of(site)) in log, "it came past the log-in, to every kind of page"
    found = [
        (kind, each["method"], each["path"], each["info"])
        for part in ("vulnerabilities", "anomalies")
        for kind, entries in report[part].items()
        for each in entries
        if each["level"] >= MEDIUM
    ]
    assert found == []


def address_of(site: SetUp) -> str:
    """Where the scanner finds it."""
    return f"https://127.0.0.1:{site.door.https_port}"


def scanned(site: SetUp, folder: Path) -> dict[str, Any]:
    """The scanner's report."""
    address, report, cookies = (
        f"https://127.0.0.1:{site.door.https_port}",
        folder / "report.json",
        folder / "cookies.json",
    )
    values = dict(each.split("=", 1) for each in site.cookies.split("; "))
    entries = {
        name: {"version": 0, "expires": None, "secure": True, "value": value, "port": None}
        for name, value in values.items()
    }
    cookies.write_text(json.dumps({"127.0.0.1": {"/": entries}}))
    command = [
        "wapiti",
        "-u",
        f"{address}/",
        "--cookie",
        cookies,
        "--module",
        MODULES,
        "--format",
        "json",
        "--output",
        report,
    ]
    command += ["--max-scan-time", str(SCAN_SECONDS), "--max-attack-time", str(ATTACK_SECONDS), "--flush-session"]
    command += [
        "--no-bugreport",
        "--store-session",
        folder / "session",
        "--store-config",
        folder / "config",
        "--verbose",
        "1",
    ]
    # It would fetch a list of programs from elsewhere, which none of these modules needs.
    nowhere = os.environ | {
        "https_proxy": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
        "no_proxy": "127.0.0.1",
    }
    done = subprocess.run(command, env=nowhere, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
    assert report.exists(), done.stdout + done.stderr
    (folder / "wapiti.log").write_text(done.stdout + done.stderr)
    found: dict[str, Any] = json.loads(report.read_text())
    return found
