"""Reading invitations."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from ..core.database import db
from ..core.errors import NotFound
from ..core.paging import LARGEST_ID, Page, Position, newest_first
from ..core.secrets import hash_of
from .models import Admission, Invitation, Registration


def _with_creator() -> Select[Invitation]:
    return select(Invitation).options(joinedload(Invitation.created_by))


def find_good(token: str) -> Invitation | None:
    """The invitation that a token is for, with whoever made it; None when it is forged, used up, over or revoked."""
    invitation = db.session.scalar(_with_creator().where(Invitation.token_hash == hash_of(token)))
    return invitation if invitation is not None and invitation.is_good else None


def invitations(position: Position, size: int) -> Page[Invitation]:
    """All invitations with whoever made them, newest first."""
    return newest_first(db.session(), _with_creator(), Invitation.id, position, size)


def get_invitation(invitation_id: int) -> Invitation:
    """One invitation; raises NotFound."""
    invitation = db.session.get(Invitation, invitation_id) if invitation_id <= LARGEST_ID else None
    if invitation is None:
        raise NotFound
    return invitation


def invitation_of(user_id: int) -> Invitation | None:
    """The invitation by which an account was made, with whoever made it."""
    statement = _with_creator().join(Admission, Admission.invitation_id == Invitation.id)
    return db.session.scalar(statement.where(Admission.user_id == user_id))


def registration_of(token: str) -> Registration | None:
    """The registration that waits for this token."""
    return db.session.scalar(select(Registration).where(Registration.token_hash == hash_of(token)))
