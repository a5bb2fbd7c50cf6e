"""Rows for every table, with whatever databases like to change: emoji, spaces at ends, microseconds, nothing at all."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, insert

from app.core.database import Base

MOMENT = datetime(2026, 3, 29, 2, 30, 0, 123456, tzinfo=UTC)
MANY = 2300
TEXTS = (
    "🦄 👩‍👩‍👧 e\u0301 ß ﷽", "trailing  ", " leading", "10 % _ \\ ' \" ; {} :name %s %(a)s", "Ā\U0010ffff", "\\N",
    "NULL", "line\nbreak\tand tab", "a" * 60_000, "\\x00 \\u0000", '{"json": [1, null]}',
)  # fmt: skip
DELETED = 9_999


def moment(number: int) -> datetime:
    """Another one each time, to the microsecond."""
    return MOMENT + timedelta(days=number, microseconds=number)


def rows() -> dict[str, list[dict[str, Any]]]:
    """What each table holds."""
    accounts = (1, 2, 7, 500)
    return {
        "fact": [{"name": "app_version", "value": "0.1.0"}, {"name": "other", "value": TEXTS[0]}],
        "job": [
            {"id": 3, "kind": "mail.send", "payload": {"b": TEXTS[0], "a": [1, None, 1.5, True]}, "due": moment(1),
             "attempts": 2, "interruptions": 1, "error": "it failed: ñ", "created_at": moment(2),
             "expires_at": moment(9)},
            {"id": 9, "kind": "search.update", "payload": {}, "due": None, "attempts": 10,
             "interruptions": 0, "error": None, "created_at": moment(3), "expires_at": None},
        ],
        "attempt": [{"key_hash": "f" * 64, "failures": 3, "failed_at": moment(4), "closed_until": moment(5)}],
        "event": [{"id": 40, "kind": "log_in", "actor": "Ünal", "subject": "", "address": "2001:db8::1",
                   "created_at": moment(6)}],
        "user": [
            {"id": number, "username": f"Nàme{number}🦊", "username_key": f"nàme{number}🦊",
             "username_folded": f"name{number}🦊", "email": f"{number}@ex.org", "email_key": f"{number}@ex.org",
             "password_hash": "scrypt:1$a$b", "session_key": f"{number:032}",
             "is_admin": number == 1, "status": "suspended" if number == 7 else "active", "about_me": "ñ" * 140,
             "language": "es" if number == 2 else None, "time_zone": None, "created_at": moment(number),
             "last_seen": moment(number), "follower_count": 3, "following_count": 4, "counted_posts": 5,
             "counted_up_to": number}
            for number in accounts
        ],
        "follow": [{"follower_id": 1, "followed_id": 2, "created_at": moment(7)},
                   {"follower_id": 2, "followed_id": 1, "created_at": moment(8)}],
        "invitation": [
            {"id": 5, "token_hash": "a" * 64, "note": "", "uses": 3, "uses_left": 0, "expires_at": None,
             "revoked_at": moment(9), "created_by_id": None, "creator_key": "", "created_at": moment(10)},
            {"id": 6, "token_hash": "b" * 64, "note": TEXTS[1], "uses": 1, "uses_left": 1,
             "expires_at": moment(11), "revoked_at": None, "created_by_id": 7, "creator_key": "7" * 32,
             "created_at": moment(12)},
        ],
        "registration": [{"id": 2, "username": "Søren", "email": "s@ex.org", "password_hash": "scrypt:1$a$b",
                          "token_hash": None, "created_at": moment(23)}],
        "admission": [{"user_id": 2, "invitation_id": 5}],
        "browser_session": [{"id": 77, "user_id": 1, "token_hash": "c" * 64, "session_key": "1" * 32,
                             "browser": "Firefox", "system": "", "address": "::1", "remembered": True,
                             "created_at": moment(13), "last_used_at": moment(14), "expires_at": moment(15)}],
        "device": [{"user_id": 1, "session_key": "2" * 32, "browser": "Firefox", "system": "",
                    "network": "2001:db8::/64", "seen_at": moment(24)}],
        "second_factor": [{"user_id": 1, "seed": "0" * 32, "last_step": 2**31 - 1, "created_at": moment(16)}],
        "recovery_code": [{"code_hash": "d" * 64, "user_id": 1}, {"code_hash": "D" * 64, "user_id": 1}],
        "email_change": [{"user_id": 2, "email": "New@ex.org", "token_hash": "e" * 64, "session_key": "2" * 32,
                          "created_at": moment(17)}],
        "token": [{"id": 4, "user_id": 2, "name": "my phone", "token_hash": "f" * 64, "session_key": "2" * 32,
                   "created_at": moment(18), "expires_at": None}],
        "export": [{"id": 8, "user_id": 1, "progress": 100, "failed": False, "file": "8-ab.zip",
                    "created_at": moment(19), "changed_at": moment(20)}],
        "post": [
            {"id": number, "author_id": accounts[number % 4], "body": f"{TEXTS[number % 11 if number < 99 else 0]}",
             "submission": None if number % 2 else f"{number:036}", "created_at": moment(number),
             "language": (None, "", "en")[number % 3]}
            for number in (*range(10, 10 + MANY), DELETED)
        ],
        "translation": [{"post_id": 10, "language": "es", "text": TEXTS[0], "translator": "t"},
                        {"post_id": 10, "language": "en", "text": TEXTS[3], "translator": "t"}],
        "message": [{"id": 30, "sender_id": 1, "recipient_id": 2, "body": TEXTS[8], "submission": None,
                     "created_at": moment(21)}],
        "inbox": [{"user_id": 2, "read_up_to": 30, "read_at": moment(22)}],
    }  # fmt: skip


def fill(database: Path) -> None:
    """Put all of it into an SQLite file with our tables; the newest post has been deleted again."""
    engine = create_engine(f"sqlite:///{database}")
    contents = rows()
    with engine.begin() as connection:
        connection.execute(Base.metadata.tables["fact"].delete())
        for table in Base.metadata.sorted_tables:
            connection.execute(insert(table), contents[table.name])
        connection.exec_driver_sql(f"DELETE FROM post WHERE id = {DELETED}")
    engine.dispose()


def everything(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """All that an SQLite file holds, as SQLite has it."""
    with closing(sqlite3.connect(database)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {name: sorted(connection.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr) for name in names}
    # What the planner noted is the machine's own.
    return {name: rows for name, rows in found.items() if not name.startswith("sqlite_stat")}
