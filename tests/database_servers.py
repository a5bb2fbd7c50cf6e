"""Private servers of MariaDB and PostgreSQL on this machine alone, run by a user without rights."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from running import port_of_nobody

LIMIT_SECONDS = 120
PASSWORD = "p%40ss:w/rd?#"  # what an address must quote
QUOTED = "p%2540ss%3Aw%2Frd%3F%23"


@dataclass(frozen=True)
class Server:
    """A running server; `address` is what an operator types, `load` reads a file of SQL into a database of its own."""

    scheme: str
    port: int
    superuser: str
    client: tuple[str, ...]
    create: tuple[str, ...]
    statement: str
    made: set[str] = field(default_factory=set)

    def address(self, database: str, password: str = QUOTED) -> str:
        """The address of a database here."""
        return f"{self.scheme}://microblog:{password}@127.0.0.1:{self.port}/{database}"

    def administrator(self) -> str:
        """The address of somebody who may make databases."""
        return f"{self.scheme}://{self.superuser}:{QUOTED}@127.0.0.1:{self.port}/{INITIAL[self.scheme]}"

    def execute(self, database: str, sql: str) -> None:
        """Run statements in a database as its owner."""
        run([*self.client, database], sql)

    def empty(self, database: str) -> str:
        """The address of a database that is made now."""
        run([*self.create], self.statement.format(database=database))
        return self.address(database)

    def loaded(self, database: str, dump: Path) -> str:
        """The address of a database that is made of a file of SQL when it is first asked for."""
        if database not in self.made:
            self.made.add(database)
            run([*self.create], self.statement.format(database=database))
            self.execute(database, dump.read_bytes().decode())
        return self.address(database)


def run(command: list[str], typed: str = "") -> None:
    """Run a command that must succeed."""
    done = subprocess.run(command, input=typed.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:] + done.stdout.decode(errors="replace")


def unprivileged(user: str) -> list[str]:
    """What stands before a server's command: database servers refuse to run as root."""
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if os.getuid() == 0 else []


@contextmanager
def folder_of(user: str) -> Iterator[Path]:
    """A folder that a server may use, with a path short enough for a socket."""
    path = Path(tempfile.mkdtemp(prefix="microblog-"))
    try:
        path.chmod(0o755)
        if os.getuid() == 0:
            shutil.chown(path, user, user)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def running(command: list[str], port: int, log: Path, stop: signal.Signals = signal.SIGTERM) -> Iterator[None]:
    """Run a server until the block ends; wait until it listens."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        until = time.monotonic() + LIMIT_SECONDS
        while not listens(port):
            assert process.poll() is None, log.read_text(errors="replace")[-2000:]
            assert time.monotonic() < until, "it did not listen in time"
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(stop)
        process.wait(LIMIT_SECONDS)


def listens(port: int) -> bool:
    """Whether somebody answers there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def kept(certificate: Path, folder: Path, user: str) -> Path:
    """A copy of a certificate with its key that nobody but the server can read, or it would not take it."""
    copy = Path(shutil.copy(certificate, folder / "certificate.pem"))
    copy.chmod(0o600)
    if os.getuid() == 0:
        shutil.chown(copy, user, user)
    return copy


@contextmanager
def mariadb(certificate: Path | None = None) -> Iterator[Server]:
    """A MariaDB server with an account that has a password; skips where the server is not installed.

    With a certificate, and its key in the same file, it speaks nothing but TLS with whoever comes by network.
    """
    server, install = shutil.which("mariadbd", path=PATHS), shutil.which("mariadb-install-db", path=PATHS)
    if not server or not install:
        pytest.skip("needs mariadb-server")
    user, port = account("mysql"), port_of_nobody()
    with folder_of(user) as folder:
        before, data = unprivileged(user), folder / "data"
        run([*before, install, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal",
             "--skip-test-db"])  # fmt: skip
        command = [*before, server, "--no-defaults", f"--datadir={data}", f"--port={port}", "--bind-address=127.0.0.1",
                   f"--socket={folder}/socket", f"--pid-file={folder}/pid", "--skip-log-bin",
                   "--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync",
                   "--innodb-buffer-pool-size=64M"]  # fmt: skip
        if certificate:
            file = kept(certificate, folder, user)
            command += [f"--ssl-cert={file}", f"--ssl-key={file}", "--require-secure-transport=ON"]
        with running(command, port, folder / "log"):
            client = ("mariadb", "--no-defaults", "--user=root", f"--socket={folder}/socket",
                      "--default-character-set=utf8mb4")  # fmt: skip
            run([*client], f"CREATE USER microblog@'%' IDENTIFIED BY '{PASSWORD}';"
                           f"CREATE USER stranger@'%' IDENTIFIED BY '{PASSWORD}';"
                           f"GRANT ALL ON *.* TO admin@'%' IDENTIFIED BY '{PASSWORD}' WITH GRANT OPTION")  # fmt: skip
            yield Server("mysql", port, "admin", client, client, MARIADB_DATABASE)


@contextmanager
def postgresql(certificate: Path | None = None) -> Iterator[Server]:
    """A PostgreSQL server with an account that has a password; skips where the server is not installed.

    With a certificate, and its key in the same file, it can speak TLS.
    """
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not programs:
        pytest.skip("needs postgresql")
    binaries, user, port = programs[-1].parent, account("postgres"), port_of_nobody()
    with folder_of(user) as folder:
        before, data = unprivileged(user), folder / "data"
        run([*before, str(binaries / "initdb"), "--pgdata", str(data), "--username=owner", "--encoding=UTF8",
             "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync"])  # fmt: skip
        # The proof of a password takes as long as a small test, and most of them connect as this one.
        rules = data / "pg_hba.conf"
        rules.write_text("host all admin 127.0.0.1/32 trust\n" + rules.read_text())
        command = [*before, str(binaries / "postgres"), "-D", str(data), "-p", str(port), "-k", str(folder),
                   "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
                   "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]  # fmt: skip
        if certificate:
            file = kept(certificate, folder, user)
            command += ["-c", "ssl=on", "-c", f"ssl_cert_file={file}", "-c", f"ssl_key_file={file}"]
        # It would wait for whoever is still connected if it were asked to terminate.
        with running(command, port, folder / "log", signal.SIGINT):
            client = (str(binaries / "psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1",
                      f"--host={folder}", f"--port={port}", "--username=microblog")  # fmt: skip
            owner = (*client[:-1], "--username=owner", "postgres")
            # It listens before it lets anybody in.
            ready = [str(binaries / "pg_isready"), "--quiet", f"--host={folder}", f"--port={port}"]
            until = time.monotonic() + LIMIT_SECONDS
            while subprocess.run(ready, check=False).returncode:
                assert time.monotonic() < until, "it did not get ready in time"
                time.sleep(0.05)
            run([*owner], f"CREATE ROLE microblog LOGIN PASSWORD '{PASSWORD}';"
                          f"CREATE ROLE stranger LOGIN PASSWORD '{PASSWORD}';"
                          f"CREATE ROLE admin LOGIN SUPERUSER PASSWORD '{PASSWORD}'")  # fmt: skip
            yield Server("postgres", port, "admin", client, owner, POSTGRESQL_DATABASE)


def account(preferred: str) -> str:
    """The account that a server runs as: its package's where we are root, else our own."""
    return preferred if os.getuid() == 0 else str(os.getuid())


INITIAL = {"mysql": "mysql", "postgres": "postgres"}
PATHS = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
# As upstream's handbook says, but with all of Unicode.
MARIADB_DATABASE = (
    "CREATE DATABASE {database} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin; GRANT ALL ON {database}.* TO microblog@'%'"
)
POSTGRESQL_DATABASE = "CREATE DATABASE {database} OWNER microblog TEMPLATE template0"
