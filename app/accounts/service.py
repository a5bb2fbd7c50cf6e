"""The rules of accounts: who may be called what, who gets in, who follows whom."""

from __future__ import annotations

from datetime import timedelta
from secrets import token_hex

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from ..core.database import changed_rows, db
from ..core.errors import Conflict, Forbidden, Invalid, mark
from ..core.names import normal_name
from ..core.text import clean, is_blank
from ..core.time import utc_now
from .credentials import end_credentials
from .models import (
    ABOUT_LENGTH,
    ACTIVE,
    EMAIL_LENGTH,
    LEAVING,
    LONGEST_PASSWORD,
    SUSPENDED,
    WAITING,
    Follow,
    User,
    name_columns,
)
from .names import NAME_TAKEN, checked_username
from .passwords import password_matches
from .queries import find_user, find_user_by_email

EMAIL_TOO_LONG = mark("This address is too long: at most %(limit)d characters fit.")
CLOSED = mark("This appliance takes no new accounts. Ask whoever runs it for one.")
BY_INVITATION = mark("New accounts are made by invitation here. Ask whoever runs this appliance for a link.")
# What is told to whoever has the right password and may not get in all the same.
REFUSALS = {
    WAITING: mark("Your account is waiting: an administrator has to approve it before you can log in."),
    SUSPENDED: mark("Your account is suspended. Ask whoever runs this appliance."),
    LEAVING: mark("Your account is being deleted."),
}
# Begins what stands for an address that is another account's; with a blank, so it is none.
SHARED = "shared"
LAST_SEEN_EVERY = timedelta(minutes=10)


def checked_email(email: str) -> str:
    """Return the address as it will be stored, its domain in one spelling; raise Invalid."""
    typed = email.strip()
    try:
        # Measured first, because the library normalises whatever length it gets.
        address = typed if len(typed) > EMAIL_LENGTH else validate_email(typed, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise Invalid(mark("This is not an e-mail address. One looks like name@example.org."), "email") from error
    if len(address) > EMAIL_LENGTH:
        raise Invalid(EMAIL_TOO_LONG, "email", limit=EMAIL_LENGTH)
    return address


def checked_about(text: str) -> str:
    """What somebody says of themselves as it will be stored, possibly nothing; raises Invalid."""
    return clean(text, "about_me", ABOUT_LENGTH, lines=True) if not is_blank(text) else ""


def newcomer_status(registration: str) -> str:
    """The status of an account that somebody makes without an invitation; raises Forbidden where nobody can.

    `registration` is the mode in the settings.
    """
    if registration == "open":
        return ACTIVE
    if registration == "approval":
        return WAITING
    raise Forbidden(BY_INVITATION if registration == "invite" else CLOSED)


def create_user(
    username: str,
    email: str,
    password_hash: str,
    *,
    is_admin: bool = False,
    status: str = ACTIVE,
    discreet: bool = False,
) -> User:
    """A new account; raises Invalid, or Conflict (with `values["field"]`) when the name or the address is taken.

    With `discreet`, an address may be another account's too, so that whoever makes this one does not learn of it.
    The database decides uniqueness: looking first would leave a gap between the look and the write.
    """
    name, address = checked_username(username, is_admin=is_admin), checked_email(email)
    user = User(
        **name_columns(name),
        email=address,
        email_key=_email_key(address, discreet=discreet),
        password_hash=password_hash,
        is_admin=is_admin,
        status=status,
    )
    try:
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError as error:
        raise _taken(name) from error
    return user


def _email_key(address: str, *, discreet: bool, user_id: int | None = None) -> str:
    """What an account's address is unique by; by nothing in particular if another account has it already."""
    holder = find_user_by_email(address) if discreet else None
    return address.lower() if holder is None or holder.id == user_id else f"{SHARED} {token_hex(16)}"


def _taken(name: str, user_id: int | None = None) -> Conflict:
    """Whether somebody else than `user_id` has the name, or else the address."""
    holder = find_user(name)
    if holder and holder.id != user_id:
        return Conflict(NAME_TAKEN, field="username")
    return Conflict(mark("This address has an account already. Log in instead."), field="email")


def authenticate(user: User | None, password: str) -> bool:
    """Whether the password is right; takes as long when there is no such account. Never call it in a transaction."""
    stored = user.password_hash if user else None
    # The read transaction ends here: nothing may hold the database while the hash is computed.
    db.session.rollback()
    return len(password) <= LONGEST_PASSWORD and password_matches(stored, password)


def refuse_unless_active(user: User) -> None:
    """Raise Forbidden, with the reason, for an account that may not get in. Only for whoever has its password."""
    if user.status in REFUSALS:
        raise Forbidden(REFUSALS[user.status])


def change_profile(user: User, username: str, about_me: str, email: str = "", *, discreet: bool = False) -> None:
    """Give an account another name (or the same), text and, if given, address; raises Invalid or Conflict.

    A name and an address that were brought along may stay although today's rules would not allow them. `discreet` is
    as in create_user.
    """
    is_same = normal_name(username) == user.username
    name = user.username if is_same else checked_username(username, is_admin=user.is_admin)
    address = user.email if email.strip() in ("", user.email) else checked_email(email)
    about = checked_about(about_me)
    user_id = user.id
    email_key = user.email_key if address == user.email else _email_key(address, discreet=discreet, user_id=user_id)
    try:
        with db.session.begin_nested():
            for column, value in name_columns(name).items():
                setattr(user, column, value)
            user.about_me, user.email, user.email_key = about, address, email_key
    except IntegrityError as error:
        raise _taken(name, user_id) from error


def set_password(user: User, password_hash: str) -> None:
    """Give an account another password, and end every credential that it holds or handed out."""
    user.password_hash = password_hash
    end_credentials(user)


def follow(follower: User, followed: User) -> bool:
    """Let one follow the other; False if it was so before. Raises Invalid for oneself."""
    if follower.id == followed.id:
        raise Invalid(mark("You cannot follow yourself."))
    if db.session.get(Follow, (follower.id, followed.id)):
        return False
    db.session.add(Follow(follower_id=follower.id, followed_id=followed.id))
    _count_follow(follower.id, followed.id, 1)
    return True


def unfollow(follower: User, followed: User) -> bool:
    """End that one follows the other; False if it was not so."""
    if follower.id == followed.id:
        raise Invalid(mark("You cannot follow yourself."))
    row = delete(Follow).where(Follow.follower_id == follower.id, Follow.followed_id == followed.id)
    if changed_rows(db.session.execute(row)) == 0:
        return False
    _count_follow(follower.id, followed.id, -1)
    return True


def _count_follow(follower_id: int, followed_id: int, step: int) -> None:
    """Count one follow more, or less, on both sides; by the database, whatever was read before."""
    for user_id, count in ((follower_id, User.following_count), (followed_id, User.follower_count)):
        db.session.execute(update(User).where(User.id == user_id).values({count: count + step}))


def end_follows(user_id: int, most: int) -> bool:
    """End at most so many follows of and by an account that is going; False if there were none."""
    sides = (
        (Follow.followed_id, Follow.follower_id, User.follower_count, User.following_count),
        (Follow.follower_id, Follow.followed_id, User.following_count, User.follower_count),
    )
    for own, other, own_count, other_count in sides:
        others = list(db.session.scalars(select(other).where(own == user_id).order_by(other).limit(most)))
        if others:
            db.session.execute(delete(Follow).where(own == user_id, other.in_(others)))
            db.session.execute(update(User).where(User.id.in_(others)).values({other_count: other_count - 1}))
            db.session.execute(update(User).where(User.id == user_id).values({own_count: own_count - len(others)}))
            return True
    return False


def touch(user_id: int) -> None:
    """Note that somebody is here now."""
    db.session.execute(update(User).where(User.id == user_id).values(last_seen=utc_now()))
