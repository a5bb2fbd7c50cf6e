"""Nginx's container by itself, in a network of its own: certificates and settings without the application."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from appliance import ROOT, docker, eventually

RUN = f"microblog-test-door-{os.getpid()}"
IMAGE = f"{RUN}-nginx"
HARDENED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges:true")
TEMPORARY = ("--tmpfs", "/tmp:uid=101,gid=101", "--tmpfs", "/run:uid=101,gid=101")  # noqa: S108  in the container


@contextmanager
def doorway(*images: tuple[str, Path]) -> Iterator[None]:
    """The image, further ones, and the network; afterwards nothing of this run is left."""
    try:
        for name, folder in ((IMAGE, ROOT / "nginx"), *images):
            docker("build", "--network", "host", "--tag", name, folder)
        docker("network", "create", RUN)
        yield
    finally:
        # pytest shows this only when something failed
        for name in containers():
            print(name, logs(name)[-4000:], sep="\n")
        _remove([IMAGE, *(name for name, _ in images)])


def _remove(images: list[str]) -> None:
    for kind, names in (("container", containers()), ("volume", _volumes()), ("network", [RUN])):
        if names:
            docker(kind, "rm", *(["--force"] if kind == "container" else []), *names, check=False)
    docker("image", "rm", "--force", *images, check=False)


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


class Door:
    """Nginx's container, with a volume of its own, these folders (for reading) and settings."""

    def __init__(self, number: str, folders: dict[str, Path], **settings: str) -> None:
        self.name = f"{RUN}-{number}"
        chosen = {"WATCH_SECONDS": "1", **settings}
        environment = [word for name, value in chosen.items() for word in ("--env", f"{name}={value}")]
        volumes = [word for inside, folder in folders.items() for word in ("--volume", f"{folder}:{inside}:ro")]
        docker("run", "--detach", "--name", self.name, "--network", RUN, *HARDENED, *TEMPORARY,
               "--volume", f"{self.name}:/tls", *volumes, *environment, IMAGE)  # fmt: skip

    @property
    def address(self) -> str:
        return address_of(self.name)

    def said(self) -> str:
        return logs(self.name)

    def exit_status(self) -> str:
        """Of what ran in it, empty while it runs."""
        form = "{{if not .State.Running}}{{.State.ExitCode}}{{end}}"
        return docker("inspect", "--format", form, self.name).stdout.strip()

    def inside(self, *command: str) -> str:
        return docker("exec", self.name, *command).stdout

    def restart(self) -> None:
        docker("restart", self.name)

    def local_authority(self) -> str:
        """What /ca.crt holds, once Nginx is up."""
        eventually(self.answers)
        with urllib.request.urlopen(f"http://{self.address}:8080/ca.crt", timeout=30) as response:
            return str(response.read().decode())

    def answers(self) -> bool:
        """Whether somebody is there on the port for http."""
        with socket.socket() as probe:
            return probe.connect_ex((self.address, 8080)) == 0

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
