"""Images that stand in for the official ones of database servers, and appliances that use them."""

from __future__ import annotations

import os
import socket
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from appliance import ROOT, Appliance, docker

SERVERS = Path(__file__).parent / "servers"
KINDS = {"mysql": "mariadb", "postgresql": "postgresql", "elasticsearch": "elasticsearch"}
# Sooner than in life, because every test of a start waits for them.
OFTEN = "  {service}: {{healthcheck: {{interval: 1s}}}}\n"


def stand_in(kind: str) -> str:
    """The name of the image for a file of deploy/; made unless it is there."""
    name = f"microblog-test-{os.getpid()}-{kind}"
    docker("build", "--quiet", "--network", "host", "--target", KINDS[kind], "--tag", name, SERVERS)
    return name


class Outgrown(Appliance):
    """An appliance with a database server, and with Elasticsearch where `search` leads to one."""

    def __init__(self, folder: Path, kind: str, search: SocketRelay | None = None) -> None:
        self.kind, self.search = kind, search
        kinds = [kind, "elasticsearch"] if search else [kind]
        self.files = tuple(f"deploy/{each}.yaml" for each in kinds)
        self.built = ("app", "nginx", "database-password", *(["search-password"] if search else []))
        super().__init__(folder)
        self.project += f"-{kind}"
        with self._override.open("a") as override:
            override.write(OFTEN.format(service="database"))
            if search:
                override.write(
                    f"  elasticsearch: {{volumes: ['{search.folder}:/relay'], healthcheck: {{interval: 1s}}}}\n"
                )
        self._environment |= {
            "COMPOSE_PROJECT_NAME": self.project,
            "COMPOSE_FILE": ":".join(
                map(str, [ROOT / "compose.yaml", *(ROOT / name for name in self.files), self._override])
            ),
            "MICROBLOG_DATABASE_IMAGE": stand_in(kind),
            "ELASTICSEARCH_INDEX": self.project,
        }
        if search:
            self._environment["MICROBLOG_ELASTICSEARCH_IMAGE"] = stand_in("elasticsearch")

    def types(self, command: str) -> None:
        """Run a command as the README has it."""
        ended = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command], cwd=self._override.parent, env=self._environment,
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stdout + ended.stderr


class _Handing(socketserver.BaseRequestHandler):
    """Hands on both ways what comes."""

    server: SocketRelay

    def handle(self) -> None:
        with socket.create_connection(self.server.target) as server:
            answers = threading.Thread(target=self._pass, args=(server, self.request))
            answers.start()
            self._pass(self.request, server)
            answers.join()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self.server.note(data)
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)


class SocketRelay(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """A socket in a folder, by which a container without any other network reaches a server on this machine."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, folder: Path, url: str) -> None:
        place = urlsplit(url)
        self.target = (place.hostname or "", place.port or 9200)
        self.credentials: set[str] = set()
        self.folder, path = folder, folder / "socket"
        super().__init__(str(path), _Handing)
        folder.chmod(0o755)
        path.chmod(0o666)

    def note(self, data: bytes) -> None:
        """Remember how somebody says who they are."""
        for line in data.split(b"\r\n"):
            name, _, value = line.partition(b": ")
            if name.lower() == b"authorization":
                self.credentials.add(value.decode())


@contextmanager
def relay(folder: Path, url: str) -> Iterator[SocketRelay]:
    """One that runs until the block ends."""
    with SocketRelay(folder, url) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
