"""Jobs of administration."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..core.database import transaction
from ..exports.tasks import remove_strays
from . import service


def delete_account(exports: Path, payloads: Sequence[dict[str, Any]]) -> None:
    """Delete a piece of each account, and the files of its exports once it is gone."""
    for payload in payloads:
        with transaction():
            gone = service.delete_piece(payload["id"])
        if gone:
            remove_strays(exports)
