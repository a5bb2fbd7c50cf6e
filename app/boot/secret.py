"""The secret key: made once, on the volume, for its owner's eyes."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from ..backup.snapshot import sync


def ensure_secret_key(folder: Path) -> None:
    """Make the key file unless there is one; two boots at once agree on one key, and nobody sees half of one."""
    path = folder / "secret_key"
    if path.exists():
        return
    draft = folder / f".secret_key-{secrets.token_hex(8)}"
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        os.write(descriptor, secrets.token_hex(32).encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    except OSError:
        # Some file systems have no hard links; the appliance's lock keeps others away meanwhile.
        draft.rename(path)
        draft = path.with_name(".gone")
    draft.unlink(missing_ok=True)
    sync(folder)
