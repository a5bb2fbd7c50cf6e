"""What a check says, and how bad it is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..core.errors import DatabaseAway, mark
from .phrase import Phrase

OK, WARN, FAIL = "ok", "warn", "fail"
STATUSES = (OK, WARN, FAIL)
MEBIBYTE = 2**20
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Check:
    """One finding; `measure` is the number behind it, where programs want it. `detail` is a Phrase, or a name."""

    status: str
    detail: str
    measure: float | None = None


def graded(value: float, warn: float, fail: float, detail: str) -> Check:
    """Ok below `warn`, failed from `fail` on."""
    return Check(FAIL if value >= fail else WARN if value >= warn else OK, detail, value)


def guarded(check: Callable[[], Check]) -> Check:
    """A check that breaks is a finding too, told by the kind of error alone, which gives nothing away."""
    try:
        return check()
    except DatabaseAway:
        return Check(FAIL, Phrase(mark("the database does not answer")))
    except Exception as error:
        logger.warning("a check of how it stands failed", exc_info=error)
        return Check(FAIL, type(error).__name__)


def worst(checks: Iterable[Check]) -> str:
    """The worst status of all."""
    return max((check.status for check in checks), key=STATUSES.index, default=OK)


def mebibytes(size: float) -> str:
    """A size as people read it."""
    return f"{size / MEBIBYTE:.0f} MiB"
