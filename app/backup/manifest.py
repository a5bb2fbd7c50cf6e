"""What a backup says of itself: by its name, and by the manifest that is its first file."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from .snapshot import BackupError

FORMAT = 1
MANIFEST, DATABASE, SECRET_KEY, MEDIA = "MANIFEST.json", "app.db", "secret_key", "media"
AUTHORITY = ("tls/ca/ca.crt", "tls/ca/ca.key")
NAME = re.compile(r"microblog-(\d{8}T\d{6}Z)-v([0-9A-Za-z.+-]+)\.tar\.gz")
STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Content:
    """How long a file is, and the SHA-256 of what it holds."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What is in a backup: enough to prove that it is whole, and that a database made of it has every row."""

    version: str
    revision: str
    created: datetime
    files: dict[str, Content]
    rows: dict[str, int]
    clock_ok: bool = True
    format: int = field(default=FORMAT)

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(content.size for content in self.files.values())

    @property
    def has_authority(self) -> bool:
        """Whether the certificate authority is in it."""
        return all(name in self.files for name in AUTHORITY)

    def to_json(self) -> str:
        """As it is written into the backup."""
        return json.dumps({**asdict(self), "created": self.created.isoformat()}, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """As it was written; raises BackupError if this is no manifest, or one that this version cannot read."""
        try:
            values: dict[str, Any] = json.loads(text)
            if values["format"] > FORMAT:
                raise BackupError(f"the backup was made by a later version ({values['version']}); use that one")
            values["created"] = datetime.fromisoformat(values["created"])
            values["files"] = {name: Content(**content) for name, content in values["files"].items()}
            manifest = cls(**values)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise BackupError(f"the manifest of the backup cannot be read ({error})") from error
        if DATABASE not in manifest.files or not all(map(is_known, manifest.files)):
            raise BackupError("the manifest of the backup names files that do not belong into one")
        return manifest


def is_known(name: str) -> bool:
    """Whether a file of that name may be in a backup; none may lie outside the folder it is unpacked to."""
    path = PurePosixPath(name)
    if str(path) != name or ".." in path.parts:
        return False
    return name in (DATABASE, SECRET_KEY, *AUTHORITY) or (path.parts[0] == MEDIA and len(path.parts) > 1)


def file_name(created: datetime, version: str) -> str:
    """The name of the backup of that moment."""
    return f"microblog-{created.astimezone(UTC).strftime(STAMP)}-v{version}.tar.gz"


def parse_name(name: str) -> tuple[datetime, str] | None:
    """When a backup of that name was made and by which version; None if it is no backup's name."""
    match = NAME.fullmatch(name)
    if not match:
        return None
    try:
        return datetime.strptime(match[1], STAMP).replace(tzinfo=UTC), match[2]
    except ValueError:
        return None
