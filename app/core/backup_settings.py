"""Settings of backups."""

from __future__ import annotations

import re
from datetime import time

from .environment import SettingsError, Source

OFF = "off"
USUAL = "03:30"


def backup_at(source: Source) -> time | None:
    """When the worker makes the nightly backup, in local time; None: it makes none."""
    raw = source.text("MICROBLOG_BACKUP_AT", USUAL).lower()
    if raw == OFF:
        return None
    match = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", raw, re.ASCII)
    if not match:
        raise SettingsError(f"MICROBLOG_BACKUP_AT is {raw!r}; write a time of the day such as 03:30, or off")
    return time(int(match[1]), int(match[2]))
