"""Everything of an old Microblog comes along, from each kind of database, and works."""

from __future__ import annotations

import hashlib
import sqlite3
import stat
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import Result
from flask import Flask
from markupsafe import escape
from page import PageClient
from sqlalchemy import select

from app.accounts.models import Follow, User
from app.accounts.queries import find_user, get_user
from app.core.config import Settings
from app.core.database import db
from app.imports.names import addresses_for, fitting_name, names_for
from app.messages.models import Inbox, Message
from app.messages.queries import count_unread
from app.people.service import wrong_counts
from app.posts.models import Post

Bring = Callable[..., Result]
PASSWORD = "old password"
# Every name of the old database that is another one here.
RENAMED = {
    4: "bob-3", 9: "AC_DC", 10: "_", 11: "__", 12: "edge", 15: "two_lines", 16: "abc_txt.exe",
    18: "İ" * 32, 24: "user-24",
}  # fmt: skip
KEPT = {
    1: "susan", 2: "David", 3: "Bob", 5: "Mary Ann", 6: "José Ñandú", 7: "山田 太郎", 8: "🦊 fox", 13: "<i>&\"'",
    14: "50%?#;\\x", 17: "L" * 64, 25: "bob-2", 100: "gap",
}  # fmt: skip
LEGACY = [*KEPT.values(), *RENAMED.values()]


def log_in(app: Flask, username: str, password: str = PASSWORD) -> PageClient:
    browser = PageClient(app)
    answer = browser.send("/auth/login", {"username": username, "password": password})
    assert answer.status_code == 302, username
    return browser


def posts() -> list[tuple[int, str, str]]:
    rows = db.session.execute(select(Post.id, User.username, Post.body).join(User).order_by(Post.id))
    return [(number, name, body) for number, name, body in rows]


def test_everything_comes_along_from_each_kind_of_database(app: Flask, bring: Bring, old_address: str) -> None:
    result = bring(old_address, "--admin", "susan")
    assert result.exit_code == 0, result.output
    assert "Nobody is an administrator" not in result.output
    with app.app_context():
        users = {user.id: user for user in db.session.scalars(select(User))}
        assert {number: users[number].username for number in RENAMED | KEPT} == RENAMED | KEPT
        assert len(users) == 27
        assert [user.username for user in users.values() if user.is_admin] == ["susan"]
        assert users[1].about_me == "I am <b>Susan</b>\nand write & more"
        assert users[2].email == "David@example.com"
        assert users[4].email == "no-address-4@example.invalid"
        assert users[21].email == "root@pi.local"
        assert users[100].last_seen.isoformat().startswith("2024-03-02T12:00:00")
        follows = {(row.follower_id, row.followed_id) for row in db.session.scalars(select(Follow))}
        assert follows == {(1, 2), (1, 6), (2, 1), (4, 9), (7, 1), (100, 1)}
        assert (users[1].follower_count, users[1].following_count, wrong_counts()) == (3, 2, 0)
        written = posts()
        assert [number for number, _, _ in written] == list(range(1, 17))
        assert written[0] == (1, "Bob", "the oldest of all")
        assert written[3] == (4, "Bob", "two lines\nof text")
        assert written[5] == (6, "José Ñandú", "Café con leche")
        assert written[7] == (8, "🦊 fox", "🦊👨‍👩‍👧‍👦 family")
        assert written[9:11] == [(10, "susan", "reversed  text"), (11, "susan", "bell  rings")]
        assert written[12] == (13, "gap", "")
        assert written[14] == (15, "50%?#;\\x", "100 % \\ ' \" ; -- /* */ {} :name %s %(a)s")
        assert written[-1] == (16, "susan", "the newest of all")
        languages = {post.id: post.language for post in db.session.scalars(select(Post))}
        assert [languages[number] for number in (1, 2, 4, 6, 7)] == [None, "en", None, "es", "ja"]
        first = db.session.get_one(Post, 2).created_at
        assert first.isoformat() == "2024-03-01T12:00:00+00:00"
        assert [message.body for message in db.session.scalars(select(Message).order_by(Message.id))] == [
            *(f"message {number} for susan" for number in range(6)), "answer\nwith two lines",
            "note to myself", "unread",
        ]  # fmt: skip
        # As upstream counts: what is later than the last look.
        assert {name: count_unread(get_user(name)) for name in ("susan", "David", KEPT[6], "Bob")} == {
            "susan": 3, "David": 1, KEPT[6]: 1, "Bob": 0
        }  # fmt: skip
        assert {inbox.user_id for inbox in db.session.scalars(select(Inbox))} == {1, 2}


def test_the_report_counts_and_names_what_was_adjusted(
    bring: Bring, old_address: str, settings: Settings, app: Flask
) -> None:
    result = bring(old_address)
    assert "accounts                    27             27         0" in result.output
    assert "follows                      7              6         1" in result.output
    report = settings.data_dir / "import-report.txt"
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    lines = report.read_text().splitlines()
    for expected in (
        "account 4: the name 'bob' is bob-3 here",
        "account 15: the name 'two\\nlines' is two_lines here",
        "susan followed themselves",
        "nohash: no password that still works; make a link for a new one: `flask user reset-link`",
        "badhash: no password that still works; make a link for a new one: `flask user reset-link`",
        "quiet: when they were last here is not known",
        "old post 10 of susan: characters that cannot be shown are gone",
    ):
        assert expected in lines
        assert f"  {expected}\n" in result.output
    assert "flask user promote USERNAME" in result.output
    with app.app_context():
        changed = [user.id for user in db.session.scalars(select(User)) if user.id in RENAMED]
    assert sum(line.startswith("account ") for line in lines) == len(changed)


def test_old_passwords_work_and_missing_ones_do_not(app: Flask, bring: Bring, old_address: str) -> None:
    bring(old_address)
    # A log-in regardless of case, a hash of an older version, and a name that reads like another's.
    for name, password in (("SUSAN", PASSWORD), ("david", "older password"), ("bob-3", PASSWORD), (" edge ", PASSWORD)):
        assert log_in(app, name, password).get("/index").status_code == 200
    for name, password in (("nohash", ""), ("nohash", PASSWORD), ("badhash", PASSWORD), ("susan", "older password")):
        answer = PageClient(app).send("/auth/login", {"username": name, "password": password})
        assert answer.status_code == 422, name


@pytest.mark.parametrize("name", LEGACY)
def test_a_legacy_name_works_everywhere(app: Flask, bring: Bring, old_file: Path, name: str) -> None:
    with closing(sqlite3.connect(old_file)) as connection, connection:
        # One password for all, of an older version: quick to check.
        connection.execute("UPDATE user SET password_hash = ?", (quick_hash(PASSWORD),))
    bring(str(old_file))
    browser, other, place = log_in(app, name), log_in(app, "nomail"), quote(name, safe="")
    for address in ("/index", "/explore", "/edit_profile", "/messages", "/messages/sent", "/auth/tokens", "/exports"):
        assert browser.page(address)
    for address in (f"/user/{place}", f"/user/{place}/popup", f"/messages/with/{place}", f"/send_message/{place}"):
        assert str(escape(name)) in other.get(address).text, address
        assert other.page(address)
    assert PageClient(app).get(f"/user/{place}/avatar.svg").status_code == 200
    assert other.send(f"/follow/{place}", form_at=f"/user/{place}").status_code == 302
    assert other.send(f"/send_message/{place}", {"message": "hello"}).status_code == 302
    assert other.send(f"/unfollow/{place}", form_at=f"/user/{place}").status_code == 302
    saved = browser.send("/edit_profile", {"username": name, "about_me": "still me"})
    assert saved.status_code == 302
    assert "still me" in browser.page(f"/user/{place}").text
    credentials = b64encode(f"{name}:{PASSWORD}".encode()).decode()
    token = PageClient(app).post("/api/tokens", headers={"Authorization": f"Basic {credentials}"}).get_json()["token"]
    answer = PageClient(app).get("/api/users?per_page=100", headers={"Authorization": f"Bearer {token}"}).get_json()
    assert name in [item["username"] for item in answer["items"]]


def quick_hash(password: str) -> str:
    return f"pbkdf2:sha256:1$salt${hashlib.pbkdf2_hmac('sha256', password.encode(), b'salt', 1).hex()}"


@pytest.mark.parametrize("wanted", ["with space", "AC/DC", "susan"])
def test_a_new_name_must_be_one_of_todays(app: Flask, bring: Bring, old_file: Path, wanted: str) -> None:
    bring(str(old_file))
    browser = log_in(app, "Mary Ann")
    assert browser.send("/edit_profile", {"username": wanted, "about_me": ""}).status_code == 422
    with app.app_context():
        assert find_user("Mary Ann") is not None


def test_what_only_sqlite_lets_in_is_brought_along_or_left_out_with_a_remark(
    app: Flask, bring: Bring, loose_file: Path, settings: Settings
) -> None:
    result = bring(str(loose_file))
    assert result.exit_code == 0, result.output
    lines = (settings.data_dir / "import-report.txt").read_text().splitlines()
    for expected in (
        "old post 6000 is of account 77, which is not there",
        "old message 90 is from account 77 to account 1, one of which is not there",
        "account 1 followed account 77, one of which is not there",
        "old post 1 of susan: characters that cannot be shown are gone",
        "old post 5000 of susan: its time cannot be read; it stands with its neighbour's",
        "no-address-200@example.invalid here",
    ):
        assert any(expected in line for line in lines), expected
    with app.app_context():
        bodies = {body: number for number, _, body in posts()}
        assert {"nulhere", "no text\N{REPLACEMENT CHARACTER}", "x" * 2000} <= set(bodies)
        assert db.session.get_one(User, 200).username == "n" * 64
        times = [post.created_at for post in db.session.scalars(select(Post).order_by(Post.id))]
        assert times == sorted(times)
    browser = log_in(app, "Bob")
    for address in ("/explore", "/user/Bob", f"/user/{'n' * 64}", "/edit_profile"):
        assert browser.page(address)


def test_the_posts_are_found_afterwards(app: Flask, bring: Bring, old_file: Path, work, index) -> None:
    bring(str(old_file))
    work()
    # Sixteen posts and nine messages.
    assert index.count() == 25
    assert "first post" in log_in(app, "susan").page("/search?q=first").text


def test_the_set_up_code_is_void_and_nobody_is_led_to_the_set_up_page(
    app: Flask, client: PageClient, bring: Bring, old_file: Path
) -> None:
    assert client.get("/index").headers["Location"] == "/setup"
    bring(str(old_file))
    assert client.get("/setup").status_code == 404
    assert client.get("/index").headers["Location"].startswith("/auth/login")


@pytest.mark.sqlite("the file is compared")
def test_a_rehearsal_reports_the_same_and_writes_nothing(
    app: Flask, bring: Bring, old_file: Path, settings: Settings
) -> None:
    before = settings.database_path.read_bytes()
    rehearsed = bring(str(old_file), "--dry-run")
    assert rehearsed.exit_code == 0
    assert "rehearsal" in rehearsed.output
    assert settings.database_path.read_bytes() == before
    report = (settings.data_dir / "import-report.txt").read_text()
    assert bring(str(old_file)).exit_code == 0
    assert (settings.data_dir / "import-report.txt").read_text() == report


def test_nobody_who_could_keep_a_name_loses_it() -> None:
    assert names_for([(1, "Bob"), (2, "bob"), (3, "bob-2"), (4, "a/b"), (5, "a_b"), (6, "BOB")]) == {
        1: "Bob", 2: "bob-3", 3: "bob-2", 4: "a_b-2", 5: "a_b", 6: "BOB-4"
    }  # fmt: skip


def test_an_address_that_nobody_can_have_becomes_one_that_nobody_has() -> None:
    taken = "no-address-1@example.invalid"
    addresses = addresses_for([(1, None), (2, "a@example.org"), (3, "A@example.org"), (4, taken)])
    assert addresses == {
        1: "no-address-1-2@example.invalid", 2: "a@example.org", 3: "no-address-3@example.invalid", 4: taken
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new"),
    [("", "user-7"), ("  ", "user-7"), (".", "_"), ("..", "__"), ("a\0b", "a_b"), ("x" * 70, "x" * 64),
     ("a\ud800", "a_"), ("\ufffd", "_"), ("a\u2028b\ufffe", "a_b_"), (" /", "_")],
)  # fmt: skip
def test_a_name_that_cannot_be_is_made_one_that_can(old: str, new: str) -> None:
    assert fitting_name(old, 7) == new
