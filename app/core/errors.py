"""What can go wrong for reasons that a person can be told: one small tree, mapped to pages in web/errors.py."""

from __future__ import annotations


class DomainError(Exception):
    """Something went wrong."""

    def __init__(self, message: str = "", **values: object) -> None:
        self.message = message or (self.__doc__ or "").strip()
        self.values = values
        super().__init__(self.message % values if values else self.message)


class NotFound(DomainError):
    """It is not here, or it is not yours to see."""


class Forbidden(DomainError):
    """You may not do that."""


class Conflict(DomainError):
    """Somebody else has that already."""


class Invalid(DomainError):
    """That value cannot be used; `field` says in which field of the form it stood."""

    def __init__(self, message: str, field: str = "", **values: object) -> None:
        super().__init__(message, **values)
        self.field = field


class RateLimited(DomainError):
    """Too many tries. Wait a little, then try again."""

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class Busy(DomainError):
    """The appliance is busy right now. Try again in a moment."""


class StorageFull(DomainError):
    """The storage of this appliance is full, so nothing can be saved. What you typed was kept."""


def mark(message: str) -> str:
    """Mark a message of a rule for translation; the page that shows it translates it."""
    return message
