"""The authority and the certificate that the Nginx container makes for itself."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from app.health import network

NEEDS = ("openssl",)


class Volume:
    """A folder for certificates, and the script that looks after it."""

    def __init__(self, folder: Path, script: Path) -> None:
        self.folder = folder
        self.script = script

    def start(self, hosts: str = "") -> subprocess.Popen[str]:
        environment = {**os.environ, "TLS_DIR": str(self.folder), "MICROBLOG_HOSTS": hosts}
        return subprocess.Popen(
            ["sh", self.script], env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
        )

    def run(self, hosts: str = "") -> str:
        """Look after the certificate; what was said about it."""
        with self.start(hosts) as script:
            said = script.communicate()[1]
        assert script.returncode == 0, said
        return said

    def kill_after(self, seconds: float) -> None:
        with self.start() as script:
            time.sleep(seconds)
            os.killpg(script.pid, signal.SIGKILL)

    def state(self) -> tuple[bytes, ...]:
        """Everything that must stay the same for browsers to notice nothing."""
        files = ("ca/ca.crt", "ca/ca.key", "live/fullchain.pem", "live/key.pem")
        return tuple((self.folder / name).read_bytes() for name in files)

    def verifies(self, name: str) -> bool:
        kind = "-verify_ip" if ":" in name or name.replace(".", "").isdigit() else "-verify_hostname"
        check = openssl("verify", "-CAfile", self.folder / "ca/ca.crt", kind, name, self.folder / "live/fullchain.pem")
        return check.returncode == 0


def openssl(*words: str | Path, sent: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(["openssl", *words], input=sent, capture_output=True, text=True, check=False)


@pytest.fixture
def volume(tmp_path: Path, root: Path) -> Volume:
    folder = tmp_path / "tls"
    folder.mkdir()
    return Volume(folder, root / "nginx" / "certificates.sh")


def test_the_first_start_makes_a_certificate_for_this_machine(volume: Volume) -> None:
    said = volume.run()
    assert all(volume.verifies(name) for name in ("localhost", "127.0.0.1", "::1"))
    assert not volume.verifies("example.com")
    fingerprint = openssl("x509", "-in", volume.folder / "ca/ca.crt", "-noout", "-fingerprint", "-sha256").stdout
    assert fingerprint.partition("=")[2].strip() in said
    assert "http://NAME-OF-THIS-MACHINE/trust" in said


def test_names_and_addresses_from_the_setting_are_in_the_certificate(volume: Volume) -> None:
    volume.run("Pi.local, 192.168.1.10 blog.example.org\n203.0.113.9 fd00::5")
    for name in ("pi.local", "192.168.1.10", "blog.example.org", "203.0.113.9", "fd00::5", "localhost"):
        assert volume.verifies(name), name


def test_the_page_about_the_authority_is_named_by_the_first_name(volume: Volume) -> None:
    assert "http://pi.local/trust" in volume.run("nonsense! pi.local 192.168.1.10")
    assert "http://[fd00::5]/trust" in volume.run("fd00::5")


def test_keys_are_readable_by_their_owner_only(volume: Volume) -> None:
    volume.run()
    for name in ("ca/ca.key", "live/key.pem"):
        assert (volume.folder / name).stat().st_mode & 0o777 == 0o600


def test_a_second_run_changes_nothing(volume: Volume) -> None:
    volume.run("pi.local")
    before = volume.state()
    volume.run("pi.local")
    assert volume.state() == before


def test_another_list_of_names_makes_another_certificate_by_the_same_authority(volume: Volume) -> None:
    volume.run()
    before = volume.state()
    volume.run("pi.local")
    assert volume.verifies("pi.local")
    assert volume.state()[:2] == before[:2]
    assert volume.state()[2:] != before[2:]


def test_a_name_that_the_authority_may_not_sign_is_reported_and_left_out(volume: Volume) -> None:
    volume.run()
    said = volume.run("late.example.org, pi.local")
    assert "'late.example.org' is not in the certificate" in said
    assert "'pi.local'" not in said
    assert volume.verifies("pi.local")
    assert not volume.verifies("late.example.org")


def test_nonsense_among_the_names_is_reported_and_left_out(volume: Volume) -> None:
    said = volume.run("https://pi.local 999.1.1.1 pi;rm pi:8443 good.local")
    for nonsense in ("https://pi.local", "999.1.1.1", "pi;rm", "pi:8443"):
        assert f"'{nonsense}' is neither a host name nor an address" in said
    assert volume.verifies("good.local")


def test_the_authority_cannot_vouch_for_a_strangers_site(volume: Volume, tmp_path: Path) -> None:
    volume.run()
    forged = tmp_path / "forged"
    forged.mkdir()
    (forged / "extensions").write_text("subjectAltName=DNS:bank.example.com,IP:8.8.8.8\n")
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=forged",
            "-keyout", forged / "key", "-out", forged / "request")  # fmt: skip
    authority = volume.folder / "ca"
    openssl("x509", "-req", "-in", forged / "request", "-CA", authority / "ca.crt", "-CAkey", authority / "ca.key",
            "-set_serial", "1", "-extfile", forged / "extensions", "-out", forged / "certificate")  # fmt: skip
    check = openssl("verify", "-CAfile", authority / "ca.crt", forged / "certificate")
    assert check.returncode != 0
    assert "permitted subtree violation" in check.stdout + check.stderr


def test_the_certificate_lasts_a_year_and_began_yesterday(volume: Volume) -> None:
    volume.run()
    dates = openssl("x509", "-in", volume.folder / "live/fullchain.pem", "-noout", "-dates").stdout
    begin, end = (datetime.strptime(line.split("=")[1], "%b %d %H:%M:%S %Y %Z") for line in dates.splitlines())  # noqa: DTZ007
    now = datetime.now(UTC).replace(tzinfo=None)
    assert timedelta(hours=23) < now - begin < timedelta(hours=25)
    assert timedelta(days=396) < end - now < timedelta(days=398)


def test_a_certificate_with_less_than_a_third_of_its_life_is_made_anew(volume: Volume, tmp_path: Path) -> None:
    short = tmp_path / "short-lived.sh"
    shutil.copy(volume.script.with_name("common.sh"), tmp_path)
    short.write_text(volume.script.read_text().replace("leaf_days=397", "leaf_days=130"))
    Volume(volume.folder, short).run()
    before = volume.state()
    volume.run()
    assert volume.state()[:2] == before[:2]
    assert volume.state()[2:] != before[2:]


@pytest.mark.parametrize("damage", ["key.pem", "fullchain.pem", "requested"])
def test_a_damaged_certificate_is_made_anew(volume: Volume, damage: str) -> None:
    volume.run()
    (volume.folder / "live" / damage).write_text("")
    volume.run()
    assert volume.verifies("localhost")


def test_a_first_start_killed_at_any_moment_heals(volume: Volume) -> None:
    for step in range(12):
        volume.kill_after(step * 0.02)
    volume.run()
    assert volume.verifies("localhost")
    assert sorted(path.name.partition(".")[0] for path in volume.folder.iterdir()) == ["ca", "leaf", "live", "served"]


def test_the_authority_survives_a_kill_while_the_certificate_is_made_anew(volume: Volume) -> None:
    volume.run()
    authority = volume.state()[:2]
    for step in range(6):
        with volume.start(f"name{step}.local") as script:
            time.sleep(step * 0.04)
            os.killpg(script.pid, signal.SIGKILL)
        assert volume.folder.joinpath("live/fullchain.pem").stat().st_size > 0
    volume.run()
    assert volume.state()[:2] == authority
    assert volume.verifies("localhost")


def shown(volume: Volume, times: int) -> tuple[int, Thread]:
    """A port where so many visitors are shown the certificate, and the thread that does so."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(volume.folder / "served/fullchain.pem", volume.folder / "served/key.pem")
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listening:
            for _ in range(times):
                with (
                    contextlib.suppress(OSError),  # it does not trust us
                    context.wrap_socket(listening.accept()[0], server_side=True) as visitor,
                ):
                    visitor.recv(1)

    thread = Thread(target=serve)
    thread.start()
    return int(listening.getsockname()[1]), thread


@pytest.mark.parametrize("signer", ["its own", "one that the world trusts"])
def test_the_doctor_sees_how_long_it_is_good_whoever_signed_it(
    volume: Volume, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, signer: str
) -> None:
    volume.run()
    authority = volume.folder / "ca/ca.crt"
    if signer != "its own":
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        (tmp_path / "another").mkdir()
        other = Volume(tmp_path / "another", volume.script)
        other.run()
        authority = other.folder / "ca/ca.crt"
    with seen_by_doctor(volume, monkeypatch, times=1 if signer == "its own" else 2):
        days = (network._not_after(authority.read_text()) - time.time()) / 86400
    assert 396 < days < 398


def test_the_doctor_takes_one_that_the_operator_brought_as_it_is(
    volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    volume.run()
    with seen_by_doctor(volume, monkeypatch, times=2):
        days = (network._end_on_sight() - time.time()) / 86400
    assert 396 < days < 398


@contextlib.contextmanager
def seen_by_doctor(volume: Volume, monkeypatch: pytest.MonkeyPatch, times: int) -> Iterator[None]:
    """The certificate is shown so many times where the doctor looks."""
    port, thread = shown(volume, times)
    monkeypatch.setattr(network, "NGINX", "127.0.0.1")
    monkeypatch.setattr(network, "NGINX_HTTPS", port)
    yield
    thread.join()
