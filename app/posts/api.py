"""Accounts by way of the API, with upstream's paths and shapes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, jsonify, request, url_for
from flask_babel import gettext
from sqlalchemy import Select
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from ..accounts import service
from ..accounts.models import User
from ..accounts.passwords import hash_password
from ..audit.service import REGISTERED, record
from ..core.database import transaction
from ..core.errors import Conflict, Forbidden, Invalid
from ..core.paging import LARGEST_PAGE, whole_number
from ..tokens.api import caller, token_required
from ..web.context import settings, site_address, visitor_address
from . import queries
from .queries import Person

blueprint = Blueprint("users_api", __name__, url_prefix="/api/users")
PER_PAGE, MOST_PER_PAGE = 10, 100

Answer = Response | tuple[Response, int, dict[str, str]]


def init_api(app: Flask) -> None:
    """The part of the API that is about accounts."""
    app.register_blueprint(blueprint)


@blueprint.get("")
@token_required
def everybody() -> Answer:
    """All accounts, a page of them."""
    return _collection(queries.everybody(), "users_api.everybody")


@blueprint.get("/<int:user_id>")
@token_required
def show(user_id: int) -> Answer:
    """One account."""
    return jsonify(_shown(queries.get_person(user_id)))


@blueprint.get("/<int:user_id>/followers")
@token_required
def followers(user_id: int) -> Answer:
    """Who follows somebody."""
    queries.get_person(user_id)
    return _collection(queries.followers_of(user_id), "users_api.followers", user_id=user_id)


@blueprint.get("/<int:user_id>/following")
@token_required
def following(user_id: int) -> Answer:
    """Whom somebody follows."""
    queries.get_person(user_id)
    return _collection(queries.followed_by(user_id), "users_api.following", user_id=user_id)


@blueprint.post("")
def create() -> Answer:
    """Make an account, where the appliance lets people do so themselves."""
    status = service.newcomer_status(settings().registration)
    fields = _fields("username", "email", "password", "about_me")
    if not all(fields.get(name) for name in ("username", "email", "password")):
        raise BadRequest(gettext("username, email and password are needed."))
    try:
        password_hash = hash_password(service.checked_password(fields["password"]))
        with transaction():
            user = service.create_user(fields["username"], fields["email"], password_hash, status=status)
            record(REGISTERED, subject=user.username, address=visitor_address())
            user.about_me = service.checked_about(fields.get("about_me", ""))
            user_id = user.id
    except (Invalid, Conflict) as error:
        raise BadRequest(gettext(error.message, **error.values)) from error
    address = url_for("users_api.show", user_id=user_id)
    return jsonify(_shown(queries.get_person(user_id, waiting=True))), HTTPStatus.CREATED, {"Location": address}


@blueprint.put("/<int:user_id>")
@token_required
def change(user_id: int) -> Answer:
    """Change one's own name, address or text."""
    if caller().id != user_id:
        raise Forbidden
    fields = _fields("username", "email", "about_me")
    try:
        with transaction():
            user = queries.get_person(user_id).user
            service.change_profile(
                user,
                fields.get("username", user.username),
                fields.get("about_me", user.about_me),
                fields.get("email", user.email),
            )
    except (Invalid, Conflict) as error:
        raise BadRequest(gettext(error.message, **error.values)) from error
    return jsonify(_shown(queries.get_person(user_id)))


def _fields(*names: str) -> dict[str, str]:
    """Those of the named fields that the body, a JSON object, has; anything but text in them is a bad request."""
    try:
        body = request.get_json()
    except RecursionError as error:
        raise BadRequest(gettext("The body is nested too deeply.")) from error
    if not isinstance(body, dict):
        raise BadRequest(gettext("The body must be a JSON object."))
    found = {name: body[name] for name in names if name in body}
    for name, value in found.items():
        if not isinstance(value, str):
            raise BadRequest(gettext("%(name)s must be text.", name=name))
    return found


def _shown(person: Person) -> dict[str, Any]:
    user: User = person.user
    return {
        "id": user.id,
        "username": user.username,
        "last_seen": user.last_seen.isoformat(),
        "about_me": user.about_me,
        "post_count": person.post_count,
        "follower_count": person.follower_count,
        "following_count": person.following_count,
        "_links": {
            "self": url_for("users_api.show", user_id=user.id),
            "followers": url_for("users_api.followers", user_id=user.id),
            "following": url_for("users_api.following", user_id=user.id),
            "avatar": site_address() + url_for("posts.avatar", username=user.username),
        },
    }


def _collection(statement: Select[Any], endpoint: str, **values: Any) -> Answer:
    """A page of accounts with its neighbours' addresses; nonsense in `page` and `per_page` counts as not given."""
    number = whole_number(request.args.get("page"), LARGEST_PAGE) or 1
    size = min(whole_number(request.args.get("per_page"), LARGEST_PAGE) or PER_PAGE, MOST_PER_PAGE)
    total = queries.count_of(statement)
    pages = -(-total // size)

    def address(page: int) -> str | None:
        return url_for(endpoint, page=page, per_page=size, **values) if 1 <= page <= max(pages, 1) else None

    return jsonify(
        items=[_shown(person) for person in queries.page_of_people(statement, number, size)],
        _meta={"page": number, "per_page": size, "total_pages": pages, "total_items": total},
        _links={
            "self": url_for(endpoint, page=number, per_page=size, **values),
            "next": address(number + 1),
            "prev": address(number - 1),
        },
    )
