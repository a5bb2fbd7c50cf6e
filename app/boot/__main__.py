"""`python -m app.boot`: check everything, bring the data up to date, then go on as supervisord."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NoReturn, TypeVar

from dotenv import load_dotenv

from ..core.config import PROJECT_ROOT, Settings
from .child import run_in_child
from .refusal import Reason, Refusal
from .settings import read_settings
from .supervision import supervise
from .volume import check_file_system, check_port, check_writable, make_run_folder, take_lock, wait_for_clock
from .waiting import wait_and_tell

Result = TypeVar("Result")
# What does not pass by itself.
LASTING = frozenset({Reason.MIGRATION, Reason.NEWER_DATA, Reason.VANISHED, Reason.DAMAGED})
# The number of the first process, which ours is in a container.
CONTAINER = 1


def main() -> NoReturn:
    """Boot, or say in a line why not and exit with the reason's status."""
    os.umask(0o077)
    # What the environment says counts more. `flask` reads the file by itself; in the container there is none.
    load_dotenv(PROJECT_ROOT / ".env")
    settings = _or_exit(check_surroundings)
    # SQLite does not bear being taken along into other processes, and they need not carry the migration library.
    if status := run_in_child(partial(_or_exit, partial(_prepare_data, settings)), partial(wait_and_tell, settings)):
        if status in LASTING and os.getpid() == CONTAINER:
            hold()
        sys.exit(status)
    become_supervisord(_or_exit(read_settings))


def _or_exit(step: Callable[[], Result]) -> Result:
    try:
        return step()
    except Refusal as refusal:
        print(f"microblog: cannot start: {refusal}.", file=sys.stderr, flush=True)
        sys.exit(refusal.reason)


def hold() -> None:
    """Wait until somebody stops or restarts the container.

    If it ended, Docker would start it again and again: a migration that fails would be tried for ever, and a card that
    is dying be read from end to end every minute.
    """
    signals = {signal.SIGTERM, signal.SIGINT}
    # First, so that none comes too early.
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    print("microblog: waiting; to try once more: docker compose restart app", file=sys.stderr, flush=True)
    signal.sigwait(signals)


def check_surroundings() -> Settings:
    """Everything that can be checked without opening the database; raises Refusal. Doing it twice does no harm."""
    settings = read_settings()
    check_port(settings.bind, settings.port)
    check_writable(settings.data_dir)
    check_file_system(
        settings.data_dir, allow_ephemeral=settings.allow_ephemeral, allow_network=settings.allow_network_fs
    )
    take_lock(settings.data_dir, settings.lock_wait)
    if settings.media_folder:
        check_writable(settings.media_folder, "MICROBLOG_MEDIA_DIR", "microblog_media")
    wait_for_clock(Path(__file__).stat().st_mtime, settings.clock_wait)
    make_run_folder(settings.run_dir)
    return settings


def _prepare_data(settings: Settings) -> None:
    # Imported here, in the child: it brings the migration library along.
    from .data import prepare_data  # noqa: PLC0415  see above

    prepare_data(settings)


def become_supervisord(settings: Settings) -> NoReturn:
    """Go on as supervisord, which so keeps the lock and, in a container, is the first process."""
    os.environ.update(
        MICROBLOG_DATA_DIR=str(settings.data_dir),
        MICROBLOG_RUN_DIR=str(settings.run_dir),
        MICROBLOG_ROOT=str(PROJECT_ROOT),
        MICROBLOG_BIND=settings.bind,
        PORT=str(settings.port),
        PYTHON=sys.executable,
    )
    os.chdir(PROJECT_ROOT)
    sys.stdout.flush()
    # Imported here: it makes the application, from the settings that are right only now.
    from .programs import load_programs  # noqa: PLC0415  see above

    supervise(PROJECT_ROOT / "deploy" / "supervisord.conf", load_programs())
    sys.exit(0)


if __name__ == "__main__":
    main()
