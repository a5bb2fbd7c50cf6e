"""An authority that a test's browsers know, and certificates by it as an operator brings them."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

CONFIGURATION = """
[ca]
default_ca = signing
[signing]
database = {folder}/register
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[site]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
authorityKeyIdentifier = keyid
subjectAltName = {names}
# as public authorities have it; nobody looks
crlDistributionPoints = URI:http://authority.example/list.crl
"""


class Signer:
    """An authority in a folder of its own; `roots` is what a browser trusts."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        self._folder = folder
        self.roots = folder / "roots.pem"
        self._key = folder / "authority.key"
        self._request("/CN=The authority of a test", self._key)
        self._sign(self.roots, "authority", "DNS:none", -1, 3650, "-selfsign")

    def issue(self, folder: Path, *names: str, begin: int = -1, days: int = 180, key: str = "EC") -> None:
        """Put fullchain.pem and privkey.pem there, for these names, good from `begin` for so many days."""
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        self._request(f"/CN={names[0]}", folder / "privkey.pem", key)
        listed = ",".join(f"{'IP' if name[0].isdigit() else 'DNS'}:{name}" for name in names)
        self._sign(folder / "fullchain.pem", "site", listed, begin, days, "-cert", self.roots)
        # that of the container's user
        (folder / "privkey.pem").chmod(0o644)

    def _request(self, subject: str, key: Path, kind: str = "EC") -> None:
        kinds = {"EC": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "short": ["rsa:1024"]}
        self._run("req", "-new", "-newkey", *kinds[kind], "-nodes", "-subj", subject,
                  "-keyout", key, "-out", self._folder / "request")  # fmt: skip

    def _sign(self, to: Path, section: str, names: str, begin: int, days: int, *how: str | Path) -> None:
        (self._folder / "register").write_text("")
        configuration = self._folder / "configuration"
        configuration.write_text(CONFIGURATION.format(folder=self._folder, names=names))
        self._run("ca", "-batch", "-notext", "-config", configuration, "-extensions", section, "-in",
                  self._folder / "request", "-out", to, "-startdate", _date(begin), "-enddate", _date(begin + days),
                  "-keyfile", self._key, *how)  # fmt: skip

    def _run(self, *words: str | Path) -> None:
        subprocess.run(["openssl", *words], check=True, capture_output=True)


def _date(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")
