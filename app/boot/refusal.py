"""Why the appliance does not start; every reason has an exit status of its own."""

from __future__ import annotations

from enum import IntEnum


class Reason(IntEnum):
    """Exit statuses; README.md lists them, so a number never changes its meaning."""

    SETTING = 64
    MIGRATION = 70
    EPHEMERAL = 71
    NETWORK_FILES = 72
    NOT_WRITABLE = 73
    LOCKED = 75
    SECRET_KEY = 76
    NO_SPACE = 77
    NEWER_DATA = 78
    VANISHED = 79
    DAMAGED = 80
    NO_WAL = 81
    RESTORE = 82
    PORT = 83
    DATABASE = 84


class Refusal(Exception):
    """The appliance must not start; `advice` says what to do about it."""

    def __init__(self, reason: Reason, what: str, advice: str) -> None:
        super().__init__(f"{what}. {advice}")
        self.reason = reason
