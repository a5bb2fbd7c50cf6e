"""Typed reads of environment variables, with errors that say what to write instead."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class SettingsError(Exception):
    """A setting has a value that cannot be used; the message says which and what to write instead."""

    # What a command ends with; a start that is refused for this reason ends with the same number.
    exit_status = 64


class SecretKeyError(SettingsError):
    """The secret key cannot be read or is no secret."""

    exit_status = 76


@dataclass(frozen=True)
class Source:
    """Where settings come from; an empty value counts as not set. Reads raise SettingsError."""

    environment: Mapping[str, str]

    def text(self, name: str, default: str) -> str:
        return self.environment.get(name, "").strip() or default

    def text_or_file(self, name: str, default: str = "") -> str:
        """The value of NAME, or the contents of the file that NAME_FILE names."""
        path = self.text(f"{name}_FILE", "")
        if not path or self.text(name, ""):
            return self.text(name, default)
        try:
            return Path(path).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{name}_FILE is {path!r}, which user {os.getuid()} cannot read as text") from error

    def file(self, name: str, advice: str) -> Path | None:
        """The file that NAME names, None if it names none; `advice` says what it should be."""
        path = self.text(name, "")
        if path and not Path(path).is_file():
            raise SettingsError(f"{name} is {path!r}, which is no file; name {advice}")
        return Path(path) if path else None

    def number(self, name: str, default: int, lowest: int, highest: int) -> int:
        raw = self.text_or_file(name, str(default))
        if not raw.isascii() or not raw.isdigit() or not lowest <= int(raw) <= highest:
            raise SettingsError(f"{name} is {raw!r}; write a whole number from {lowest} to {highest}")
        return int(raw)

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        raw = self.text_or_file(name, default).lower()
        if raw not in allowed:
            raise SettingsError(f"{name} is {raw!r}; write one of: {', '.join(allowed)}")
        return raw

    def flag(self, name: str, default: str = "0") -> bool:
        return self.choice(name, default, ("0", "1", "false", "true", "no", "yes", "off", "on")) in (
            "1",
            "true",
            "yes",
            "on",
        )
