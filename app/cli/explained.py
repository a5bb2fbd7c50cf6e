"""Commands that tell in a line what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from sqlalchemy.exc import DBAPIError

from ..core.errors import DomainError, NotFound
from ..core.server_errors import lacks_table

NO_DATABASE = "there is no database here yet: start the appliance once, and check MICROBLOG_DATA_DIR (or DATABASE_URL)"
# How SQLite says so.
NOT_MADE = ("no such table", "unable to open database file")


def explained(command: Callable[..., None]) -> Callable[..., None]:
    """Tell what went wrong in a line instead of a stack trace."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
        except NotFound as error:
            raise click.ClickException("there is no account of that name; `flask user list` shows them") from error
        except DomainError as error:
            raise click.ClickException(str(error)) from error
        except DBAPIError as error:
            if lacks_table(error) or any(sign in str(error) for sign in NOT_MADE):
                raise click.ClickException(NO_DATABASE) from error
            raise

    return run
