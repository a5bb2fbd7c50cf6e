"""What can go wrong for reasons that a person can be told: one small tree, mapped to pages in web/errors.py."""

from __future__ import annotations


def mark(message: str) -> str:
    """Mark a message of a rule for translation; the page that shows it translates it."""
    return message


class DomainError(Exception):
    """What went wrong, as `message`, in English, with its `values`; `usual` is said where nothing else is."""

    usual = mark("Something went wrong.")

    def __init__(self, message: str = "", **values: object) -> None:
        self.message = message or self.usual
        self.values = values
        super().__init__(self.message % values if values else self.message)


class NotFound(DomainError):
    """It is not there, or not for this person to see."""

    usual = mark("It is not here, or it is not yours to see.")


class Forbidden(DomainError):
    """This person may not do that."""

    usual = mark("You may not do that.")


class Conflict(DomainError):
    """It must be unique and is taken."""

    usual = mark("Somebody else has that already.")


class Invalid(DomainError):
    """That value cannot be used; `field` says in which field of the form it stood."""

    def __init__(self, message: str, field: str = "", **values: object) -> None:
        super().__init__(message, **values)
        self.field = field


class RateLimited(DomainError):
    """Too many tries; `retry_after` is in seconds."""

    usual = mark("Too many tries. Wait a little, then try again.")

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class Busy(DomainError):
    """The database could not be had in time."""

    usual = mark("The appliance is busy right now. Try again in a moment.")
    # In seconds.
    retry_after = 2


class TooManyAtOnce(Busy):
    """Too many requests need the same slow work at the same time."""

    usual = mark("Many people are logging in right now. Try again in a few seconds.")


class DatabaseAway(Busy):
    """The server of the database does not answer, or ended the connection."""

    usual = mark("The database of this appliance does not answer right now. Try again in a moment.")


class StorageFull(DomainError):
    """There is no room on the disk."""

    usual = mark("The storage of this appliance is full, so nothing can be saved. What you typed was kept.")


class StorageFailing(StorageFull):
    """There may be room, but the disk does not take it: read-only, gone, or dying."""

    usual = mark(
        "The storage of this appliance does not take anything, so nothing can be saved. What you typed was kept."
    )
