"""Tells whoever runs the appliance, by e-mail, of errors that nobody foresaw; at most a few an hour."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Sequence
from html import escape

from ..core.database import db, transaction
from ..core.errors import RateLimited
from ..web.throttle import Throttle
from .letter import Letter
from .service import send_later

logger = logging.getLogger(__name__)
MOST_AN_HOUR = 3
HOUR = 3600
KEY = "all"
LONGEST = 20_000


def failure_letters(failure: str, recipients: Sequence[str]) -> list[Letter]:
    """Letters that tell of a nightly backup that failed."""
    text = (
        f"The nightly backup failed:\n\n{failure}\n\nIt is tried again in a while. What to do: make room if the "
        "disk is full, then see whether it works: ./backup.sh now\nThe older backups are still there: ./backup.sh list"
    )
    return _letters("Microblog: the nightly backup failed", text, recipients)


def trouble_letters(lines: Sequence[str], recipients: Sequence[str]) -> list[Letter]:
    """Letters that tell of checks that fail."""
    text = "\n".join(
        ["Something that Microblog needs is broken:", "", *lines, "", "All of it: ./backup.sh doctor, or the page", ""]
    )
    text += "“How it stands” for administrators. There is at most one such letter a day."
    return _letters("Microblog: something is broken", text, recipients)


def _letters(subject: str, text: str, recipients: Sequence[str]) -> list[Letter]:
    return [Letter(recipient, subject, text, f"<pre>{escape(text)}</pre>") for recipient in recipients]


class ErrorReports:
    """Writes a letter about an error to every recipient; call it with the error and where it came up."""

    def __init__(self, recipients: Sequence[str]) -> None:
        self._recipients = recipients
        self._throttle = Throttle(MOST_AN_HOUR, HOUR)

    def __call__(self, error: BaseException, where: str) -> None:
        """Never raises: an error while telling of an error is for the log."""
        try:
            self._throttle.check(KEY)
            self._throttle.failed(KEY)
            self._write(error, where)
        except RateLimited:
            pass
        except Exception:
            db.session.rollback()
            logger.exception("the report of an error could not be written")

    def _write(self, error: BaseException, where: str) -> None:
        trace = "".join(traceback.format_exception(error))[-LONGEST:]
        text = f"{where}\n\n{trace}\nFurther reports are held back after {MOST_AN_HOUR} an hour; the log has them all."
        with transaction():
            for letter in _letters(f"Microblog: {type(error).__name__}", text, self._recipients):
                send_later(letter)
