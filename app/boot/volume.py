"""Checks of the place where the data lives."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import socket
import sys
import time
from pathlib import Path

from .refusal import Reason, Refusal

EPHEMERAL = frozenset({"overlay", "tmpfs", "ramfs", "aufs"})
# SQLite's locks do not hold over these; a database on them gets damaged sooner or later.
NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "virtiofs", "afs", "ceph"})
LARGEST_PORT = 65535
ROOM_TO_MIGRATE = 50 * 2**20
MOUNTS = Path("/proc/self/mountinfo")


def file_system_of(folder: Path, mounts: Path = MOUNTS) -> str:
    """The type of the file system that holds `folder`, as the kernel names it; empty if that cannot be told."""
    try:
        lines = mounts.read_text().splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    for line in lines:
        left, _, right = line.partition(" - ")
        point = re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), left.split()[4])
        if folder.is_relative_to(point) and len(point) >= len(best):
            best, kind = point, right.split()[0]
    return kind


def check_file_system(folder: Path, *, allow_ephemeral: bool, allow_network: bool, mounts: Path = MOUNTS) -> None:
    """Refuse a place that is gone with the container, or on which SQLite is not safe."""
    kind = file_system_of(folder, mounts)
    if kind in EPHEMERAL:
        what = f"{folder} is not a volume: all data would be gone with the container ({kind})"
        if not allow_ephemeral:
            raise Refusal(
                Reason.EPHEMERAL,
                what,
                f"Start it with `docker compose up -d`, or with a volume: `docker run -v microblog_data:{folder} …`. "
                "To go on all the same, set MICROBLOG_ALLOW_EPHEMERAL=1",
            )
    if kind in NETWORK and not allow_network:
        raise Refusal(
            Reason.NETWORK_FILES,
            f"{folder} is on a network file system ({kind}), where databases get damaged",
            "Use a disk of this machine. To go on all the same, set MICROBLOG_ALLOW_NETWORK_FS=1",
        )


def check_writable(folder: Path, setting: str = "MICROBLOG_DATA_DIR", volume: str = "microblog_data") -> None:
    """Refuse a folder in which this user cannot make, sync and remove a file."""
    probe = folder / f".probe-{os.getpid()}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        os.fsync(descriptor)
        os.close(descriptor)
        probe.unlink()
    except OSError as error:
        user, group = os.getuid(), os.getgid()
        what = f"user {user} cannot write to {folder} ({error.strerror})"
        if error.errno == errno.EROFS:
            raise Refusal(
                Reason.NOT_WRITABLE,
                what,
                "Mount that disk so that it can be written. If it was so before, it has errors: look at `dmesg`",
            ) from error
        raise Refusal(
            Reason.NOT_WRITABLE,
            what,
            f"Run `sudo chown -R {user}:{group} {folder}` (for a Docker volume: `docker run --rm --user 0 "
            f"-v {volume}:{folder} --entrypoint chown microblog-app -R {user}:{group} {folder}`), "
            f"or set {setting} to another folder",
        ) from error


def make_run_folder(folder: Path) -> None:
    """Make the folder for signs of life between the processes; refuse where this user cannot, or not write there."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise Refusal(
            Reason.NOT_WRITABLE,
            f"user {os.getuid()} cannot write to {folder} ({error.strerror})",
            f"In a read-only container have memory there: `docker run --tmpfs {folder.parent}:uid={os.getuid()} …`. "
            "Or set MICROBLOG_RUN_DIR to a folder that this user can make",
        ) from error


def take_lock(folder: Path, wait_seconds: int) -> int:
    """Take the appliance's lock for as long as this process, or what it turns into, lives; its file descriptor.

    Refuses when another appliance still has it after `wait_seconds`.
    """
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    os.set_inheritable(descriptor, True)
    until = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= until:
                raise Refusal(
                    Reason.LOCKED,
                    f"another appliance uses {folder}",
                    "Stop the other one first (`docker compose down`, or Ctrl-C in its window)",
                ) from error
            time.sleep(0.2)
        else:
            return descriptor


def check_port(address: str, port: int) -> None:
    """Refuse a port that is taken or may not be used."""
    another = port + 1 if port < LARGEST_PORT else LARGEST_PORT - 1
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise Refusal(
                Reason.PORT,
                f"port {port} of {address} cannot be used ({error.strerror})",
                f"Stop the program that has it, or choose another port: `PORT={another} make run`",
            ) from error


def check_space(folder: Path, needed: int) -> None:
    """Refuse when there is too little room for a migration and the copy that is made before it."""
    free = shutil.disk_usage(folder).free
    if free < needed + ROOM_TO_MIGRATE:
        raise Refusal(
            Reason.NO_SPACE,
            f"the database must be brought up to date, but {folder} has only {free // 2**20} MiB free",
            f"Make room for {(needed + ROOM_TO_MIGRATE) // 2**20 + 1} MiB, then start again. Nothing was changed",
        )


def wait_for_clock(not_before: float, wait_seconds: int) -> bool:
    """Whether the clock is right, that is, after the program was made; waits a while for it to be set, then goes on."""
    if time.time() >= not_before:
        return True
    print("microblog: the clock stands before this program was made; waiting for it to be set", file=sys.stderr)
    for _ in range(wait_seconds):
        time.sleep(1)
        if time.time() >= not_before:
            return True
    print("microblog: the clock is wrong; times of posts will be too. Check the network time", file=sys.stderr)
    return False
