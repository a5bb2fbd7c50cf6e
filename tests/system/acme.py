"""A public authority of our own, and Nginx containers that get their certificates from it."""

from __future__ import annotations

import json
import ssl
import subprocess
import urllib.request
from pathlib import Path

from appliance import ROOT, docker, eventually
from door import RUN, Door, address_of, logs

IMAGE = f"{RUN}-authority"
IMAGE_FOLDER = ROOT / "tests" / "system" / "authority"


class Authority:
    """Pebble, and the DNS that it asks."""

    def __init__(self, folder: Path) -> None:
        self.name = f"{RUN}-authority"
        self.folder = folder
        folder.chmod(0o755)
        self._make_key()
        self.certificate = folder / "pebble.crt"
        self.roots = folder / "roots.pem"
        mounted = f"{folder}:/keys:ro"
        docker("run", "--detach", "--name", self.name, "--network", RUN, "--network-alias", "pebble",
               "--volume", mounted, IMAGE)  # fmt: skip
        self.note_root()

    def _make_key(self) -> None:
        key = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30")
        names = ("-subj", "/CN=pebble", "-addext", "subjectAltName=DNS:pebble")
        files = ("-keyout", self.folder / "pebble.key", "-out", self.folder / "pebble.crt")
        subprocess.run(["openssl", *key, *names, *files], check=True, capture_output=True)

    def note_root(self) -> None:
        """Keep the certificate that everything it signs goes back to; every start makes another one."""
        eventually(lambda: self._root(), 60)
        self.roots.write_text(self._root())

    def _root(self) -> str:
        unchecked = ssl.create_default_context()
        unchecked.check_hostname = False
        unchecked.verify_mode = ssl.CERT_NONE
        address = f"https://{address_of(self.name)}:15000/roots/0"
        try:
            with urllib.request.urlopen(address, timeout=30, context=unchecked) as response:
                return str(response.read().decode())
        except OSError:
            return ""

    def let_name_lead_to(self, name: str, container: str) -> None:
        """Have the DNS say so."""
        record = {"host": name, "addresses": [address_of(container)]}
        for what in ("clear-a", "add-a"):
            server = f"http://{address_of(self.name)}:8055/{what}"
            urllib.request.urlopen(server, data=json.dumps(record).encode(), timeout=30).close()

    def orders(self) -> int:
        """How often somebody has asked it for a certificate."""
        return logs(self.name).count("POST /order-plz")


def client(number: str, authority: Authority, **settings: str) -> Door:
    """A door that asks this authority."""
    chosen = {
        "MICROBLOG_ACME_URL": "https://pebble:14000/dir",
        "UACME_CAINFO": "/keys/pebble.crt",
        "PUBLIC_AUTHORITIES": "/keys/roots.pem",
        **settings,
    }
    return Door(number, {"/keys": authority.folder}, **chosen)
