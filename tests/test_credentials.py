"""Every kind of credential ends with every event that should end it, and no kind is missing from the list."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from page import Page, PageClient
from people import PASSWORD, People
from postbox import Postbox, text_of

from app.accounts.credentials import KINDS, OTHERS
from app.accounts.queries import get_account
from app.attempts.guard import is_known_browser
from app.core.config import Settings
from app.core.database import Base, db, transaction
from app.recovery import service as recovery
from app.security.service import request_change
from app.sessions.models import BrowserSession
from app.sessions.service import note_device
from app.web.context import settings as settings_of_request

APP = Path(__file__).parents[1] / "app"
NEW = "a new password"
Check = Callable[[], bool]


@dataclass
class Stage:
    """The appliance with emil, an administrator whose credentials end, and ways to act."""

    app: Flask
    people: People
    postbox: Postbox
    work: Callable[[], None]

    def visitor(self) -> PageClient:
        return PageClient(self.app)

    def run(self, *words: str) -> None:
        result = self.app.test_cli_runner().invoke(args=["user", *words], input=f"{NEW}\n")
        assert result.exit_code == 0, result.output

    def opens(self, path: str) -> Check:
        return lambda: self.visitor().get(path).status_code == 200

    def recovery_path(self, name: str, purpose: str, maker: str = "") -> str:
        with self.app.app_context():
            by = get_account(maker) if maker else None
            token = recovery.make_token(settings_of_request().secret_key, get_account(name), purpose, by)
        return f"/auth/reset_password/{token}"


@pytest.fixture
def settings(settings: Settings, postbox: Postbox) -> Settings:
    """Where e-mail is sent."""
    return replace(settings, mail=postbox.settings, public_url="https://pi.local")


@pytest.fixture
def stage(app: Flask, people: People, postbox: Postbox, work: Callable[[], None]) -> Stage:
    """Alice and emil are administrators."""
    people.make_user("emil", is_admin=True)
    return Stage(app, people, postbox, work)


def log_in(client: PageClient, password: str = PASSWORD, **more: str) -> PageClient:
    assert client.send("/auth/login", {"username": "emil", "password": password, **more}).status_code == 302
    return client


def is_in(client: PageClient) -> bool:
    return client.get("/explore").status_code == 200


def make_session(stage: Stage) -> Check:
    client = log_in(stage.visitor())
    return lambda: is_in(client)


def make_remembered(stage: Stage) -> Check:
    client = log_in(stage.visitor(), remember_me="y")
    client.delete_cookie(stage.app.config["SESSION_COOKIE_NAME"])
    return lambda: is_in(client)


def make_second_step(stage: Stage) -> Check:
    from app.sessions.guard import SECOND_STEP, begin_second_step, second_step  # noqa: PLC0415

    client = stage.visitor()
    with stage.app.test_request_context():
        begin_second_step(get_account("emil"), remember=False)
        from flask import session  # noqa: PLC0415

        kept = session[SECOND_STEP]

    def works() -> bool:
        with client.session_transaction() as session:
            session[SECOND_STEP] = kept
        with stage.app.test_request_context():
            from flask import session as current  # noqa: PLC0415

            current[SECOND_STEP] = kept
            return second_step() is not None

    return works


def make_seed(stage: Stage) -> Check:
    from flask import session  # noqa: PLC0415
    from flask_login import login_user  # noqa: PLC0415

    from app.second_factor.routes import SEED, SEED_OWNER, _pending_seed  # noqa: PLC0415

    kept: dict[str, Any] = {}

    def seed() -> str:
        with stage.app.test_request_context():
            session.update(kept)
            login_user(get_account("emil"), force=True)
            found = _pending_seed()
            kept.update({name: session[name] for name in (SEED, SEED_OWNER) if name not in kept})
            return found

    first = seed()
    return lambda: seed() == first


def make_known_browser(stage: Stage) -> Check:
    client = log_in(stage.visitor())
    cookie = client.get_cookie(stage.app.config["KNOWN_COOKIE_NAME"])
    assert cookie is not None

    def works() -> bool:
        with stage.app.test_request_context(headers={"Cookie": f"{cookie.key}={cookie.value}"}):
            return is_known_browser(get_account("emil"))

    return works


def make_device(stage: Stage) -> Check:
    def is_known() -> bool:
        with stage.app.app_context(), transaction():
            known = not note_device(get_account("emil"), user_agent="", address="192.0.2.77")
            db.session.rollback()
        return known

    with stage.app.app_context(), transaction():
        note_device(get_account("emil"), user_agent="", address="192.0.2.77")
    return is_known


def make_token(stage: Stage) -> Check:
    headers = stage.people.program("emil")
    return lambda: stage.visitor().get("/api/users/me", headers=headers).status_code == 200


def make_email_change(stage: Stage) -> Check:
    with stage.app.app_context(), transaction():
        _, token = request_change(get_account("emil"), "emil@new.example.org", settings_of_request().secret_key)
    return stage.opens(f"/auth/email/{token}")


def make_invitation(stage: Stage) -> Check:
    answer = stage.people.browser("emil").send("/admin/invitations", {"uses": "100", "days": "", "note": ""})
    link = next(field["value"] for field in Page(answer.text).all("input") if field.get("id") == "link")
    return stage.opens("/" + link.split("/", 3)[3])


MAKERS: dict[str, Callable[[Stage], Check]] = {
    "session": make_session,
    "remembered session": make_remembered,
    "second step of a log-in": make_second_step,
    "secret of a second factor that is being set up": make_seed,
    "known browser": make_known_browser,
    "known device": make_device,
    "API token": make_token,
    "change of the e-mail address": make_email_change,
    "password link by e-mail": lambda stage: stage.opens(stage.recovery_path("emil", recovery.BY_MAIL)),
    "password link by an administrator": lambda stage: stage.opens(
        stage.recovery_path("emil", recovery.BY_HAND, "alice")
    ),
    "password link made for another account": lambda stage: stage.opens(
        stage.recovery_path("bob", recovery.BY_HAND, "emil")
    ),
    "invitation": make_invitation,
}


def change_own_password(stage: Stage) -> None:
    fields = {"password_now": PASSWORD, "password": NEW, "password2": NEW}
    assert stage.people.browser("emil").send("/auth/password", fields).status_code == 302


def use_link(stage: Stage) -> None:
    path, client = stage.recovery_path("emil", recovery.BY_MAIL), stage.visitor()
    data = {"csrf_token": client.token(), "password": NEW, "password2": NEW}
    assert client.post(path, data=data).status_code == 302


def administer(action: str, **fields: str) -> Callable[[Stage], None]:
    def act(stage: Stage) -> None:
        assert stage.people.browser("alice").send(f"/admin/people/4/{action}", fields).status_code == 302

    return act


EVENTS: dict[str, Callable[[Stage], None]] = {
    "own password": change_own_password,
    "password by link": use_link,
    "password in the shell": lambda stage: stage.run("reset-password", "emil", "--password-stdin"),
    "suspended": administer("suspend"),
    "suspended in the shell": lambda stage: stage.run("suspend", "emil"),
    "demoted": administer("demote"),
    "demoted in the shell": lambda stage: stage.run("demote", "emil"),
    "deleted": administer("delete", name="emil"),
    "deleted in the shell": lambda stage: stage.run("delete", "emil", "--yes"),
}


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("kind", MAKERS)
def test_credential_ends_with_event(stage: Stage, kind: str, event: str) -> None:
    works = MAKERS[kind](stage)
    assert works()
    EVENTS[event](stage)
    # A running session of a demoted administrator goes on with a member's rights, which each request reads.
    assert works() is (kind == "session" and event.startswith("demoted"))


def test_credential_of_a_suspended_account_stays_void_when_it_is_let_in_again(stage: Stage) -> None:
    checks = [make(stage) for make in MAKERS.values()]
    stage.run("suspend", "emil")
    stage.run("resume", "emil")
    assert not any(works() for works in checks)


def test_demoted_administrator_stays_logged_in_as_a_member(stage: Stage) -> None:
    client = log_in(stage.visitor())
    stage.run("demote", "emil")
    assert (client.get("/explore").status_code, client.get("/admin/people").status_code) == (200, 404)


def test_every_kind_of_credential_is_tried() -> None:
    assert {kind.name for kind in KINDS} == set(MAKERS)


def test_every_stored_secret_is_listed() -> None:
    secret = re.compile(r"token|secret|seed|hash|key|code|password")
    # Lower-case forms that are unique, and what forms are told apart by.
    harmless = {"user.username_key", "user.email_key"}
    stored = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if secret.search(column.name)
    }
    listed = {column for kind in KINDS for column in kind.columns} | {name for name in OTHERS if "." in name}
    assert stored - harmless == listed


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(APP.rglob("*.py")):
        name = ".".join(path.relative_to(APP.parent).with_suffix("").parts).removesuffix(".__init__")
        yield name, ast.parse(path.read_text())


def constants(module: str, node: ast.expr) -> set[str]:
    """The values that an expression can have: a constant of its module, or a parameter that callers give one for."""
    if isinstance(node, ast.Constant):
        return {str(node.value)}
    value = getattr(importlib.import_module(module), ast.unparse(node), None)
    return {value} if isinstance(value, str) else set()


def test_every_signature_and_every_entry_of_the_session_is_listed() -> None:
    salts, entries = set(), set()
    for module, tree in trees():
        values = vars(importlib.import_module(module)) if "salt=" in ast.unparse(tree) else {}
        if values:
            salts |= {value for value in values.values() if isinstance(value, str) and value.startswith("microblog-")}
        for node in ast.walk(tree):
            if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "session":
                entries |= constants(module, node.slice)
    assert salts == {salt for kind in KINDS for salt in kind.salts} | {name for name in OTHERS if "." not in name}
    assert entries - {"_flashes", "kept_form"} == {entry for kind in KINDS for entry in kind.entries}


def test_signatures_are_made_where_their_salts_are_listed() -> None:
    used = {
        module
        for module, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and re.search(r"(Serializer|Signer)$", ast.unparse(node.func))
    }
    assert used == {"app.attempts.guard", "app.recovery.service", "app.security.service", "app.web.kept"}


def test_session_of_the_browser_that_changes_the_password_goes_on(stage: Stage) -> None:
    client = log_in(stage.visitor())
    client.send("/auth/password", {"password_now": PASSWORD, "password": NEW, "password2": NEW})
    assert is_in(client)
    with stage.app.app_context():
        assert db.session.query(BrowserSession).count() == 1
    cookie = client.get_cookie(stage.app.config["KNOWN_COOKIE_NAME"])
    assert cookie is not None
    with stage.app.test_request_context(headers={"Cookie": f"{cookie.key}={cookie.value}"}):
        assert is_known_browser(get_account("emil")), "this browser has proved to know the new password"


class TestLinkForAnAdministrator:
    """A link for a new password of an administrator takes the maker's own password."""

    PATH = "/user/emil/recovery_link"

    @pytest.mark.parametrize("fields", [{}, {"password_now": ""}, {"password_now": "wrong password"}])
    def test_it_is_refused_without_the_password(self, stage: Stage, fields: dict[str, str]) -> None:
        answer = stage.people.browser("alice").send(self.PATH, fields)
        assert answer.status_code == 422
        assert "/auth/reset_password/" not in answer.text

    def test_it_is_made_with_the_password(self, stage: Stage) -> None:
        answer = stage.people.browser("alice").send(self.PATH, {"password_now": PASSWORD})
        assert "/auth/reset_password/" in answer.text

    def test_link_for_a_member_ends_when_that_one_becomes_an_administrator(self, stage: Stage) -> None:
        path = stage.recovery_path("bob", recovery.BY_HAND, "emil")
        stage.run("promote", "bob")
        assert stage.visitor().get(path).status_code == 422


class TestPendingAddress:
    """The owner sees a change of the address that is pending, and cancels it."""

    @pytest.fixture
    def links(self, stage: Stage) -> dict[str, str]:
        """The paths in the e-mails to the new and to the old address, by recipient."""
        stage.people.browser("bob").send("/auth/email", {"email": "bob@new.example.org", "password_now": PASSWORD})
        stage.work()
        paths = {}
        for letter in stage.postbox.letters:
            found = re.search(r"https?://[^/\s]+(/\S+)", text_of(letter))
            assert found is not None
            paths[str(letter["To"])] = found[1]
        return paths

    def test_button_cancels_it(self, stage: Stage, links: dict[str, str]) -> None:
        bob = stage.people.browser("bob")
        buttons = [form for form in bob.page("/auth/security").all("form") if "data-cancel-email" in form]
        bob.send(buttons[0]["action"], form_at="/auth/security")
        assert not [form for form in bob.page("/auth/security").all("form") if "data-cancel-email" in form]
        assert stage.visitor().get(links["bob@new.example.org"]).status_code == 422

    def test_link_in_the_notice_cancels_it_once_without_a_log_in(self, stage: Stage, links: dict[str, str]) -> None:
        cancel, confirm = links["bob@example.org"], links["bob@new.example.org"]
        visitor = stage.visitor()
        assert visitor.get(cancel).status_code == 200
        assert visitor.get(confirm).status_code == 200, "a look changes nothing"
        assert visitor.post(cancel, data={"csrf_token": "forged"}).status_code == 400
        assert visitor.send(cancel).status_code == 200
        assert [visitor.get(path).status_code for path in (cancel, confirm)] == [422, 422]

    def test_link_that_cancels_confirms_nothing(self, stage: Stage, links: dict[str, str]) -> None:
        token = links["bob@example.org"].rpartition("/")[2]
        assert stage.visitor().get(f"/auth/email/{token}").status_code == 422

    def test_another_address_ends_links_sent_to_the_old_one(self, stage: Stage, links: dict[str, str]) -> None:
        path = stage.recovery_path("bob", recovery.BY_MAIL)
        stage.visitor().send(links["bob@new.example.org"])
        assert stage.visitor().get(path).status_code == 422

    def test_page_no_longer_shows_one_that_has_ended(self, stage: Stage, links: dict[str, str]) -> None:
        bob = stage.people.browser("bob")
        bob.send("/auth/password", {"password_now": PASSWORD, "password": NEW, "password2": NEW})
        assert "bob@new.example.org" not in bob.page("/auth/security").text


def test_void_invitation_is_shown_as_such(stage: Stage) -> None:
    make_invitation(stage)
    alice = stage.people.browser("alice")
    assert not [span for span in alice.page("/admin/invitations").all("span") if "data-void" in span]
    stage.run("demote", "emil")
    assert [span for span in alice.page("/admin/invitations").all("span") if "data-void" in span]


def test_mark_of_a_known_browser_belongs_to_the_account_and_not_to_its_name(stage: Stage) -> None:
    works = make_known_browser(stage)
    with stage.app.app_context(), transaction():
        user = get_account("emil")
        user.username = user.username_key = "former"
        bob = get_account("bob")
        bob.username = bob.username_key = "emil"
    assert not works()


def test_mark_of_a_known_browser_ends_after_a_year(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    works = make_known_browser(stage)
    monkeypatch.setattr("app.attempts.guard.YEAR", -1)
    assert not works()


def test_log_in_and_log_out_leave_nothing_in_the_session(stage: Stage) -> None:
    client = stage.visitor()
    before = client.token()
    client.send("/auth/login", {"username": "emil", "password": PASSWORD})
    client.get("/auth/second_factor")
    assert client.post("/auth/sessions/end", data={"csrf_token": before}).status_code == 400
    client.send("/auth/logout", form_at="/explore")
    with client.session_transaction() as session:
        assert set(session) <= {"_flashes"}


def test_two_appliances_on_one_host_share_no_cookie(stage: Stage, settings: Settings, make_app: Any) -> None:
    other = make_app(replace(settings, secret_key="another secret key that is long enough for the tests"))
    again = make_app(replace(settings, web_workers=2))
    names = [name for name in stage.app.config if name.endswith("COOKIE_NAME")]
    assert len(names) == 3
    for name in names:
        assert other.config[name] != stage.app.config[name] == again.config[name]
    # One jar for both, as browsers have it.
    jar = log_in(stage.visitor(), remember_me="y")
    second = PageClient(other)
    for cookie in jar._cookies.values():
        second.set_cookie(cookie.key, cookie.value)
    assert second.get("/explore").status_code == 302
    set_by_other = second.get("/auth/login").headers.getlist("Set-Cookie")
    assert set_by_other
    assert not [line for line in set_by_other if line.partition("=")[0] in {stage.app.config[name] for name in names}]
    assert is_in(jar)
