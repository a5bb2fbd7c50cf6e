"""Posts by way of the API: everybody's, somebody's, the home timeline, search, writing and deleting."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, url_for

from ..accounts.queries import get_user_by_id
from ..core.database import transaction
from ..core.paging import Page
from ..search.forms import engine, is_complete, warnings
from ..search.language import parse
from ..tokens.api import caller, token_required
from ..web.context import settings
from ..web.operation import Made, operation
from ..web.schemas import Listing, OnceOnly, PositionQuery, listed, position_of, size_of
from . import queries, service
from .models import Post
from .schemas import FoundList, NewPost, PostList, PostShape, SearchQuery

blueprint = Blueprint("posts_api", __name__, url_prefix="/api")


@blueprint.get("/posts")
@token_required
@operation(query=PositionQuery, answer=PostList)
def everybodys(query: dict[str, Any]) -> Listing:
    """Everybody's posts, newest first."""
    return listed(queries.explore(position_of(query), size_of(query)), query, "posts_api.everybodys")


@blueprint.post("/posts")
@token_required
@operation(body=NewPost, headers=OnceOnly, answer=PostShape, status=HTTPStatus.CREATED)
def create(body: dict[str, str], headers: dict[str, str]) -> Made:
    """Write a post."""
    with transaction():
        made = service.create_post(caller(), body["body"], settings().post_length, headers.get("key", ""))
        post_id = made.id
    return Made(queries.get_post(post_id), url_for("posts_api.show", post_id=post_id))


@blueprint.get("/posts/<int:post_id>")
@token_required
@operation(answer=PostShape)
def show(post_id: int) -> Post:
    """One post."""
    return queries.get_post(post_id)


@blueprint.delete("/posts/<int:post_id>")
@token_required
@operation(status=HTTPStatus.NO_CONTENT)
def delete(post_id: int) -> None:
    """Delete one's own post, or any as an administrator. 404 for other people's."""
    with transaction():
        service.delete_post(queries.get_deletable(post_id, caller()))


@blueprint.get("/users/<int:user_id>/posts")
@token_required
@operation(query=PositionQuery, answer=PostList)
def somebodys(user_id: int, query: dict[str, Any]) -> Listing:
    """What somebody wrote, newest first."""
    page = queries.by_author(get_user_by_id(user_id), position_of(query), size_of(query))
    return listed(page, query, "posts_api.somebodys", user_id=user_id)


@blueprint.get("/timelines/home")
@token_required
@operation(query=PositionQuery, answer=PostList)
def home(query: dict[str, Any]) -> Listing:
    """Your own posts and those of the people you follow, newest first."""
    return listed(queries.home(caller(), position_of(query), size_of(query)), query, "posts_api.home")


@blueprint.get("/search")
@token_required
@operation(query=SearchQuery, answer=FoundList, errors=(HTTPStatus.BAD_REQUEST,))
def search(query: dict[str, Any]) -> Listing:
    """Posts that fit a question, newest first; it is written as on the search page: words, "a phrase", from:name.

    Operators whose value means nothing are left out and named in `_meta.warnings`.
    """
    size = size_of(query)
    asked = parse(query["q"].replace("\0", " "), caller().time_zone or settings().time_zone)
    found = queries.find(engine(), asked, position_of(query), size, viewer=caller(), newest=True)
    page = Page(found.posts, newer=found.newer, older=found.older)
    meta: dict[str, Any] = {"total_items": found.total, "is_complete": is_complete(found)}
    meta["warnings"] = warnings(found)
    if found.total is not None:
        meta["total_pages"] = -(-found.total // size)
    return listed(page, query, "posts_api.search", meta, q=query["q"])
