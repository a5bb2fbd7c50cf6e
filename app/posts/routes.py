"""Pages of posts: home, explore, profiles, single posts, search."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlsplit

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from ..accounts.names import possible_name
from ..accounts.queries import get_user, named_like, standing
from ..core.database import transaction
from ..core.errors import Busy, StorageFull
from ..search.forms import SEARCH_INDEX, engine, found_page, notices, question
from ..search.interface import SearchIndex
from ..web.avatar import picture
from ..web.context import settings
from ..web.errors import status_for
from ..web.forms import Form, attach, status_of
from ..web.paging import linked, position
from ..web.security import safe_next
from . import queries, service
from .api import blueprint as api
from .forms import PostForm

blueprint = Blueprint("posts", __name__)
MOST_PEOPLE = 5
AVATAR_SECONDS = 24 * 3600

Answer = str | Response | tuple[str, int]


def init_posts(app: Flask, index: SearchIndex) -> None:
    """The pages, the part of the API that is about posts, and the engine that finds them."""
    app.extensions[SEARCH_INDEX] = index
    app.jinja_env.tests["deletable_by"] = queries.may_delete
    app.register_blueprint(blueprint)
    app.register_blueprint(api)


@blueprint.route("/index", methods=["GET", "POST"])
@blueprint.route("/", methods=["GET", "POST"])
@login_required
def index() -> Answer:
    """The composer above the home timeline."""
    form, status = PostForm(), None
    if form.validate_on_submit():
        try:
            _post(form)
        except (Busy, StorageFull) as error:
            # Back with the form and what was typed, which is in no other place.
            attach(form, error, "post")
            status = status_for(error)
        else:
            flash(_("Posted."), "success")
            return redirect(url_for("posts.index"))
    page = linked(queries.home(current_user, position(), settings().posts_per_page), "posts.index")
    reason = "" if page.items else queries.empty_home_reason(current_user)
    content = render_template("posts/index.html", form=form, page=page, empty_reason=reason)
    return (content, status or status_of(form)) if form.is_submitted() else content


def _post(form: PostForm) -> None:
    with transaction():
        service.create_post(current_user, form.post.data, settings().post_length, form.submission.data or "")


@blueprint.get("/explore")
@login_required
def explore() -> Answer:
    """Everybody's posts."""
    page = linked(queries.explore(position(), settings().posts_per_page), "posts.explore")
    return render_template("posts/explore.html", page=page)


@blueprint.get("/post/<int:post_id>")
@login_required
def show(post_id: int) -> Answer:
    """One post."""
    return render_template("posts/show.html", post=queries.get_post(post_id))


@blueprint.route("/post/<int:post_id>/delete", methods=["GET", "POST"])
@login_required
def delete(post_id: int) -> Answer:
    """Ask, then delete one's own post, or any as an administrator."""
    form = Form()
    back = _page_before(post_id)
    post = queries.get_deletable(post_id, current_user)
    if form.validate_on_submit():
        with transaction():
            # Read anew in here: it may be gone by now.
            post = queries.get_deletable(post_id, current_user)
            username = post.author.username
            service.delete_post(post)
        flash(_("The post is deleted."), "success")
        return redirect(back or url_for("posts.profile", username=username))
    page = render_template("posts/delete.html", post=post, form=form, back=back)
    return (page, status_of(form)) if form.is_submitted() else page


def _page_before(post_id: int) -> str | None:
    """Return the page where somebody chose to delete this post; None for the post's own, which goes with it."""
    target = safe_next(cast(Flask, current_app._get_current_object()), request.values.get("next"))  # type: ignore[attr-defined]
    own = url_for("posts.show", post_id=post_id)
    return None if target is None or urlsplit(target).path in (own, request.path) else target


@blueprint.get("/user/<username>")
@login_required
def profile(username: str) -> Answer:
    """Somebody, and what that somebody wrote."""
    user = get_user(username)
    counts = standing(user, current_user)
    page = queries.by_author(user, position(), settings().posts_per_page)
    return render_template(
        "posts/profile.html",
        user=user,
        page=linked(page, "posts.profile", username=user.username),
        post_count=queries.count_by_author(user),
        follower_count=counts.follower_count,
        following_count=counts.following_count,
        is_following=counts.is_following,
        form=Form(),
    )


@blueprint.get("/user/<username>/popup")
@login_required
def popup(username: str) -> Answer:
    """Somebody in short, for the card that opens over a name."""
    user = get_user(username)
    values = {"user": user, "counts": standing(user, current_user), "post_count": queries.count_by_author(user)}
    return render_template("posts/popup.html", **values)


@blueprint.get("/user/<username>/avatar.svg")
def avatar(username: str) -> Response:
    """The picture of a name; drawn for any that somebody could have, so that it tells nobody who has an account."""
    headers = {"Cache-Control": f"public, max-age={AVATAR_SECONDS}"}
    return current_app.response_class(picture(possible_name(username)), mimetype="image/svg+xml", headers=headers)


@blueprint.get("/search")
@login_required
def search() -> Answer:
    """Posts that fit a question, and people whose names do."""
    asked = question()
    if not asked.text:
        return render_template("posts/search.html", asked=asked, found=None)
    size = settings().posts_per_page
    found = queries.find(
        engine(), asked.query, asked.position, size, viewer=current_user, newest=asked.newest, pinned=asked.pinned
    )
    return render_template(
        "posts/search.html",
        asked=asked,
        found=found,
        page=found_page(found, asked, "posts.search"),
        users=named_like(asked.query.name_parts(), MOST_PEOPLE) if asked.is_first_page else [],
        notices=notices(found, asked),
    )
