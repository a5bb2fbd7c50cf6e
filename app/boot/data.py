"""What the boot sequence does with the data: finish a restore, make the key, check, migrate, greet."""

from __future__ import annotations

from functools import partial

from .. import assemble
from ..core.config import Settings
from ..core.database import db, transaction
from ..setup.service import new_code
from .beginning import check_nothing_is_left_behind
from .machines import check_machines
from .media import prepare_media
from .restore import complete_restore
from .schema import bring_up_to_date, check_presence, check_soundness
from .secret import ensure_secret_key
from .server import prepare_server
from .settings import read_settings
from .waiting import note_step


def prepare_data(settings: Settings) -> None:
    """Leave a database that is sound and up to date, and say how to begin; raises Refusal. Twice does no harm."""
    if settings.database is None:
        settings = _prepare_file(settings)
    else:
        tell = partial(note_step, settings.run_dir)
        prepare_server(settings, tell)
        check_nothing_is_left_behind(settings)
        check_machines(settings, tell)
        settings = _with_secret_key(settings)
    prepare_media(settings)
    print(_greeting(settings), flush=True)


def _prepare_file(settings: Settings) -> Settings:
    if told := complete_restore(settings.data_dir):
        print(f"microblog: {told}", flush=True)
        settings = read_settings()
    settings = _with_secret_key(settings)
    check_presence(settings.database_path)
    check_soundness(settings.database_path)
    bring_up_to_date(settings.database_path, partial(note_step, settings.run_dir))
    return settings


def _with_secret_key(settings: Settings) -> Settings:
    if settings.secret_key:
        return settings
    ensure_secret_key(settings.data_dir)
    return read_settings()


def _greeting(settings: Settings) -> str:
    """Where the appliance is and, while it has no account, how to make the first one."""
    with assemble(settings).app_context():
        with transaction():
            code = new_code()
        # Closed properly, or its log would be left for the next one to put into the database.
        db.engine.dispose()
    address = settings.public_url or f"http://{_shown(settings.bind)}:{settings.port}"
    lines = [f"Microblog is starting at {address}"]
    if code:
        lines += [f"There is no account yet. Open {address}/setup and type this code there:", f"Setup code: {code}"]
    return "\n".join(lines)


def _shown(address: str) -> str:
    if address in ("0.0.0.0", "::"):  # noqa: S104  compared, not bound to
        return "localhost"
    return f"[{address}]" if ":" in address else address
