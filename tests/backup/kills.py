"""Restores a backup again and again, each time killed (-9) at a later file operation, then has it run once more.

Run as a program of its own, which forks and so imports only once: `kills.py FOLDER DATA ARCHIVE how`.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from app.backup.snapshot import BackupError
from app.backup.store import Store
from app.boot.refusal import Refusal
from app.boot.restore import complete_restore, restore_backup
from app.boot.schema import bring_up_to_date

OPERATIONS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree", "sqlite3.connect"}


def die_at(number: int, folder: Path) -> None:
    """End this process the hard way at its n-th operation on a file in that folder."""
    seen = 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if event in OPERATIONS and str(folder) in str(arguments[0]) and not is_reading(event, arguments):
            seen += 1
            if seen == number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def is_reading(event: str, arguments: tuple[object, ...]) -> bool:
    """Whether it changes nothing, so that dying before it is like dying before the next operation."""
    return event == "open" and isinstance(arguments[2], int) and not arguments[2] & (os.O_WRONLY | os.O_RDWR)


def survives(run: Callable[[], object]) -> bool:
    """Whether a process of its own comes to the end of `run`."""
    child = os.fork()
    if child == 0:
        run()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return False
    assert os.WEXITSTATUS(status) == 0
    return True


def state_of(data: Path) -> str:
    """Whose data it is; a mixture is an error."""
    with closing(sqlite3.connect(data / "app.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        owner = connection.execute("SELECT value FROM fact WHERE name = 'owner'").fetchone()[0]
    assert (data / "secret_key").read_text().strip() == f"{owner} key"
    assert (data / "media" / "picture").read_text() == f"{owner} picture"
    return str(owner)


def everything_is_somewhere(data: Path) -> None:
    """The old data is there, in place or aside, whole."""
    owners = [state_of(folder) for folder in [data, *data.glob("before-restore-*")] if (folder / "app.db").exists()]
    assert "old" in owners, owners


def main() -> None:
    """Go through all moments; print how many there are."""
    folder, original, archive, how = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
    data = folder / "data"
    number, finished = 0, False
    while not finished:
        number += 1
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(original, data)
        store = Store(data)

        def restore(store: Store = store) -> None:
            with suppress(*((BackupError, Refusal) if how == "fails" else ())):
                restore_backup(store, data, archive, lambda: None)

        def killed(number: int = number) -> None:
            if how == "fails":
                break_migrations()
            die_at(number, data)
            restore()

        finished = survives(killed)
        second(how, data, restore)
        look_at(how, data, finished)
    print(number)


def break_migrations() -> None:
    """Every bringing up to date fails from now on, in this process."""
    from app.boot import refusal, restore  # noqa: PLC0415  changed in the forked process alone

    def fail(_database: Path) -> None:
        raise Refusal(refusal.Reason.MIGRATION, "made to fail", "Nothing")

    restore.bring_up_to_date = fail


def second(how: str, data: Path, restore: Callable[[], None]) -> None:
    """What comes after the kill: the same command again, or the next start."""
    if how == "again":
        assert survives(restore)
    elif how == "start":
        assert survives(lambda: (complete_restore(data), bring_up_to_date(data / "app.db")))
    else:

        def start() -> None:
            break_migrations()
            with suppress(Refusal):
                complete_restore(data)

        assert survives(start)


def look_at(how: str, data: Path, finished: bool) -> None:
    """After the second run it is the new or the old, never something else, and nothing is left lying about."""
    state = state_of(data)
    assert state == "new" or how != "again", state
    assert state == "old" or how != "fails", state
    assert state == "new" or not finished or how == "fails"
    everything_is_somewhere(data)
    assert not (data / ".restoring").exists()
    assert how != "again" or not list(data.glob(".making-*"))


if __name__ == "__main__":
    main()
