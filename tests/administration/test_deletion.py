"""A deleted account leaves nothing behind: no row, no hit, no file; and nobody waits for it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from page import Page, PageClient
from people import PASSWORD, PASSWORD_HASH, People
from sqlalchemy import func, select

from app.accounts.models import ACTIVE, LEAVING, User
from app.accounts.queries import find_user, get_account, get_user
from app.administration import service
from app.administration.tasks import delete_account
from app.core.config import Settings
from app.core.database import Base, db, transaction
from app.invitations.service import accept, create_invitation
from app.jobs.models import Job
from app.jobs.runner import run_due
from app.jobs.service import enqueue
from app.posts.models import Post
from app.second_factor.models import RecoveryCode, SecondFactor
from app.security.service import request_change
from app.sessions.models import Device

BOB = "/admin/people/2"
REFERENCES = [
    (table, column) for table in Base.metadata.tables.values() for column in table.columns
    for key in column.foreign_keys if key.column.table.name == "user"
]  # fmt: skip


def rows_of(app: Flask, user_id: int) -> dict[str, int]:
    """How many rows of each table refer to an account, by table and column."""
    with app.app_context():
        return {
            f"{table.name}.{column.name}": db.session.scalar(select(func.count()).where(column == user_id)) or 0
            for table, column in REFERENCES
        }


@pytest.fixture
def life(app: Flask, people: People, bob: PageClient, client: PageClient, work: Callable[[], None]) -> People:
    """Bob, with something of everything that an account can have: he came by an invitation, and made one."""
    with app.app_context(), transaction():
        first = create_invitation(get_user("alice"), 1, None, "")
    with app.app_context(), transaction():
        accept(first, "dora", "dora@example.org", PASSWORD_HASH)
        service.promote(get_user("dora"))
    with app.app_context(), transaction():
        second = create_invitation(get_user("dora"), 1, None, "")
    with app.app_context(), transaction():
        accept(second, "emil", "emil@example.org", PASSWORD_HASH)
    dora = people.browser("dora")
    for number in range(3):
        people.post("dora", f"harbour {number}")
    people.post("charlie", "harbour of charlie")
    people.follow("dora", "charlie")
    people.follow("charlie", "dora")
    people.write("dora", "charlie", "to charlie")
    people.write("charlie", "dora", "from charlie")
    people.write("charlie", "alice", "nothing to do with dora")
    dora.get("/messages")
    dora.send("/export_posts", form_at="/exports")
    client.post("/api/tokens", auth=("dora", PASSWORD))
    work()
    return people


DORA = 4


def test_it_leaves_no_row_no_hit_and_no_file(
    app: Flask, settings: Settings, life: People, alice: PageClient, index, work: Callable[[], None]
) -> None:
    with app.app_context(), transaction() as session:
        request_change(get_user("dora"), "new@example.org", "a key")
        session.add_all([SecondFactor(user_id=DORA, seed="seed"), RecoveryCode(user_id=DORA, code_hash="hash")])
        session.add(Device(user_id=DORA, browser="Firefox", system="Linux", network="1"))
    before = rows_of(app, DORA)
    assert all(before.values()), f"every table that refers to accounts has something of dora: {before}"
    files = settings.exports_dir
    (file,) = files.iterdir()
    # A new one might be another machine's, which has not noted it yet.
    os.utime(file, (0, 0))
    assert "harbour 1" in alice.page("/search?q=harbour").text
    answer = alice.send(f"/admin/people/{DORA}/delete", {"name": " Dora "})
    assert answer.location == "/admin/people"
    work()
    assert not any(rows_of(app, DORA).values())
    with app.app_context():
        assert find_user("dora") is None
        assert find_user("emil") is not None, "whom she invited stays"
        # Servers check at every statement.
        if db.engine.dialect.name == "sqlite":
            assert db.session.execute(db.text("PRAGMA foreign_key_check")).all() == []
    page = alice.page("/search?q=harbour")
    assert "harbour of charlie" in page.text
    assert "harbour 1" not in page.text
    # Charlie's post, and what charlie wrote to alice.
    assert index.count() == 2
    assert list(files.iterdir()) == []
    assert "nothing to do with dora" in alice.page("/messages").text


def test_the_account_is_locked_at_once_before_the_worker_has_done_anything(
    app: Flask, life: People, alice: PageClient, client: PageClient
) -> None:
    dora = life.browser("dora")
    token = client.post("/api/tokens", auth=("dora", PASSWORD)).get_json()["token"]
    alice.send(f"/admin/people/{DORA}/delete", {"name": "dora"})
    assert dora.get("/index").status_code == 302
    assert client.get("/api/users/1", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    answer = client.send("/auth/login", {"username": "dora", "password": PASSWORD})
    assert "Your account is being deleted" in Page(answer.text).text
    assert "Being deleted" in alice.page("/admin/people").text
    page = alice.page(f"/admin/people/{DORA}")
    assert "locked and is being deleted" in page.text
    # Asking again begins again, should the job be lost.
    links = {link.get("href", "") for link in page.all("a")}
    assert {link for link in links if link.startswith(f"/admin/people/{DORA}/")} == {f"/admin/people/{DORA}/delete"}


def test_what_will_be_gone_is_said_before(life: People, alice: PageClient) -> None:
    page = alice.page(f"/admin/people/{DORA}/delete")
    assert "3 posts" in page.text
    assert "2 messages that were sent or received, also for the other person" in page.text


@pytest.mark.parametrize("name", ["", "alice", "bo", "bob2", "b\0b"])
def test_another_name_than_its_own_deletes_nothing(
    app: Flask, people: People, alice: PageClient, work: Callable[[], None], name: str
) -> None:
    answer = alice.send(f"{BOB}/delete", {"name": name})
    assert answer.status_code == 422
    work()
    with app.app_context():
        assert get_account("bob").status == ACTIVE


def test_it_goes_by_pieces_and_lets_other_jobs_have_their_turn(
    app: Flask, people: People, registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PIECE", 2)
    for number in range(5):
        people.post("bob", f"number {number}")
    order: list[str] = []
    registry.register("test.other", lambda _payloads: order.append("other"))
    with app.app_context():
        while run_due(registry):
            pass
        with transaction():
            service.request_deletion(get_account("bob"), None)
        with transaction():
            enqueue("test.other", {})
        left = []
        while run_due(registry):
            left.append(db.session.scalar(select(func.count()).select_from(Post)))
            db.session.rollback()
            if order and left[-1]:
                order.append("posts were left")
        assert find_user("bob") is None
    assert "posts were left" in order
    assert max(a - b for a, b in zip([5, *left], left, strict=False)) <= 2


def test_a_job_that_comes_twice_or_for_somebody_who_stays_does_nothing(
    app: Flask, people: People, tmp_path: Path
) -> None:
    people.post("charlie", "stays")
    with app.app_context():
        delete_account(tmp_path / "exports", [{"id": 3}, {"id": 99}, {"id": 3}])
        assert get_account("charlie").status == ACTIVE
    assert people.count_posts() == 1


def test_the_number_of_a_deleted_account_is_given_to_nobody_else(
    app: Flask, people: People, work: Callable[[], None]
) -> None:
    with app.app_context(), transaction():
        service.request_deletion(get_account("charlie"), None)
    work()
    assert people.make_user("dora") == 4


def test_asking_twice_is_the_same_as_once(app: Flask, people: People, work: Callable[[], None]) -> None:
    for _ in range(2):
        with app.app_context(), transaction():
            service.request_deletion(get_account("bob"), None)
    with app.app_context():
        assert db.session.query(User).filter(User.status == LEAVING).count() == 1
    work()
    assert people.count_users() == 2
    with app.app_context():
        assert db.session.query(Job).count() == 0, "every job went well"
