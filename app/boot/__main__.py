"""`python -m app.boot`: check everything, bring the data up to date, then turn into supervisord."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

from dotenv import load_dotenv

from .. import assemble
from ..core.config import PROJECT_ROOT, Settings
from ..core.database import transaction
from ..core.environment import SecretKeyError, SettingsError
from ..setup.service import new_code
from .refusal import Reason, Refusal
from .restore import complete_restore
from .schema import bring_up_to_date, check_presence, check_soundness
from .secret import ensure_secret_key
from .volume import check_file_system, check_port, check_writable, take_lock, wait_for_clock

# What does not pass by itself.
LASTING = frozenset({Reason.MIGRATION, Reason.NEWER_DATA, Reason.VANISHED, Reason.DAMAGED})
# The number of the first process, which ours is in a container.
CONTAINER = 1


def main() -> NoReturn:
    """Boot, or say in a line why not and exit with the reason's status."""
    os.umask(0o077)
    # What the environment says counts more. `flask` reads the file by itself; in the container there is none.
    load_dotenv(PROJECT_ROOT / ".env")
    try:
        settings = prepare()
    except Refusal as refusal:
        print(f"microblog: cannot start: {refusal}.", file=sys.stderr, flush=True)
        if refusal.reason in LASTING and os.getpid() == CONTAINER:
            hold()
        sys.exit(refusal.reason)
    become_supervisord(settings)


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


def prepare() -> Settings:
    """Everything before the processes start; raises Refusal. Doing it twice does no harm."""
    settings = _settings()
    check_port(settings.bind, settings.port)
    check_writable(settings.data_dir)
    check_file_system(
        settings.data_dir, allow_ephemeral=settings.allow_ephemeral, allow_network=settings.allow_network_fs
    )
    take_lock(settings.data_dir, settings.lock_wait)
    wait_for_clock(Path(__file__).stat().st_mtime, settings.clock_wait)
    if told := complete_restore(settings.data_dir):
        print(f"microblog: {told}", flush=True)
        settings = _settings()
    if not settings.secret_key:
        ensure_secret_key(settings.data_dir)
        settings = _settings()
    settings.run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_presence(settings.database_path)
    check_soundness(settings.database_path)
    bring_up_to_date(settings.database_path)
    print(_greeting(settings), flush=True)
    return settings


def _settings() -> Settings:
    try:
        return Settings.from_environment()
    except SecretKeyError as error:
        raise Refusal(Reason.SECRET_KEY, "the secret key cannot be used", str(error)) from error
    except SettingsError as error:
        raise Refusal(Reason.SETTING, "a setting cannot be used", str(error)) from error


def _greeting(settings: Settings) -> str:
    """Where the appliance is and, while it has no account, how to make the first one."""
    with assemble(settings).app_context(), transaction():
        code = new_code()
    address = settings.public_url or f"http://{_shown(settings.bind)}:{settings.port}"
    lines = [f"Microblog is starting at {address}"]
    if code:
        lines += [f"There is no account yet. Open {address}/setup and type this code there:", f"Setup code: {code}"]
    return "\n".join(lines)


def _shown(address: str) -> str:
    if address in ("0.0.0.0", "::"):  # noqa: S104  compared, not bound to
        return "localhost"
    return f"[{address}]" if ":" in address else address


def become_supervisord(settings: Settings) -> NoReturn:
    """Replace this process by supervisord, which so keeps the lock and, in a container, is the first process."""
    os.environ.update(
        MICROBLOG_DATA_DIR=str(settings.data_dir),
        MICROBLOG_RUN_DIR=str(settings.run_dir),
        MICROBLOG_ROOT=str(PROJECT_ROOT),
        MICROBLOG_BIND=settings.bind,
        PORT=str(settings.port),
        PYTHON=sys.executable,
    )
    # One pool of memory per process instead of one per thread: 7 MiB less, and Python's threads take turns anyway.
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")
    os.chdir(PROJECT_ROOT)
    sys.stdout.flush()
    configuration = str(PROJECT_ROOT / "deploy" / "supervisord.conf")
    os.execv(sys.executable, [sys.executable, "-m", "supervisor.supervisord", "-c", configuration])  # noqa: S606  no shell wanted


if __name__ == "__main__":
    main()
