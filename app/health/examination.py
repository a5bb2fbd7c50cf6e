"""All checks in their order: what each is called, and what to do when it is not ok."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..core.errors import mark
from . import backups, data, machine, network, storage
from .check import OK, STATUSES, Check, guarded, worst


@dataclass(frozen=True)
class Examination:
    """A check with its name in reports, its name on the page, and the advice, which holds nothing private.

    Title and advice are marked messages: English in reports, translated on the page.
    """

    name: str
    title: str
    run: Callable[[], Check]
    advice: str = ""


ALL = (
    Examination("version", mark("Version"), machine.version),
    Examination(
        "sqlite",
        mark("SQLite"),
        storage.sqlite,
        mark("this SQLite can damage a database that two processes use: build the image again, with 3.51.3 or later"),
    ),
    Examination(
        "volume",
        mark("Where the data lies"),
        storage.volume,
        mark("move the data to a disk of this machine with an ordinary file system, such as ext4"),
    ),
    Examination(
        "disk",
        mark("Free space"),
        storage.disk,
        mark("make room: `before-restore-…` folders (flask backup old), unused images (docker image prune)"),
    ),
    Examination(
        "log",
        mark("Database files"),
        storage.log,
        mark("the write-ahead log is large, as when something reads for very long; restart the appliance"),
    ),
    Examination(
        "memory",
        mark("Memory"),
        machine.memory,
        mark("close other programs, or raise MICROBLOG_MEMORY; MICROBLOG_WEB_WORKERS=1 takes the least"),
    ),
    Examination("clock", mark("Clock"), machine.clock, mark("set up network time: timedatectl set-ntp true")),
    Examination(
        "web", mark("Web server"), network.web, mark("nothing answers: start the appliance, or look at its log")
    ),
    Examination(
        "ports",
        mark("Ports"),
        network.ports,
        mark("Nginx: docker compose logs nginx; without it, set MICROBLOG_BIND=127.0.0.1 or have a proxy with https"),
    ),
    Examination(
        "certificate", mark("Certificate"), network.certificate, mark("look at Nginx's log: docker compose logs nginx")
    ),
    Examination(
        "mail",
        mark("E-mail"),
        network.mail,
        mark("the mail server does not answer; see what it says: flask mail test ADDRESS"),
    ),
    Examination(
        "old data",
        mark("Old data"),
        storage.old_data,
        mark("when all is well, remove what is of before a restore: flask backup old"),
    ),
    Examination(
        "database",
        mark("Database"),
        data.database,
        mark("look at the disk, or at the log of the database's server; `./backup.sh list` shows what can be put back"),
    ),
    Examination(
        "schema",
        mark("Database structure"),
        data.schema,
        mark("start the appliance, which brings the data up to date, or use the version that wrote it"),
    ),
    Examination(
        "counts",
        mark("Numbers of accounts"),
        data.counts,
        mark("somebody has changed the database by hand; this counts everything anew: flask user count"),
    ),
    Examination(
        "worker",
        mark("Worker"),
        data.worker,
        mark("is the appliance running? its log says why a worker does not come up"),
    ),
    Examination(
        "search",
        mark("Search index"),
        data.search,
        mark("it catches up by itself; if it does not: flask search rebuild"),
    ),
    Examination(
        "jobs",
        mark("Work that waits"),
        data.jobs,
        mark(
            "see what failed and why: flask jobs list; if it is e-mail, try the mail settings: flask mail test ADDRESS"
        ),
    ),
    Examination("backup", mark("Backup"), backups.backup, mark("make one now and see what it says: ./backup.sh")),
    Examination(
        "drill",
        mark("Drill"),
        backups.drill,
        mark("see whether one could live on the newest backup: ./backup.sh, then ./backup.sh drill"),
    ),
)
# What `/readyz` tells: quick ones, about what every page needs, and about the backups.
READINESS = ("database", "schema", "worker", "disk", "search", "jobs", "backup", "drill")


def examine(names: tuple[str, ...] = ()) -> dict[str, Check]:
    """The findings by name, of all checks unless some are named."""
    return {each.name: guarded(each.run) for each in ALL if not names or each.name in names}


def report(found: Mapping[str, Check]) -> list[str]:
    """The findings as lines that can be shown to anybody, with what to do about each that is not ok."""
    lines = []
    for each in ALL:
        if (check := found.get(each.name)) is None:
            continue
        lines.append(f"{check.status:<5} {each.name:<12} {check.detail}")
        if check.status != OK and each.advice:
            lines.append(f"      {'':<12} -> {each.advice}")
    level = STATUSES.index(worst(found.values()))
    return [*lines, ("all is well", "there is something to look at", "something is broken")[level]]
