"""Jobs of e-mail."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from .errors import MailServerUnavailable, RecipientRefused
from .letter import Letter
from .mailer import Mailer

logger = logging.getLogger(__name__)


def send_mail(mailer: Mailer | None, payloads: Sequence[dict[str, Any]]) -> None:
    """Send letters; registered to get one at a time, so that a refused one does not send the others twice."""
    if mailer is None:
        raise MailServerUnavailable("no mail server is set (MAIL_SERVER)")
    for payload in payloads:
        if not payload:
            raise RecipientRefused("the e-mail was given up, and its content erased")
        mailer.send(Letter(**payload))
        logger.info("mail sent: %s", payload["subject"])
