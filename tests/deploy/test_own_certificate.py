"""The operator's own certificate: what is taken over, and what is said of one that cannot be."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from signing import Signer

NEEDS = ("openssl", "nginx")
NAME = "blog.example.org"


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    for tool in NEEDS:
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool}")
    return Signer(tmp_path_factory.mktemp("signer"))


class Place:
    """The volume, the folder in which the operator puts files, and the scripts that look at both."""

    def __init__(self, folder: Path, root: Path, roots: Path) -> None:
        self.volume, self.offered, self._run = (folder / name for name in ("tls", "offered", "run"))
        for made in (self.volume, self.offered, self._run):
            made.mkdir()
        self._root = root
        self._environment = {name: text for name, text in os.environ.items() if not name.startswith("MICROBLOG_")} | {
            "TLS_DIR": str(self.volume),
            "OWN_DIR": str(self.offered),
            "RUN_DIR": str(self._run),
            "PUBLIC_AUTHORITIES": str(roots),
            "MICROBLOG_TLS": "own",
            "MICROBLOG_TLS_FOLDER": "/srv/certificate",
        }

    def run(self, script: str, **settings: str) -> str:
        """What it said."""
        ended = subprocess.run(
            ["sh", self._root / "nginx" / script], env=self._environment | settings, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stderr
        return ended.stderr

    def start(self, **settings: str) -> str:
        """What a start says of the certificate; nothing is remembered in memory."""
        (self._run / "own-seen").unlink(missing_ok=True)
        self.run("certificates.sh", **settings)
        return self.run("own.sh", **settings)

    @property
    def served(self) -> str:
        return (self.volume / "served").readlink().name

    def served_is_offered(self) -> bool:
        return (self.volume / "served/fullchain.pem").read_bytes() == (self.offered / "fullchain.pem").read_bytes()

    def configured(self, **settings: str) -> str:
        """What Nginx is told."""
        self.run("configure.sh", **settings)
        return (self._run / "nginx.conf").read_text()


@pytest.fixture
def place(tmp_path: Path, root: Path, signer: Signer) -> Place:
    return Place(tmp_path, root, signer.roots)


def test_a_good_certificate_is_taken_over_and_told_once(place: Place, signer: Signer) -> None:
    signer.issue(place.offered, NAME)
    said = place.start(MICROBLOG_DOMAIN=NAME)
    assert f"/srv/certificate: this certificate is served; it is for {NAME}, good until" in said
    assert len(said.splitlines()) == 1
    assert place.served == "own"
    assert place.served_is_offered()
    assert (place.volume / "own/key.pem").stat().st_mode & 0o777 == 0o600
    told = place.configured(MICROBLOG_DOMAIN=NAME)
    assert "max-age=" in told
    assert 'default "public";' in told, "for the page about the authority"
    assert place.run("own.sh", MICROBLOG_DOMAIN=NAME) == "", "nothing has changed"


def test_another_one_takes_its_place_and_the_old_copy_goes(place: Place, signer: Signer) -> None:
    signer.issue(place.offered, NAME)
    place.start()
    signer.issue(place.offered, NAME)
    assert "this certificate is served" in place.run("own.sh")
    assert place.served_is_offered()
    assert len(list(place.volume.glob("own.*"))) == 1


def test_with_several_names_one_will_do_and_the_others_are_told(place: Place, signer: Signer) -> None:
    signer.issue(place.offered, "*.example.org", "192.168.1.10")
    said = place.start(MICROBLOG_DOMAIN=f"{NAME} example.net", MICROBLOG_HOSTS="192.168.1.10")
    assert place.served == "own"
    assert "it is not for 'example.net', so browsers warn" in said
    assert f"'{NAME}'" not in said
    assert "'192.168.1.10'" not in said


def test_one_by_an_authority_of_the_house_is_served_but_not_insisted_on(place: Place, tmp_path: Path) -> None:
    Signer(tmp_path / "house").issue(place.offered, NAME)
    assert "its authority is none that browsers know" in place.start(MICROBLOG_DOMAIN=NAME)
    assert place.served == "own"
    told = place.configured()
    assert "max-age=" not in told
    assert 'default "private";' in told


def nothing(place: Place, signer: Signer) -> None:
    """No file at all."""


def one_file(place: Place, signer: Signer) -> None:
    signer.issue(place.offered, NAME)
    (place.offered / "privkey.pem").unlink()


def a_link_that_leads_out(place: Place, signer: Signer) -> None:
    one_file(place, signer)
    (place.offered / "privkey.pem").symlink_to("../../archive/privkey1.pem")


def no_certificate(place: Place, signer: Signer) -> None:
    signer.issue(place.offered, NAME)
    (place.offered / "fullchain.pem").write_text("half of a certificate")


def a_passphrase(place: Place, signer: Signer) -> None:
    signer.issue(place.offered, NAME)
    key, locked = place.offered / "privkey.pem", place.offered / "locked"
    subprocess.run(["openssl", "pkey", "-aes128", "-passout", "pass:secret", "-in", key, "-out", locked], check=True)
    locked.rename(key)


def another_key(place: Place, signer: Signer) -> None:
    signer.issue(place.offered, NAME)
    key = (place.offered / "privkey.pem").read_text()
    signer.issue(place.offered, NAME)
    (place.offered / "privkey.pem").write_text(key)


def an_end_in_the_past(place: Place, signer: Signer) -> None:
    signer.issue(place.offered, NAME, begin=-30, days=29)


def a_begin_in_the_future(place: Place, signer: Signer) -> None:
    signer.issue(place.offered, NAME, begin=2)


def another_name(place: Place, signer: Signer) -> None:
    signer.issue(place.offered, "other.example.org")


def a_short_key(place: Place, signer: Signer) -> None:
    signer.issue(place.offered, NAME, key="short")


FAULTS = {
    nothing: "there is no fullchain.pem in this folder; put your certificate",
    one_file: "there is no privkey.pem in this folder; put",
    a_link_that_leads_out: "privkey.pem is a link that leads out of the folder",
    no_certificate: "fullchain.pem holds no certificate; it has to be",
    a_passphrase: "privkey.pem holds no key, or one that asks for a passphrase; take it away",
    another_key: "privkey.pem is not the key of the certificate",
    an_end_in_the_past: "the certificate ended on",
    a_begin_in_the_future: "the certificate is good only from",
    another_name: f"the certificate is for other.example.org, and not for any name in the settings ({NAME})",
    a_short_key: "Nginx cannot use it; its words follow",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_one_that_cannot_be_used_is_explained_once_and_the_site_has_another(
    place: Place, signer: Signer, fault: Callable[[Place, Signer], None]
) -> None:
    fault(place, signer)
    said = place.start(MICROBLOG_DOMAIN=NAME)
    assert f"/srv/certificate: {FAULTS[fault]}" in said
    assert "the site has a certificate of its own" in said
    assert place.served == "live"
    assert 'default "waiting";' in place.configured()
    assert place.run("own.sh", MICROBLOG_DOMAIN=NAME) == "", "not every minute"
    (place.offered / "privkey.pem").unlink(missing_ok=True)
    signer.issue(place.offered, NAME)
    assert "this certificate is served" in place.run("own.sh", MICROBLOG_DOMAIN=NAME)


def test_a_bad_one_leaves_the_good_one_of_before(place: Place, signer: Signer) -> None:
    signer.issue(place.offered, NAME)
    place.start(MICROBLOG_DOMAIN=NAME)
    another_key(place, signer)
    assert "the site has your certificate as it was before" in place.run("own.sh", MICROBLOG_DOMAIN=NAME)
    assert place.served == "own"


def test_one_that_has_ended_meanwhile_makes_way(place: Place, signer: Signer) -> None:
    signer.issue(place.offered, NAME)
    place.start(MICROBLOG_DOMAIN=NAME)
    signer.issue(place.offered, NAME, begin=-30, days=29)
    shutil.copy(place.offered / "fullchain.pem", place.volume / "own/fullchain.pem")
    shutil.copy(place.offered / "privkey.pem", place.volume / "own/key.pem")
    place.run("certificates.sh", MICROBLOG_DOMAIN=NAME)
    assert place.served == "live"
