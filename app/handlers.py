"""The wiring of the worker: which handler does which job, and who hears of what goes wrong in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Flask

from .administration.service import DELETE, TELL_APPROVED
from .administration.tasks import delete_account, tell_approved
from .core.config import Settings
from .core.errors import Busy, StorageFull
from .exports.queries import MAKE
from .exports.tasks import make_export
from .invitations.service import ANSWER
from .invitations.tasks import answer_registrations
from .jobs.policy import FOREVER, RetryPolicy
from .jobs.runner import Registry, Report
from .mail.errors import MailFailed, MailServerUnavailable, RecipientRefused
from .mail.mailer import Mailer
from .mail.service import SEND
from .mail.tasks import send_mail
from .recovery.service import SEND_LINK
from .recovery.tasks import send_link
from .search.interface import SearchIndex, SearchUnavailable
from .search.service import REBUILD, UPDATE, Catalogue
from .search.tasks import rebuild_index, update_index
from .translating.service import LOOK_BACK
from .translating.tasks import detect_languages, look_back
from .translators.detector import Detector
from .web.errors import REPORT

# A lock, a full disk, a server that is away: the job comes due again, and nobody need hear of it.
PASSING = (Busy, StorageFull, SearchUnavailable, MailFailed)
# An e-mail is tried for two days, but never after its link has expired, nor once its recipient was refused for good.
MAIL_POLICY = RetryPolicy(
    max_attempts=None,
    max_age=timedelta(days=2),
    permanent=(RecipientRefused,),
    unavailable=(MailServerUnavailable,),
    erases_payload=True,
)
# The user who asked for it can ask again after that.
DAY_POLICY = RetryPolicy(max_attempts=None, max_age=timedelta(days=1), max_backoff=timedelta(minutes=15))
# Nobody waits longer for a link to a new password; the payload holds the address that was typed.
LINK_POLICY = RetryPolicy(max_attempts=None, max_age=timedelta(hours=1), erases_payload=True)


def reporter(app: Flask) -> Report:
    """Tells whoever wants to know of errors in jobs that nobody foresaw."""

    def tell(error: Exception, where: str) -> None:
        report = app.extensions.get(REPORT)
        if report and not isinstance(error, PASSING):
            report(error, where)

    return tell


def build_registry(
    index: SearchIndex, catalogue: Catalogue, settings: Settings, report: Report = lambda _error, _where: None
) -> Registry:
    """Which handler does which job."""
    registry = Registry(report, expected=PASSING)
    mailer = Mailer(settings.mail) if settings.mail else None
    registry.register(SEND, partial(send_mail, mailer), batch=1, policy=MAIL_POLICY)
    exports = settings.exports_dir
    registry.register(MAKE, partial(make_export, exports, mailer is not None), batch=1, policy=DAY_POLICY)
    registry.register(DELETE, partial(delete_account, exports), batch=1, policy=FOREVER)
    registry.register(TELL_APPROVED, tell_approved, batch=1, policy=DAY_POLICY)
    registry.register(ANSWER, answer_registrations, batch=1, policy=DAY_POLICY)
    registry.register(SEND_LINK, partial(send_link, settings.secret_key), batch=1, policy=LINK_POLICY)
    detector = Detector(settings.post_languages)
    registry.register(LOOK_BACK, partial(look_back, detector), policy=FOREVER)
    registry.register(UPDATE, partial(follow_change, detector, index, catalogue), policy=FOREVER)
    registry.register(REBUILD, partial(rebuild_index, index, catalogue), policy=FOREVER)
    return registry


def follow_change(
    detector: Detector, index: SearchIndex, catalogue: Catalogue, payloads: Sequence[dict[str, Any]]
) -> None:
    """What follows a row that changed: its language, its place in the index. One job, so that a post writes one row."""
    detect_languages(detector, payloads)
    update_index(index, catalogue, payloads)
