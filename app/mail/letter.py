"""A letter, as jobs carry it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Letter:
    """What is sent to whom, as plain text and as HTML; with the JSON file `enclosed` of a zip file, if any."""

    recipient: str
    subject: str
    text: str
    html: str
    archive: str = ""
    enclosed: str = ""
    # The same however often it is sent, so that a second one can be told; empty in jobs of before.
    mark: str = ""
    # When a link in it stops working, after which it is not sent; kept with the job, not in its payload.
    expires_at: datetime | None = None
