"""A public authority of our own, and Nginx containers that get their certificates from it."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import subprocess
import urllib.request
from contextlib import closing
from pathlib import Path

from appliance import ROOT, docker, eventually

RUN = f"microblog-test-acme-{os.getpid()}"
DOOR_IMAGE = f"{RUN}-nginx"
AUTHORITY_IMAGE = f"{RUN}-authority"
HARDENED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges:true")
TEMPORARY = ("--tmpfs", "/tmp:uid=101,gid=101", "--tmpfs", "/run:uid=101,gid=101")  # noqa: S108  in the container


def build() -> None:
    """Both images."""
    docker("build", "--network", "host", "--tag", DOOR_IMAGE, ROOT / "nginx")
    docker("build", "--network", "host", "--tag", AUTHORITY_IMAGE, ROOT / "tests" / "system" / "authority")
    docker("network", "create", RUN)


def remove() -> None:
    """What this run made: containers, volumes, network and images."""
    for kind, names in (("container", containers()), ("volume", _volumes()), ("network", [RUN])):
        if names:
            docker(kind, "rm", *(["--force"] if kind == "container" else []), *names, check=False)
    docker("image", "rm", "--force", DOOR_IMAGE, AUTHORITY_IMAGE, check=False)


def containers() -> list[str]:
    """Those of this run."""
    return docker("ps", "--all", "--format", "{{.Names}}", "--filter", f"name={RUN}-").stdout.split()


def _volumes() -> list[str]:
    return docker("volume", "ls", "--quiet", "--filter", f"name={RUN}-").stdout.split()


def address_of(container: str) -> str:
    """Where this machine reaches it."""
    form = f'{{{{(index .NetworkSettings.Networks "{RUN}").IPAddress}}}}'
    return docker("inspect", "--format", form, container).stdout.strip()


def logs(container: str) -> str:
    """All that it has said."""
    said = docker("logs", container)
    return said.stdout + said.stderr


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
               "--volume", mounted, AUTHORITY_IMAGE)  # fmt: skip
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


class Door:
    """Nginx's container, with a volume of its own."""

    def __init__(self, number: str, authority: Authority, **settings: str) -> None:
        self.name = f"{RUN}-{number}"
        chosen = {
            "MICROBLOG_ACME_URL": "https://pebble:14000/dir",
            "UACME_CAINFO": "/keys/pebble.crt",
            "PUBLIC_AUTHORITIES": "/keys/roots.pem",
            "WATCH_SECONDS": "1",
            **settings,
        }
        environment = [word for name, value in chosen.items() for word in ("--env", f"{name}={value}")]
        volumes = ("--volume", f"{self.name}:/tls", "--volume", f"{authority.folder}:/keys:ro")
        docker("run", "--detach", "--name", self.name, "--network", RUN, *HARDENED, *TEMPORARY, *volumes,
               *environment, DOOR_IMAGE)  # fmt: skip

    @property
    def address(self) -> str:
        return address_of(self.name)

    def said(self) -> str:
        return logs(self.name)

    def inside(self, *command: str) -> str:
        return docker("exec", self.name, *command).stdout

    def restart(self) -> None:
        docker("restart", self.name)

    def local_authority(self) -> str:
        """What /ca.crt holds."""
        with urllib.request.urlopen(f"http://{self.address}:8080/ca.crt", timeout=30) as response:
            return str(response.read().decode())

    def connect(self, authorities: str, name: str) -> ssl.SSLSocket:
        """A browser's connection that trusts these authorities and wants this name."""
        trust = ssl.create_default_context(cadata=authorities)
        plain = http.client.HTTPConnection(self.address, 8443, timeout=30)
        plain.connect()
        return trust.wrap_socket(plain.sock, server_hostname=name)

    def is_trusted(self, authorities: str, name: str) -> bool:
        """Whether such a browser shows a lock."""
        try:
            with closing(self.connect(authorities, name)):
                return True
        except OSError:
            return False

    def headers(self, authorities: str, name: str) -> http.client.HTTPMessage:
        """Of an answer; there is no application behind this door."""
        with closing(http.client.HTTPSConnection(name, 8443, timeout=30)) as connection:
            connection.sock = self.connect(authorities, name)
            connection.request("GET", "/")
            return connection.getresponse().headers
