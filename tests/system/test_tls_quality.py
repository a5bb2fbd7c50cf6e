"""What testssl.sh, which many people judge a server's https by, finds at Nginx's container."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from acme import IMAGE, IMAGE_FOLDER
from door import RUN, Door, doorway
from signing import Signer

PUBLIC, LOCAL = "blog.example.org", "pi.local"
# All that the grade needs: protocols, ciphers, forward secrecy, certificate, headers, vulnerabilities. Not which old
# browser could connect, which takes half of the time.
LOOK_AT = ("-p", "-s", "-f", "-S", "-h", "-U")
OPTIONS = ("--quiet", "--color", "0", "--warnings", "batch", "--jsonfile", "/report/findings.json", *LOOK_AT)
LIMIT_SECONDS = 600
ABOVE_LOW = {"MEDIUM", "HIGH", "CRITICAL", "FATAL"}


@dataclass
class Scan:
    """A scan that runs, and what it has found at its end."""

    process: subprocess.Popen[str]
    report: Path

    def findings(self) -> dict[str, tuple[str, str]]:
        """By their ids: how bad, and what."""
        said, _ = self.process.communicate(timeout=LIMIT_SECONDS)
        assert (self.report / "findings.json").exists(), said
        found = json.loads((self.report / "findings.json").read_text())
        return {each["id"]: (each["severity"], each["finding"]) for each in found}


def begin(door: Door, name: str, authority: Path, report: Path) -> Scan:
    """Have it looked at by somebody who trusts this authority."""
    report.mkdir()
    report.chmod(0o755)
    place = ("--network", RUN, "--add-host", f"{name}:{door.address}", "--name", f"{door.name}-scan")
    folders = ("--volume", f"{report}:/report", "--volume", f"{authority}:/authority.pem:ro")
    target = ("--add-ca", "/authority.pem", "--ip", door.address, f"https://{name}:8443")
    command = ["docker", "run", "--rm", *place, *folders, IMAGE, "testssl", *OPTIONS, *target]
    return Scan(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True), report)


@pytest.fixture(scope="module")
def scans(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, tuple[str, str]]]]:
    """What is found at a site with a public certificate for over a week, and at one with its own; both at once."""
    folder = tmp_path_factory.mktemp("scans")
    with doorway((IMAGE, IMAGE_FOLDER)):
        begun = {PUBLIC: public_site(folder), LOCAL: local_site(folder)}
        yield {name: scan.findings() for name, scan in begun.items()}


def public_site(folder: Path) -> Scan:
    """The operator has brought a certificate by an authority that is taken for a public one."""
    signer = Signer(folder / "signer")
    signer.issue(folder / "certificate", PUBLIC)
    settings = {"MICROBLOG_TLS": "own", "MICROBLOG_TLS_FOLDER": "/srv", "MICROBLOG_DOMAIN": PUBLIC}
    mounted = {"/own": folder / "certificate", "/roots": signer.roots.parent}
    door = Door("public", mounted, PUBLIC_AUTHORITIES="/roots/roots.pem", **settings)
    door.local_authority()
    door.inside("touch", "-d", "8 days ago", "/tls/trusted-since")
    door.restart()
    door.local_authority()
    return begin(door, PUBLIC, signer.roots, folder / "public")


def local_site(folder: Path) -> Scan:
    """As it is without any setting but the name."""
    door = Door("local", {}, MICROBLOG_HOSTS=LOCAL)
    authority = folder / "local.pem"
    authority.write_text(door.local_authority())
    authority.chmod(0o644)
    return begin(door, LOCAL, authority, folder / "local")


def above_low(findings: dict[str, tuple[str, str]]) -> set[str]:
    """What is worse than a remark."""
    return {what for what, (severity, _) in findings.items() if severity in ABOVE_LOW}


def test_a_public_certificate_gets_the_best_grade(scans: dict[str, dict[str, tuple[str, str]]]) -> None:
    found = scans[PUBLIC]
    assert found["overall_grade"] == ("OK", "A+")
    assert above_low(found) == set()
    assert found["HSTS_time"][0] == "OK"


def test_the_machines_own_lacks_nothing_but_what_only_public_ones_have(
    scans: dict[str, dict[str, tuple[str, str]]],
) -> None:
    found = scans[LOCAL]
    reasons = [what for id_, (_, what) in found.items() if id_.startswith("grade_cap_reason")]
    assert (found["overall_grade"], reasons) == (("OK", "A"), ["Grade capped to A. HSTS is not offered"])
    assert above_low(found) == {"cert_revocation"}, "there is nobody whom one could ask"
    assert found["HSTS"][0] == "LOW", "who does not trust it yet must not be locked out"


@pytest.mark.parametrize("name", [PUBLIC, LOCAL])
def test_only_what_is_new_is_spoken(scans: dict[str, dict[str, tuple[str, str]]], name: str) -> None:
    found = scans[name]
    offered = {kind for kind in ("SSLv2", "SSLv3", "TLS1", "TLS1_1", "TLS1_2", "TLS1_3") if "not" not in found[kind][1]}
    assert offered == {"TLS1_2", "TLS1_3"}
    assert found["ALPN_HTTP2"] == ("OK", "h2")
    assert found["FS_KEMs"] == ("OK", "X25519MLKEM768"), "safe from the quantum computers of tomorrow"
