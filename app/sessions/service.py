"""The rules of log-ins: how long they last, and what ends them."""

from __future__ import annotations

from datetime import datetime, timedelta
from secrets import token_urlsafe

from sqlalchemy import delete, select, update

from ..accounts.models import User
from ..accounts.service import LAST_SEEN_EVERY, touch
from ..core.database import db
from ..core.network import network_of
from ..core.room import give_up_ballast
from ..core.secrets import hash_of
from ..core.time import utc_now
from .browsers import browser_of
from .models import ADDRESS_LENGTH, BrowserSession, Device

TOKEN_BYTES = 24
# Without use; the cookie of the first kind goes with the browser anyway, if the browser does not restore it.
LIFETIME, REMEMBERED_LIFETIME = timedelta(days=30), timedelta(days=365)
MOST_SESSIONS = 50
# Those that were used longest ago are forgotten.
MOST_DEVICES = 50


def begin_session(user: User, *, user_agent: str = "", address: str = "", remembered: bool = False) -> str:
    """A new log-in; its token, told this once, is what the cookie holds. What has ended is cleared away."""
    # Whoever is to make room on a full disk has to get in first.
    give_up_ballast()
    _clear_away(user)
    token = token_urlsafe(TOKEN_BYTES)
    browser, system = browser_of(user_agent)
    db.session.add(
        BrowserSession(
            user_id=user.id,
            token_hash=hash_of(token),
            session_key=user.session_key,
            browser=browser,
            system=system,
            address=address[:ADDRESS_LENGTH],
            remembered=remembered,
            expires_at=_end(remembered),
        )
    )
    return token


def note_device(user: User, *, user_agent: str, address: str) -> bool:
    """Note from where somebody logs in; whether that is new for an account that has logged in before.

    A device counts as new again once the credentials of the account have ended.
    """
    browser, system = browser_of(user_agent)
    device = db.session.get(Device, (user.id, browser, system, network_of(address)))
    if device is not None:
        is_known = device.session_key == user.session_key
        device.seen_at, device.session_key = utc_now(), user.session_key
        return not is_known
    own = Device.user_id == user.id
    earlier = select(Device.seen_at).where(own).order_by(Device.seen_at.desc())
    is_first = db.session.scalar(earlier.limit(1)) is None
    if too_old := db.session.scalar(earlier.offset(MOST_DEVICES - 1).limit(1)):
        db.session.execute(delete(Device).where(own, Device.seen_at <= too_old))
    place = {"browser": browser, "system": system, "network": network_of(address)}
    db.session.add(Device(user_id=user.id, session_key=user.session_key, **place))
    return not is_first


def keep_session(user: User, session_id: int) -> None:
    """Let one log-in and its device outlive a change of the password that has just been made; all others end."""
    end_sessions(user.id, but=session_id)
    session = db.session.get(BrowserSession, session_id)
    if session is None or session.user_id != user.id:
        return
    session.session_key = user.session_key
    device = db.session.get(Device, (user.id, session.browser, session.system, network_of(session.address)))
    if device is not None:
        device.session_key = user.session_key


def keep_running_sessions(user: User, old_key: str) -> None:
    """Let log-ins outlive that the credentials of an account have just ended, except for remembered ones."""
    running = BrowserSession.user_id == user.id, BrowserSession.session_key == old_key, ~BrowserSession.remembered
    db.session.execute(update(BrowserSession).where(*running).values(session_key=user.session_key))


def end_session(session_id: int) -> None:
    """End a log-in, if it has not ended already; also on a full disk."""
    give_up_ballast()
    db.session.execute(delete(BrowserSession).where(BrowserSession.id == session_id))


def end_sessions(user_id: int, but: int) -> None:
    """End all log-ins of an account but one; also on a full disk."""
    give_up_ballast()
    theirs = BrowserSession.user_id == user_id, BrowserSession.id != but
    db.session.execute(delete(BrowserSession).where(*theirs))


def use_due(session: BrowserSession) -> bool:
    """Whether it is time to note again that somebody is here: every ten minutes, for cards wear out by writing.

    Also when that was noted in what is now the future, because the clock has been put back.
    """
    now = utc_now()
    return any(abs(now - noted) > LAST_SEEN_EVERY for noted in (session.last_used_at, session.user.last_seen))


def note_use(session_id: int, user_id: int, address: str, *, remembered: bool) -> None:
    """Note that somebody is here now, with this log-in."""
    touch(user_id)
    values = {"last_used_at": utc_now(), "expires_at": _end(remembered), "address": address[:ADDRESS_LENGTH]}
    db.session.execute(update(BrowserSession).where(BrowserSession.id == session_id).values(values))


def _end(remembered: bool) -> datetime:
    return utc_now() + (REMEMBERED_LIFETIME if remembered else LIFETIME)


def _clear_away(user: User) -> None:
    """Remove what has ended, whosever it was, and of this account the oldest beyond the number it may have."""
    own = BrowserSession.user_id == user.id
    db.session.execute(delete(BrowserSession).where(BrowserSession.expires_at < utc_now()))
    db.session.execute(delete(BrowserSession).where(own, BrowserSession.session_key != user.session_key))
    newest = select(BrowserSession.id).where(own).order_by(BrowserSession.id.desc()).limit(MOST_SESSIONS - 1)
    db.session.execute(delete(BrowserSession).where(own, BrowserSession.id.not_in(list(db.session.scalars(newest)))))
