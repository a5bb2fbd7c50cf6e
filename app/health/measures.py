"""Figures that are there to be read when Prometheus asks: jobs, index, disk, database, backups, checks, people."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from ..accounts.models import User
from ..backup.store import Store
from ..core.database import db
from ..core.state import heartbeat_age
from ..core.time import utc_now
from ..core.version import VERSION
from ..jobs.overview import tally
from ..jobs.service import oldest_waiting
from ..posts.models import Post
from ..search.service import UPDATE
from ..web.context import settings
from .check import STATUSES
from .storage import log_size
from .watch import read_standing

DAY = 86400
logger = logging.getLogger(__name__)


class Measures(Collector):
    """What the library asks for metrics; a part that cannot be read is left out, and counted."""

    def collect(self) -> Iterator[Metric]:
        """All figures."""
        failed = 0
        for part in (_info, _jobs, _storage, _backups, _people, _standing):
            try:
                yield from list(part())
            except Exception:
                db.session.rollback()
                logger.warning("figures of %s cannot be read", part.__name__, exc_info=True)
                failed += 1
        yield _gauge("microblog_unreadable_parts", "Parts of these figures that could not be read.", failed)


def _gauge(name: str, explained: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, explained, value=value)


def _info() -> Iterator[Metric]:
    yield InfoMetricFamily("microblog", "Which program this is.", value={"version": VERSION})


def _jobs() -> Iterator[Metric]:
    count = GaugeMetricFamily("microblog_jobs", "Jobs that are not done.", labels=["kind", "state"])
    age = GaugeMetricFamily("microblog_oldest_job_age_seconds", "Age of the oldest such job.", labels=["kind", "state"])
    now = utc_now()
    for each in tally(db.session()):
        count.add_metric([each.kind, each.state], each.count)
        age.add_metric([each.kind, each.state], _age(each.oldest, now))
    yield count
    yield age
    waiting = oldest_waiting(db.session(), UPDATE)
    lag = _age(waiting, now) if waiting else 0.0
    yield _gauge("microblog_search_lag_seconds", "How long the oldest change waits to be indexed.", lag)
    heartbeat = heartbeat_age(settings().run_dir)
    if heartbeat is not None:
        yield _gauge("microblog_worker_heartbeat_age_seconds", "Since the worker's last sign of life.", heartbeat)


def _age(moment: datetime, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds())


def _storage() -> Iterator[Metric]:
    chosen = settings()
    usage = shutil.disk_usage(chosen.data_dir)
    yield _gauge("microblog_disk_free_bytes", "Room left where the data is.", usage.free)
    yield _gauge("microblog_disk_bytes", "Room there in all.", usage.total)
    if chosen.database:
        return
    yield _gauge("microblog_database_bytes", "The database file.", chosen.database_path.stat().st_size)
    yield _gauge("microblog_database_log_bytes", "Its write-ahead log.", log_size(chosen.database_path))


def _backups() -> Iterator[Metric]:
    store, now = Store(settings().data_dir), utc_now()
    backups, noted = store.backups(), store.status()
    yield _gauge("microblog_backups", "Backups beside the data.", len(backups))
    yield _gauge("microblog_backup_failed", "1 if the newest attempt failed.", "failed" in noted)
    if backups:
        yield _gauge("microblog_backup_age_seconds", "Age of the newest backup.", _age(backups[0].created, now))
        yield _gauge("microblog_backup_bytes", "Its size.", backups[0].size)
    if drill := noted.get("drill"):
        age = _age(datetime.fromisoformat(drill["at"]), now)
        yield _gauge("microblog_drill_age_seconds", "Since the newest drill.", age)
        yield _gauge("microblog_drill_ok", "1 if it went well.", bool(drill["ok"]))


def _people() -> Iterator[Metric]:
    """The number of a post instead of their count, for which all of a large table would be read."""
    people = db.session.scalar(select(func.count()).select_from(User)) or 0
    yield _gauge("microblog_people", "Accounts.", people)
    yield _gauge(
        "microblog_newest_post", "Number of the newest post.", db.session.scalar(select(func.max(Post.id))) or 0
    )


def _standing() -> Iterator[Metric]:
    """What the worker found when it last looked: some of it takes too long to be looked at for each scrape."""
    standing = read_standing(settings().run_dir)
    if standing is None:
        return
    checks = GaugeMetricFamily("microblog_check", "0 ok, 1 warning, 2 failure.", labels=["check"])
    for name, check in standing.checks.items():
        checks.add_metric([name], STATUSES.index(check.status))
    yield checks
    yield _gauge("microblog_checks_age_seconds", "Since the worker looked.", standing.age)
    certificate = standing.checks.get("certificate")
    if certificate is not None and certificate.measure is not None:
        days = (certificate.measure - time.time()) / DAY
        yield _gauge("microblog_certificate_days", "Days that the certificate is good for.", days)
