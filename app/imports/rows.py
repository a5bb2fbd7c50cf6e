"""Rows of the old database as rows of this one; what cannot be brought along is left out, and remarked on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..accounts.models import name_columns, new_session_key
from ..accounts.passwords import is_usable_hash
from ..core.names import name_key
from .conversion import EPOCH, address_of, in_report, language_of, moment_of, plain, text_of
from .names import addresses_for, names_for
from .report import Report
from .source import OldRow

Values = dict[str, Any]


@dataclass
class People:
    """Those who are brought along: their names by their numbers, and until when each had read their messages."""

    names: dict[int, str] = field(default_factory=dict)
    read_at: dict[int, datetime] = field(default_factory=dict)


@dataclass
class Clock:
    """Numbers rows in the order of their times, which is the order of every list here.

    A time that cannot be read is taken to be the one before it.
    """

    number: int = 0
    moment: datetime = EPOCH

    def next(self, value: object) -> bool:
        """Go on to the next row; whether its time could be read."""
        self.number += 1
        moment = moment_of(value)
        self.moment = moment or self.moment
        return moment is not None


def accounts(rows: list[OldRow], now: datetime, admin: str | None, people: People, report: Report) -> Iterator[Values]:
    """All accounts, so that names can be told apart; they are entered in `people`."""
    names = names_for((row.id, plain(row.username)) for row in rows)
    addresses = addresses_for((row.id, address_of(row.email)) for row in rows)
    for row in rows:
        name = people.names[row.id] = names[row.id]
        read_at = moment_of(row.last_message_read_time)
        if read_at is not None:
            people.read_at[row.id] = read_at
        about, shortened = text_of(row.about_me)
        last_seen, password = moment_of(row.last_seen), plain(row.password_hash)
        for remark in _remarks(row, name, addresses[row.id], shortened):
            report.remark(remark)
        yield {
            "id": row.id,
            **name_columns(name),
            "email": addresses[row.id],
            "email_key": addresses[row.id].lower(),
            # Nothing matches an empty hash.
            "password_hash": password if is_usable_hash(password) else "",
            "session_key": new_session_key(),
            "is_admin": admin is not None and name_key(admin) in (name_key(name), name_key(plain(row.username))),
            "about_me": about,
            "created_at": now,
            "last_seen": last_seen or EPOCH,
        }


def _remarks(row: OldRow, name: str, address: str, shortened: bool) -> Iterator[str]:
    """What had to be adjusted in an account."""
    if row.username != name:
        yield f"account {row.id}: the name {in_report(plain(row.username))} is {name} here"
    if address_of(row.email) != address:
        yield f"{name}: the address {in_report(plain(row.email))} is no address or another account's; {address} here"
    if not is_usable_hash(plain(row.password_hash)):
        yield f"{name}: no password that still works; make a link for a new one: `flask user reset-link`"
    if moment_of(row.last_seen) is None:
        yield f"{name}: when they were last here is not known"
    if shortened:
        yield f"{name}: from what they say of themselves, characters that cannot be shown are gone"


def follows(rows: Iterable[OldRow], now: datetime, people: People, report: Report) -> Iterator[Values]:
    """Who follows whom; upstream does not note since when."""
    for follower, followed in rows:
        if follower == followed:
            report.leave_out("follows", f"{people.names.get(follower, follower)} followed themselves")
        elif follower not in people.names or followed not in people.names:
            report.leave_out("follows", f"account {follower} followed account {followed}, one of which is not there")
        else:
            yield {"follower_id": follower, "followed_id": followed, "created_at": now}


def posts(rows: Iterable[OldRow], clock: Clock, people: People, report: Report) -> Iterator[Values]:
    """Posts, numbered anew: in the order of their times."""
    for row in rows:
        if row.user_id not in people.names:
            report.leave_out("posts", f"old post {row.id} is of account {row.user_id}, which is not there")
            continue
        values = _written(row, clock, f"post {row.id} of {people.names[row.user_id]}", report)
        yield values | {"author_id": row.user_id, "language": language_of(row.language)}


def messages(
    rows: Iterable[OldRow], clock: Clock, read_up_to: dict[int, int], people: People, report: Report
) -> Iterator[Values]:
    """Messages, numbered like posts; in `read_up_to`, how far each person has read."""
    for row in rows:
        sender, recipient = row.sender_id, row.recipient_id
        if sender not in people.names or recipient not in people.names:
            why = f"is from account {sender} to account {recipient}, one of which is not there"
            report.leave_out("messages", f"old message {row.id} {why}")
            continue
        values = _written(row, clock, f"message {row.id} of {people.names[sender]}", report)
        if recipient in people.read_at and values["created_at"] <= people.read_at[recipient]:
            read_up_to[recipient] = values["id"]
        yield values | {"sender_id": sender, "recipient_id": recipient}


def inboxes(read_up_to: dict[int, int], people: People) -> list[Values]:
    """How far everybody has read who has read anything."""
    return [
        {"user_id": user_id, "read_up_to": read_up_to.get(user_id, 0), "read_at": moment}
        for user_id, moment in people.read_at.items()
    ]


def _written(row: OldRow, clock: Clock, what: str, report: Report) -> Values:
    if not clock.next(row.timestamp):
        report.remark(f"old {what}: its time cannot be read; it stands with its neighbour's")
    body, shortened = text_of(row.body)
    if shortened:
        report.remark(f"old {what}: characters that cannot be shown are gone")
    return {"id": clock.number, "body": body, "submission": None, "created_at": clock.moment}
