"""Commands of the search index."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from ..core.database import transaction
from ..search.service import request_rebuild
from .explained import explained

search = AppGroup("search", help="The search index.")


@search.command("rebuild")
@explained
def rebuild() -> None:
    """Let the worker make the search index anew; searching goes on meanwhile."""
    with transaction():
        request_rebuild()
    click.echo("the worker makes the search index anew")
