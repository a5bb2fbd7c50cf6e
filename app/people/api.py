"""Accounts by way of the API, with upstream's paths and shapes; following, which upstream's does not have."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, url_for
from sqlalchemy import Select

from ..accounts import service
from ..accounts.passwords import hash_password
from ..accounts.queries import Standing, get_user_by_id, standing
from ..accounts.rules import checked_password
from ..audit.service import REGISTERED, record
from ..core.database import transaction
from ..core.errors import Forbidden, mark
from ..tokens.api import caller, token_required
from ..web.context import settings, visitor_address
from ..web.operation import Made, operation
from ..web.schemas import Listing, position_of, size_of
from . import queries
from .queries import Person
from .schemas import ChangedUser, NewUser, PeopleQuery, StandingShape, UserList, UserShape

EMAIL_ON_PAGE = mark("Change your address on the page “Security”: it takes your password.")
ON_PAGE = mark("Make the account on the page “Make an account”: its address is confirmed by the link in a letter.")
blueprint = Blueprint("people", __name__, url_prefix="/api/users")


def init_people(app: Flask) -> None:
    """The part of the API that is about accounts."""
    app.register_blueprint(blueprint)


def _registration_open() -> None:
    service.newcomer_status(settings().registration)
    if settings().mail:
        raise Forbidden(ON_PAGE)


def _own_account(user_id: int) -> None:
    if caller().id != user_id:
        raise Forbidden


@blueprint.get("")
@token_required
@operation(query=PeopleQuery, answer=UserList)
def everybody(query: dict[str, Any]) -> Listing:
    """All accounts, oldest first."""
    return _collection(queries.everybody(), queries.count_everybody(), query, "people.everybody")


@blueprint.get("/<int:user_id>")
@token_required
@operation(answer=UserShape)
def show(user_id: int) -> Person:
    """One account."""
    return queries.get_person(user_id)


@blueprint.get("/me")
@token_required
@operation(answer=UserShape)
def me() -> Person:
    """The account that the token is for."""
    return queries.get_person(caller().id)


@blueprint.get("/<int:user_id>/followers")
@token_required
@operation(query=PeopleQuery, answer=UserList)
def followers(user_id: int, query: dict[str, Any]) -> Listing:
    """Who follows somebody."""
    total = get_user_by_id(user_id).follower_count
    return _collection(queries.followers_of(user_id), total, query, "people.followers", user_id=user_id)


@blueprint.get("/<int:user_id>/following")
@token_required
@operation(query=PeopleQuery, answer=UserList)
def following(user_id: int, query: dict[str, Any]) -> Listing:
    """Whom somebody follows."""
    total = get_user_by_id(user_id).following_count
    return _collection(queries.followed_by(user_id), total, query, "people.following", user_id=user_id)


@blueprint.post("")
@operation(
    body=NewUser, answer=UserShape, status=HTTPStatus.CREATED, errors=(HTTPStatus.FORBIDDEN,), allow=_registration_open
)
def create(body: dict[str, str]) -> Made:
    """Make an account.

    Needs no token. 403 where the appliance lets nobody make one themselves, and where it sends letters: there accounts
    are made on the page, and the address is confirmed. 400 when the name is taken.
    """
    about_me = service.checked_about(body["about_me"])
    password_hash = hash_password(checked_password(body["password"], body["username"], body["email"]))
    with transaction():
        status = service.newcomer_status(settings().registration)
        user = service.create_user(body["username"], body["email"], password_hash, status=status, discreet=True)
        record(REGISTERED, subject=user.username, address=visitor_address())
        user.about_me = about_me
        user_id = user.id
    return Made(queries.get_person(user_id, waiting=True), url_for("people.show", user_id=user_id))


@blueprint.put("/<int:user_id>")
@token_required
@operation(body=ChangedUser, answer=UserShape, errors=(HTTPStatus.FORBIDDEN,), allow=_own_account)
def change(user_id: int, body: dict[str, str]) -> Person:
    """Change one's own name or text.

    403 for any other account than that of the token, and for another e-mail address: a token alone is not enough, it is
    changed on the page “Security”, with the password; 400 when the name is taken.
    """
    with transaction():
        user = get_user_by_id(user_id)
        changed = {name: body.get(name, getattr(user, name)) for name in ("username", "about_me")}
        if body.get("email", "").strip() not in ("", user.email):
            raise Forbidden(EMAIL_ON_PAGE)
        service.change_profile(user, **changed)
    return queries.get_person(user_id)


@blueprint.get("/<int:user_id>/follow")
@token_required
@operation(answer=StandingShape)
def follows(user_id: int) -> Standing:
    """Whether you follow somebody."""
    return _standing(user_id)


@blueprint.put("/<int:user_id>/follow")
@token_required
@operation(answer=StandingShape, errors=(HTTPStatus.BAD_REQUEST,))
def follow(user_id: int) -> Standing:
    """Follow somebody; doing so again changes nothing. 400 for yourself."""
    with transaction():
        service.follow(caller(), get_user_by_id(user_id))
    return _standing(user_id)


@blueprint.delete("/<int:user_id>/follow")
@token_required
@operation(answer=StandingShape, errors=(HTTPStatus.BAD_REQUEST,))
def unfollow(user_id: int) -> Standing:
    """Stop following somebody; doing so again changes nothing. 400 for yourself."""
    with transaction():
        service.unfollow(caller(), get_user_by_id(user_id))
    return _standing(user_id)


def _standing(user_id: int) -> Standing:
    return standing(get_user_by_id(user_id), caller())


def _collection(statement: Select[Any], total: int, query: dict[str, Any], endpoint: str, **values: Any) -> Listing:
    """A page of the `total` accounts of a statement, with its neighbours' addresses.

    Those lead by key, so that nobody is shown twice or left out while accounts come and go; the number of the page goes
    along, for programs that show it.
    """
    number, size, position = query["page"], size_of(query), position_of(query)
    people = queries.page_of_people(statement, position, size)
    has_more = len(people) > size
    people = people[:size] if position.before is None else people[-size:]

    def address(page: int, key: dict[str, int]) -> str:
        return url_for(endpoint, **values | {"page": page, "per_page": size} | key)

    has_next = has_more if position.before is None else bool(people)
    has_previous = has_more if position.before is not None else number > 1 or position.after is not None
    previous = {"before": people[0].user.id} if people else {}
    return Listing(
        people,
        meta={"page": number, "per_page": size, "total_pages": -(-total // size), "total_items": total},
        links={
            "self": address(number, position.key),
            "next": address(number + 1, {"after": people[-1].user.id}) if has_next else None,
            "prev": address(max(1, number - 1), previous) if has_previous else None,
        },
    )
