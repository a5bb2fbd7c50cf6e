"""The cast: alice, bob whom she follows, and charlie who has nothing to do with either."""

from __future__ import annotations

from flask import Flask
from page import PageClient

from app.accounts.models import User
from app.accounts.passwords import hash_password
from app.accounts.queries import get_account, get_user
from app.accounts.service import create_user, follow
from app.core.database import db, transaction
from app.messages.service import send_message
from app.posts.models import Post
from app.posts.service import create_post
from app.sessions.service import begin_session
from app.tokens.service import create_token

PASSWORD = "correct horse battery"
# Hashed once: a real hash takes a tenth of a second by design.
PASSWORD_HASH = hash_password(PASSWORD)
POST_LENGTH = 280


class People:
    """Makes accounts and posts by the real rules, and browsers for them."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def settle(self) -> People:
        """Make alice (an administrator), bob and charlie; alice follows bob."""
        for name in ("alice", "bob", "charlie"):
            self.make_user(name, is_admin=name == "alice")
        self.follow("alice", "bob")
        return self

    def make_user(self, username: str, *, is_admin: bool = False) -> int:
        """Make an account; its id."""
        with self._app.app_context(), transaction():
            user = create_user(username, f"{username}@example.org", PASSWORD_HASH, is_admin=is_admin)
            db.session.flush()
            return user.id

    def follow(self, follower: str, followed: str) -> None:
        """Let one follow the other."""
        with self._app.app_context(), transaction():
            follow(get_user(follower), get_user(followed))

    def post(self, author: str, body: str) -> int:
        """Let somebody write a post; its id."""
        with self._app.app_context(), transaction():
            return create_post(get_user(author), body, POST_LENGTH).id

    def write(self, sender: str, recipient: str, body: str) -> int:
        """Let one write to another; the message's id."""
        with self._app.app_context(), transaction():
            return send_message(get_user(sender), get_user(recipient), body, POST_LENGTH).id

    def browser(self, username: str) -> PageClient:
        """A browser in which that person is logged in, by the same cookie that the log-in page would set."""
        client = PageClient(self._app)
        with client.session_transaction() as session:
            session["_user_id"], session["_fresh"] = self.log_in(username), True
        return client

    def log_in(self, username: str) -> str:
        """Begin a log-in of that person's; what its cookie holds."""
        with self._app.app_context(), transaction():
            return begin_session(get_account(username))

    def program(self, username: str) -> dict[str, str]:
        """The headers that a program of that person's shows."""
        with self._app.app_context(), transaction():
            return {"Authorization": f"Bearer {create_token(get_user(username), 'test')}"}

    def count_posts(self) -> int:
        """How many posts there are."""
        with self._app.app_context():
            return db.session.query(Post).count()

    def count_users(self) -> int:
        """How many accounts there are."""
        with self._app.app_context():
            return db.session.query(User).count()
