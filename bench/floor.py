"""The floor: the least that Flask, a log-in, 25 posts with authors and a template cost, to compare our pages with.

Served by gunicorn (`bench.floor:make_app()`) from the same database as the appliance; BENCH_DATABASE names it.
"""

from __future__ import annotations

import os

from flask import Flask, render_template_string
from flask_login import LoginManager, UserMixin, login_required, login_user
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, joinedload, mapped_column, relationship

PAGE = """<!doctype html>
<title>Floor</title>
<h1>Newest posts</h1>
{% for post in posts %}
<article>
  <h2><a href="{{ url_for('person', username=post.author.username) }}">{{ post.author.username }}</a></h2>
  <time datetime="{{ post.created_at }}">{{ post.created_at }}</time>
  <p>{{ post.body }}</p>
</article>
{% endfor %}
"""


class Base(DeclarativeBase):
    """Mother of the two tables, as far as the page needs them."""


class Person(UserMixin, Base):
    """Who wrote."""

    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str]


class Written(Base):
    """What was written."""

    __tablename__ = "post"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    body: Mapped[str]
    created_at: Mapped[str]
    author: Mapped[Person] = relationship(lazy="raise", innerjoin=True)


def make_app() -> Flask:
    """The application; `/in` logs the first person in, `/` is the page."""
    app = Flask(__name__)
    app.config["SECRET_KEY"] = os.urandom(16)
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{os.environ['BENCH_DATABASE']}"
    db = SQLAlchemy(app, model_class=Base, disable_autonaming=True)
    logins = LoginManager(app)

    @logins.user_loader
    def load_person(number: str) -> Person | None:
        return db.session.get(Person, int(number))

    @app.route("/in")
    def log_in() -> str:
        login_user(db.session.get_one(Person, 1))
        return "in"

    @app.route("/user/<username>")
    def person(username: str) -> str:
        return username

    @app.route("/")
    @login_required
    def newest() -> str:
        posts = db.session.scalars(
            select(Written).options(joinedload(Written.author, innerjoin=True)).order_by(Written.id.desc()).limit(25)
        )
        return render_template_string(PAGE, posts=posts.all())

    return app
